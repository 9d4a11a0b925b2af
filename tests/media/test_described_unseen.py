"""Nobody changes what readers see by describing a file otherwise, or by throwing it away."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.media.acts import SAID, image, page_with, publish, told
from tests.media.scene import uploaded
from tests.media.test_many import act, id_of, take_back
from tests.media.test_replaced_unseen import hold_a_workflow, page_revision

OTHERWISE = [
    {"name": "Slander"}, {"alt": "Slander"}, {"caption": "Slander"}, {"decorative": "y"},
    {"focal_x": "0"},
]  # fmt: skip
FORCE = {"force": "y", "reason": "It must go."}


def live_file(client: FlaskClient, cast: Cast) -> tuple[str, str]:
    """A file that a live page shows, and the page."""
    where = uploaded(sign_in(client, cast.publisher))
    client.post(where, data=SAID)
    page = page_with(client, image(where))
    publish(client, page)
    return where, page


def test_what_readers_see_is_described_by_who_may_publish(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    where, _ = live_file(client, cast)
    before = len(told(app, "media.changed"))
    sign_in(client, cast.editor)
    for changed in OTHERWISE:
        assert client.post(where, data=SAID | changed).status_code == 403
    assert len(told(app, "media.changed")) == before
    assert "page.publish" in client.get(where).text
    assert client.post(where, data=SAID).status_code == 302, "nothing that readers see"
    sign_in(client, cast.publisher)
    assert client.post(where, data=SAID | {"alt": "Boats"}).status_code == 302


def test_what_nobody_sees_yet_is_described_as_ever(client: FlaskClient, cast: Cast) -> None:
    where = uploaded(sign_in(client, cast.editor))
    page_with(client, image(where))
    assert client.post(where, data=SAID | {"alt": "Boats"}).status_code == 302


@pytest.mark.parametrize("state", ["live", "handed in"])
def test_no_workflow_is_passed_by_with_words(
    app: Flask, client: FlaskClient, cast: Cast, state: str
) -> None:
    where = uploaded(sign_in(client, cast.admin))
    client.post(where, data=SAID)
    page = page_with(client, image(where))
    if state == "live":
        publish(client, page)
    hold_a_workflow(app, cast)
    if state == "handed in":
        client.post(f"{page}review/submit", data={"revision": page_revision(client, page)})
    answer = client.post(where, data=SAID | {"alt": "Boats and all"})
    assert answer.status_code == 422
    assert "approved here before readers see" in answer.text
    assert "Say it where the picture stands in the text" in answer.text
    assert "Boats and all" in answer.text, "typed back"
    assert "a review looks at it" in client.get(where).text
    if state == "live":
        answer = client.post(f"{where}trash", data=FORCE)
        assert answer.status_code == 302, "what must not be seen is taken away at once"


def test_only_who_may_publish_takes_it_from_readers_one_or_many(
    client: FlaskClient, cast: Cast
) -> None:
    where, _ = live_file(client, cast)
    sign_in(client, cast.editor)
    assert client.post(f"{where}trash", data=FORCE).status_code == 403
    shown, _ = act(client, "trash", [id_of(where)], **FORCE)
    assert "0 of 1 done" in shown
    assert "Publish" in shown
    sign_in(client, cast.admin)
    shown, run = act(client, "trash", [id_of(where)], **FORCE)
    assert "1 of 1 done" in shown
    sign_in(client, cast.editor)
    assert client.post(f"{where}restore").status_code == 403
    assert "page.publish" in client.get(where).text
    assert "1 of 1 done" in take_back(sign_in(client, cast.admin), run)
