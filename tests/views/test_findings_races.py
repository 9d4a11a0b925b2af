"""Two people do the same at the same moment: both succeed, or one is told so and keeps his text."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.content.filing import tags_named
from portal.content.terms import Term
from tenants.db import db
from tenants.inviting import CannotInvite
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases, on_postgres
from tests.fixtures.cast import Cast
from tests.fixtures.client import Browser, sign_in
from tests.tenants.invitation_scene import invited

SETTINGS = {"name": "Acme", "zone": "UTC", "title": "Acme", "tagline": "", "language": "en"}


def race(workers: int, work: Callable[[int], object]) -> list[object]:
    """What `work(number)` returned in threads that start together."""
    ready, results = threading.Barrier(workers), []

    def run(number: int) -> None:
        ready.wait()
        try:
            results.append(work(number))
        except Exception as error:  # noqa: BLE001 - it is what is looked at
            results.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@on_postgres
def test_one_address_is_invited_once(app: Flask, cast: Cast) -> None:
    def ask(_number: int) -> str:
        with app.app_context():
            try:
                return invited(cast, "new@elsewhere.example")
            except CannotInvite:
                return "told"

    assert race(4, ask).count("told") == 3


@on_postgres
def test_four_who_start_the_same_tags_all_save(app: Flask, cast: Cast) -> None:
    app.test_client_class = Browser
    clients = [sign_in(app.test_client(), cast.admin) for _ in range(4)]
    names = [f"Tag {n}" for n in range(20)]

    def save(number: int) -> int:
        order = names if number % 2 else names[::-1]
        sent = {"type": "post", "title": f"Post {number}", "tags": ",".join(order)}
        return clients[number].post("/a/acme/pages/new", data=sent, audit=False).status_code

    assert race(4, save) == [302] * 4
    with app.app_context(), across_tenants("the tags"):
        slugs = db.session.scalars(select(Term.slug).where(Term.slug.like("tag-%"))).all()
    assert len(slugs) == len(set(slugs)) == len(names)


@both_databases
def test_whoever_comes_second_gets_the_first_ones_tag(app: Flask, cast: Cast) -> None:
    with app.app_context(), acting_in(tenant_scope(cast.acme.id)):
        first = tags_named(cast.acme, ["New", "Newer"])
        again = tags_named(cast.acme, ["Newer", "new"])
        assert {t.id for t in first} == {t.id for t in again}


def broken(app: Flask, **values: Any) -> None:
    """A view that starts a tag which the database refuses at the commit."""

    def start() -> str:
        with across_tenants("the test breaks a rule"):
            db.session.add_all([Term(taxonomy="tag", **values) for _ in range(2)])
            db.session.flush()
        return abort(418)

    start.guard = ("public", "The test.")  # type: ignore[attr-defined]
    app.add_url_rule("/broken", "broken", start, methods=["POST"])


@both_databases
def test_at_the_same_moment_nothing_typed_is_lost(client: FlaskClient, cast: Cast) -> None:
    acme = cast.acme.id
    broken(client.application, slug="same", name="Same", tenant_id=acme, account_id=acme)
    answer = client.post(
        "/broken", data={"body": "My long words"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 409
    assert "Somebody else did the same at the same moment." in answer.text
    assert "My long words" in answer.text


@both_databases
def test_a_row_that_lacks_something_is_a_fault_of_ours(client: FlaskClient, cast: Cast) -> None:
    acme = cast.acme.id
    broken(client.application, slug=None, name="None", tenant_id=acme, account_id=acme)
    assert client.post("/broken").status_code == 500


def test_a_race_seen_only_at_the_commit_gets_the_same_page(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose() -> None:
        raise IntegrityError("", {}, Exception("taken"))

    sign_in(client, cast.admin)
    monkeypatch.setattr(db.session, "commit", lose)
    answer = client.post("/a/acme/settings/", data=SETTINGS | {"tagline": "Mine"},
                         headers={"Sec-Fetch-Site": "same-origin"})  # fmt: skip
    assert answer.status_code == 409
    assert "Mine" in answer.text
