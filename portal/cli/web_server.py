"""Settings of the web server: `gunicorn --config python:portal.cli.web_server wsgi:app`.

The application is loaded once and then forked, so a web process that dies is back at once.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from portal import watch
from portal.config import load_env_file
from tenants.db import db

load_env_file()

# Shorter than the supervisor waits, so that a request under way may end.
GRACEFUL_SECONDS = 8
# A process's heartbeat file must not wait for a busy disk; gunicorn makes it private.
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108  see above

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = "gthread"
threads = 4
preload_app = True
graceful_timeout = GRACEFUL_SECONDS
loglevel = "warning"
worker_tmp_dir = str(MEMORY_FOLDER) if MEMORY_FOLDER.is_dir() else None
# It would be one file for every gunicorn of this system user.
control_socket_disable = True
# Who is in front is said once, by PROXY_COUNT: gunicorn by itself would believe whoever asks
# from this machine, down to where the application is mounted, and answers are kept for all.
forwarded_allow_ips = ""


def post_fork(_server: Any, worker: Any) -> None:
    """A connection opened before the fork belongs to the parent: the child must open its own."""
    with worker.app.callable.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)
    watch.start(worker.app.callable)
