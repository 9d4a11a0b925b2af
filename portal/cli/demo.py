"""Demo tenants: a house and two customers with colliding names, to try everything with."""

import os
import secrets
from dataclasses import dataclass
from datetime import timedelta

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from portal.cli import demo_texts
from portal.cli.common import fail
from portal.content.drafting import Text, create_page, save_draft
from portal.content.filing import tags_named
from portal.content.moments import moment_at
from portal.content.pages import Page
from portal.content.publishing import publish
from portal.content.scheduling import schedule
from portal.content.sites import open_site
from portal.identity.passwords import hash_password
from tenants.accounts import AccountRef, ref
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import SYSTEM, Actor
from tenants.delegation import bestow, give
from tenants.directory import account_path, actor_by_email, house
from tenants.events import Event
from tenants.opening import open_account, open_house
from tenants.people import Person, person_by_email
from tenants.roles import built_in
from tenants.scope import across_tenants, acting_in, tenant_scope

Login = tuple[str, str]


@dataclass(frozen=True)
class Member:
    """Somebody of the demo: who, and which role where."""

    email: str
    name: str
    role: str
    handle: str


MEMBERS = (
    Member("owner@house.example", "Olga Owner", "owner", "house"),
    Member("operator@house.example", "Otto Operator", "operator", "house"),
    Member("support@house.example", "Sam Support", "support", "house"),
    Member("auditor@house.example", "Aida Auditor", "auditor", "house"),
    Member("admin@acme.example", "Ada Admin", "account-admin", "acme"),
    Member("publisher@acme.example", "Paul Publisher", "publisher", "acme"),
    Member("editor@acme.example", "Edith Editor", "editor", "acme"),
    Member("author@acme.example", "Arthur Author", "author", "acme"),
    Member("viewer@acme.example", "Vera Viewer", "viewer", "acme"),
    Member("admin@berlin.acme.example", "Bruno Berliner", "account-admin", "acme-berlin"),
    Member("editor@berlin.acme.example", "Erika Berliner", "editor", "acme-berlin"),
    Member("admin@bolt.example", "Ada Admin", "account-admin", "bolt"),
    Member("editor@bolt.example", "Edith Editor", "editor", "bolt"),
)
ACCOUNTS = (
    ("acme", "Acme Coffee", "house", "admin@acme.example", "Europe/London"),
    ("acme-berlin", "Acme Coffee Berlin", "acme", "admin@berlin.acme.example", "Europe/Berlin"),
    ("acme-mitte", "Berlin Mitte", "acme-berlin", "admin@berlin.acme.example", "Europe/Berlin"),
    ("bolt", "Bolt Coffee", "house", "admin@bolt.example", "America/New_York"),
)


def load_once(app: Flask) -> tuple[list[Login], str | None]:
    """Load the demo into an empty database; return the logins and, if it was loaded now, the
    password.

    Raises RuntimeError in production.
    """
    if app.config["PORTAL"].production:
        raise RuntimeError("The demo does not load when APP_ENV=production.")
    with app.app_context():
        there = house()
        if there is not None and there.handle != "house":
            return [], None
        password = None
        if there is None:
            password = os.environ.get("PORTAL_DEMO_PASSWORD") or "-".join(
                secrets.token_hex(2) for _ in range(4)
            )
            _load(password)
    return [(m.email, f"{m.role} at {m.handle}") for m in MEMBERS], password


def _load(password: str) -> None:
    _open_house(password)
    for handle, name, parent, admin, zone in ACCOUNTS:
        _open(handle, name, parent, admin, zone)
    for member in MEMBERS:
        if member.role not in {"account-admin", "owner"}:
            _give(member)
    for handle in ("house", *(a[0] for a in ACCOUNTS)):
        _write(handle)


