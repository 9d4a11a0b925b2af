"""Requests that readers do not send: the right status, the same for all, and nothing that grows."""

from __future__ import annotations

import gc
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.extensions import limiter
from tests.fixtures.cast import Cast
from tests.site.scene import Said, live, statements, term, writing

EVERY = ("/", "/posts/", "/posts/first-snow/", "/tags/", "/tags/snow/", "/archive/", "/search/",
         "/feed.atom", "/feed.json", "/tags/snow/feed.json", "/sitemap.xml", "/sitemap-1.xml",
         "/robots.txt", "/none/", "/posts", "/locked/", f"/sitemap-{'0' * 32}.xml",
         "/archive/2026/13/", "/brand.css", "/logo")  # fmt: skip
DECEIVING = ("/posts/first-snow/x.css", "/posts/first-snow/x.js", "/posts/first-snow/;x.css",
             "/posts/first-snow/%3Bx.css", "/posts/first-snow/%0Ax.css", "/locked/x.css",
             "/posts/first-snow%2Fx.css", "/tags/snow/x.png", "/archive/x.css", "/search/x.css",
             "/feed.atom/x.css", "/posts/first-snow/%23x.css",
             "/posts/first-snow/%3Fx.css")  # fmt: skip
TRICKS = ("/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2f", "/.%2e/", "/posts\\first-snow\\",
          "/%5cevil.example/", "//evil.example/%2f..", "/posts/%00/",
          "/%252e%252e/", "/\u202e/", "/" + "%2f" * 3000, "/" + "x" * 60_000)  # fmt: skip
NOWHERE = "never-here-"
UNKEYED = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "Host": "evil.ex",
           "X-Original-URL": "/console/", "X-Rewrite-URL": "/console/",
           "Cookie": "portal=" + "a" * 9000,
           "Accept-Language": "xx-evil", "X-Forwarded-Prefix": "/evil", "User-Agent": "evil" * 2000,
           "Accept": "application/evil", "X-HTTP-Method-Override": "DELETE"}  # fmt: skip


def heads(answer: TestResponse) -> list[tuple[str, str]]:
    return sorted(each for each in answer.headers if each[0] != "Date")


@pytest.fixture
def reader(app: Flask, client: FlaskClient, cast: Cast) -> FlaskClient:
    with writing(app, cast.acme) as acme:
        live(acme, "First snow", Said(terms=(term(acme, "tag", "snow", "Snow"),)))
        live(acme, "Locked", kind="page", password="four brown bears dance")
    return client


def test_no_address_passes_for_a_file(reader: FlaskClient):
    for path in (*DECEIVING, *TRICKS):
        answer = reader.get(f"/s/acme{path}", audit=False)
        assert answer.status_code in {301, 404}, path
        assert "Some words" not in answer.text, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        place = answer.headers.get("Location", "/s/acme/")
        assert place.startswith("/s/acme/"), (path, place)
        assert not place.startswith("/s/acme//"), (path, place)
        assert "evil" not in place


def test_nothing_but_the_path_is_reflected_or_looked_at(reader: FlaskClient):
    for path in EVERY:
        plain = reader.get(f"/s/acme{path}", audit=False)
        for given in ({"query_string": "utm_source=evil&page=9&lang=evil&callback=evil"},
                      {"headers": UNKEYED}):  # fmt: skip
            answer = reader.get(f"/s/acme{path}", audit=False, **given)
            assert (answer.status_code, answer.data) == (plain.status_code, plain.data), path
            assert heads(answer) == heads(plain), path


def test_head_is_get_without_its_body(reader: FlaskClient):
    for path in EVERY:
        get = reader.get(f"/s/acme{path}", audit=False)
        head = reader.head(f"/s/acme{path}", audit=False)
        assert (head.status_code, head.data) == (get.status_code, b""), path
        assert heads(head) == heads(get), path


def test_other_methods_are_refused_with_what_is_allowed(reader: FlaskClient):
    for path in EVERY:
        for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
            answer = reader.open(f"/s/acme{path}", method=method, csrf=False, audit=False)
            assert answer.status_code == 405, (path, method)
            assert "GET" in answer.headers["Allow"], (path, method)
        posted = reader.post(f"/s/acme{path}", csrf=False, audit=False).status_code
        assert posted == {"/none/": 404, "/locked/": 422}.get(path, 405), path


