"""A form that came in half is not taken; one that is refused comes back, but for passwords."""

from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.kept import SECRET
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.views.test_drafts import TYPED, address, copies
from tests.views.test_pages import edited, revisions

END = " and the last word."
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize("server", [{}, {"wsgi.input_terminated": True}], ids=["counts", "ends"])
@pytest.mark.parametrize("door", ["", "autosave"])
def test_half_a_text_is_not_saved(
    app: Flask, client: FlaskClient, cast: Cast, door: str, server: dict[str, object]
):
    url = address(app, cast)
    sign_in(client, cast.editor)
    form = edited(client, url, body=f"<p>Begun{END}</p>") if not door else TYPED
    before, whole = revisions(app, cast)[-1].body, urlencode({**form, "body": f"Begun{END}"})
    cut = whole[: -len(END)].encode()
    answer = client.post(
        f"{url}{door}", data=cut, content_type="application/x-www-form-urlencoded",
        environ_overrides={"CONTENT_LENGTH": str(len(whole)), **server},
    )  # fmt: skip
    assert answer.status_code == 400
    assert revisions(app, cast)[-1].body == before
    assert copies(app, cast) == []
    answer = client.post(
        f"{url}{door}", data=whole.encode(), content_type="application/x-www-form-urlencoded",
        environ_overrides=server,
    )  # fmt: skip
    assert answer.status_code in {200, 302}


def test_a_field_that_is_called_after_passwords_comes_back(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.editor)
    data = TYPED | {"f-forgotten-password": "Ask at the desk.", "body": "An hour’s words."}
    answer = client.post(address(app, cast), data=data, csrf=False, headers=SAME)
    assert answer.status_code == 400
    assert "An hour’s words." in answer.text
    assert "Ask at the desk." in answer.text
    assert "Send it again" in answer.text


@pytest.mark.parametrize("field", sorted(SECRET))
def test_a_password_does_not(client: FlaskClient, cast: Cast, field: str):
    sign_in(client, cast.editor)
    data = {"email": "new@acme.example", field: "brew-slowly-every-morning"}
    answer = client.post("/me/email", data=data, csrf=False, headers=SAME)
    assert answer.status_code == 400
    assert "brew-slowly" not in answer.text
    assert "Send it again" not in answer.text
