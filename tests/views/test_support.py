"""A support session from both sides: staff in one browser, the account's admin in another."""

from __future__ import annotations

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tenants.clock import now
from tenants.support import LIFE
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.identity.common import browser, events, link_in, mails
from tests.site.scene import statements as listened_to
from tests.staff.test_lists import rows_in, statements
from tests.tenants.support_scene import OPENED, looking, opened, row_of
from tests.views.test_pages import edited, page_id

SAVED = {"title": "Mended", "body": "<p>Mended.</p>", "type": "page"}


def edit(client: FlaskClient, address: str) -> int:
    """Save a draft as the editor's form would."""
    return client.post(address, data=edited(client, address, title="Mended")).status_code


@both_databases
def test_a_look_with_consent_from_beginning_to_end(app: Flask, cast: Cast):
    staff, admin = sign_in(browser(app), cast.support), sign_in(browser(app), cast.admin)
    draft = f"/a/acme/pages/{page_id(app, cast, 'Plans for spring')}/"
    assert staff.get(draft).status_code == 403
    session = opened(staff)
    seen = staff.get(draft)
    assert seen.status_code == 200
    assert "Looking at" in seen.text
    assert "ticket T-1" in seen.text
    for page in ("/a/acme/", "/a/acme/people/", "/a/acme/access/"):
        told = admin.get(page).text
        assert "Sunny Support is looking at Acme until" in told, page
        assert "Ticket T-1" in told
    assert "Let support write" not in admin.get("/a/acme/").text
    assert staff.post(f"{draft}publish").status_code == 403
    assert staff.post(f"{session}ask").location == session
    assert "Let support write" in admin.get("/a/acme/").text
    (mail,) = mails(app)
    assert (mail.recipient, link_in(mail)) == (cast.admin.email, session)
    assert admin.get(session).status_code == 200
    assert admin.post(f"{session}consent").location == session
    assert "Writing by consent at" in staff.get("/me/").text
    assert edit(staff, draft) == 302
    (saved,) = [e for e in events(app, "page.changed") if e.actor_id == cast.support.id]
    assert saved.on_behalf_of == "support session for Acme (ticket T-1)"
    assert admin.post(f"{session}end").location == session
    assert staff.get(draft).status_code == 403
    assert staff.post(draft, data=SAVED).status_code == 403
    page = admin.get(session).text
    assert "saved a draft of Mended" in page
    assert f"looked at {draft}" in page
    assert "let Sunny Support write" in page
    assert "for support session for Acme (ticket T-1)" in admin.get("/a/acme/trail/").text
    assert "T-1" in admin.get("/a/acme/support/").text


@both_databases
def test_glass_is_broken_loudly_and_reported(app: Flask, cast: Cast):
    owner, admin = sign_in(browser(app), cast.owner), sign_in(browser(app), cast.admin)
    session = opened(owner)
    wrong = {"reason": "The home page is defaced.", "typed": "bolt"}
    refused = owner.post(f"{session}break-glass", data=wrong)
    assert refused.status_code == 422
    assert "The home page is defaced." in refused.text
    assert mails(app) == []
    owner.post(f"{session}break-glass", data=wrong | {"typed": "acme"})
    sent = {mail.recipient: mail for mail in mails(app)}
    assert sent.keys() == {cast.admin.email, cast.owner.email}
    assert "The home page is defaced." in sent[cast.admin.email].text
    assert "Glass broken: writing without consent" in owner.get("/console/").text
    assert "broke the glass and writes at Acme" in admin.get("/a/acme/").text
    assert edit(owner, f"/a/acme/pages/{page_id(app, cast, 'Plans for spring')}/") == 302
    early = owner.post(f"{session}report", data={"text": "Done."})
    assert early.status_code == 422
    assert "end it first" in early.text
    owner.post(f"{session}end")
    for screen in (admin.get("/a/acme/"), owner.get("/console/")):
        assert "The report on a broken glass is missing" in screen.text
    again = owner.post("/a/bolt/support/open", data=OPENED)
    assert again.status_code == 422
    assert "Write it first" in again.text
    assert owner.post(f"{session}report", data={"text": " "}).status_code == 422
    assert owner.post(f"{session}report", data={"text": "Put it right."}).location == session
    assert "Put it right." in admin.get(session).text
    assert "is missing" not in admin.get("/a/acme/").text
    assert opened(owner, "bolt")


@both_databases
def test_a_page_is_told_of_once_a_session(app: Flask, cast: Cast):
    staff = sign_in(browser(app), cast.support)
    opened(staff)
    for _ in range(3):
        staff.get("/a/acme/pages/")
    staff.get("/a/acme-berlin/pages/")
    assert staff.get("/a/acme/pages/00000000-0000-0000-0000-000000000000/").status_code == 404
    told = sorted(events(app, "support.looked"), key=lambda e: e.at)
    assert [e.sentence for e in told] == [
        "looked at /a/acme/pages/", "looked at /a/acme-berlin/pages/",
    ]  # fmt: skip
    assert [e.account_id for e in told] == [cast.acme.id, cast.berlin.id]
    assert {e.on_behalf_of for e in told} == {"support session for Acme (ticket T-1)"}
    assert {e.tenant_id for e in told} == {cast.acme.id}


