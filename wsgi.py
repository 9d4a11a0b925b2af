"""The WSGI entry point: `gunicorn wsgi:app`, `flask --app wsgi …`."""

import sys

from portal import create_app
from portal.collecting import settle
from portal.config import BadConfig, load_env_file

load_env_file()
try:
    app = create_app()
except BadConfig as problem:
    sys.stderr.write(f"portal: {problem}\n")
    sys.exit(2)
settle()
