"""A tab that somebody left open while somebody else signed in behind him."""

from flask import Flask
from flask.testing import FlaskClient

from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.views.test_drafts import TYPED, address, copies


def test_a_tab_of_somebody_else_keeps_nothing_in_my_name(
    app: Flask, client: FlaskClient, cast: Cast
):
    url = address(app, cast)
    sign_in(client, cast.publisher)
    theirs = TYPED | {"writer": str(cast.editor.id)}
    for door in (f"{url}autosave", "/a/acme/pages/new/autosave"):
        answer = client.post(door, data=theirs)
        assert answer.status_code == 409
        assert answer.json["says"] == "Somebody else is signed in here now."  # type: ignore[index]
    assert copies(app, cast) == []
    mine = TYPED | {"writer": str(cast.publisher.id)}
    assert client.post(f"{url}autosave", data=mine).status_code == 200
    assert "writer" not in copies(app, cast)[0].typed
