"""Notebooks and book: what is stale, run it again, check it, build the pages.

``python -m analysis.publish status|execute|build``. Jupyter's own cache looks only at
a notebook's code, so a changed table would go on being published; here a notebook
carries the hashes of everything it read when it was run (:mod:`~analysis.publish.fingerprint`),
and the build renders stored outputs and runs nothing.
"""

import sys

# jsonschema compiles a grammar of international addresses when it is imported (1.1 s); none is used here.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
