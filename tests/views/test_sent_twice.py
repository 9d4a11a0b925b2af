"""A form that makes something, sent twice without scripts, makes it once."""

from __future__ import annotations

import io
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from portal.answers import KEPT, FormAnswer
from portal.content.media import Media
from portal.content.pages import Page
from portal.content.releases import Release
from portal.content.shares import ShareLink
from portal.jobs.tidying import forget_answers
from portal.once import TWICE
from tenants.accounts import Account
from tenants.audit import AuditEvent
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases, on_postgres
from tests.fixtures.cast import Cast
from tests.fixtures.client import Browser, sign_in
from tests.fixtures.shares import address_in, on
from tests.views.test_accounts import FORM as SECONDARY
from tests.views.test_drafts_cost import counted
from tests.views.test_findings_races import race
from tests.views.test_pages import TYPED, page_id
from tests.views.test_pressed_twice import at_once, number

NEW = "/a/acme/pages/new"


def key_of(client: FlaskClient, url: str) -> dict[str, str]:
    """The key of a form that is rendered now."""
    found = re.search(r'name="once" value="([\w-]+)"', client.get(url).text)
    assert found
    return {"once": found[1]}


@both_databases
def test_the_second_is_answered_as_the_first(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    typed = TYPED | key_of(client, NEW)
    first, second = (client.post(NEW, data=typed) for _ in range(2))
    assert second.location == first.location
    assert TWICE in client.get(second.location).text
    made = (app, cast, Page, Page.title == TYPED["title"])
    assert number(*made) == 1
    assert number(app, cast, AuditEvent, AuditEvent.target_label == TYPED["title"]) == 1
    other = client.post(NEW, data=typed | {"body": "<p>Seven.</p>"})
    assert other.location != first.location, "what was changed is another"
    assert client.post(NEW, data=TYPED | key_of(client, NEW)).location != first.location
    assert client.post(NEW, data=TYPED).location != first.location
    assert sign_in(client, cast.publisher).post(NEW, data=typed).location != first.location
    assert number(*made) == 5


@on_postgres
def test_of_three_at_once_one_is_made_and_all_are_led_there(app: Flask, cast: Cast) -> None:
    new = "/a/acme/releases/new"
    app.test_client_class = Browser
    clients = [sign_in(app.test_client(), cast.publisher) for _ in range(3)]
    typed = {"name": "Spring"} | key_of(clients[0], new)
    led = race(3, lambda n: clients[n].post(new, data=typed).location)
    assert len(set(led)) == 1, led
    assert number(app, cast, Release) == 1
    account = SECONDARY | key_of(sign_in(clients[0], cast.admin), "/a/acme/accounts/new")
    said = at_once(
        app, cast.admin, 3, lambda c, _: c.post("/a/acme/accounts/new", data=account).status_code
    )
    assert said == [302, 303, 303]
    assert number(app, cast, Account, Account.handle == SECONDARY["handle"]) == 1


def test_one_that_would_be_refused_the_second_time_is_led_there_too(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    new = "/a/acme/accounts/new"
    account = SECONDARY | key_of(sign_in(client, cast.admin), new)
    first = client.post(new, data=account)
    second = client.post(new, data=account)
    assert (second.status_code, second.location) == (303, first.location)
    assert client.post(new, data=account | key_of(client, new)).status_code == 422


def test_what_failed_is_not_kept_and_can_be_sent_again(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    key = key_of(client, NEW)
    assert client.post(NEW, data=TYPED | key | {"body": "<div>" * 2000 + "x"}).status_code == 422
    assert client.post(NEW, data=TYPED | key).status_code == 302


def test_a_file_is_kept_once(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = "/a/acme/media/upload"
    key = key_of(sign_in(client, cast.admin), url)

    def send(name: str, text: bytes) -> Any:
        return client.post(url, data=key | {"files": (io.BytesIO(text), name)}).location

    assert send("a.txt", b"One.") == send("a.txt", b"One.")
    assert number(app, cast, Media) == 1
    send("a.txt", b"Two words.")
    assert number(app, cast, Media) == 2


def test_no_address_is_shown_of_a_link_that_was_not_made(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    page = page_id(app, cast)
    html = sign_in(client, cast.editor).get(on(page)).text
    revision = html.partition('<option selected value="')[2].partition('"')[0]
    typed = {"name": "Agency", "days": "3", "revision": revision} | key_of(client, on(page))
    client.post(on(page), data=typed)
    address_in(client.get(on(page)).text)
    client.post(on(page), data=typed)
    shown = client.get(on(page)).text
    assert TWICE in shown
    assert "share-address" not in shown
    assert number(app, cast, ShareLink) == 1


@both_databases
def test_it_costs_one_statement(app: Flask, client: FlaskClient, cast: Cast) -> None:
    key = key_of(sign_in(client, cast.admin), NEW)
    client.post(NEW, data=TYPED | {"title": "Warm"})
    without = counted(app, lambda: client.post(NEW, data=TYPED))
    keyed = counted(app, lambda: client.post(NEW, data=TYPED | key))
    assert len(keyed) == len(without) + 1


def test_answers_are_let_go_of(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    for _ in range(2):
        client.post(NEW, data=TYPED | key_of(client, NEW))
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        one = db.session.scalars(select(FormAnswer.id)).first()
        old = update(FormAnswer).where(FormAnswer.id == one).values(at=now() - KEPT - KEPT)
        db.session.execute(old)
        db.session.commit()
        forget_answers()
        assert one not in db.session.scalars(select(FormAnswer.id)).all()
    assert number(app, cast, FormAnswer) == 1
