"""The picture of a social card: cut around the focal point, for readers and in the editor."""

from __future__ import annotations

import io
import re

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.media.acts import NEW, SAID, publish, work
from tests.media.scene import LIBRARY, picture, uploaded


def og(shown: str, name: str = "image") -> list[str]:
    return re.findall(rf'<meta property="og:{name}" content="([^"]+)">', shown)


def is_white(image: Image.Image) -> bool:
    """Whether the middle is: a shade of grey is told from one byte."""
    return image.convert("L").tobytes()[300 * image.width + 600] > 200


def test_it_is_cut_around_the_focal_point(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.publisher)
    where = uploaded(client, picture("PNG", (3000, 900), "navy"))
    client.post(where, data=SAID | {"focal_x": "100"})
    address = f"{where}file"
    sent = {"title": "At sea", "body": "<p>Words.</p>", "type": "page", "seo_picture": address}
    page = client.post(NEW, data=sent).location
    assert f'src="{address}?size=social"' in client.get(page).text
    assert publish(client, page).status_code == 302
    assert "/harbour.png" in og(client.get("/s/acme/at-sea/").text)[0], "the whole one, until then"
    work(app)
    shown = client.get("/s/acme/at-sea/").text
    (card,) = og(shown)
    assert re.fullmatch(r"http://localhost/s/acme/media/[0-9a-f-]+/\w+-social/harbour\.webp", card)
    assert (og(shown, "image:width"), og(shown, "image:height")) == (["1200"], ["630"])
    with Image.open(io.BytesIO(app.test_client().get(card).data)) as cut:
        assert cut.size == (1200, 630)
        assert is_white(cut) is False, "navy"
    client.post(where, data=SAID | {"focal_x": "0"})
    work(app)
    (again,) = og(client.get("/s/acme/at-sea/").text)
    with Image.open(io.BytesIO(app.test_client().get(again).data)) as cut:
        assert is_white(cut) is True


def test_what_readers_do_not_get_is_no_picture(client: FlaskClient, cast: Cast):
    sign_in(client, cast.publisher)
    where = uploaded(client)
    client.post(where, data=SAID)
    for title, said in (("Own", f"{where}file"), ("Elsewhere", "https://images.example/x.png")):
        sent = {"title": title, "body": "<p>x</p>", "type": "page", "seo_picture": said}
        assert publish(client, client.post(NEW, data=sent).location).status_code == 302
    assert og(client.get("/s/acme/elsewhere/").text) == ["https://images.example/x.png"]
    assert len(og(client.get("/s/acme/own/").text)) == 1
    sign_in(client, cast.admin)
    client.post(f"{where}trash", data={"force": "y", "reason": "Rights ran out."})
    assert og(client.get("/s/acme/own/").text) == []
    assert client.get(LIBRARY).status_code == 200
