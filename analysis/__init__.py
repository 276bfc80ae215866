"""The printed numbers of a white paper, recomputed.

``report`` reads ``data/`` and is the only module that does; ``interval`` says what a
printed number stands for; ``indicators``, ``audit`` and ``models`` compute;
``charts`` and ``tables`` show. Nothing heavy is imported here.
"""

from __future__ import annotations

__version__ = "2025.1"
