"""Naming a file of a closed folder by its id tells nothing of it, wherever a text is shown."""

from __future__ import annotations

import uuid

from flask import Flask
from flask.testing import FlaskClient

from portal.content.defining_fields import FieldWords
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.type_scene import event_type
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.media.acts import SAID
from tests.media.test_folders import folder, put_in

NAME, ALT = "Merger plans", "The two towers"


def test_a_field_tells_no_name_of_a_file_in_a_closed_folder(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        event_type(cast.acme, FieldWords("Poster", "media"))
        db.session.commit()
    where = folder(sign_in(client, cast.admin))
    hidden = put_in(client, where)
    client.post(hidden, data=SAID | {"name": NAME, "alt": ALT, "folder": where.split("/")[-2]})
    assert uuid.UUID(hidden.split("/")[-2])
    sign_in(client, cast.author)
    assert client.get(hidden).status_code == 404
    sent = {"type": "event", "title": "Mine", "body": "", "f-poster": f"{hidden}file"}
    page = client.post("/a/acme/pages/new?type=event", data=sent).location
    for door in (
        "",
        "preview",
        "preview/frame",
        "checks",
        "review",
        "publish",
        "history",
        "revisions/",
    ):
        shown = client.get(f"{page}{door}").text
        assert NAME not in shown, door
        assert ALT not in shown, door
