"""The watch of a web process: it looks whether what is due is carried out, whoever should do that.

With every worker and scheduler dead this is who notices, marks what is missed and mails those who
can do something about it. It never publishes.
"""

import os
import random
import threading
import uuid

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from portal.config import Config
from portal.jobs.mail import deliver_these
from portal.jobs.missed import notice_misses
from tenants.audit import circumstances
from tenants.db import db

log = structlog.get_logger()
_running: dict[int, threading.Thread] = {}
_starting = threading.Lock()


def init_app(app: Flask) -> None:
    """Have every process that answers requests keep watch, from its first request on.

    Where WATCH_SECONDS is 0, as it is in tests, none does.
    """
    config: Config = app.config["PORTAL"]
    if config.watch_seconds:
        app.before_request(lambda: start(app))


def start(app: Flask) -> None:
    """Begin the watch of this process, unless it runs already or the settings want none."""
    config: Config = app.config["PORTAL"]
    if os.getpid() in _running or not config.watch_seconds:
        return
    with _starting:
        if os.getpid() in _running:
            return
        thread = threading.Thread(
            target=_keep_watch, args=(app, config.watch_seconds), name="watch", daemon=True
        )
        _running.clear()
        _running[os.getpid()] = thread
        thread.start()


def _keep_watch(app: Flask, seconds: int) -> None:
    """Look again and again, each process at moments of its own.

    Not at once: a scheduler that starts beside it is to have caught up by then.
    """
    pause, unsent = threading.Event(), set[uuid.UUID]()
    pause.wait(random.uniform(seconds, 2 * seconds))  # noqa: S311  no secret
    while True:
        with app.app_context():
            look(unsent)
        pause.wait(seconds)


def look(unsent: set[uuid.UUID]) -> None:
    """Mark and tell of what is missed, and send the mails about it that did not leave yet.

    `unsent` is what this process keeps of them between two looks. Never raises.
    """
    try:
        with circumstances(request_id=f"watch-{os.getpid()}"):
            unsent.update(notice_misses())
        if unsent:
            waiting = deliver_these(frozenset(unsent))
            unsent.intersection_update(waiting)
    except SQLAlchemyError as error:
        log.warning("the database is out of reach of the watch", error=str(error))
    except Exception:
        log.exception("the watch could not look; it tries again")
    finally:
        db.session.remove()
