"""The printed numbers of a white paper, recomputed.

``report`` reads ``data/`` for all that compute; ``interval`` says what a printed number stands for; ``indicators``,
``audit`` and ``models`` compute; ``charts`` and ``tables`` show. Nothing heavy is imported here.
"""
