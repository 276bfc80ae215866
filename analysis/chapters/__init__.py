"""What each chapter of the book shows and says: one module per part, no logic in notebooks.

A function ending in ``_headlines`` gives the generated sentences that open a chapter, one ending
in ``_trust`` those that close it; the others give an :class:`~analysis.chapters.common.Exhibit`
(the tidy numbers of one figure with title, unit, alternative text and source) or a frame for a
table. Titles and sentences are generated from the numbers: other numbers, other sentences.
"""
