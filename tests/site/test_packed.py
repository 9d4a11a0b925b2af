"""What is made for one reader goes out packed where he takes it so, but for what is secret."""

from __future__ import annotations

import gzip

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.coded import coding_for
from portal.content.publishing import unpublish
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS
from tests.site.scene import live, writing

PASSWORD = "four brown bears dance"
PLACES = {"/search/?q=words": 200, "/search/?q=!!!": 422, "/nothing/": 404, "/posts/gone/": 410,
          "/locked/": 200}  # fmt: skip
ASKED = {"gzip": "gzip", "gzip, deflate, br": "br", "br;q=0, gzip": "gzip", "identity": "",
         "gzip;q=0": ""}  # fmt: skip
UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress}


@pytest.fixture
def reader(app: Flask, client: FlaskClient, cast: Cast) -> FlaskClient:
    with writing(app, cast.acme) as acme:
        for number in range(9):
            live(acme, f"Words {number}")
        unpublish(live(acme, "Gone"), acme, by=TESTS)
        live(acme, "Locked", kind="page", password=PASSWORD)
    return client


def ask(client: FlaskClient, path: str, accepted: str, method: str = "GET") -> TestResponse:
    return client.open(
        f"/s/acme{path}", method=method, headers={"Accept-Encoding": accepted}, audit=False
    )


@pytest.mark.parametrize("path", PLACES)
def test_an_answer_for_one_is_packed_as_asked(reader: FlaskClient, path: str):
    plain = reader.get(f"/s/acme{path}", audit=False)
    assert plain.status_code == PLACES[path]
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == "Accept-Encoding"
    for accepted, coding in ASKED.items():
        answer = ask(reader, path, accepted)
        assert answer.status_code == plain.status_code
        assert answer.headers.get("Content-Encoding", "") == coding, accepted
        assert UNPACK.get(coding, bytes)(answer.data) == plain.data
        assert answer.headers["Content-Length"] == str(len(answer.data))
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Content-Type"] == plain.headers["Content-Type"]
        assert answer.headers["Cache-Control"] == plain.headers["Cache-Control"]
        if coding:
            assert len(answer.data) < len(plain.data) / 2
        head = ask(reader, path, accepted, "HEAD")
        assert (head.data, heads(head)) == (b"", heads(answer))


def heads(answer: TestResponse) -> list[tuple[str, str]]:
    return sorted(each for each in answer.headers if each[0] != "Date")


def test_what_a_password_opens_is_sent_as_it_is(reader: FlaskClient):
    for typed, status in ((PASSWORD, 200), ("wrong", 422), ("", 422)):
        answer = reader.post(
            "/s/acme/locked/", data={"password": typed}, csrf=False, audit=False,
            headers={"Accept-Encoding": "gzip, br"},
        )  # fmt: skip
        assert answer.status_code == status
        assert "Content-Encoding" not in answer.headers
        assert b"</html>" in answer.data


def test_what_is_small_is_sent_as_it_is(reader: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("portal.site.packing.WORTH", 100_000)
    answer = ask(reader, "/nothing/", "gzip, br")
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_what_is_kept_is_packed_once_alone(reader: FlaskClient):
    for path in ("/", "/posts/words-1/", "/search/", "/feed.atom"):
        first, again = ask(reader, path, "gzip"), ask(reader, path, "gzip")
        assert first.headers["Content-Encoding"] == "gzip"
        assert first.data == again.data
        assert gzip.decompress(first.data).rstrip().endswith(b">")
        assert first.headers["ETag"].endswith('-gz"')


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("", ""), ("gzip", "gzip"), ("gzip, br", "br"), ("br;q=0, gzip", "gzip"), ("identity", ""),
     ("BR", "br"), ("gzip;q=0.0,br; q=0.000", ""), ("*", ""), ("x,,;q", ""), ("gzip;q=0.0000", ""),
     ("gzip;;q=0", ""), ("br;level=1;q=0", ""), ("gzip;q=x,br;q=2", ""), ("gzip ;q=0.5;", "gzip")],
)  # fmt: skip
def test_the_coding_is_one_the_reader_takes(accepted: str, coding: str) -> None:
    assert coding_for(accepted) == coding
