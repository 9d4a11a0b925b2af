"""An account's logo: in the shell, on the site, inherited, removed."""

from __future__ import annotations

import io
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.media.acts import told
from tests.media.scene import PDF, SVG, kept, picture

LOGO = "/a/acme/settings/logo"


def give(client: FlaskClient, data: bytes, address: str = LOGO) -> TestResponse:
    sent: dict[str, Any] = {"file": (io.BytesIO(data), "logo.png")}
    return client.post(address, data=sent, content_type="multipart/form-data")


@both_databases
def test_it_is_shown_and_taken_away(client: FlaskClient, cast: Cast, app: Flask):
    sign_in(client, cast.admin)
    assert "There is no logo" in client.get(LOGO).text
    assert client.get("/s/acme/logo").status_code == 404
    assert give(client, picture("PNG", (900, 300))).status_code == 302
    pattern = r'<img class="account-logo" src="([^"]+)" width="480" height="160" alt="Acme">'
    shell = re.search(pattern, client.get("/a/acme/").text)
    assert shell
    assert client.get(shell[1]).mimetype == "image/webp"
    reader = app.test_client()
    site = re.search(
        r'<img src="(/s/acme/logo[^"]+)"[^>]* alt="Acme">', reader.get("/s/acme/").text
    )
    assert site
    assert reader.get(site[1]).data == client.get(shell[1]).data
    assert 'class="account-logo"' in client.get("/a/acme-berlin/").text
    assert "the logo of Acme, above" in client.get("/a/acme-berlin/settings/logo").text
    assert reader.get("/s/acme-berlin/logo").status_code == 200
    assert reader.get("/s/bolt/logo").status_code == 404
    berlin = "/a/acme-berlin/settings/logo"
    assert give(client, picture("JPEG", (30, 30)), berlin).status_code == 302
    assert reader.get("/s/acme-berlin/logo").mimetype == "image/jpeg"
    assert give(client, picture("PNG", (90, 30))).status_code == 302
    assert len(kept(app)) == 2, "the one before is gone"
    assert client.post(f"{LOGO}/remove").status_code == 302
    assert reader.get("/s/acme/logo").status_code == 404
    assert len(kept(app)) == 1
    assert len(told(app, "logo.set")) == 3
    assert len(told(app, "logo.removed")) == 1
    assert client.post(f"{LOGO}/remove").status_code == 302
    assert len(told(app, "logo.removed")) == 1


def test_it_is_a_picture_and_an_admins(client: FlaskClient, cast: Cast, app: Flask):
    sign_in(client, cast.admin)
    for data, words in ((SVG, "SVG pictures can carry scripts"), (PDF, "A logo is a picture"),
                        (b"", "0 bytes"), (picture()[:40], "damaged")):  # fmt: skip
        answer = give(client, data)
        assert answer.status_code == 422
        assert words in answer.text
    for who, status in ((cast.publisher, 403), (cast.bolt_admin, 404)):
        sign_in(client, who)
        assert give(client, picture()).status_code == status
        assert client.post(f"{LOGO}/remove").status_code == status
    assert kept(app) == []
