"""Every route, asked by everybody with every parameter: nothing of an account without a right."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select

from portal.content.content_types import ContentField, ContentType
from portal.content.page_templates import PageTemplate
from tenants.groups import Group
from tenants.roles import Role
from tests.isolation.world import table_of
from tests.leaks.scene import LISTS, canary, everything
from tests.shape.routes import SAMPLES
from tests.shape.scene import Scene

# Who → the accounts that he must learn nothing of: never upward, never sideways.
FORBIDDEN = {
    "admin": ("bolt",),
    "viewer": ("bolt",),
    "editor": ("bolt",),
    "berlin_admin": ("acme", "acme-hamburg", "bolt"),
    "berlin_editor": ("acme", "acme-hamburg", "bolt"),
    "bolt_admin": ("acme", "acme-berlin", "acme-berlin-mitte", "acme-hamburg"),
    "nobody": ("acme", "acme-berlin", "acme-berlin-mitte", "acme-hamburg", "bolt"),
}
THOROUGH = {"admin", "editor", "berlin_admin"}  # with parameters as well; in turns
HOMES = {"berlin_admin": "acme-berlin", "berlin_editor": "acme-berlin", "bolt_admin": "bolt"}


def asked(handle: str) -> list[dict[str, str]]:
    """Parameters that try to reach another account."""
    return [
        {},
        {"q": handle, "search": handle, "actor": handle, "event": "page.created"},
        {"tenant_id": handle, "account": handle, "handle": handle, "filter[tenant]": handle},
        {"include": "account.pages", "depth": "9", "expand": "author.sessions", "state": "all"},
        {"at": "2100-01-01T00:00", "sort": "password_hash", "before": "0", "page": "0"},
    ]


def said_from_above(scene: Scene, handle: str) -> list[str]:
    """What roles, groups, types and templates say: known where they were defined, and below."""
    accounts, home = scene.world.accounts, scene.world.id_of(handle)
    above = [row.id for row in accounts.values() if home in scene.world.below[row.id]]
    found: list[str] = []
    with scene.world.engine.connect() as connection:
        for table in map(table_of, (Role, Group, ContentType, ContentField, PageTemplate)):
            query = select(table).where(table.c.account_id.in_(above))
            found += [e for row in connection.execute(query) for e in row if isinstance(e, str)]
    return found


@pytest.mark.parametrize("who", FORBIDDEN)
def test_l1_l9_l37_no_route_tells_of_another_account(scene: Scene, who: str):
    """Everybody at every route; past the first database every route is asked by half of them."""
    home, tried, leaks = HOMES.get(who, "acme"), 0, []
    patterns = [canary(handle) for handle in FORBIDDEN[who]]
    public = said_from_above(scene, home) if who != "nobody" else []
    for number, route in enumerate(scene.share("/", list(FORBIDDEN).index(who), 2)):
        if (
            route.method != "GET"
            or set(route.ids) - SAMPLES.keys()
            or route.name.startswith("GET /s/")
        ):
            continue  # sites are for everybody: tests/site
        for handle in {home, *FORBIDDEN[who]}:
            path = route.path(handle, route.ids_of(scene.world, handle)).partition("?")[0]
            plain, *words = asked(FORBIDDEN[who][-1])
            some = [words[number % len(words)]] if handle == home and who in THOROUGH else []
            for given in [plain, *some]:
                told = everything(scene.browsers[who].get(path, query_string=given, audit=False))
                for name in public:
                    told = told.replace(name, "")
                tried += 1
                leaks += [f"{path} {given}" for each in patterns if each.search(told)]
                leaks += [
                    f"{path}: a password" for word in ("argon2", "password_hash=") if word in told
                ]
            if "handle" not in route.rule.arguments:
                break
    assert tried > 100
    assert not leaks, "\n".join(leaks[:20])


def test_the_crawl_would_see_a_leak(scene: Scene):
    seen = everything(scene.browsers["admin"].get("/a/acme/people/", audit=False))
    seen += everything(scene.browsers["bolt_admin"].get("/a/bolt/trail/", audit=False))
    assert canary("acme").search(seen)
    assert canary("bolt").search(seen)
    assert not canary("acme").search("acme-berlin 0192f3a4-0000-7000")


@pytest.mark.parametrize("where", LISTS)
def test_l6_searching_for_a_neighbours_word_is_searching_for_nothing(scene: Scene, where: str):
    browser = scene.browsers["admin"]
    words = ("Bolt", "Zzzz")
    for key in ("q", "search", "actor", "person"):
        texts = [
            browser.get(f"/a/acme/{where}", query_string={key: word}, audit=False).text
            for word in words
        ]
        rows = [text.count("<tr") + text.count("<article") + text.count("<li") for text in texts]
        assert rows[0] == rows[1], key


@pytest.mark.parametrize("where", [*LISTS, ""])
def test_l4_l5_unknown_filters_and_sorts_mean_nothing(scene: Scene, where: str):
    browser = scene.browsers["admin"]
    plain = browser.get(f"/a/acme/{where}", audit=False).text.count("<")
    for given in ({"filter[tenant]": "bolt"}, {"author.email^": "a"}, {"sort": "password_hash"},
                  {"order_by": "person.password_hash desc"}, {"tenant_id": str(scene.cast.bolt.id)},
                  {"account_id": str(scene.cast.bolt.id)}, {"group_by": "tenant_id"}):  # fmt: skip
        answer = browser.get(f"/a/acme/{where}", query_string=given, audit=False)
        assert answer.status_code == 200, given
        assert answer.text.count("<") == plain, given


SQL = ("' OR '1'='1", "1; DROP TABLE page", "%27 UNION SELECT password_hash FROM person--",
       "x') OR pg_sleep(5)--", "\\", "%", "{$ne: 1}", "a" * 5000, "\ud83e\uddc0'\"")  # fmt: skip


@pytest.mark.parametrize("who", ["admin", "owner"])
def test_l74_statements_in_parameters_are_words(scene: Scene, who: str):
    addresses = [f"/a/acme/{where}" for where in LISTS] if who == "admin" else [
        "/console/grants/", "/console/trail/", "/console/people/", "/console/people/export/csv/"
    ]  # fmt: skip
    keys = ("q", "search", "sort", "page", "before", "event", "actor", "state", "account", "id",
            "at", "since", "branch", "outcome", "request_id", "role", "flt0_0")  # fmt: skip
    dice = random.Random(who)  # noqa: S311 - each text meets each key somewhere
    for address in addresses:
        for key in keys:
            for text in SQL if key in {"q", "search", "flt0_0"} else (dice.choice(SQL),):
                given = {key: text.encode("utf-16", "surrogatepass").decode("utf-16")}
                answer = scene.browsers[who].get(address, query_string=given, audit=False)
                assert answer.status_code in {200, 404, 422}, (address, key, text)
                assert "argon2" not in answer.text


def test_l20_l21_nothing_personal_is_kept_by_a_cache(scene: Scene):
    for turn, who in enumerate(("admin", "owner")):
        for route in scene.share("/", turn, 2):
            if route.method != "GET" or set(route.ids) - SAMPLES.keys() or "/s/" in route.name:
                continue
            path = route.path("acme", route.ids_of(scene.world, "acme"))
            answer = scene.browsers[who].get(path, audit=False)
            kept = answer.headers["Cache-Control"]
            # A colour, and files asked for again each time: no shared cache keeps either.
            private = route.name.endswith(("/brand.css", "/file")) and "private" in kept
            assert private or "no-store" in kept, path
    for path in ("/a/acme/x.css", "/a/acme/pages/x.css", "/me/x.js", "/console/grants/x.css",
                 "/a/acme/;x.css", "/a/acme/%2e%2e/x.png"):  # fmt: skip
        answer = scene.browsers["admin"].get(path, audit=False)
        assert answer.status_code == 404, path
        assert "no-store" in answer.headers["Cache-Control"]
    elsewhere = {"X-Forwarded-Host": "evil.example", "X-Original-URL": "/console/",
                 "X-Rewrite-URL": "/console/", "Forwarded": "host=evil.example"}  # fmt: skip
    answer = scene.browsers["admin"].get("/a/acme/", headers=elsewhere, audit=False)
    assert "evil.example" not in everything(answer)


# Previews that our own pages show in a frame.
FRAMED = ("/preview/frame", "/look/frame")


def test_l51_every_page_refuses_foreign_frames(scene: Scene):
    for route in scene.share("/", 0, 2):
        if (
            route.method == "GET"
            and not set(route.ids) - SAMPLES.keys()
            and route.rule.endpoint != "static"
        ):
            path = route.path("acme", route.ids_of(scene.world, "acme"))
            headers = scene.browsers["admin"].get(path, audit=False).headers
            assert headers["X-Frame-Options"] in {"DENY", "SAMEORIGIN"}, path
            own = "'self'" if route.name.endswith(FRAMED) else "'none'"
            assert f"frame-ancestors {own}" in headers["Content-Security-Policy"], path
            assert headers["X-Content-Type-Options"] == "nosniff"


def test_l50_no_write_without_a_token_of_this_site(scene: Scene):
    tried = 0
    for route in scene.share("/", 1, 2):
        if (
            route.method == "GET"
            or set(route.ids) - SAMPLES.keys()
            or route.name.startswith("POST /s/")
        ):
            continue  # a site's only form opens a page by its password, and nobody is signed in
        path = route.path("acme", route.ids_of(scene.world, "acme"))
        for sent in ({"data": {"title": "x"}}, {"json": {"title": "x"}},
                     {"data": '{"title": "x"}', "content_type": "text/plain"},
                     {"data": {"csrf_token": "0" * 40}},
                     {"data": {}, "headers": {"X-CSRFToken": "x", "Origin": "null"}}):  # fmt: skip
            answer = scene.browsers["admin"].post(path, csrf=False, audit=False, **sent)
            tried += 1
            assert answer.status_code == 400, (path, sent)
        for headers in ({"X-HTTP-Method-Override": "POST"}, {"X-Method-Override": "DELETE"}):
            known = scene.browsers["admin"].put(path, csrf=False, audit=False, headers=headers)
            assert known.status_code in {400, 405}, path
    assert tried > 50
