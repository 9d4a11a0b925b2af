"""Fifty accounts with a site of ten posts and four pages each, written by the portal's own actions.

The text of a post is 5 kB, its page some 10 kB. Kept in var/bench like the other worlds.
"""

import json
import subprocess
from pathlib import Path

from bench import postgres, worlds
from bench.apps import portal_at
from portal.content.drafting import Text, create_page
from portal.content.publishing import publish
from portal.content.sites import open_site
from portal.identity.passwords import hash_password
from tenants.accounts import AccountRef, ref
from tenants.audit import record
from tenants.db import db
from tenants.decisions import SYSTEM, Actor
from tenants.directory import actor_by_email
from tenants.events import Event
from tenants.opening import open_account, open_house
from tenants.people import Person
from tenants.scope import across_tenants, acting_in, tenant_scope

WORLD, ACCOUNTS, POSTS, PAGES = "site", 50, 10, 4
EMAIL, PASSWORD = "owner@bench.example", "seven green bottles stand"
SENTENCE = "Slow coffee takes a <strong>careful</strong> hand and some time; nobody hurries it. "
PARAGRAPHS = 20


def text(number: int = 0) -> str:
    """Return a post's body of 5 kB, which says a number."""
    first = f"<p>Cup number {number} of many.</p>"
    return first + "".join(f"<p>{n} {SENTENCE * 3}</p>" for n in range(PARAGRAPHS))


def handle(number: int) -> str:
    """Return the handle of one of the fifty accounts."""
    return f"reads-{number}"


def address(number: int, post: int = 0) -> str:
    """Return the path of a post of one of the accounts."""
    return f"/s/{handle(number)}/posts/cup-{post}/"


def owner_url(socket: Path | None) -> str:
    """Return the database as its owner opens it, filling it first when it is not there."""
    return worlds.kept(WORLD, socket, _fill)


def web_url(socket: Path | None) -> str:
    """Return the database as the portal's web processes open it."""
    filled = owner_url(socket)
    return filled if socket is None else postgres.url(socket, WORLD, postgres.WEB)


def _fill(url: str) -> None:
    with portal_at(url):
        with across_tenants("filling a bench's world"):
            person = Person(email=EMAIL, name="Olga", password_hash=hash_password(PASSWORD))
            db.session.add(person)
            db.session.flush()
            house = ref(open_house("bench", "Bench", person, by=SYSTEM))
            record(
                Event.PERSON_ADDED, person, by=SYSTEM, account_id=house.id,
                tenant_id=house.tenant_id,
            )  # fmt: skip
            db.session.commit()
        for number in range(ACCOUNTS):
            _open(house, number)


def _open(house: AccountRef, number: int) -> None:
    with across_tenants("filling a bench's world"):
        person = db.session.query(Person).filter_by(email=EMAIL).one()
        row = open_account(
            house, handle(number), f"Reads {number}", by=SYSTEM, admin=person, zone="UTC"
        )
        here = ref(row)
        open_site(here, row.name, "Slow coffee for busy people", by=SYSTEM)
        db.session.commit()
    by = admin()
    with acting_in(tenant_scope(here.tenant_id)):
        for post in range(POSTS):
            _publish(here, "post", f"Cup {post}", by)
        for page in range(PAGES):
            _publish(here, "page", f"About {page}", by)
        db.session.commit()


def admin() -> Actor:
    """Return who may write everywhere here."""
    actor = actor_by_email(EMAIL)
    if actor is None:
        raise LookupError(EMAIL)
    return actor


def _publish(here: AccountRef, kind: str, title: str, by: Actor) -> None:
    words = Text(title=title, slug=title.lower().replace(" ", "-"), body=text())
    page, saved = create_page(here, kind, words, by=by)
    publish(page, saved.revision, here, by=by)


def settings(socket: Path | None, database: str) -> list[str]:
    """Return where Wagtail's database for reading is, as its programs take it."""
    if socket is None:
        return ["sqlite", str(worlds.VAR / f"{database}.sqlite3")]
    postgres.make_database(socket, database)
    return ["postgres", str(socket), database]


def prepare_wagtail(python: Path, where: list[str]) -> None:
    """Fill Wagtail's database with a section of 200 articles that say the same."""
    command = [str(python), "-m", "bench.peers.wagtail_web", *where]
    subprocess.run(command, cwd=worlds.ROOT, input=text(), text=True, check=True)


def wagtail_environment(where: list[str]) -> dict[str, str]:
    """Return what tells Wagtail's program where its database is."""
    return {"BENCH_DATABASE": json.dumps(where)}
