"""What is typed and not saved yet: kept for whoever typed it, shown to nobody else."""

import re
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.copies import MOST, WorkingCopy
from portal.content.erasing import inventory
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.views.test_pages import edited, last_event, page_id, revisions

MARK = "11111111-1111-4111-8111-111111111111"
TYPED = {"copy": MARK, "title": "Half a tit", "body": "<p>Half a senten</p>", "based_on": ""}


def copies(app: Flask, cast: Cast) -> list[WorkingCopy]:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        return list(db.session.scalars(select(WorkingCopy).order_by(WorkingCopy.id)))


def address(app: Flask, cast: Cast) -> str:
    return f"/a/acme/pages/{page_id(app, cast)}/"


@both_databases
def test_what_is_typed_is_kept_and_is_no_revision(app: Flask, client: FlaskClient, cast: Cast):
    url, before = address(app, cast), (len(revisions(app, cast)), last_event(app, cast).id)
    sign_in(client, cast.editor)
    answer = client.post(f"{url}autosave", data=TYPED)
    assert answer.status_code == 200
    assert re.fullmatch(r"Saved \d\d:\d\d", answer.json["says"])  # type: ignore[index]
    client.post(f"{url}autosave", data=TYPED | {"title": "Half a title"})
    assert [copy.first("title") for copy in copies(app, cast)] == ["Half a title"]
    assert (len(revisions(app, cast)), last_event(app, cast).id) == before


def test_it_needs_the_right(app: Flask, client: FlaskClient, cast: Cast):
    url = address(app, cast)
    assert sign_in(client, cast.viewer).post(f"{url}autosave", data=TYPED).status_code == 403
    assert sign_in(client, cast.author).post(f"{url}autosave", data=TYPED).status_code == 403
    assert sign_in(client, cast.viewer).post(
        "/a/acme/pages/new/autosave", data=TYPED
    ).status_code == 403  # fmt: skip
    assert copies(app, cast) == []


def test_a_neighbour_gets_404_and_nobody_reads_by_get(app: Flask, client: FlaskClient, cast: Cast):
    url = address(app, cast)
    assert sign_in(client, cast.bolt_editor).post(f"{url}autosave", data=TYPED).status_code == 404
    assert sign_in(client, cast.editor).get(f"{url}autosave").status_code == 405


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("title", "", 200),
        ("title", "x" * 100_000, 200),
        ("title", "a\x00b", 200),
        ("slug", "not / an address", 200),
        ("parent", "nothing", 200),
        ("body", "<div>" * 5_000, 422),
        ("copy", "x" * 100, 200),
        ("excerpt", "x" * 2_100_000, 422),
    ],
)
def test_incomplete_and_odd_texts_are_kept(
    app: Flask, client: FlaskClient, cast: Cast, field: str, value: str, status: int
):
    url = address(app, cast)
    answer = sign_in(client, cast.editor).post(f"{url}autosave", data=TYPED | {field: value})
    assert answer.status_code == status
    assert answer.json["says"]  # type: ignore[index]
    assert len(copies(app, cast)) == (status == 200)
    assert client.get(f"{url}unsaved").status_code == 200


def test_the_body_is_cleaned_as_a_saved_one(app: Flask, client: FlaskClient, cast: Cast):
    hostile = "<p onclick=x()>Words<script>alert(1)</script></p>"
    sign_in(client, cast.editor).post(
        f"{address(app, cast)}autosave", data=TYPED | {"body": hostile}
    )
    assert copies(app, cast)[0].first("body") == "<p>Words</p>"


def test_it_comes_back_with_a_comparison_and_into_the_editor(
    app: Flask, client: FlaskClient, cast: Cast
):
    url = address(app, cast)
    sign_in(client, cast.editor)
    client.post(f"{url}autosave", data=edited(client, url, **TYPED, tags="spring"))
    assert f"unsaved?copy={MARK}" in client.get(url).text
    shown = client.get(f"{url}unsaved?copy={MARK}").text
    assert "<del>Welcome</del><ins>Half a tit</ins>" in shown
    editor = client.get(f"{url}?copy={MARK}").text
    assert 'value="Half a tit"' in editor
    assert "Half a senten" in editor
    assert 'value="spring"' in editor
    assert f'name="copy" value="{MARK}"' in editor


def test_nobody_else_is_shown_it(app: Flask, client: FlaskClient, cast: Cast):
    url = address(app, cast)
    sign_in(client, cast.editor).post(f"{url}autosave", data=TYPED)
    for other in (cast.admin, cast.publisher, cast.viewer):
        sign_in(client, other)
        for path in (url, f"{url}?copy={MARK}", f"{url}unsaved?copy={MARK}", f"{url}history"):
            assert "Half a" not in client.get(path).text, path
        client.post(f"{url}unsaved", data={"copy": MARK})
    assert "Half a" not in client.get("/s/acme/welcome/").text
    assert [copy.settled_at for copy in copies(app, cast)] == [None]


