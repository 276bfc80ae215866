"""NIST's certified regressions: the data are typed in right, and our fits reach the digits we claim."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest

from analysis.models import reference


def exact_fit(data: reference.Certified) -> tuple[list[Fraction], list[Fraction], Fraction]:
    """Coefficients, their variances and the residual variance in rational arithmetic (normal equations)."""
    columns = [[Fraction(v) for v in c] for c in data.x]
    y = [Fraction(v) for v in data.y]
    if data.powers is None:
        design = [[Fraction(1)] * len(y), *columns]
    else:
        design = [[v**p for v in columns[0]] for p in data.powers]
    size = len(design)
    rows = [
        [sum(a * b for a, b in zip(u, v, strict=True)) for v in design]
        + [Fraction(int(i == j)) for j in range(size)]
        + [sum(a * b for a, b in zip(u, y, strict=True))]
        for i, u in enumerate(design)
    ]
    for i in range(size):
        pivot = next(r for r in range(i, size) if rows[r][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for r in range(size):
            if r != i and rows[r][i]:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i], strict=True)]
    beta = [row[-1] for row in rows]
    fitted = [sum(b * c[i] for b, c in zip(beta, design, strict=True)) for i in range(len(y))]
    variance = sum((a - b) ** 2 for a, b in zip(y, fitted, strict=True)) / (len(y) - size)
    return beta, [rows[k][size + k] * variance for k in range(size)], variance


def same_digits(value: Fraction, certified: str, root: bool = False) -> bool:
    with localcontext() as context:
        context.prec = 50
        number = Decimal(value.numerator) / Decimal(value.denominator)
        number = number.sqrt() if root else number
        target = Decimal(certified)
        return abs(number - target) <= abs(target) * Decimal("1e-14")


@pytest.mark.parametrize("name", list(reference.REQUIRED))
def test_the_certified_digits_follow_from_the_data_in_exact_arithmetic(name: str) -> None:
    data = reference.datasets()[name]
    beta, variances, residual = exact_fit(data)
    for found, certified in zip(beta, data.estimates, strict=True):
        assert same_digits(found, certified)
    for found, certified in zip(variances, data.errors, strict=True):
        assert same_digits(found, certified, root=True)
    assert same_digits(residual, data.residual_sd, root=True)


@pytest.mark.parametrize("name", list(reference.REQUIRED))
def test_the_fit_reaches_the_digits_claimed(name: str) -> None:
    own, errors = reference.agreement(reference.datasets()[name])
    assert own >= reference.REQUIRED[name][0]
    assert errors >= reference.REQUIRED[name][1]


def test_all_datasets_are_required_and_shown() -> None:
    assert set(reference.datasets()) == set(reference.REQUIRED)
    assert list(reference.table()["dataset"]) == list(reference.datasets())


def test_digits_counts_and_caps() -> None:
    assert reference.digits(1.0, "1") == 15
    assert reference.digits(1.001, "1") == pytest.approx(3)
    assert reference.digits(5.0, "1") == 0
    assert reference.digits(1e-9, "0") == pytest.approx(9)
