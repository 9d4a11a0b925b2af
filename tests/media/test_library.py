"""One file's life: described, used, replaced, deleted, brought back; and who may do what."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.media import KEPT
from portal.content.media_problems import media_problems
from portal.content.pages import Page, revision_by_id
from portal.jobs.media import find_unready, make_renditions, purge_old, sweep_files
from tenants.clock import now
from tenants.db import db
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.media.acts import SAID, image, page_with, publish, told, work
from tests.media.scene import LIBRARY, PDF, kept, picture, send, store, uploaded, versions
from tests.staff.test_lists import statements


@pytest.fixture
def publisher(client: FlaskClient, cast: Cast) -> FlaskClient:
    return sign_in(client, cast.publisher)


@both_databases
def test_a_picture_from_upload_to_reader(publisher: FlaskClient, app: Flask):
    where = uploaded(publisher, picture("PNG", (900, 500)))
    assert "No draft and no live page" in publisher.get(where).text
    assert publisher.post(where, data=SAID).status_code == 302
    page = page_with(publisher, image(where))
    assert "At sea" in publisher.get(where).text
    media_id = where.rstrip("/").rpartition("/")[2]
    site = f"/s/acme/media/{media_id}/harbour.png"
    assert publisher.get(site).status_code == 404
    assert publish(publisher, page).status_code == 302
    shown = publisher.get("/s/acme/at-sea/").text
    source = re.search(r'<img src="(/s/acme/media/[^"]+)" alt="A harbour"[^>]*>', shown)
    assert source
    assert 'width="900" height="500"' in source[0]
    work(app)
    shown = publisher.get("/s/acme/at-sea/").text
    small = re.search(r"(/s/acme/media/\S+-w320/harbour\.webp) 320w", shown)
    assert small
    for address, mime in ((source[1], "image/png"), (small[1], "image/webp")):
        answer = app.test_client().get(address)
        assert (answer.status_code, answer.mimetype) == (200, mime)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers
    steady = app.test_client().get(site)
    assert steady.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    tag = {"If-None-Match": steady.headers["ETag"]}
    assert app.test_client().get(site, headers=tag).status_code == 304
    part = app.test_client().get(site, headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.data)) == (206, 10)
    publisher.post(f"{page}unpublish")
    assert app.test_client().get(site).status_code == 404
    assert app.test_client().get(small[1]).status_code == 404


def test_renditions_are_made_once_and_again_the_same(publisher: FlaskClient, app: Flask):
    where = uploaded(publisher, picture("PNG", (900, 500)))
    assert publisher.get(f"{where}file?size=w320").mimetype == "image/png"  # not made yet
    work(app)
    before, files = versions(app)[0], kept(app)
    assert set(before.renditions) == {"w320", "w640", "square", "social"}
    assert publisher.get(f"{where}file?size=w320").mimetype == "image/webp"
    with app.app_context():
        assert not make_renditions(before.id)
    publisher.post(where, data={**SAID, "focal_x": "10"})
    work(app)
    after = versions(app)[0]
    assert kept(app) != files
    assert len(kept(app)) == len(files)
    assert after.renditions["square"] != before.renditions["square"]
    assert after.renditions["w320"] == before.renditions["w320"]


def test_what_cannot_be_made_is_not_tried_for_ever(publisher: FlaskClient, app: Flask):
    uploaded(publisher)
    store(app).delete(kept(app))
    with app.app_context():
        for _ in range(5):
            assert [make_renditions(each) for each in find_unready()] == [False]
        assert find_unready() == []


@both_databases
def test_replaced_in_place_and_taken_back(publisher: FlaskClient, app: Flask):
    where = uploaded(publisher)
    publish(publisher, page_with(publisher, image(where)))
    site = f"/s/acme/media/{where.rstrip('/').rpartition('/')[2]}/harbour.png"
    first = publisher.get(site).data
    old = re.search(r'src="(/s/acme/media/[^"]+)"', publisher.get("/s/acme/at-sea/").text)
    other = {"file": (io.BytesIO(picture(colour="red")), "other.png")}
    answer = publisher.post(f"{where}replace", data=other, content_type="multipart/form-data")
    assert answer.status_code == 302
    assert publisher.get(site).data != first
    assert old
    assert publisher.get(old[1]).status_code == 302
    page = publisher.get(where).text
    assert "Versions" in page
    before = versions(app)[0]
    assert publisher.get(f"{where}file?version={before.id}").data == first
    assert publisher.post(f"{where}versions/{before.id}").status_code == 302
    assert publisher.get(site).data == first
    assert publisher.post(f"{where}versions/{before.id}").status_code == 409
    assert len(told(app, "media.replaced")) == 2
    for data, words in ((PDF, "another picture"), (picture(), "very file"), (b"", "0 bytes")):
        sent = {"file": (io.BytesIO(data), "x.png")}
        answer = publisher.post(f"{where}replace", data=sent, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert words in answer.text
    with time_machine.travel(now() + KEPT + timedelta(hours=1), tick=True), app.app_context():
        assert purge_old() == 1
    assert len(versions(app)) == len([k for k in kept(app) if k.endswith("original")]) == 1


@both_databases
def test_deleting_what_is_used_is_refused_with_where(publisher: FlaskClient, app: Flask):
    where = uploaded(publisher)
    publish(publisher, page_with(publisher, image(where)))
    site = f"/s/acme/media/{where.rstrip('/').rpartition('/')[2]}/harbour.png"
    for data, words in (({}, "used by “At sea”"), ({"force": "y"}, "Say why")):
        answer = publisher.post(f"{where}trash", data=data)
        assert answer.status_code == 422
        assert words in answer.text
    assert publisher.get(site).status_code == 200
    forced = publisher.post(f"{where}trash", data={"force": "y", "reason": "Not ours"})
    assert forced.status_code == 302
    assert told(app, "media.trashed")[0].facts == {"used": 1}
    assert publisher.get(site).status_code == 404
    assert "<img" not in publisher.get("/s/acme/at-sea/").text.partition("<main")[2]
    assert "harbour" in publisher.get(f"{LIBRARY}trash").text
    assert publisher.post(f"{where}restore").status_code == 302
    assert publisher.get(site).status_code == 200
    assert publisher.post(f"{where}restore").status_code == 409


@both_databases
def test_the_trash_is_purged_with_its_files(publisher: FlaskClient, app: Flask):
    where = uploaded(publisher)
    work(app)
    page_with(publisher, image(where))
    publisher.post(f"{where}trash", data={"force": "y", "reason": "Old"})
    with app.app_context():
        assert purge_old() == 0
    with time_machine.travel(now() + KEPT + timedelta(hours=1), tick=True), app.app_context():
        assert purge_old() == 1
        assert purge_old() == 0
    assert versions(app) == []
    assert publisher.get(where).status_code == 404
    assert [event.actor_label for event in told(app, "media.purged")] == ["Portal"]


def test_files_nobody_knows_are_swept_away(publisher: FlaskClient, app: Flask):
    uploaded(publisher)
    known = kept(app)
    stray = known[0].replace("original", "w1-0123456789abcdef")
    store(app).put(stray, b"left by a crash", "image/webp")
    with app.app_context():
        sweep_files()
        assert stray in kept(app)  # too young: its row may be about to come
        with time_machine.travel(now() + timedelta(hours=2), tick=True):
            assert sweep_files() >= 1
    assert kept(app) == known


def test_publishing_asks_for_alternative_texts(publisher: FlaskClient, app: Flask):
    where = uploaded(publisher)
    page = page_with(publisher, image(where, alt=""))
    answer = publish(publisher, page)
    assert answer.status_code == 422
    assert "has no alternative text" in answer.text
    publisher.post(where, data={**SAID, "decorative": "y"})
    assert publish(publisher, page).status_code == 302
    for body, words in (
        ('<img src="https://elsewhere.example/a.png" alt=" ">', "“a.png” has no alternative text"),
        (image("/a/acme/media/00000000-0000-7000-8000-000000000000/"), "not in this account’s"),
        (image(where.replace("acme", "bolt")) + "<img src=x.png>", "“x.png”"),
    ):
        assert words in publish(publisher, page_with(publisher, body, title=words)).text
    with app.app_context(), across_tenants("a test asks"):
        row = db.session.scalars(select(Page).where(Page.title == "At sea")).one()
        revision = revision_by_id(row.live_revision_id, row)
        assert revision is not None
        assert media_problems(revision) == []


def test_who_may_change_what(client: FlaskClient, cast: Cast):
    theirs = uploaded(sign_in(client, cast.editor))
    own = uploaded(sign_in(client, cast.author), PDF, "plan.pdf")
    assert client.post(own, data=SAID).status_code == 302
    assert client.post(theirs, data=SAID).status_code == 403
    assert client.post(f"{own}trash").status_code == 403
    assert client.get(theirs).status_code == 200
    sign_in(client, cast.viewer)
    assert client.get(theirs).status_code == client.get(f"{theirs}file").status_code == 200
    assert client.post(theirs, data=SAID).status_code == 403
    for who in (cast.bolt_admin, cast.berlin_admin):
        sign_in(client, who)
        for address in (theirs, f"{theirs}file", f"{theirs}trash"):
            assert client.get(address).status_code == 404
    sign_in(client, cast.editor)
    wrong = client.post(theirs, data={**SAID, "name": "", "alt": "Kept words", "focal_x": "200"})
    assert wrong.status_code == 422
    assert "Kept words" in wrong.text
    assert "from 0 to 100" in wrong.text


def test_the_chooser_answers_both_ways(publisher: FlaskClient):
    where = uploaded(publisher)
    uploaded(publisher, PDF, "plan.pdf")
    publisher.post(where, data=SAID)
    answer = publisher.get(
        f"{LIBRARY}choose?kind=image&q=harb", headers={"Accept": "application/json"}
    )
    (item,) = answer.json["items"]  # type: ignore[index]
    assert item["src"] == f"{where}file"
    assert (item["alt"], item["width"], item["height"]) == ("A harbour", 60, 40)
    page = publisher.get(f"{LIBRARY}choose").text
    assert f"{where}file" in page
    assert "plan" in page
    after = send(publisher, (picture(colour="red"), "red.png"), next="choose")
    assert after.location == f"{LIBRARY}choose?kind=image"


def test_the_library_costs_the_same_however_much_is_in_it(publisher: FlaskClient, app: Flask):
    for n in range(2):
        uploaded(publisher, picture(size=(50 + n, 40)))
    few = len(statements(app, publisher, LIBRARY))
    for n in range(6):
        uploaded(publisher, picture(size=(80 + n, 40)))
    assert len(statements(app, publisher, LIBRARY)) == few
