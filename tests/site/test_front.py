"""How kept answers are given: codings, conditions, one making for all, bounded memory."""

from __future__ import annotations

import gzip
import threading

import brotli
import pytest
from flask import Flask
from sqlalchemy import func, select, text
from werkzeug.test import Client

from portal.content.site_changes import SiteChange, SiteCopy
from portal.jobs.site_log import KEPT_SECONDS, shorten_log
from portal.site.front import Front
from tenants.db import db
from tenants.ddl_sites import WATCHED
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases, on_postgres
from tests.fixtures.cast import Cast
from tests.site.fronts import Made, a_front, apart
from tests.site.scene import Said, live, page_titled, statements, writing
from tests.site.test_kept import Acts

POST = "/s/acme/posts/first-snow/"
LONG = Said("<p>Snow fell on the town, and on the hills behind it.</p>" * 40)


@pytest.fixture
def made(app: Flask) -> Made:
    front: Front = app.extensions["site_front"]
    return Made(front.inner)


@pytest.fixture
def snow(app: Flask, cast: Cast) -> None:
    with writing(app, cast.acme) as acme:
        live(acme, "First snow", LONG)
        live(acme, "Second snow")


@pytest.mark.usefixtures("snow")
def test_every_coding_is_the_same_text(app: Flask) -> None:
    client = Client(app)
    plain = client.get(POST)
    zipped = client.get(POST, headers={"Accept-Encoding": "gzip"})
    short = client.get(POST, headers={"Accept-Encoding": "gzip, br"})
    assert gzip.decompress(zipped.data) == brotli.decompress(short.data) == plain.data
    assert len({each.headers["ETag"] for each in (plain, zipped, short)}) == 3
    assert "Accept-Encoding" in short.headers["Vary"]
    for each in (plain, zipped, short):
        again = client.get(POST, headers={"If-None-Match": each.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.usefixtures("snow")
@pytest.mark.parametrize("path", [POST, "/s/acme/nothing/", "/s/acme/"])
def test_head_is_get_without_its_body(app: Flask, path: str) -> None:
    client = Client(app)
    for _ in range(2):
        got, head = client.get(path), client.head(path)
        assert (head.status_code, head.data) == (got.status_code, b"")
        assert head.headers["Content-Length"] == str(len(got.data))
        assert set(head.headers) == set(got.headers)


@both_databases
@pytest.mark.usefixtures("snow")
def test_what_one_process_made_the_others_need_not_make(app: Flask, made: Made) -> None:
    first, second = Client(a_front(app, made)), Client(a_front(app, made))
    assert [first.get(POST).data for _ in range(3)] == [second.get(POST).data] * 3
    assert made.paths == [POST]


@both_databases
@pytest.mark.usefixtures("snow")
def test_new_words_touch_one_page_and_the_lists(app: Flask, cast: Cast, made: Made) -> None:
    reader = Client(a_front(app, made))
    other = "/s/acme/posts/second-snow/"
    for path in (POST, other, "/s/acme/"):
        reader.get(path)
    with writing(app, cast.acme) as acme:
        Acts(acme, 1).text(page_titled(acme, "First snow"))
    made.paths.clear()
    assert "Words 0" in reader.get(POST).text
    for path in (other, "/s/acme/"):
        reader.get(path)
    assert made.paths == [POST, "/s/acme/"]
    with writing(app, cast.acme) as acme:
        Acts(acme, 1).title(page_titled(acme, "First snow"))
    assert "First snow (0)" in reader.get(other).text


@pytest.mark.usefixtures("snow")
def test_of_many_who_ask_one_has_it_made(app: Flask, made: Made) -> None:
    front = a_front(app, made)
    made.gate.clear()
    texts: list[bytes] = []

    def ask() -> None:
        texts.append(Client(front).get(POST).data)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    made.asked.wait(20)
    made.gate.set()
    for thread in threads:
        thread.join(20)
    assert (made.paths, len(set(texts)), len(texts)) == ([POST], 1, 6)


@pytest.mark.usefixtures("snow")
def test_meanwhile_the_others_get_what_was_there(app: Flask, cast: Cast, made: Made) -> None:
    front = a_front(app, made)
    before = Client(front).get(POST).data
    with writing(app, cast.acme) as acme:
        Acts(acme, 1).site(page_titled(acme, "First snow"))
    made.gate.clear()
    made.asked.clear()
    maker = threading.Thread(target=lambda: Client(front).get(POST))
    maker.start()
    made.asked.wait(20)
    assert Client(front).get(POST).data == before
    made.gate.set()
    maker.join(20)
    assert b"Tagline 0" in Client(front).get(POST).data


@pytest.mark.usefixtures("snow")
def test_what_changes_while_it_is_made_is_not_given_for_long(
    app: Flask, cast: Cast, made: Made
) -> None:
    front = a_front(app, made)
    made.gate.clear()
    maker = threading.Thread(target=lambda: Client(front).get(POST))
    maker.start()
    made.asked.wait(20)
    with writing(app, cast.acme) as acme:
        Acts(acme, 1).text(page_titled(acme, "First snow"))
    front._hearing.glance()
    made.gate.set()
    maker.join(20)
    assert "Words 0" in Client(front).get(POST).text
    assert "Words 0" in Client(a_front(app, made)).get(POST).text


@on_postgres
@pytest.mark.usefixtures("snow")
def test_who_began_first_and_ends_last_is_heard(app: Flask, cast: Cast, made: Made) -> None:
    """Its row of the log has the lower number, and is seen after higher ones."""
    reader = Client(a_front(app, made))
    reader.get(POST)
    with writing(app, cast.acme) as acme:
        Acts(acme, 1).text(page_titled(acme, "First snow"))
        db.session.flush()
        apart(lambda: _publish_another(app, cast))
        others = apart(lambda: [reader.get(POST).text, Client(a_front(app, made)).get(POST).text])
        assert not any("Words 0" in each for each in others)
    assert "Words 0" in reader.get(POST).text
    assert "Words 0" in Client(a_front(app, made)).get(POST).text


def _publish_another(app: Flask, cast: Cast) -> None:
    with writing(app, cast.acme) as acme:
        live(acme, "Third snow")


@pytest.mark.usefixtures("snow")
def test_memory_is_bounded_and_absent_addresses_take_none(app: Flask, made: Made) -> None:
    front = a_front(app, made, most=30_000)
    reader = Client(front)
    for path in (POST, "/s/acme/", "/s/acme/posts/", "/s/acme/feed.atom", "/s/acme/robots.txt"):
        reader.get(path)
    assert front._memory.size <= 30_000
    before = len(front._memory)
    for n in range(40):
        assert reader.get(f"/s/acme/nothing-{n}/").status_code == 404
        assert reader.get(f"/s/acme/posts/FIRST-snow{'/' * (n + 2)}").status_code == 301
    assert len(front._memory) == before
    with app.app_context(), across_tenants("counting"):
        assert (db.session.scalar(select(func.count()).select_from(SiteCopy)) or 0) <= 5


@pytest.mark.usefixtures("snow")
def test_a_query_that_says_nothing_is_no_other_page(app: Flask, made: Made) -> None:
    reader = Client(a_front(app, made))
    plain = reader.get(POST).data
    assert reader.get(POST + "?utm_source=x").data == plain
    assert made.paths == [POST]
    reader.get("/s/acme/posts/")
    reader.get("/s/acme/posts/?before=x")
    assert made.paths[1:] == ["/s/acme/posts/"] * 2


@pytest.mark.usefixtures("snow")
def test_without_a_database_what_was_kept_is_given(
    app: Flask, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Client(a_front(app, made))
    before = reader.get(POST).data
    with app.app_context(), statements(app) as sent:
        monkeypatch.setattr(db.engine.pool, "connect", _no_connection)
        assert reader.get(POST).data == before
    assert sent == []


def _no_connection(*_: object) -> None:
    from sqlalchemy.exc import OperationalError

    raise OperationalError("connect", {}, Exception("the server is away"))


@both_databases
@pytest.mark.usefixtures("snow")
def test_the_log_is_shortened_and_nothing_old_comes_back(
    app: Flask, cast: Cast, made: Made
) -> None:
    Client(a_front(app, made)).get(POST)
    with writing(app, cast.acme) as acme:
        Acts(acme, 1).text(page_titled(acme, "First snow"))
    with app.app_context(), across_tenants("ageing the log"):
        for row in db.session.scalars(select(SiteChange)):
            row.at -= KEPT_SECONDS + 1
        db.session.commit()
    with app.app_context():
        assert shorten_log() > 0
    assert "Words 0" in Client(a_front(app, made)).get(POST).text


@both_databases
def test_every_table_readers_see_is_watched(app: Flask) -> None:
    wanted = {f"{each.table}_seen_{verb.lower()}" for each in WATCHED for verb in each.verbs}
    wanted |= {f"page_seen_{verb}" for verb in ("insert", "update", "delete")}
    with app.app_context(), db.engine.connect() as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.dialect.name == "postgresql":
            query = "SELECT tgname FROM pg_trigger"
        assert wanted <= set(connection.scalars(text(query)))