def test_saving_settles_it_and_what_comes_late_is_not_taken(
    app: Flask, client: FlaskClient, cast: Cast
):
    url = address(app, cast)
    sign_in(client, cast.editor)
    typed = edited(client, url, **(TYPED | {"based_on": ""}))
    typed |= edited(client, url, title="Whole", copy=MARK)
    client.post(f"{url}autosave", data=typed)
    assert client.post(url, data=typed).status_code == 302
    late = client.post(f"{url}autosave", data=typed)
    assert late.json["state"] == "settled"  # type: ignore[index]
    assert [copy.typed for copy in copies(app, cast)] == [{}]
    assert "not saved" not in client.get(url).text


def test_throwing_it_away(app: Flask, client: FlaskClient, cast: Cast):
    url = address(app, cast)
    sign_in(client, cast.editor).post(f"{url}autosave", data=TYPED)
    assert client.post(f"{url}unsaved", data={"copy": MARK}).status_code == 302
    assert "Everything is saved" in client.get(f"{url}unsaved").text


def test_a_page_that_is_not_started_yet(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.author)
    typed = TYPED | {"type": "page"}
    assert client.post("/a/acme/pages/new/autosave", data=typed).status_code == 200
    assert "not saved" in client.get("/a/acme/pages/new").text
    assert "Half a senten" in client.get(f"/a/acme/pages/new?copy={MARK}").text
    assert client.get("/a/acme/pages/new/unsaved").status_code == 200
    assert client.post("/a/acme/pages/new", data=typed).status_code == 302
    assert "not saved" not in client.get("/a/acme/pages/new").text


def test_a_right_taken_away_leaves_the_text_to_whoever_typed_it(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    url = address(app, cast)
    sign_in(client, cast.editor).post(f"{url}autosave", data=TYPED)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        copy = db.session.scalars(select(WorkingCopy)).one()
        copy.person_id = cast.viewer.id
        db.session.commit()
    sign_in(client, cast.viewer)
    assert "unsaved?copy=" in client.get(url).text
    assert "Half a senten" in client.get(f"{url}unsaved").text


def test_a_person_keeps_a_bounded_number(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    for number in range(MOST + 3):
        data = TYPED | {"copy": str(uuid.uuid4()), "title": f"Text {number}"}
        client.post(f"{address(app, cast)}autosave", data=data)
    titles = [copy.first("title") for copy in copies(app, cast)]
    assert len(titles) == MOST
    assert titles[-1] == f"Text {MOST + 2}"


def test_it_is_counted_among_what_goes_with_the_account(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.editor).post(f"{address(app, cast)}autosave", data=TYPED)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        assert inventory(cast.acme.id)["working_copy"] == 1


REFUSED: dict[str, dict[str, Any]] = {
    "token": {"csrf": False}, "right": {"who": "author"}, "account": {"who": "bolt_editor"},
    "signed out": {"who": None}, "signed out, with its cookie": {"who": None, "csrf": False},
}  # fmt: skip


@pytest.mark.parametrize(("why", "status"), [*zip(REFUSED, (400, 403, 404, 401, 401), strict=True)])
def test_a_refused_save_gives_all_of_it_back(
    app: Flask, client: FlaskClient, cast: Cast, why: str, status: int
):
    url = address(app, cast)
    data = edited(sign_in(client, cast.editor), url, title="Mine", body="<p>An hour’s words.</p>")
    who = REFUSED[why].get("who", "editor")
    if who is None:
        client.post("/sign-out")
    else:
        sign_in(client, getattr(cast, who))
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = client.post(url, data=data, headers=headers, csrf=REFUSED[why].get("csrf", True))
    assert answer.status_code == status
    assert "An hour’s words." in answer.text
    assert "Send it again" in answer.text
    assert ("You are signed out, so nothing was saved." in answer.text) == (status == 401)
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
    assert again["based_on"] == data["based_on"]
    again["body"] = "<p>An hour’s words.</p>"
    if why != "token":
        sign_in(client, cast.editor)
        del again["csrf_token"]
    assert client.post(url, data=again, csrf=why != "token").status_code == 302
    assert revisions(app, cast)[-1].title == "Mine"


def test_words_of_another_site_are_not_handed_on(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    answer = client.post(
        address(app, cast), data={"title": "Theirs", "body": "Not mine"}, csrf=False,
        headers={"Sec-Fetch-Site": "cross-site"},
    )  # fmt: skip
    assert answer.status_code == 400
    assert "Not mine" not in answer.text
    assert "Send it again" not in answer.text


def test_a_form_too_large_to_be_read_is_refused_as_anything_else(client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    answer = client.post("/nowhere/at/all", data={"body": "x" * 5_000_000})
    assert answer.status_code in {404, 413}


@both_databases
def test_a_hostile_mark_and_hostile_names_lose_no_word(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    url = address(app, cast)
    sign_in(client, cast.editor)
    bad = {"copy": "\x00", "na\x00me": "x", "\x00": "\x00"}
    for where in (url, "/a/acme/pages/new/"):
        kept = client.post(f"{where}autosave", data=TYPED | bad)
        assert kept.json["state"] == "kept"  # type: ignore[index]
    assert all("\x00" not in str(copy.typed) + copy.mark for copy in copies(app, cast))
    assert client.post(url, data=edited(client, url, title="Mine") | bad).status_code == 302
    assert client.post("/a/acme/pages/new", data=TYPED | bad).status_code == 302
