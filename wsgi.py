"""The WSGI entry point: `gunicorn wsgi:app`, `flask --app wsgi …`."""

import gc
import sys

from flask import Flask


def _load() -> Flask:
    """Return the application; with a sentence on standard error, exit when it is set up wrongly.

    What is loaded stays: to look for garbage among it meanwhile takes a fifth of a start.
    """
    gc.disable()
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
    return app


app = _load()
