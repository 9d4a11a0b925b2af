"""The stage of a scenario: its programs, what they publish, and the verdict on it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from portal.cli.warden import Warden
from portal.jobs.queue import wake_at
from portal.outbox import post
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.faults import items, oracle
from tests.faults.items import Item, Wanted
from tests.faults.programs import HEAL_SECONDS, Programs
from tests.faults.recorder import Recorder
from tests.fixtures.app import app_over
from tests.fixtures.cast import Cast, read_cast
from tests.infra.nursery import Nursery


class Stage(Programs):
    """`stage.up()` starts the programs; `stage.plan(…)` schedules; `stage.check(…)` judges."""

    def __init__(self, kind: str, nursery: Nursery, watcher: Warden) -> None:
        super().__init__(kind, nursery, watcher)
        self.verdict = oracle.Verdict(0, kind, "")
        self.over: datetime | None = None
        self._recorder: Recorder | None = None
        self._app: Flask | None = None
        self._kept = ExitStack()

    @property
    def recorder(self) -> Recorder:
        """Watches the public site; there must be a web server."""
        if self._recorder is None:
            self._recorder = Recorder(self.url)
        return self._recorder

    def up(self, workers: int = 2, schedulers: int = 2, *, web: bool = True) -> None:
        """Start everything and wait until a scheduler was heard of."""
        for number in range(schedulers):
            self.start(f"scheduler-{number + 1}")
        for number in range(workers):
            self.start(f"worker-{number + 1}")
        if web:
            self.start_web()
        if schedulers:
            self.wait(lambda: bool(self.rows("SELECT 1 FROM heartbeat")), "a scheduler beats")

    def healed(self) -> None:
        """Note that the fault is over: from here on time to heal counts."""
        self.over = datetime.now(UTC)

    @contextmanager
    def app(self) -> Iterator[tuple[Flask, Cast]]:
        """The application in this process, over the same database and queue."""
        if self._app is None:
            self._app = self._kept.enter_context(
                app_over(self.database.url(), redis_url=self.redis.url)
            )
        with self._app.app_context():
            yield self._app, read_cast()

    def forget_app(self) -> None:
        """Have the next use of the application open the database anew."""
        self._kept.close()
        self._app = None

    @property
    def cast(self) -> Cast:
        with self.app() as (_, cast):
            return cast

    def plan(self, count: int = 1, due_in: float = 2.0, **more: Any) -> list[Item]:
        """Schedule pages of Acme by Pia, due in so many seconds; watched by readers up to 20."""
        cast = self.cast
        due = datetime.now(UTC) + timedelta(seconds=due_in)
        wanted = Wanted(cast.acme, cast.publisher, due, count)
        return self.write(replace(wanted, **more))

    def write(self, wanted: Wanted) -> list[Item]:
        with self.engine.begin() as connection:
            made = items.write(connection, wanted)
        if self.url:
            self.recorder.watch(items.paths(made[:20]))
        return made

    @contextmanager
    def inside(self, tenant_id: uuid.UUID) -> Iterator[Cast]:
        """For acts of people, as the web does them; committed at the end."""
        with self.app() as (_, cast), acting_in(tenant_scope(tenant_id)):
            yield cast
            db.session.commit()

    def wake(self, made: Sequence[Item]) -> None:
        """Ask the queue to wake a worker for each, as the web does when somebody schedules."""
        with self.app():
            for item in made:
                wake_at(item.due_at, "publish_due", job_id=f"due-{item.schedule_id.hex}-0")

    def post_mail(self, count: int, subject: str) -> None:
        """Put mails into the outbox."""
        with self.app() as (_, cast):
            for number in range(count):
                post(f"reader-{number}@example.org", subject, "Text", cast.acme.tenant_id)
            db.session.commit()

    def waiting(self) -> int:
        found = self.rows("SELECT count(*) FROM schedule WHERE state = 'pending'")
        return int(found[0][0]) if found else -1

    def wait_done(self, seconds: float = HEAL_SECONDS) -> None:
        """Wait until nothing is pending any more, neither done nor held."""
        self.wait(lambda: self.waiting() == 0, "nothing is pending", seconds)

    def check(self, made: Sequence[Item], *, readers: bool = True) -> oracle.Verdict:
        """Judge these items and the rows as a whole; nothing may be lost, twice or early."""
        recorder = self._recorder if readers else None
        verdict = oracle.judge(self.verdict, self.engine, made, self.over, recorder)
        found = [
            f"{getattr(verdict, name)} {name}" for name in ("lost", "twice", "early", "wrong")
            if getattr(verdict, name)
        ]  # fmt: skip
        found += oracle.legal(self.engine)
        if verdict.heals > HEAL_SECONDS:
            found.append(f"healed only after {verdict.heals:.1f} s")
        told = "\n".join(verdict.told[:20])
        assert not found, f"{found}\n{verdict}\n{told}\n{self.logs()}"
        return verdict

    def end(self) -> None:
        """End everything; also after a failure."""
        if self._recorder is not None:
            self._recorder.end()
        self.forget_app()
        super().end()
