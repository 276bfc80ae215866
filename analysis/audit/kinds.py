"""The ways in which a print can be wrong: what it takes to believe each, and how each is put into words."""

from typing import NamedTuple


class Kind(NamedTuple):
    """One way to go wrong: its cost, what a candidate of it says, the title of a finding.

    ``cost``: bits that a hypothesis of this kind needs beside its fit: how many of the kind a table of usual size could
    have, and how seldom whole columns go wrong. What is filled into the words, :mod:`analysis.audit.wording` says.
    """

    cost: float
    says: str
    title: str


def _slip(cost: float, fault: str, title: str) -> Kind:
    """A fault of one cell."""
    return Kind(cost, f"{{place}}: {fault} ({{printed}} for {{shown}})", f"{title} in {{place}}")


def _fault(cost: float, fault: str, title: str) -> Kind:
    """A fault of rows, or of one measure."""
    return Kind(cost, f"{{where}}: {fault}", title)


def _wide(cost: float, fault: str) -> Kind:
    """A fault of columns, or of a whole table."""
    return Kind(cost, f"{{where}}: {fault} ({{columns}})", f"Table {{table}}: {fault}")


KINDS = {
    "digit": _slip(5.5, "one digit is wrong", "A wrong digit"),
    "transposition": _slip(4.5, "two digits are transposed", "Transposed digits"),
    "decimal": _slip(4.0, "the decimal point has moved", "A misplaced decimal point"),
    "sign": _slip(4.0, "the sign is wrong", "A wrong sign"),
    "exchange": Kind(
        5.0, "the contents of {place} and {other} are exchanged", "Two cells are exchanged in Table {table} ({pair})"
    ),
    "labels": _fault(2.0, "the labels of {pair} are exchanged", "The labels of {pair} are exchanged in Table {table}"),
    "block": _fault(
        5.5, "the values of {measure} of {pair} are exchanged", "{Measure} of {pair} are exchanged in Table {table}"
    ),
    "shift": _fault(1.0, "the row of {row} is shifted by one column", "The row of {pair} is shifted in Table {table}"),
    "stale": _fault(0.0, "{column} repeats {detail} in every row", "{column} of Table {table} repeats another column"),
    "unit": _fault(
        9.0, "all {measure} are printed in {unit}", "The unit of {measure} in Table {table} is wrong by a power of ten"
    ),
    "repeated row": _wide(0.0, "a row repeats another one"),
    "omission": _wide(2.0, "a total leaves out a part"),
    "years": _wide(6.0, "two years are exchanged"),
    "measures": _wide(6.0, "two measures are exchanged"),
    "signs": _wide(6.0, "the signs of a column are wrong"),
    "reversed": _wide(6.0, "a column is printed in reverse order"),
    "moved labels": _wide(6.0, "labels have moved against their rows"),
    "moved years": _wide(6.0, "columns have moved against their years"),
    "scale": _wide(9.0, "a column is printed in another power of ten"),
    "table unit": _wide(9.0, "the whole table is printed in another power of ten"),
}
