"""Every route of a site, from the route map: what is hidden changes not a byte of any answer."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.site.hidden import KINDS, MARK, hide, library, set_open_scene

OPEN_ADDRESSES = ("about/", "about/team/", "posts/post-00/", "posts/post-05/", "welcome/", "none/",
                  "about", "x.css")  # fmt: skip
QUERIES = ("q=words", "q=some", f"q={MARK}", f"q={MARK}members", f"q={MARK}newer",
           f"q=harbour {MARK}", "before=1700000000000000-" + "0" * 32, "utm_source=x")  # fmt: skip


STATUS = {"expired": 410, "offline": 410, "trashed": 410, "password": 200, "members": 403}
BOTH = ("posts", "about")


def samples(pictures: tuple[str, str], addresses: list[str]) -> dict[str, list[object]]:
    """Values of every parameter of every route: a new parameter needs a line here."""
    return {
        "slug": ["news", "c", "none", f"{MARK}-tag", f"{MARK}-category"],
        "folder": ["tags", "categories"],
        "year": [2026, 2025], "number": [1, 2, 3, 12], "start": [uuid.UUID(int=0)],
        "media_id": list(pictures), "name": ["harbour.png", f"{MARK}-secret.png"],
        "tag": ["0123456789abcdef", "0123456789abcdef-w320"],
        "address": [*OPEN_ADDRESSES, *addresses],
    }  # fmt: skip


def paths(app: Flask, values: dict[str, list[object]]) -> Iterator[str]:
    """Every route of the site with every value."""
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("site.") or "GET" not in (rule.methods or ()):
            continue
        names = sorted(rule.arguments - {"handle"})
        for each in itertools.product(*(values[name] for name in names)):
            built = rule.build({"handle": "acme", **dict(zip(names, each, strict=True))})
            assert built is not None, rule
            yield built[1]


def told(answer: TestResponse) -> tuple[object, ...]:
    headers = sorted(each for each in answer.headers if each[0] != "Date")
    return answer.status_code, answer.data, headers


@both_databases
def test_what_is_hidden_changes_no_answer(app: Flask, client: FlaskClient, cast: Cast):
    pictures = library(client, cast)
    set_open_scene(app, client, cast, pictures[0])
    open_paths = [p for p in paths(app, samples(pictures, [])) if MARK not in p]
    asked = ("/search/", "/posts/", "/tags/news/", "/archive/2026/03/", "/posts/post-00/")
    urls = [*open_paths, *(f"/s/acme{path}?{query}" for path in asked for query in QUERIES)]
    before = {url: told(client.get(url, audit=False)) for url in urls}
    assert sum(answer[0] == 200 for answer in before.values()) > 60
    slugs = hide(app, cast, pictures[1])
    after = {url: told(client.get(url, audit=False)) for url in before}
    assert [(u, before[u], after[u]) for u in before if before[u] != after[u]] == []
    for kind, slug in zip(KINDS, slugs, strict=True):
        status = [client.get(f"/s/acme/{where}/{slug}/").status_code for where in BOTH]
        assert status == [STATUS.get(kind, 404)] * 2, kind
    known = [f"{where}{slug}/" for slug in slugs for where in ("", "posts/", "about/")]
    for path in paths(app, samples(pictures, known)):
        for query in QUERIES if path.endswith("/search/") else [""]:
            url = f"{path}?{query}" if query else path
            if MARK in url:
                _tells_nothing(client, url, query)


def _tells_nothing(client: FlaskClient, url: str, query: str) -> None:
    answer = client.get(url, audit=False)
    text = f"{answer.text}{answer.headers}"
    for given in (url, quote(url), query.removeprefix("q="), url.removeprefix("/s/acme")):
        text = text.replace(given, "") if given else text
    assert MARK not in text.lower(), url
    assert answer.status_code in {200, 301, 302, 403, 404, 410}, url
    if answer.status_code in {200, 403} and "/search/" not in url:
        assert answer.headers["Cache-Control"] == "no-store", url
