"""Files: every address of one, foreign ids, hostile names and bytes, what a closing leaves."""

from __future__ import annotations

import re
import time
import uuid

import time_machine
from flask import Flask
from flask.testing import FlaskClient

from portal.jobs.erasing import erase_closed
from tenants.clock import now
from tenants.closing import GRACE, ask_close
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.leaks.scene import HOSTILE as WORDS
from tests.leaks.scene import changed, hashes, post, twin
from tests.leaks.test_writes import RANDOM
from tests.media.acts import SAID, image, page_with, publish, work
from tests.media.scene import (
    CANARY,
    HOSTILE,
    LIBRARY,
    PDF,
    archive,
    kept,
    photo,
    picture,
    send,
    uploaded,
    versions,
)
from tests.media.test_folders import folder
from tests.tenants.tree_scene import in_tree

QUOTED = WORDS.replace('"', "'")  # the browser's own form cannot say it otherwise


@both_databases
def test_l19_every_address_of_a_file_is_guarded(app: Flask, client: FlaskClient, cast: Cast):
    where = uploaded(sign_in(client, cast.publisher), picture("PNG", (900, 500)))
    work(app)
    (version,) = versions(app)
    media_id = where.rstrip("/").rpartition("/")[2]
    tags = [version.digest[:16]]
    tags += [f"{made['digest'][:16]}-{size}" for size, made in version.renditions.items()]
    sizes = ["", *(f"?size={size}" for size in version.renditions), f"?version={version.id}"]
    inside = [where, *(f"{where}file{size}" for size in sizes)]
    outside = [f"/s/acme/media/{media_id}/harbour.png",
               *(f"/s/acme/media/{media_id}/{tag}/harbour.webp" for tag in tags)]  # fmt: skip
    page = page_with(client, image(where))
    nobody, ranged = app.test_client(), {"Range": "bytes=0-3"}
    for address in outside:
        for headers in ({}, ranged):
            assert nobody.get(address, headers=headers).status_code == 404, address
        assert nobody.head(address, audit=False).status_code == 404
        assert client.get(address).status_code == 404, "readers' addresses know nobody"
        nothing = address.replace(media_id, str(RANDOM))
        assert twin(nobody.get(address)) == twin(nobody.get(nothing))
    for address in inside:
        assert nobody.get(address, headers=ranged).status_code == 302
    _strangers_get_nothing(client, cast, inside, media_id)
    sign_in(client, cast.publisher)
    assert publish(client, page).status_code == 302
    assert {nobody.get(address).status_code for address in outside} == {200}
    for handle in ("bolt", "acme-berlin"):
        for address in outside:
            assert nobody.get(address.replace("/acme/", f"/{handle}/")).status_code == 404
    assert client.get(f"{where}file").headers["Cache-Control"] == "private, no-cache"


def _strangers_get_nothing(
    client: FlaskClient, cast: Cast, inside: list[str], media_id: str
) -> None:
    for who in (cast.bolt_admin, cast.berlin_admin, cast.owner, cast.support):
        sign_in(client, who)
        for address in inside:
            assert client.get(address).status_code in {403, 404}, (who.name, address)
            assert client.head(address, audit=False).status_code in {403, 404}
    sign_in(client, cast.bolt_admin)
    for address in inside:
        known = client.get(address.replace("/a/acme/", "/a/bolt/"), audit=False)
        nothing = address.replace("/a/acme/", "/a/bolt/").replace(media_id, str(RANDOM))
        assert twin(known) == twin(client.get(nothing, audit=False))


@both_databases
def test_l2_foreign_files_and_folders_are_ids_of_nothing(
    app: Flask, client: FlaskClient, cast: Cast, database_url: str
):
    own = uploaded(sign_in(client, cast.admin))
    inside = folder(client)
    sign_in(client, cast.bolt_admin)
    theirs = str(
        send(client, (picture(colour="red"), "theirs.png"), address="/a/bolt/media/").location
    )
    shelf = folder(client, "Theirs", at="/a/bolt/media/folders/")
    sign_in(client, cast.admin)
    before = hashes(database_url)
    foreign = shelf.rstrip("/").rpartition("/")[2]
    for form, field in ((own, "folder"), (f"{inside}people", "bearer")):
        sent = {**SAID, "name": "Kept"}
        ids = (foreign, str(RANDOM)) if field == "folder" else (
            f"person:{cast.bolt_editor.id}", f"person:{RANDOM}")  # fmt: skip
        answers = [twin(post(client, form, **{**sent, field: each})) for each in ids]
        assert answers[0] == answers[1], field
        assert answers[0][0] == 422
        assert "Theirs" not in str(answers[0])
    assert changed(before, hashes(database_url)) == set()
    page = page_with(client, image(theirs))
    assert "not in this account’s library" in publish(client, page).text
    assert theirs.rstrip("/").rpartition("/")[2] not in client.get(LIBRARY).text


