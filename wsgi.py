"""The WSGI entry point: `gunicorn wsgi:app`, `flask --app wsgi …`."""

import gc
import sys

gc.disable()  # what is loaded below stays: looking for garbage among it takes a tenth of a start

from portal import create_app  # noqa: E402
from portal.collecting import settle  # noqa: E402
from portal.config import BadConfig, load_env_file  # noqa: E402

load_env_file()
try:
    app = create_app()
except BadConfig as problem:
    sys.stderr.write(f"portal: {problem}\n")
    sys.exit(2)
settle()
