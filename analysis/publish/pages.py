"""Built pages in Chinese: every text of theirs, their descriptions, and what the scripts of the theme say."""

import html
import re
from pathlib import Path

from analysis.publish.languages import Twin

_UNTRANSLATED = """
<div class="admonition warning" id="untranslated" translate="no"><p class="admonition-title">本頁有尚未翻譯的文字</p>
<p>英文版已經更改，中文尚未跟上。<code>make locale</code>會列出待譯的文字。</p></div>"""
#: What the script of the copy buttons has in Simplified Chinese only.
_COPY = """
  'zh-TW': {
    'copy': '複製',
    'copy_to_clipboard': '複製到剪貼簿',
    'copy_success': '已複製！',
    'copy_failure': '複製失敗',
  },"""
#: What other sites show of a page, and the paragraphs it is taken from.
_DESCRIPTION = re.compile(r'(<meta (?:property="og:|name=")description" content=")[^"]*')
_PARAGRAPH = re.compile(r'<p class="translated">(.*?)</p>', re.DOTALL)
_DESCRIBED = 180  # letters, as ``ogp_description_length`` of _config.yml


def translate(folder: Path, twin: Twin) -> None:
    """Put Chinese in the place of every English text of the pages below a folder."""
    for page in sorted(p for p in folder.rglob("*.html") if "_static" not in p.parts):
        text = page.read_text("utf-8")
        before = len(twin.missing)
        where = page.relative_to(folder).as_posix()
        found = described(twin.on(where).markup(text, where))
        if len(twin.missing) > before:
            found = found.replace('<article class="bd-article">', '<article class="bd-article">' + _UNTRANSLATED, 1)
        if found != text:
            page.write_text(found, "utf-8")
    for script in sorted((folder / "_static").glob("*.js")):
        text = script.read_text("utf-8")
        if "/*text*/" in text:
            script.write_text(twin.script(text, script.relative_to(folder).as_posix()), "utf-8")
        elif script.name == "copybutton.js":
            script.write_text(text.replace("const messages = {", "const messages = {" + _COPY, 1), "utf-8")


def article(markup: str) -> str:
    """The text of a built page as markup, without what stands around it; empty if there is none."""
    _, begun, rest = markup.partition('<article class="bd-article"')
    return f"{begun}{rest.rpartition('</article>')[0]}</article>" if begun else ""


def described(markup: str) -> str:
    """A page whose description is the beginning of its text, as far as it is whole sentences; as it is without a text."""
    text = html.unescape("".join(re.sub("<[^>]*>", "", part) for part in _PARAGRAPH.findall(markup)))
    cut = text[:_DESCRIBED]
    said = cut if cut == text else cut[: cut.rfind("。") + 1] or f"{cut[:-1]}…"
    return _DESCRIPTION.sub(lambda m: m[1] + html.escape(said), markup) if said else markup