@both_databases
def test_l39_files_of_a_closed_account_are_gone_from_the_store(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.admin)
    uploaded(client)
    send(client, (picture(size=(900, 300)), "deep.png"), address="/a/acme-berlin/media/")
    work(app)
    berlin = [key for key in kept(app) if cast.berlin.id.hex in key]
    assert len(berlin) > 2
    others = [key for key in kept(app) if key not in berlin]
    with app.app_context():
        in_tree(ask_close, cast.berlin, by=as_actor(cast.admin), reason="Sold.")
        with time_machine.travel(now() + GRACE * 1.01, tick=True):
            assert erase_closed() == 2
    assert kept(app) == others


def test_l64_what_is_said_of_files_is_words_everywhere(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    where = uploaded(client, picture(), f"{QUOTED}.png")
    said = {"name": WORDS, "alt": WORDS, "caption": WORDS}
    assert post(client, where, **{**SAID, **said}).status_code == 302
    shelf = client.post(
        f"{LIBRARY}folders/", data={"name": WORDS[:100], "restricted": "y"}
    ).location
    publish(client, page_with(client, image(where, alt="Said")))
    send(client, (photo(), f"{QUOTED}.jpg"), (b"", f"{QUOTED}2.jpg"))
    refused = send(client, (b"", f"{QUOTED}.jpg"))
    seen = 0
    for address in (LIBRARY, f"{LIBRARY}?view=list", where, f"{where}replace", f"{where}trash",
                    f"{LIBRARY}choose", shelf, f"{LIBRARY}upload", "/a/acme/trail/",
                    f"{LIBRARY}?q={WORDS}", "/s/acme/at-sea/", "/s/acme/feed.atom"):  # fmt: skip
        text = client.get(address).text
        assert "<img src=x" not in text, address
        assert "49" not in text.partition("onerror=alert(1)")[2][:60], address
        seen += "onerror=alert(1)" in text
    assert seen > 8
    assert "<img src=x" not in refused.text
    name = client.get(f"{where}file").headers["Content-Disposition"]
    assert re.fullmatch(r"inline; filename=\"[\w.-]+\"; filename\*=UTF-8''[\w.%-]+", name)


def test_l69_l70_l71_hostile_files_leave_nothing_behind(
    app: Flask, client: FlaskClient, cast: Cast, database_url: str
):
    sign_in(client, cast.author)
    before = hashes(database_url)
    began = time.monotonic()
    for name, (data, sentence) in HOSTILE.items():
        answer = send(client, (data, f"{name}.png"))
        assert answer.status_code == 422, name
        assert sentence in answer.text, name
        assert "root:" not in answer.text
    assert time.monotonic() - began < 2 * len(HOSTILE)
    assert changed(before, hashes(database_url)) == set()
    assert kept(app) == []
    where = uploaded(client, picture("GIF") + b"<script>" + CANARY, "x.html")
    answer = client.get(f"{where}file")
    assert CANARY not in answer.data
    assert answer.mimetype == "image/png"


def test_l71_what_is_no_picture_is_handed_out_powerless(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.publisher)
    for number, (data, mime) in enumerate(
        ((PDF, "application/pdf"), (archive(), "application/zip"), (b"Words <b>", "text/plain"))
    ):
        where = uploaded(client, data, f"{uuid.uuid4()}.html")
        body = f'<p><a href="{where}file">Read it</a></p>'
        publish(client, page_with(client, body, title=f"Paper {number}"))
        link = re.search(
            r'href="(/s/acme/media/[^"]+)"', client.get(f"/s/acme/paper-{number}/").text
        )
        assert link
        for address in (f"{where}file", link[1]):
            answer = client.get(address)
            assert answer.mimetype == mime
            headers = answer.headers
            assert headers["Content-Disposition"].startswith("attachment;")
            assert "html" not in headers["Content-Disposition"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Content-Security-Policy"] == (
                "default-src 'none'; frame-ancestors 'none'; sandbox"
            )
