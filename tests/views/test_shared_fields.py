"""A shared revision shows the pictures of its fields and blocks to the outsider, and no others."""

from __future__ import annotations

import re
import uuid

from flask import Flask
from flask.testing import FlaskClient

from portal.content.defining_fields import FieldWords, add_field
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.fixtures.shares import a_link
from tests.media.acts import SAID, publish
from tests.media.scene import picture, uploaded
from tests.views.test_typed_files import NEW_BLOCK
from tests.views.typed_scene import NEW, do, row_of, sent
from tests.views.typed_scene import make_type as typed


def shown_in(client: FlaskClient, file: str) -> str:
    client.post(file, data=SAID | {"name": file[-8:-1]})
    return f'<p><img alt="Quay" src="{file}file"></p>'


@both_databases
def test_pictures_of_fields_and_blocks_come_along(app: Flask, client: FlaskClient, cast: Cast):
    made = typed(app, cast)
    do(app, cast, lambda: add_field(
        row_of(made, cast), cast.acme, FieldWords("Poster", "media"), by=TESTS
    ))  # fmt: skip
    sign_in(client, cast.publisher)
    colours = ("red", "blue", "green", "black", "white")
    files = [uploaded(client, picture(colour=c), f"{c}.png") for c in colours]
    in_text, poster, in_block, later, other = files
    body = shown_in(client, in_block)
    block = client.post(NEW_BLOCK, data={"type": "block", "title": "Notice", "body": body})
    assert publish(client, block.location).status_code == 302
    unseen = {"title": "Notice", "type": "block", "body": body + shown_in(client, later)}
    notice = block.location.rstrip("/")[-36:]
    based = re.search(r'name="based_on"[^>]*value="([^"]+)"', client.get(block.location).text)
    assert based
    saved = client.post(block.location, data=unseen | {"based_on": based[1]})
    assert saved.status_code == 302, "the block's draft shows one more; readers do not see it yet"
    page = client.post(NEW, data=sent(client, NEW, **{
        "f-programme": shown_in(client, in_text), "f-poster": f"{poster}file", "f-notice": notice,
    })).location  # fmt: skip
    shown_in(client, other)
    link = a_link(app, cast, uuid.UUID(page.rstrip("/")[-36:]), maker=cast.publisher)
    nobody = app.test_client()
    addresses = re.findall(rf'src="({link}/media/[^"]+)"', nobody.get(link).text)
    assert sorted(each.split("/")[4] for each in addresses) == sorted(
        each.rstrip("/")[-36:] for each in (in_text, poster, in_block)
    )
    for address in addresses:
        assert nobody.get(address).status_code == 200
        for hidden in (later, other):
            elsewhere = address.replace(address.split("/")[4], hidden.rstrip("/")[-36:])
            assert nobody.get(elsewhere).status_code == 404


def test_comparing_names_fields_as_the_type_does(app: Flask, client: FlaskClient, cast: Cast):
    made = typed(app, cast)
    do(app, cast, lambda: add_field(
        row_of(made, cast), cast.acme, FieldWords("Who pays for it?", "text"), by=TESTS
    ))  # fmt: skip
    sign_in(client, cast.editor)
    page = client.post(NEW, data=sent(client, NEW)).location
    key = re.search(r'name="(f-who[^"]*)"', client.get(page).text)
    assert key
    assert client.post(page, data=sent(client, page, **{key[1]: "Ada"})).status_code == 302
    shown = client.get(f"{page}compare").text
    assert "Who pays for it?" in shown
    stale = client.post(page, data=sent(client, page, **{key[1]: "Bob", "based_on": ""}))
    assert stale.status_code == 409
    assert "Who pays for it?" in stale.text
