"""A form whose connection broke while it was sent is not taken for what came of it."""

from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.views.test_drafts import TYPED, address, copies
from tests.views.test_pages import edited, revisions

END = " and the last word."


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
