"""The product's programs with failpoints around them: `python -m tests.faults.entry worker`.

For gunicorn: `tests.faults.entry:app`. The product itself knows nothing of faults.
"""

from __future__ import annotations

import sys

from tests.faults import failpoints

failpoints.wrap()

if __name__ == "__main__":
    from flask.cli import main

    sys.argv = ["flask", "--app", "wsgi", *sys.argv[1:]]
    main()
else:
    from wsgi import app

    __all__ = ["app"]
