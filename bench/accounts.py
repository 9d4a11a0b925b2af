"""How many accounts a tenant has: ten, a hundred, a thousand and ten thousand, as one curve.

Compared is the portal with itself: dashboard, list of content, the same with all accounts below,
access page and trail as the admin of an account sees them whose branch grows with the tenant, and a
post and the home page of that account's site, made anew for each request. Fair, because that
account has the same in each world (half a thousand pages and events, two hundred grants, a site of
a few posts), and all others have little (ten pages, twenty events and a grant each), so that what
differs is how many there are. All worlds are open in one process and asked in turn. A page may cost
at most 1.3 times what it costs among ten accounts, with as many statements. On SQLite the note
tells how many instructions its machine went through as well, which no busy machine changes.
"""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import event, select

from bench import site_world, worlds
from bench.apps import Watch, portal, signed_in, watching
from bench.measure import Line, alternating, line
from bench.wsgi import Browser
from portal.content.drafting import Text, create_page
from portal.content.publishing import publish
from portal.content.sites import Site, open_site
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import SYSTEM, Actor
from tenants.directory import account_path, actor_for
from tenants.grants import Grant
from tenants.roles import Role
from tenants.scope import acting_in, directory, tenant_scope

NUMBERS = (10, 100, 1_000, 10_000)
ACCOUNT, ADMIN, POSTS, ROUNDS, BAR, EACH = "account-2", "account-admin", 12, 40, 1.3, 100
INSIDE, SITE = f"/a/{ACCOUNT}", f"/s/{ACCOUNT}"
SCREENS = {
    "dashboard": f"{INSIDE}/", "list": f"{INSIDE}/pages/", "below": f"{INSIDE}/pages/?within=below",
    "access": f"{INSIDE}/access/", "trail": f"{INSIDE}/trail/", "post": f"{SITE}/posts/cup-0/",
    "home": f"{SITE}/",
}  # fmt: skip


@dataclass
class World:
    """A portal with so many accounts, and somebody who looks at it."""

    app: Flask
    browser: Browser
    watch: Watch
    fewest: dict[str, int] = field(default_factory=dict)
    """Statements of each page, without those that are sent once a second or minute."""

    def look(self, path: str, _round: int = 0) -> float:
        """Ask for a page; return the milliseconds of the whole request."""
        self.watch.reset()
        answer = self.browser.get(path)
        if answer.status != 200:
            raise RuntimeError(f"The portal answered {answer.status} to {path}.")
        self.fewest[path] = min(self.watch.all, self.fewest.get(path, self.watch.all))
        return answer.wall

    def steps(self, path: str) -> int:
        """Ask once more and return how many instructions SQLite went through; 0 on PostgreSQL."""
        with self.app.app_context(), _counting() as counted:
            self.look(path)
        return counted[0] * EACH


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Measure each page in each world, on each database."""
    lines: list[Line] = []
    for kind in kinds:
        with worlds.server(kind) as socket, ExitStack() as stack:
            found = {}
            for number in NUMBERS:
                app = stack.enter_context(portal(f"accounts_{number}", socket))
                _publish_some()
                watch = stack.enter_context(watching())
                found[number] = World(app, signed_in(app, ADMIN, ACCOUNT), watch)
            for name, path in SCREENS.items():
                lines += _curve(kind, name, path, found)
    return lines


def _curve(kind: str, name: str, path: str, found: dict[int, World]) -> list[Line]:
    spent = alternating(
        {f"{number:,}": partial(world.look, path) for number, world in found.items()}, ROUNDS
    )
    least, sent = statistics.median(spent[f"{NUMBERS[0]:,}"]), found[NUMBERS[0]].fewest[path]
    lines = []
    for number, world in found.items():
        values, told = spent[f"{number:,}"], f"{world.fewest[path]} statements"
        ratio = statistics.median(values) / least
        told += f", {steps:,} steps" if (steps := world.steps(path)) else ""
        bar = number == NUMBERS[-1]
        lines.append(
            line(f"accounts-{name}", kind, f"{number:,} accounts", values, note=told,
                 ratio=None if number == NUMBERS[0] else ratio,
                 target=f"<= {BAR}x, statements as many" if bar else "",
                 met=ratio <= BAR and world.fewest[path] == sent if bar else None)
        )  # fmt: skip
    return lines


def _publish_some() -> None:
    """Open the account's site with a few posts, unless it is there from another run."""
    here = account_path(ACCOUNT)[-1]
    by = _admin(here)
    with acting_in(tenant_scope(here.tenant_id)):
        if db.session.scalar(select(Site.id).where(Site.account_id == here.id)) is None:
            open_site(here, here.name, "Slow coffee for busy people", by=SYSTEM)
            for number in range(POSTS):
                words = Text(title=f"Cup {number}", slug=f"cup-{number}", body=site_world.text())
                page, saved = create_page(here, "post", words, by=by)
                publish(page, saved.revision, here, by=by)
        db.session.commit()
    db.session.remove()


def _admin(here: AccountRef) -> Actor:
    with directory():
        query = select(Grant.person_id).join(Role, Role.id == Grant.role_id)
        query = query.where(Role.key == ADMIN, Grant.account_id == here.id)
        person_id = db.session.scalars(query.order_by(Grant.id).limit(1)).one()
    db.session.remove()
    actor = actor_for(person_id) if person_id else None
    if actor is None:
        raise LookupError(person_id)
    return actor


@contextmanager
def _counting() -> Iterator[list[int]]:
    """Count SQLite's instructions meanwhile, by the hundred."""
    counted, seen = [0], []

    def step() -> int:
        counted[0] += 1
        return 0

    def begin(connection: Any, *_rest: Any) -> None:
        driver = connection.connection.driver_connection
        if hasattr(driver, "set_progress_handler"):
            driver.set_progress_handler(step, EACH)
            seen.append(driver)

    event.listen(db.engine, "before_cursor_execute", begin)
    try:
        yield counted
    finally:
        event.remove(db.engine, "before_cursor_execute", begin)
        for driver in seen:
            driver.set_progress_handler(None, 0)
