"""What every job does first: a clean database pool after RQ's fork, and its own circumstances."""

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app
from rq import get_current_job

from tenants.audit import circumstances
from tenants.db import db

_pool_owner = os.getpid()


def job(work: Callable[..., Any]) -> Callable[..., Any]:
    """Make `work` a job: arguments are ids as text; what it returns is not kept."""

    @wraps(work)
    def run(*ids: str) -> None:
        _own_pool()
        at_work = get_current_job()
        with circumstances(request_id=f"job-{at_work.id}" if at_work else "job"):
            work(*ids)

    return run


def _own_pool() -> None:
    """Leave the parent's connections alone: RQ forks a process for each job."""
    global _pool_owner  # noqa: PLW0603 - one value a process, that is its meaning
    if _pool_owner == os.getpid():
        return
    _pool_owner = os.getpid()
    with current_app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)
