"""The queue as staff see it: what failed and why, what runs and waits, who works."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import flash, g, redirect, request
from flask_admin import expose
from redis.exceptions import RedisError

from portal.errors import record_refusal
from portal.forms.console import ActForm
from portal.heartbeats import SILENT_AFTER
from portal.jobs import failed, registries
from portal.jobs.queue import queue
from portal.jobs.registries import KINDS, PAGE, JobSeen, WorkerSeen
from portal.requests import current
from portal.staff.acts import MOST_ROWS, Outcome
from portal.staff.cells import Cell
from portal.staff.doorway import Console, Doorway, Told, house
from portal.staff.health import beats
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Denied
from tenants.permissions import Permission as P
from tenants.scope import acting_in, tenant_scope

LAST_PAGE = 199
LONGEST_ID = 200
KIND_WORDS = {
    "failed": ("Failed", "When it failed"), "started": ("At work", "Began"),
    "queued": ("Waiting", "Put in"), "scheduled": ("For later", "Due"),
    "deferred": ("Deferred", "Put in"),
}  # fmt: skip
TILE_TONES = {"failed": "bad"}
AWAY = "Redis does not answer. What is due is kept in the database and goes on without it."


@dataclass(frozen=True)
class JobAct:
    """What can be done to jobs that failed."""

    key: str
    label: str
    intro: str
    icon: str
    do: Callable[..., None]


ACTS = (
    JobAct(
        "retry", "Run again", "Each goes into the queue as it was. Jobs look at the rows again, so "
        "that what was done meanwhile is not done twice.", "refresh-cw", failed.retry,
    ),
    JobAct(
        "discard", "Discard", "They are deleted from the queue with what is known of them. What is "
        "still to be done stands in the database and wakes new jobs.", "trash-2", failed.discard,
    ),
)  # fmt: skip


class Jobs(Doorway):
    """Every job Redis knows, a page at a time; those that failed run again or are discarded."""

    needs = (P.ACCOUNT_EDIT,)
    words = "the jobs"
    plural = "jobs"

    def act_url(self, act: JobAct, *jobs: JobSeen) -> str:
        """Return the address where an act on these jobs is confirmed."""
        ids = [job.id for job in jobs]
        return str(self.get_url("console_jobs.act", key=act.key, **({"id": ids} if ids else {})))

    @expose("/")
    def show(self) -> Any:
        """Show a page of one kind of job, and who works. 404 for a kind or page there is not."""
        kind, page = request.args.get("kind", "failed"), request.args.get("page", 0, type=int)
        if kind not in KINDS or not 0 <= page <= LAST_PAGE:
            return self._refused("There is no such list of jobs.", 404)
        g.console_told = Told(f"the jobs, {KIND_WORDS[kind][0].lower()}", Console())
        parts: dict[str, Any] = {"schedulers": beats(), "silent_after": SILENT_AFTER}
        try:
            counts = registries.counts()
            jobs, more = registries.page_of(kind, page)
            parts |= {
                "tiles": _tiles(counts), "counts": counts, "jobs": jobs, "more": more,
                "workers": [(each, _life(each)) for each in registries.workers()],
                "policy": registries.throws_away(queue().connection),
            }  # fmt: skip
        except (RedisError, OSError):
            parts["away"] = AWAY
        return self.page(
            "admin/jobs.html", kind=kind, kinds=KIND_WORDS, page=page, page_size=PAGE,
            last_page=LAST_PAGE, acts=ACTS, most_times=registries.MOST_TIMES, **parts,
        )  # fmt: skip

    @expose("/act/<key>/", methods=("GET", "POST"))
    def act(self, key: str) -> Any:
        """Ask for a reason, then act. 422 without a reason, or without a job to act on."""
        act = next((each for each in ACTS if each.key == key), None)
        at = house()
        if act is None or at is None:
            return self._refused("There is nothing of that name to do.", 404)
        ids = list(dict.fromkeys((request.values).getlist("id")))
        if not 0 < len(ids) <= MOST_ROWS or any(len(each) > LONGEST_ID for each in ids):
            return self._refused(f"Choose between 1 and {MOST_ROWS} of the jobs first.", 422)
        form = ActForm()
        if form.validate_on_submit():
            return self._done(act, [_one(act, each, at, form.reason.data) for each in ids])
        told = f"“{act.label}” for {len(ids)} of the jobs, before it is done"
        g.console_told = Told(told, Console())
        page = self.page(
            "admin/model/act.html", act=act, form=form, planned=_planned(ids, at),
            return_url=_list(self),
        )  # fmt: skip
        return page, 422 if form.is_submitted() else 200

    def _done(self, act: JobAct, outcomes: list[Outcome]) -> Any:
        done = sum(not each.problem for each in outcomes)
        told = f"what came of “{act.label}” for {len(outcomes)} of the jobs, {done} done"
        g.console_told = Told(told, Console())
        if done == len(outcomes):
            flash(f"{act.label}: done for {done} of {done}.", "good")
            return redirect(_list(self))
        page = self.page(
            "admin/model/acted.html", act=act, outcomes=outcomes, done=done,
            return_url=_list(self),
        )  # fmt: skip
        return page, 200 if done else 422

    def _refused(self, problem: str, status: int) -> tuple[str, int]:
        return self.page("admin/jobs_refused.html", problem=problem), status


def _list(view: Jobs) -> str:
    return str(view.get_url("console_jobs.show"))


def _planned(ids: list[str], at: AccountRef) -> list[tuple[Any, Cell, str, str]]:
    gone = "It is not among the jobs that failed any more."
    try:
        found = {job.id: job for job in registries.failed(ids)}
    except (RedisError, OSError):
        found, gone = {}, AWAY
    rows = [found.get(each, JobSeen(each, "unknown")) for each in ids]
    return [
        (job, Cell(_capital(job.label), note=job.cause), at.name, "" if job.id in found else gone)
        for job in rows
    ]


def _one(act: JobAct, job_id: str, at: AccountRef, reason: str | None) -> Outcome:
    """Do it to one job, in a transaction of its own."""
    problem = ""
    db.session.close()
    try:
        with acting_in(tenant_scope(at.tenant_id)):
            act.do(job_id, at, by=current.person, reason=reason or "")
    except Denied as denied:
        record_refusal(denied.decision)
        problem = str(denied)
    except failed.JobGone as gone:
        problem = str(gone)
    except (RedisError, OSError):
        problem = AWAY
    finally:
        db.session.rollback()
    return Outcome(at.id, f"the job {job_id}", at.name, problem)


def _tiles(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"label": KIND_WORDS[kind][0], "value": number, "hint": "",
         "tone": TILE_TONES.get(kind, "") if number else ""}
        for kind, number in counts.items()
    ]  # fmt: skip


def _life(worker: WorkerSeen) -> Cell:
    if worker.seen is None or now() - worker.seen > timedelta(seconds=90):
        return Cell("Silent", tone="bad", note=_age(worker.seen))
    tone = "accent" if worker.state == "busy" else "good"
    return Cell(worker.state.capitalize() or "Alive", tone=tone, note=_age(worker.seen))


def _age(seen: datetime | None) -> str:
    if seen is None:
        return "never heard of"
    return f"heard of {max(0, int((now() - seen).total_seconds()))} s ago"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
