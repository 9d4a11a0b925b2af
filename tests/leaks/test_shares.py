"""Share links: what stops one, what it shows beside the text, and what comes in through it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import time_machine
from flask import Flask
from flask.testing import FlaskClient

from portal.content.comments import Comment
from portal.content.shares import ShareLink, ShareOpinion
from portal.content.trash import delete_now, put_in_trash
from tenants.barring import bar
from tenants.clock import now
from tenants.db import db
from tenants.ending import end
from tenants.grants import Grant, grants_at
from tenants.people import person_by_id
from tenants.scope import across_tenants
from tenants.suspending import suspend
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.fixtures.shares import LINK_PASSWORD, a_draft, a_link, change, on, rows, words
from tests.leaks.scene import HOSTILE, post, twin
from tests.leaks.test_writes import RANDOM
from tests.media.acts import image, page_with, work
from tests.media.scene import LIBRARY, picture, uploaded
from tests.media.test_folders import folder, put_in
from tests.tenants.tree_scene import in_tree

BOLD = "<b onmouseover=alert(1)>Bold</b>"


@both_databases
def test_l16_links_that_do_not_work_get_one_answer(app: Flask, client: FlaskClient, cast: Cast):
    """Never made, over, revoked, its page in the trash, its maker gone, its account away."""
    drafts = [a_draft(app, cast, f"Draft {number}") for number in range(3)]
    kept, revoked, binned = (a_link(app, cast, each) for each in drafts)
    by_publisher = a_link(app, cast, drafts[0], maker=cast.publisher)
    with_password = a_link(app, cast, drafts[0], password=LINK_PASSWORD)
    nothing = f"/share/{cast.acme.id.hex}{'x' * 43}"
    answers = {name: ask(client) for name, ask in asking(nothing).items()}
    assert {answer[0] for answer in answers.values()} == {404}

    def dead(link: str) -> None:
        for name, ask in asking(link).items():
            assert ask(client) == answers[name], name

    secret = kept.removeprefix("/share/")[32:]
    for never in ("x", "x" * 300, "ä", f"{RANDOM.hex}{secret}", f"{cast.bolt.id.hex}{secret}",
                  f"{cast.house.id.hex}{secret}", kept[7:-1] + "~", secret):  # fmt: skip
        dead(f"/share/{never}")
    sign_in(client, cast.editor)
    row = next(each for each in rows(app, ShareLink) if each.page_id == drafts[1])
    assert post(client, f"{on(drafts[1])}{row.id}/revoke").status_code == 303
    client = app.test_client()
    dead(revoked)
    change(app, drafts[2], cast, lambda page: put_in_trash(page, cast.acme, by=TESTS))
    dead(binned)
    assert client.get(kept).status_code == client.get(by_publisher).status_code == 200
    with app.app_context():
        by = as_actor(cast.admin)
        in_tree(lambda: end(grant_of(cast, cast.publisher.id), cast.acme, by=by))
    dead(by_publisher)
    with time_machine.travel(now() + timedelta(days=7, seconds=5), tick=True):
        dead(kept)
        dead(with_password)
    assert client.get(with_password).status_code == 200
    with app.app_context():
        in_tree(suspend, cast.acme, by=TESTS, reason="Unpaid.")
    dead(kept)
    dead(with_password)


def asking(link: str) -> dict[str, Callable[[FlaskClient], Any]]:
    """Everything that can be asked of a link."""
    return {
        "open": lambda client: twin(client.get(link)),
        "head": lambda client: twin(client.head(link, audit=False)),
        "say": lambda client: twin(post(client, f"{link}/say", name="Max", text="x")),
        "unlock": lambda client: twin(post(client, f"{link}/unlock", password="x" * 12)),
        "file": lambda client: twin(client.get(f"{link}/media/{RANDOM}/{'0' * 16}/a.png")),
    }


def grant_of(cast: Cast, person_id: uuid.UUID) -> Grant:
    return next(g for g in grants_at((cast.acme.id,), now()) if g.person_id == person_id)


def test_l16_a_barred_makers_links_do_not_work(app: Flask, client: FlaskClient, cast: Cast):
    link = a_link(app, cast, a_draft(app, cast))
    with app.app_context(), across_tenants("tests"):
        person = person_by_id(cast.editor.id)
        assert person is not None
        bar(person, by=TESTS)
        db.session.commit()
    assert client.get(link).status_code == 404
    sign_in(client, cast.admin)
    assert "may not share here any more" in client.get(on(rows(app, ShareLink)[0].page_id)).text


@both_databases
def test_l16_a_link_shows_its_own_files_and_no_other(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    seen = uploaded(client, picture("PNG", (900, 500)))
    other = uploaded(client, picture(colour="red"), "other.png")
    hidden = put_in(client, folder(client))
    work(app)
    sign_in(client, cast.editor)
    # The editor does not see the restricted folder: naming what is in it gives it to nobody.
    page = page_with(client, image(seen) + f'<p><img src="{hidden}file" alt="Not yours"></p>')
    page_id = uuid.UUID(page.rstrip("/")[-36:])
    link = a_link(app, cast, page_id)
    nobody = app.test_client()
    shown = nobody.get(link).text
    addresses = set(re.findall(rf"{link}/media/[^\" ,]+", shown))
    assert len(addresses) > 1, "the picture in its sizes"
    assert "/a/acme/media/" not in shown
    assert "Not yours" in shown, "its words are left, the picture is not"
    for address in addresses:
        answer = nobody.get(address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        for unseen in (other, hidden):
            wrong = address.replace(seen.rstrip("/")[-36:], unseen.rstrip("/")[-36:])
            assert wrong != address
            assert twin(nobody.get(wrong)) == twin(nobody.get(f"{link}/media/{RANDOM}/x/a.png"))
        assert nobody.get(address.replace("/media/", "/media/x")).status_code == 404
        assert nobody.get(f"/s/acme{address.removeprefix(link)}").status_code == 404, "not live"
        assert nobody.get(f"{LIBRARY}").status_code == 302
    locked = a_link(app, cast, page_id, password=LINK_PASSWORD)
    inside = min(addresses).replace(link, locked)
    assert nobody.get(inside).status_code == 404
    nobody.post(f"{locked}/unlock", data={"password": LINK_PASSWORD})
    assert nobody.get(inside).status_code == 200
    elsewhere = a_link(app, cast, a_draft(app, cast))
    assert nobody.get(min(addresses).replace(link, elsewhere)).status_code == 404


@both_databases
def test_l63_l64_what_outsiders_say_is_words_everywhere(
    app: Flask, client: FlaskClient, cast: Cast
):
    page = a_draft(app, cast)
    link = a_link(app, cast, page, name=HOSTILE)
    naughty = (
        "\u0410\u0430\U0001f469\u200d\U0001f4bb",
        "=1+1",
        "' OR 1=1 --",
        "\u0645\u0631",
        "%00%0a",
        BOLD,
    )
    nobody = app.test_client()
    for text in (HOSTILE, *naughty):
        assert words(nobody, link, name=HOSTILE, text=text).status_code == 303, text
    assert words(nobody, link, "changes", name=HOSTILE, text=BOLD).status_code == 303
    assert [row.text for row in rows(app, Comment)] == [HOSTILE, *naughty]
    assert words(nobody, link, name=HOSTILE, text=HOSTILE + "\x00").status_code == 422
    sign_in(client, cast.editor)
    seen = 0
    desk = f"/a/acme/pages/{page}/"
    for address in (desk, f"{desk}comments/", f"{desk}review", f"{desk}history", on(page), link,
                    "/a/acme/notifications/", "/a/acme/"):  # fmt: skip
        text = client.get(address).text
        assert "<img src=x" not in text, address
        assert "<b onmouseover" not in text, address
        assert "49" not in text.partition("onerror=alert(1)")[2][:60], address
        seen += "onerror=alert(1)" in text
    assert seen > 5
    sign_in(client, cast.admin)
    assert "<img src=x" not in client.get("/a/acme/trail/").text


@both_databases
def test_l39_what_came_through_a_link_goes_with_the_page(
    app: Flask, client: FlaskClient, cast: Cast
):
    page, other = a_draft(app, cast), a_draft(app, cast, "Other")
    link, kept = a_link(app, cast, page), a_link(app, cast, other)
    for each in (link, kept):
        words(client, each, text="Too dear.")
        words(client, each, "approved")

    def purge(row):
        put_in_trash(row, cast.acme, by=TESTS)
        db.session.flush()
        delete_now(row, cast.acme, by=TESTS)

    change(app, page, cast, purge)
    for kind in (ShareLink, ShareOpinion, Comment):
        assert [row.page_id for row in rows(app, kind)] == [other]
    assert client.get(link).status_code == 404
    assert client.get(kept).status_code == 200
