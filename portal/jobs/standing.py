"""Noticing that the database was put back, before anything it says is carried out or mailed.

Each process remembers how far it saw the database come, and all of them by the queue, whose memory
a restored database does not share. With neither (another machine, an emptied queue) nobody can
tell: then whoever restores says so himself, by `flask restored`.
"""

import json
import uuid
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from flask import current_app
from redis.exceptions import RedisError

from portal.installation import Standing, standing
from portal.jobs.restored import hold_back
from tenants.db import db
from tenants.engines import reading

LOST = timedelta(seconds=60)
"""What a server that took over from another may have lost. It is caught up, as after an outage."""
KEY = "portal:standing:{}"
_seen: dict[uuid.UUID, Standing] = {}
log = structlog.get_logger()


def make_sure() -> None:
    """Have what is due held if the database was put back; else nothing. One statement.

    The queue is asked once a process, and where it is out of reach not waited for. Raises
    SQLAlchemyError.
    """
    # What is known first, then the row: others go on counting in between.
    known = dict(_seen)
    here = _here()
    if here is not None and here.id not in known:
        remembered = _remembered(here.id)
        if remembered is not None:
            known[here.id] = remembered
        here = _here()
    if here is None:
        return
    seen = known.get(here.id)
    if seen is not None and was_put_back(here, seen):
        log.error("the database was put back", seen=str(seen.at), now=str(here.at))
        hold_back(here.id)
    else:
        _keep(here if seen is None else max(here, seen, key=lambda each: each.beats))


def _keep(seen: Standing) -> None:
    known = _seen.get(seen.id)
    if known is None or known.beats < seen.beats:
        _seen[seen.id] = seen


def remember() -> None:
    """Have the queue remember how far this database has come, unless it knows of more."""
    here = _here()
    if here is None or here.at is None:
        return
    known = _remembered(here.id)
    if known is not None and known.beats > here.beats:
        _keep(known)
        return
    told = json.dumps([here.beats, here.at.isoformat()])
    with suppress(RedisError):  # what it does not remember, this process does
        current_app.extensions["redis"].set(KEY.format(here.id.hex), told)


def was_put_back(here: Standing, seen: Standing) -> bool:
    """Tell whether a database stands where it stood before: fewer beats, and LOST earlier."""
    if here.beats >= seen.beats or seen.at is None:
        return False
    return here.at is None or seen.at - here.at > LOST


def _here() -> Standing | None:
    with reading():
        found = standing(db.session())
        db.session.rollback()
    return found


def _remembered(installation_id: uuid.UUID) -> Standing | None:
    try:
        told = current_app.extensions["redis"].get(KEY.format(installation_id.hex))
        beats, at = json.loads(told) if told else (0, "")
        return Standing(installation_id, int(beats), datetime.fromisoformat(at)) if at else None
    except (RedisError, ValueError, TypeError):
        return None
