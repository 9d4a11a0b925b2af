"""A field for a file of the library: chosen from a list, shown on the site, asked before it is."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.defining_fields import FieldWords, add_field
from portal.content.media import MediaUse
from portal.content.media_uses import address_of
from tenants.db import db
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.media.acts import SAID, publish
from tests.media.scene import picture, uploaded
from tests.views.typed_scene import NEW, do, fields_of, row_of, sent
from tests.views.typed_scene import make_type as typed

FAIR = "/s/acme/summer-fair/"
NEW_BLOCK = "/a/acme/pages/new?type=block"


@pytest.fixture
def type_id(app: Flask, cast: Cast) -> uuid.UUID:
    made = typed(app, cast)
    do(app, cast, lambda: add_field(
        row_of(made, cast), cast.acme, FieldWords("Poster", "media"), by=TESTS
    ))  # fmt: skip
    return made


def saved(client: FlaskClient, poster: str) -> str:
    answer = client.post(NEW, data=sent(client, NEW, **{"f-poster": poster}))
    assert answer.status_code == 302, answer.text
    return answer.location


@both_databases
@pytest.mark.usefixtures("type_id")
def test_a_picture_is_chosen_and_shown(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.publisher)
    file = uploaded(client, picture(), "poster.png")
    address = address_of("acme", uuid.UUID(file.rstrip("/").rsplit("/", 1)[-1]))
    assert f'value="{address}"' in client.get(NEW).text
    page = saved(client, file)
    assert fields_of(app, cast, page)["poster"] == address
    assert f'<option selected value="{address}">' in client.get(page).text
    assert do(app, cast, lambda: db.session.query(MediaUse).count()) == 1
    refused = publish(client, page)
    assert refused.status_code == 422
    assert "has no alternative text" in refused.text
    assert client.post(file, data=SAID).status_code == 302
    assert publish(client, page).status_code == 302
    shown = client.get(FAIR).text
    assert "Poster" in shown
    assert 'src="/s/acme/media/' in shown
    assert address not in shown


@pytest.mark.usefixtures("type_id")
def test_what_is_no_file_or_not_ours_is_told(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.publisher)
    answer = client.post(NEW, data=sent(client, NEW, **{"f-poster": "poster.png"}))
    assert answer.status_code == 422
    assert "takes a file from the list" in answer.text
    foreign = address_of("bolt", uuid.uuid4())
    refused = publish(client, saved(client, foreign))
    assert refused.status_code == 422
    assert "not in this account’s library" in refused.text


def test_texts_in_fields_and_blocks_lead_where_bodies_lead(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    sign_in(client, cast.publisher)
    file = uploaded(client, picture(), "harbour.png")
    target = do(app, cast, lambda: make_page(cast.acme, "Tickets", state="live").id)
    words = f'<p><a href="page:{target}">Tickets</a> <img alt="Quay" src="{file}file"></p>'
    block = client.post(
        NEW_BLOCK, data={"type": "block", "title": "Notice", "body": words}
    ).location
    live = publish(client, block)
    assert live.status_code == 302, live.text[-3500:-1500]
    notice = block.rstrip("/").rsplit("/", 1)[-1]
    unsaid = words.replace("Quay", "")
    mute = client.post(NEW, data=sent(client, NEW, **{"f-programme": unsaid}))
    assert "has no alternative text" in publish(client, mute.location).text
    page = client.post(NEW, data=sent(client, NEW, **{"f-programme": words, "f-notice": notice}))
    live = publish(client, page.location)
    assert live.status_code == 302, live.text[live.text.index("field-error") :][:500]
    shown = client.get(FAIR).text
    assert shown.count('<a href="/s/acme/tickets/">Tickets</a> <img') == 2
    assert shown.count('src="/s/acme/media/') == 2
    assert "/a/acme/media/" not in shown
