"""How good is the audit? Damaged copies, faultless random reports, honest panels of other publishers.

``python -m tests.trials selftest`` writes the three files in ``book/audit`` that the page of the self-test shows.
"""
