"""Notebooks and book: what is stale, run it again, check it, build the pages.

``python -m analysis.publish --help`` lists the commands. Jupyter's own cache looks only at a notebook's code, so a
changed table would go on being published; here a notebook carries the hashes of everything it read when it was run
(:mod:`~analysis.publish.fingerprint`), and the build renders stored outputs and runs nothing.
"""
