"""The lists of what happens again and again, and the clocks that make it happen.

The scheduler process carries out what is due itself, since that must be on time; what may take
long it hands to the workers, by a job id that keeps it from piling up.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from portal.content.due import publish_due
from portal.content.due_ahead import read_ahead
from portal.content.due_world import seconds_until_due
from portal.content.export_runs import find_waiting as find_exports
from portal.content.import_runs import find_waiting
from portal.content.release_run import carry_out_releases
from portal.heartbeats import beat
from portal.installation import count_beat
from portal.jobs.copies import forget_copies
from portal.jobs.endings import announce_endings
from portal.jobs.erasing import erase_closed
from portal.jobs.hosts import anything_due
from portal.jobs.mail import anything_waiting
from portal.jobs.media import find_unready
from portal.jobs.notifications import mail_notifications
from portal.jobs.outcomes import tell_outcomes
from portal.jobs.owners import remind_owners
from portal.jobs.preflight import look_ahead
from portal.jobs.queue import wake
from portal.jobs.release_preflight import try_out_releases
from portal.jobs.reviews import ring_alarms
from portal.jobs.seals import seal_waiting
from portal.jobs.site_log import shorten_log
from portal.jobs.stalled import end_stalled
from portal.jobs.standing import make_sure, remember
from portal.jobs.tidying import forget_answers, forget_heartbeats, forget_mails
from portal.jobs.words import note_words
from portal.jobs.zone_rules import check_zone_rules
from tenants.db import db
from tenants.engines import reading
from tenants.scope import aside

SCHEDULER = "scheduler"
TICK_SECONDS = 0.25
LEAST_SECONDS = 0.002
"""How soon something is done again at the earliest: clocks and sleeps are not exact."""
CROWD = 200
"""From so many at once on, what is due has the process to itself, for PATIENCE seconds."""
PATIENCE = 5.0
_calm = threading.Event()
log = structlog.get_logger()


@dataclass(frozen=True)
class Periodic:
    """Something done again every so many seconds; earlier when `sooner` says in how many."""

    name: str
    seconds: float
    work: Callable[[], object]
    sooner: Callable[[], float] | None = None


def _publish_due() -> None:
    """Carry out what is due; while it comes in crowds, housekeeping waits."""
    _calm.clear()
    number = 0
    try:
        number = publish_due()
    finally:
        if number < CROWD:
            _calm.set()


def _until_due() -> float:
    return seconds_until_due(TICK_SECONDS)


def _beat() -> None:
    with aside(None) as session:
        beat(session, SCHEDULER)
        count_beat(session)


def _wake_mail() -> None:
    with reading():
        waiting = anything_waiting()
        db.session.rollback()
    if waiting:
        wake("deliver_mail", job_id="deliver-mail")


def _wake_imports() -> None:
    for import_id in find_waiting(20):
        if not wake("run_import", str(import_id), job_id=f"import-{import_id.hex}"):
            return  # The queue is out of reach: the clock has better things to do than to wait.


def _wake_exports() -> None:
    for export_id in find_exports(20):
        if not wake("make_export", str(export_id), job_id=f"export-{export_id.hex}"):
            return


def _wake_trash() -> None:
    wake("empty_trash", job_id="empty-trash")


def _wake_purge() -> None:
    wake("purge_trail", job_id="purge-trail")


def _wake_hosts() -> None:
    if anything_due():
        wake("check_hosts", job_id="check-hosts")


def _wake_renditions() -> None:
    for version_id in find_unready():
        if not wake("make_renditions", str(version_id), job_id=f"renditions-{version_id.hex}"):
            return


def _wake_media_sweep() -> None:
    wake("sweep_media", job_id="sweep-media")


ON_TIME: tuple[Periodic, ...] = (
    Periodic("publish what is due", TICK_SECONDS, _publish_due, sooner=_until_due),
    Periodic("heartbeat", 5, _beat),
)
RELEASES: tuple[Periodic, ...] = (
    Periodic("carry out releases that are due", TICK_SECONDS, carry_out_releases),
)
SOON: tuple[Periodic, ...] = (Periodic("read ahead what is due soon", 5, read_ahead),)
HOUSEKEEPING: tuple[Periodic, ...] = (
    Periodic("end what stands still", 5, end_stalled),
    Periodic("remember how far it has come", 5, remember),
    Periodic("wake mail", 2, _wake_mail),
    Periodic("wake imports", 2, _wake_imports),
    Periodic("wake exports", 5, _wake_exports),
    Periodic("announce grants that end", 600, announce_endings),
    Periodic("remind of reviews", 60, ring_alarms),
    Periodic("tell how schedules ended", 5, tell_outcomes),
    Periodic("look at what is due soon", 20, look_ahead),
    Periodic("try out releases that are due soon", 20, try_out_releases),
    Periodic("mail what people were told", 15, mail_notifications),
    Periodic("remind owners of reviews", 3600, remind_owners),
    Periodic("let go of old working copies", 3600, forget_copies),
    Periodic("let go of old mails", 3600, forget_mails),
    Periodic("let go of answers to forms", 300, forget_answers),
    Periodic("let go of processes long gone", 3600, forget_heartbeats),
    Periodic("shorten the log of sites", 60, shorten_log),
    Periodic("erase what was closed", 60, erase_closed),
    Periodic("wake the look at host names", 30, _wake_hosts),
    Periodic("seal the trail", 2, seal_waiting),
    Periodic("note the words of what is live", 10, note_words),
    Periodic("wake renditions", 5, _wake_renditions),
    Periodic("wake the sweep of files", 3600, _wake_media_sweep),
    Periodic("wake the emptying of the trash", 3600, _wake_trash),
    Periodic("compare with the rules of time zones", 24 * 3600, check_zone_rules),
    Periodic("wake purge", 6 * 3600, _wake_purge),
)


def run_for_ever(app: Flask, stop: threading.Event) -> None:
    """Do what is in the lists until `stop` is set. A fault in one does not keep the others away.

    Each list has a thread of its own: what must be on time waits neither for a large release nor
    for housekeeping, nor for a queue out of reach.
    """
    beside = [
        threading.Thread(target=_beside, args=(app, items, stop, patience), name=items[0].name)
        for items, patience in ((RELEASES, 0.0), (SOON, PATIENCE), (HOUSEKEEPING, PATIENCE))
    ]
    for thread in beside:
        thread.start()
    try:
        _repeat(ON_TIME, stop)
    finally:
        stop.set()
        for thread in beside:
            thread.join()


def _beside(app: Flask, items: Sequence[Periodic], stop: threading.Event, patience: float) -> None:
    with app.app_context():
        _repeat(items, stop, patience)


def _repeat(items: Sequence[Periodic], stop: threading.Event, patience: float = 0.0) -> None:
    """Do each item at its time, for ever. In a crowd each waits for up to `patience` seconds."""
    next_at = dict.fromkeys((item.name for item in items), 0.0)
    while not stop.is_set():
        for item in items:
            if next_at[item.name] <= time.monotonic() and not stop.is_set():
                if patience:
                    _calm.wait(patience)
                next_at[item.name] = time.monotonic() + item.seconds
                _do(item)
                next_at[item.name] = _sooner(item, next_at[item.name])
        wait = min(next_at.values()) - time.monotonic()
        stop.wait(min(max(0.0, wait), TICK_SECONDS))


def _sooner(item: Periodic, next_at: float) -> float:
    """Return when an item is to be done again, that being `next_at` or something coming up."""
    if item.sooner is None or next_at <= time.monotonic():
        return next_at
    try:
        return min(next_at, time.monotonic() + max(LEAST_SECONDS, item.sooner()))
    except SQLAlchemyError:
        db.session.remove()
        return next_at


def _do(item: Periodic) -> None:
    try:
        make_sure()
        item.work()
    except SQLAlchemyError as error:
        db.session.remove()
        log.error("periodic work failed; it is tried again", work=item.name, error=str(error))
    except Exception:
        db.session.remove()
        log.exception("periodic work failed; it is tried again", work=item.name)