def test_a_look_that_cannot_be_told_of_is_not_shown(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    staff = sign_in(browser(app), cast.support)
    opened(staff)

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("no trail")

    monkeypatch.setattr("portal.requests.note_look", broken)
    assert staff.get("/a/acme/pages/").status_code == 500


def test_elsewhere_nothing_is_opened_and_nothing_said_of_the_session(app: Flask, cast: Cast):
    staff = sign_in(browser(app), cast.support)
    opened(staff)
    assert staff.get("/a/bolt/pages/").status_code == 403
    assert staff.get("/a/bolt/people/").status_code == 200
    staff.get(f"/console/accounts/details/?id={cast.bolt.id}")
    staff.get(f"/console/accounts/details/?id={cast.acme.id}")
    told = {e.account_id: e.on_behalf_of for e in events(app, "console.viewed")}
    assert told[cast.bolt.id] == ""
    assert told[cast.acme.id] == "support session for Acme (ticket T-1)"
    assert not [e for e in events(app, "support.looked") if e.account_id == cast.bolt.id]


def test_it_runs_out_by_itself(app: Flask, cast: Cast):
    staff = sign_in(browser(app), cast.support)
    opened(staff)
    start = now()
    with time_machine.travel(start + LIFE * 0.9, tick=False):
        assert staff.get("/a/acme/pages/").status_code == 200
    with time_machine.travel(start + LIFE, tick=False):
        assert staff.get("/a/acme/pages/").status_code == 403
        assert "Support session" not in staff.get("/a/acme/support/").text.split("<main")[0]
        assert opened(staff, "bolt")


@pytest.mark.parametrize(
    "data",
    [
        {}, {"reason": "Why."}, {"ticket": "T-1"}, {"reason": " ", "ticket": "T"},
        {"reason": "x", "ticket": "y\0"},
    ],
)  # fmt: skip
def test_reason_and_ticket_are_compulsory(app: Flask, cast: Cast, data: dict[str, str]):
    staff = sign_in(browser(app), cast.support)
    answer = staff.post("/a/acme/support/open", data=data)
    assert answer.status_code == 422
    for typed in data.values():
        assert typed.strip().rstrip("\0") in answer.text
    assert events(app, "support.opened") == []


def test_the_console_and_the_account_lead_there(app: Flask, cast: Cast):
    staff = sign_in(browser(app), cast.support)
    page = staff.get(f"/console/accounts/details/?id={cast.acme.id}").text
    assert 'href="/a/acme/support/open"' in page
    page = staff.get(f"/console/accounts/details/?id={cast.house.id}").text
    assert "support/open" not in page
    assert 'href="/a/acme/support/open"' in staff.get("/a/acme/support/").text
    assert staff.get("/a/acme/support/open").status_code == 200


def test_an_admin_below_sees_the_look_and_who_can_end_it(app: Flask, cast: Cast):
    opened(sign_in(browser(app), cast.support))
    admin = sign_in(browser(app), cast.berlin_admin)
    page = admin.get("/a/acme-berlin/")
    assert "Sunny Support is looking at Acme until" in page.text
    assert "Bea Admin lacks the right" in page.text
    assert "Sunny Support" in admin.get("/a/acme-berlin/support/").text
    stranger = sign_in(browser(app), cast.bolt_admin)
    assert "Sunny Support" not in stranger.get("/a/bolt/").text
    assert "Sunny Support" not in stranger.get("/a/bolt/support/").text


def test_a_session_stands_with_its_times(app: Flask, cast: Cast):
    with app.app_context():
        session_id = looking(cast.support, cast.acme, agreed_by=cast.admin)
    row = row_of(app, cast.acme, session_id)
    assert row.expires_at - row.started_at == LIFE
    assert row.consented_by_label == cast.admin.email
    names = ("support.opened", "support.write_asked", "support.consented")
    assert [e.target_id for e in events(app, *names)] == [session_id] * 3


def test_staff_see_all_sessions_in_the_console(app: Flask, cast: Cast):
    with app.app_context():
        looking(cast.support, cast.acme, ticket="T-7")
        looking(cast.operator, cast.bolt, ticket="T-8", agreed_by=cast.bolt_admin)
    staff = sign_in(browser(app), cast.auditor)
    page = staff.get("/console/support/").text
    assert "T-7" in page
    assert "Consented" in page
    for query, found in (("state=open", 2), ("state=over", 0), ("state=owing", 0),
                         ("account=bolt", 1), ("search=T-7", 1)):  # fmt: skip
        assert len(rows_in(staff.get(f"/console/support/?{query}").text)) == found, query


def test_statements_do_not_grow_with_sessions(app: Flask, cast: Cast):
    admin = sign_in(browser(app), cast.admin)
    addresses = ("/a/acme/support/", "/a/acme/", "/a/acme/people/")
    with app.app_context():
        looking(cast.support, cast.acme)
    few = [len(statements(app, admin, address)) for address in addresses]
    with app.app_context():
        looking(cast.operator, cast.berlin)
        looking(cast.owner, cast.acme, agreed_by=cast.admin)
    assert [len(statements(app, admin, address)) for address in addresses] == few


def test_who_could_not_end_a_session_asks_for_none(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    for who, asked in ((cast.viewer, 0), (cast.admin, 1)):
        sign_in(client, who)
        with listened_to(app) as sent:
            assert client.get("/a/acme/").status_code == 200
        assert sum("FROM support_session" in each for each in sent) == asked