@pytest.mark.parametrize("path", ["/", "/posts/first-snow/", "/feed.json", "/sitemap.xml"])
def test_conditions_and_ranges_of_any_spelling(reader: FlaskClient, path: str):
    first = reader.get(f"/s/acme{path}", audit=False)
    etag = first.headers["ETag"]
    for known in (etag, f"W/{etag}", "*", f'"a", W/"b",{etag}', f"{'x' * 5000}, {etag}"):
        answer = reader.get(f"/s/acme{path}", headers={"If-None-Match": known})
        assert (answer.status_code, answer.data) == (304, b""), known[:40]
        assert "Cache-Control" in answer.headers
    for headers in ({"If-None-Match": "\x7f, ,,W/"}, {"If-Modified-Since": "yesterday"},
                    {"If-Modified-Since": "Thu, 99 Foo 99999 99:99:99 GMT"},
                    {"If-None-Match": etag[:-2]}, {"Range": "bytes=0-10"}, {"Range": "bytes=5-1"},
                    {"Range": "bytes=" + "0-1," * 4000}, {"Range": "elephants=1-2"},
                    {"Range": "bytes=99999999999999999999-"},
                    {"If-Range": "x", "Range": "bytes=0-1"}):  # fmt: skip
        answer = reader.get(f"/s/acme{path}", headers=headers, audit=False)
        assert (answer.status_code, answer.data) == (200, first.data), headers


@pytest.mark.parametrize("zero", ["０", "٠", "𝟎"])
def test_a_number_has_one_spelling(reader: FlaskClient, zero: str):
    """With more, one page would be kept as often as somebody finds another."""
    month = re.findall(r"/s/acme/archive/[0-9]{4}/[0-9]{2}/", reader.get("/s/acme/archive/").text)
    for path in ("/s/acme/sitemap-1.xml", month[0]):
        assert reader.get(path).status_code == 200
        other = "".join(chr(ord(zero) + int(each)) if each.isdigit() else each for each in path)
        assert reader.get(urllib.parse.quote(other)).status_code == 404, other
    assert reader.get("/s/acme/sitemap-01.xml").status_code == 404


def test_thousands_of_addresses_that_are_not_there_leave_nothing(app: Flask, reader: FlaskClient):
    """No object holds on to such an address, and no row is written: so 100,000 leave nothing."""
    with statements(app) as sent:
        for number in range(60):
            path = f"/s/acme/{'posts/' if number % 2 else ''}{NOWHERE}{number}/"
            assert reader.get(path, audit=False).status_code == 404
            assert reader.get("/s/acme/none/", audit=False).status_code == 404
    urllib.parse.clear_cache()  # type: ignore[attr-defined]  # Python's own, of a fixed size
    gc.unfreeze()
    gc.collect()
    kept = {word for each in gc.get_objects() for word in _words(each) if NOWHERE in word}
    assert len({found[0] for word in kept if (found := re.search(r"\d+", word))}) <= 3, kept
    assert not [each for each in sent if re.match(r"\s*(INSERT|UPDATE|DELETE)", each)]


def test_passwords_for_pages_that_are_not_there_are_not_counted(
    reader: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    """Each would be a key in Redis for an hour, and of such addresses there is no end."""
    counted: list[object] = []
    real = limiter.limiter.hit

    def hit(*args: Any, **more: Any) -> bool:
        counted.append(args)
        return bool(real(*args, **more))

    monkeypatch.setattr(limiter.limiter, "hit", hit)
    form = {"password": "guess"}
    for number in range(5):
        path = f"/s/acme/{NOWHERE}{number}/"
        assert reader.post(path, data=form, csrf=False, audit=False).status_code == 404
    assert counted == []
    assert reader.post("/s/acme/locked/", data=form, csrf=False).status_code == 422
    assert counted


def _words(holder: object) -> Iterator[str]:
    """The texts an object holds, also those in plain tuples, which the collector does not list."""
    for held in gc.get_referents(holder):
        if isinstance(held, str):
            yield held
        elif isinstance(held, tuple):
            yield from (each for each in held if isinstance(each, str))


@pytest.mark.parametrize(
    "asked", ["%00", "%ff%fe", "a" * 5000, "%22%3E%3Cscript%3E", "'%20OR%201=1--", "snow*%20NEAR(",
              "words%3A%22a", "%26%7C%21%28%29%3A%2A",
              "\U0001f9c0", "snow&before=x", "snow&before=99999999999999999-" + "f" * 32]
)  # fmt: skip
def test_search_takes_any_words(reader: FlaskClient, asked: str):
    answer = reader.get(f"/s/acme/search/?q={asked}")
    assert answer.status_code in {200, 404, 422}
    assert "<script>" not in answer.text
    assert answer.status_code == 404 or answer.headers["Cache-Control"] == "no-store"


def test_searching_very_often_is_refused_for_a_while(reader: FlaskClient):
    answers = [reader.get("/s/acme/search/?q=snow", audit=False) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert "Retry-After" in answers[-1].headers
    assert reader.get("/s/acme/search/").status_code == 200
