"""Folders: only ever narrowing, held by every door, in lists, files, choosers and on the site."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.media.acts import image, page_with, publish, told
from tests.media.scene import LIBRARY, picture, send
from tests.tenants.role_scene import made

FOLDERS = f"{LIBRARY}folders/"


@pytest.fixture
def admin(client: FlaskClient, cast: Cast) -> FlaskClient:
    return sign_in(client, cast.admin)


def folder(
    admin: FlaskClient, name: str = "Embargo", restricted: str = "y", at: str = FOLDERS
) -> str:
    answer = admin.post(at, data={"name": name, "restricted": restricted})
    assert answer.status_code == 302
    found = re.search(rf'href="({at}[0-9a-f-]+/)"[^>]*>{name}<', admin.get(at).text)
    assert found
    return found[1]


def put_in(admin: FlaskClient, where: str, colour: str = "teal") -> str:
    folder_id = where.rstrip("/").rpartition("/")[2]
    answer = send(admin, (picture(colour=colour), "secret.png"), folder=folder_id)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


@both_databases
def test_a_restricted_folder_is_seen_by_those_named_on_it(
    admin: FlaskClient, cast: Cast, app: Flask
):
    where = folder(admin)
    hidden = put_in(admin, where)
    with app.app_context():
        desk = made(cast.admin, cast.acme, "Desk", cast.viewer)
    for bearer in (f"person:{cast.editor.id}", f"group:{desk}"):
        assert admin.post(f"{where}people", data={"bearer": bearer}).status_code == 302
    again = admin.post(f"{where}people", data={"bearer": f"group:{desk}"})
    assert again.status_code == 422
    assert "sees this folder already" in again.text
    doors = (hidden, f"{hidden}file", f"{hidden}file?size=square")
    for who, sees in ((cast.editor, True), (cast.viewer, True), (cast.publisher, False),
                      (cast.author, False), (cast.admin, True)):  # fmt: skip
        sign_in(admin, who)
        assert {admin.get(door).status_code for door in doors} == {200 if sees else 404}, who.name
        folder_id = where.rstrip("/").rpartition("/")[2]
        for each in ("", "choose", "?view=list", f"?folder={folder_id}", "?q=secret"):
            text = admin.get(LIBRARY + each).text
            assert (hidden in text) is sees, (who.name, each)
        assert ("Embargo" in admin.get(LIBRARY).text) is sees
    sign_in(admin, cast.publisher)
    assert admin.post(f"{hidden}trash").status_code == 404
    copy = send(admin, (picture(), "mine.png"))
    assert copy.status_code == 302, "a copy that is hidden is no copy"
    sign_in(admin, cast.admin)
    page = admin.get(where).text
    taken = re.search(rf'action="({where}people/[0-9a-f-]+)"', page)
    assert taken
    assert admin.post(taken[1]).status_code == 302
    assert admin.post(taken[1]).status_code == 409
    assert len(told(app, "media_folder.access_given")) == 2
    assert len(told(app, "media_folder.access_ended")) == 1


def test_whoever_does_not_see_it_cannot_make_it_public(admin: FlaskClient, cast: Cast):
    hidden = put_in(admin, folder(admin))
    sign_in(admin, cast.publisher)
    page = page_with(admin, image(hidden))
    answer = publish(admin, page)
    assert answer.status_code == 422
    assert "in a folder that whoever wrote this does not see" in answer.text
    sign_in(admin, cast.admin)
    page = page_with(admin, image(hidden), title="By the admin")
    sign_in(admin, cast.publisher)
    assert publish(admin, page).status_code == 302
    assert "/s/acme/media/" in admin.get("/s/acme/by-the-admin/").text


def test_the_life_of_a_folder(admin: FlaskClient, cast: Cast, app: Flask):
    where = folder(admin, "Plans", "")
    put_in(admin, where)
    for sent, words in (({"name": "plans"}, "already"), ({"name": " "}, "Give the folder a name")):
        answer = admin.post(FOLDERS, data=sent)
        assert answer.status_code == 422
        assert words in answer.text
    assert admin.post(where, data={"name": "Old plans", "restricted": "y"}).status_code == 302
    assert len(told(app, "media_folder.changed")) == 1
    assert admin.post(f"{where}delete").status_code == 409
    second = folder(admin, "Empty")
    assert admin.post(f"{second}delete").status_code == 302
    assert admin.get(second).status_code == 404
    nobody = admin.post(f"{where}people", data={"bearer": f"person:{uuid.uuid4()}"})
    assert nobody.status_code == 422
    for who, status in ((cast.publisher, 403), (cast.bolt_admin, 404)):
        sign_in(admin, who)
        assert admin.get(FOLDERS).status_code == status
        assert admin.post(where, data={"name": "Mine"}).status_code == status
        assert admin.post(f"{where}people", data={}).status_code == status
