"""Directives that write the reference pages at build time.

``{report-map}`` maps every table and figure of the report to the page that covers it
(notebooks say so in their metadata: ``"covers": ["1-2-1", "圖1-2-1"]``);
``{data-dictionary}`` describes every file of the data package. Both read their source
at build time, so they cannot go stale, and an uncovered item is a warning, which the
build turns into an error.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from analysis import report
from analysis.publish import checks, fingerprint, project

logger = logging.getLogger(__name__)
DATA_PRINTED = {
    "full": "rebuilt from the tables",
    "ranks": "rebuilt from ranks; the scores are not printed",
    "points": "single points, from sentences",
    "none": "not printed",
}


def _columns(fields: list[dict[str, Any]]) -> list[str]:
    """Names of the columns in both languages, without years and without what stands in brackets."""
    titles = [field.get(key, "") for field in fields if field.get("role") == "value" for key in ("title", "title_en")]
    plain = (re.sub(r"[（(].*?[）)]|,? ?\d{4}年?", "", title).strip() for title in titles)
    return sorted({title for title in plain if title})


def _text(words: str) -> str:
    """Words as Markdown that shows them as they are, on one line."""
    return re.sub(r"[\\`*<>$\[\]]|\{(?=\{)|&(?=#?\w+;)", r"\\\g<0>", " ".join(words.split()))


def _code(name: str) -> str:
    return f"`` {name} ``" if "`" in name else f"`{name}`"


def report_items(root: Path) -> list[dict[str, Any]]:
    """Tables and figures of the report in printed order: ``item, title, title_en, page, printed, columns``."""
    package = json.loads((root / "data" / "datapackage.json").read_text("utf-8"))
    items = [
        {"page": 0, "title": r["table"], "title_en": r["table"]}
        | r
        | {"item": r["table"], "printed": "table", "columns": _columns(r["schema"]["fields"])}
        for r in package["resources"]
        if "table" in r
    ]
    data = report.load(root / "data")
    for r in report.records(data.resource("figures")) if data.has("figures") else ():
        figure: dict[str, Any] = {"item": r["figure"], "printed": DATA_PRINTED[r["data_printed"]], "columns": []}
        items.append(r | figure | {"page": int(r["page"] or 0)})
    return sorted(items, key=lambda i: i["page"])


def covers(path: Path) -> list[str]:
    """Tables and figures of the report that a notebook covers, as its metadata say; none for another file."""
    found: list[str] = fingerprint.read(path)["metadata"].get("covers", []) if path.is_file() else []
    return found


def coverage(root: Path) -> dict[str, list[tuple[str, str]]]:
    """``item -> [(document, title)]`` from the ``covers`` metadata of the notebooks."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in project.notebooks(root):
        notebook = fingerprint.read(path)
        cells = (checks.text(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown")
        heads = (line for line in next(cells, "").splitlines() if line.startswith("# "))
        title = next(heads, path.stem).lstrip("# ").strip()
        for item in notebook["metadata"].get("covers", []):
            found.setdefault(item, []).append((f"/{project.name(path.with_suffix(''), root)}", title))
    return found


class Generated(SphinxDirective):
    """A directive whose content is Markdown written by :meth:`lines`."""

    def run(self) -> list[nodes.Node]:
        """Parse the generated Markdown where the directive stands."""
        container = nodes.container(classes=["generated"])
        self.state.nested_parse(StringList(self.lines(Path(self.env.srcdir)), source=self.name), 0, container)
        return list(container.children)

    @property
    def chinese(self) -> bool:
        """Whether the Chinese edition is being built, which has no need of two names."""
        return str(self.env.config.language).startswith("zh")

    def lines(self, root: Path) -> list[str]:
        """The Markdown of the directive."""
        raise NotImplementedError


class ReportMap(Generated):
    """Every table and figure of the report with its page in the book."""

    def lines(self, root: Path) -> list[str]:
        """A pipe table; warns about an item that no page covers."""
        for path in (root / "data/datapackage.json", root / "data/figures.csv", *project.notebooks(root)):
            self.env.note_dependency(str(path))
        covered = coverage(root)
        out = ["| Report | In this book | Title | Page | Data |", "|---|---|---|--:|---|"]
        for item in report_items(root):
            pages = covered.get(item["item"], [])
            if not pages:
                logger.warning(
                    'no page of the book covers %s of the report; "covers" in the metadata of a notebook names what it covers',
                    item["item"],
                    location=self.get_location(),
                )
            links = "; ".join(f"[{title}]({document})" for document, title in pages)
            kind = ("Figure ", "圖") if item["item"].startswith("圖") else ("Table ", "表")
            name = kind[self.chinese] + item["item"].lstrip("圖")
            title = _text(item["title"] if self.chinese else f"{item['title_en']} ({item['title']})")
            cells = (_text(name), links, title, item["page"] or "", item["printed"])
            out.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
        return out


def _described(field: dict[str, Any], titles: list[str]) -> list[str]:
    """A row of the data dictionary: name, titles, unit, and whether numbers are printed in full."""
    exact = "" if field.get("role") != "value" else ("yes" if field.get("exact") else "rounded")
    said = [re.sub(r"(?<=[\u3400-\u9fff）]) (?=\d{4}年)", "，", field.get(title, "")) for title in titles]
    return [_code(field["name"]), *map(_text, said), _text(field.get("unit", "")), exact]


def doubted(root: Path) -> dict[str, list[str]]:
    """Links to the known findings on the numbers of a table, by table."""
    data, found = report.load(root / "data"), dict[str, list[str]]()
    for record in report.records(data.resource("known_findings")) if data.has("known_findings") else ():
        link = f'<a href="../audit/findings.html#{record["id"].lower()}">{record["id"]}</a>'
        for table in dict.fromkeys(cell.partition("/")[0] for cell in record["cells"].split("; ")):
            found.setdefault(table, []).append(link)
    return found


class DataDictionary(Generated):
    """Every file of the data package: columns, units, keys, findings on its numbers."""

    def lines(self, root: Path) -> list[str]:
        """One section-like block per resource."""
        for name in ("datapackage.json", "known_findings.csv"):
            self.env.note_dependency(str(root / "data" / name))
        package = json.loads((root / "data" / "datapackage.json").read_text("utf-8"))
        findings, out = doubted(root), list[str]()
        for resource in package["resources"]:
            cite = f", table {resource['table']}" if "table" in resource else ""
            cite += f", p. {resource['page']}" if "page" in resource else ""
            name, title = resource.get("title_en", resource["name"]), resource.get("title", resource["name"])
            out += [f"**{_code(resource['path'])}**: {_text(name)} ({_text(title + cite)})", ""]
            out += [*map(_text, resource.get("notes", [])), ""]
            if links := findings.get(resource.get("table", "")):
                out += [f"<p>Findings on its numbers: {', '.join(links)}</p>", ""]  # its words are one message for all
            titles = {"title_en": "in English", "title": "in Chinese"}
            if self.chinese:  # the titles of columns as printed; of other files what the English says, translated
                titles = {"title" if "table" in resource else "title_en": "in English"}
            heads = ["column", *titles.values(), "unit", "printed in full"]
            rows = [_described(field, list(titles)) for field in resource["schema"]["fields"]]
            used = [i for i in range(len(heads)) if any(row[i] for row in rows)]
            for row in [heads, ["---"] * len(heads), *rows]:
                out.append("| " + " | ".join(row[i].replace("|", "\\|") for i in used) + " |")
            out += [""]
        return out


def setup(app: Sphinx) -> dict[str, Any]:
    """Register both directives."""
    app.add_directive("report-map", ReportMap)
    app.add_directive("data-dictionary", DataDictionary)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