def _open_house(password: str) -> None:
    stored = hash_password(password)
    with across_tenants("loading the demo"):
        people = {m.email: m for m in MEMBERS}
        rows = {}
        for email, member in people.items():
            rows[email] = Person(email=email, name=member.name, password_hash=stored)
            db.session.add(rows[email])
        db.session.flush()
        owner = rows["owner@house.example"]
        root = open_house("house", "Portal House", owner, by=SYSTEM)
        bestow(
            owner, built_in("account-admin"), ref(root), by=SYSTEM, reach="account",
            because="Runs the house's own site.",
        )  # fmt: skip
        for row in rows.values():
            record(Event.PERSON_ADDED, row, by=SYSTEM, account_id=root.id, tenant_id=root.id)
        _site(ref(root), SYSTEM)
        db.session.commit()


def _open(handle: str, name: str, parent: str, admin: str, zone: str) -> None:
    by = SYSTEM if parent == "house" else _actor("admin@acme.example")
    above = _account(parent)
    with across_tenants("loading the demo"):
        row = open_account(above, handle, name, by=by, admin=person_by_email(admin), zone=zone)
        _site(ref(row), by)
        db.session.commit()


def _site(account: AccountRef, by: Actor) -> None:
    open_site(account, account.name, demo_texts.TAGLINES[account.handle], by=by)


def _give(member: Member) -> None:
    here = _account(member.handle)
    giver = {"house": "owner@house.example", "acme-berlin": "admin@berlin.acme.example"}.get(
        member.handle, f"admin@{member.handle}.example"
    )
    by = _actor(giver)
    with acting_in(tenant_scope(here.tenant_id)):
        person = person_by_email(member.email)
        if person is not None:
            give(person, built_in(member.role), here, by=by, because="First team.")
        db.session.commit()


def _write(handle: str) -> None:
    here = _account(handle)
    emails = {m.handle: m.email for m in MEMBERS if m.role in {"account-admin", "owner"}}
    by = _actor(emails.get(handle, "admin@berlin.acme.example"))
    with acting_in(tenant_scope(here.tenant_id)):
        for number, item in enumerate(demo_texts.items_for(handle)):
            _item(here, item, number, by)
        db.session.commit()


def _item(here: AccountRef, item: demo_texts.Item, number: int, by: Actor) -> Page:
    tags = tags_named(here, list(item.tags))
    db.session.flush()
    text = Text(
        title=item.title, slug=item.slug, body=item.body, excerpt=item.excerpt, byline=by.name,
        term_ids=tuple(str(t.id) for t in tags),
    )  # fmt: skip
    page, saved = create_page(here, item.type, text, by=by)
    if item.state in {"live", "live+draft"}:
        publish(page, saved.revision, here, by=by)
        page.published_at = now() - timedelta(days=3 * number, hours=number)
    if item.state == "live+draft":
        newer = Text(**{**text.__dict__, "body": item.body + demo_texts.SECOND_THOUGHT})
        save_draft(page, newer, here, by=by, based_on=saved.revision.id)
    if item.state == "scheduled":
        due = (now() + timedelta(days=number + 1)).replace(minute=0, second=0, microsecond=0)
        schedule(page, "publish", saved.revision, moment_at(due, here.zone), here, by=by)
    return page


def _actor(email: str) -> Actor:
    actor = actor_by_email(email)
    if actor is None:
        raise LookupError(email)
    return actor


def _account(handle: str) -> AccountRef:
    return account_path(handle)[-1]


@click.command("demo")
@with_appcontext
def load_demo() -> None:
    """Load the demo tenants into an empty database. Refused when APP_ENV=production."""
    if current_app.config["PORTAL"].production:
        fail("the demo does not load when APP_ENV=production")
    logins, password = load_once(current_app._get_current_object())  # type: ignore[attr-defined]  # the proxy's own way
    for email, role in logins:
        click.echo(f"{email}  {role}")
    if password:
        click.echo(f"Password of all of them, shown this once: {password}")


commands = [load_demo]
