"""The quantitative statements of the prose, as data, and what they are worth.

``claims.csv`` holds one statement per row: a paraphrase, the printed numbers as strings, and an expression that
recomputes what is claimed. :func:`evaluate` gives the verdicts; :mod:`~analysis.claims.linking` meets statements about
the same quantity; :mod:`~analysis.claims.slips` says what disagrees; :mod:`~analysis.claims.views` prepares what the
book shows (:func:`chapter_claims` for the chapters about a table).
"""

from analysis.claims.evaluation import evaluate
from analysis.claims.values import ClaimError
from analysis.claims.views import chapter_claims

__all__ = ["ClaimError", "chapter_claims", "evaluate"]
