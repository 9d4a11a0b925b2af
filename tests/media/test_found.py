"""Files are found by what is said about them, in every account where one sees them."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tenants.roles import built_in
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.media.acts import SAID
from tests.media.scene import LIBRARY, picture, send, uploaded
from tests.media.test_folders import folder, put_in
from tests.views.test_search import found, quick
from tests.views.test_within import statements


def newest(client: FlaskClient) -> str:
    return str(client.get(LIBRARY).text.partition('name="files" value="')[2].split('"')[0])


@both_databases
def test_files_are_found_by_name_and_description(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    where = uploaded(client)
    client.post(where, data=SAID | {"name": "Pier", "alt": "Zebras <b>at</b> sea"})
    below = "/a/acme-berlin/media/"
    assert send(client, (picture(colour="red"), "zebra.png"), address=below).status_code == 302
    hidden = folder(client, at=f"{below}folders/")
    ids = hidden.rstrip("/").rpartition("/")[2]
    send(client, (picture(colour="blue"), "zebra two.png"), address=below, folder=ids)
    put_in(client, folder(client, "Zoo"), "green")
    assert found(client, "zebra") == quick(client, "zebra") == ["zebra two", "zebra", "Pier"]
    assert found(client, "ZEBRA pier", kind="media") == ["Pier"]
    assert "<mark>Zebra</mark>s &lt;b&gt;" in client.get("/a/acme/search/?q=zebra").text
    few = statements(app, client, "/a/acme/search/?q=zebra")
    uploaded(client, picture(colour="white"), "zebra more.png")
    assert statements(app, client, "/a/acme/search/?q=zebra") == few
    assert client.post(f"{LIBRARY}many/trash", data={"files": [newest(client)]}).status_code == 303
    sign_in(client, cast.viewer)
    assert found(client, "zebra") == ["zebra", "Pier"]
    assert quick(client, "secret") == []
    sign_in(client, cast.admin)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        role = built_in("editor").id
    assert client.post(f"{hidden}people", data={"bearer": f"role:{role}"}).status_code == 302
    assert client.post(f"{where}trash").status_code == 302
    for who in (cast.berlin_editor, cast.editor, cast.viewer, cast.publisher):
        sign_in(client, who)
        expected = ["zebra two", "zebra"] if who.role == "editor" else ["zebra"]
        assert found(client, "zebra", who.handle) == expected, who.name
    sign_in(client, cast.bolt_admin)
    assert found(client, "zebra", "bolt") == []
