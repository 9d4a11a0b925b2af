"""The same act for many files, what became of each, and undoing it."""

from __future__ import annotations

import html
import uuid

from flask import Flask
from flask.testing import FlaskClient

from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.media.acts import SAID, image, page_with, told
from tests.media.scene import LIBRARY, picture, uploaded
from tests.media.test_folders import folder, put_in

MANY = f"{LIBRARY}many/"


def id_of(where: str) -> str:
    return where.rstrip("/").rpartition("/")[2]


def act(client: FlaskClient, name: str, files: list[str], **data: str) -> tuple[str, str]:
    answer = client.post(f"{MANY}{name}", data={"files": files, **data})
    assert answer.status_code == 303, answer.text
    return html.unescape(client.get(answer.location).text), answer.location


def take_back(client: FlaskClient, where: str) -> str:
    answer = client.post(f"{where}undo")
    assert answer.status_code == 303
    return html.unescape(client.get(answer.location).text)


@both_databases
def test_files_are_moved_and_moved_back(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    where = folder(client, "Harbour", "")
    files = [uploaded(client, picture(colour=c), f"{c}.png") for c in ("red", "blue", "green")]
    ids = [id_of(each) for each in files]
    client.post(files[0], data=SAID | {"folder": id_of(where)})
    assert "Choose red" not in client.get(f"{LIBRARY}?folder=none").text
    shown, run = act(client, "move", ids, folder=id_of(where))
    assert "2 of 3 done" in shown
    assert "It stands there already" in shown
    client.post(files[1], data=SAID | {"folder": ""})
    back = take_back(client, run)
    assert "1 of 2 done" in back
    assert "changed since, so it stays as it is" in back
    assert client.post(f"{run}undo").status_code == 409
    pages = run.replace("/media/", "/pages/")
    assert client.get(pages).status_code == 404, "a run of files is none of pages"


@both_databases
def test_files_are_thrown_away_and_brought_back(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    used = uploaded(client, picture(colour="red"), "red.png")
    free = uploaded(client, picture(colour="blue"), "blue.png")
    page_with(client, image(used))
    ids = [id_of(used), id_of(free)]
    shown, run = act(client, "trash", ids)
    assert "1 of 2 done" in shown
    assert "used by “At sea”" in shown
    assert "Out of the trash" in take_back(client, run)
    shown, run = act(client, "trash", ids, force="y", reason="Rights ran out.")
    assert "2 of 2 done" in shown
    assert len(told(app, "media.trashed")) == 3
    assert "2 of 2 done" in take_back(client, run)


def test_only_what_one_may(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    hidden = id_of(put_in(client, folder(client)))
    mine = id_of(uploaded(client, picture(colour="red"), "red.png"))
    sign_in(client, cast.author)
    nothing = client.post(f"{MANY}move", data={"files": [hidden]})
    assert nothing.status_code == 422
    assert "secret" not in nothing.text
    shown, run = act(client, "move", [mine])
    assert "0 of 1 done" in shown
    assert client.post(f"{MANY}trash", data={"files": [mine]}).status_code == 403
    assert client.post(f"{MANY}move", data={}).status_code == 422
    none = [str(uuid.uuid4())] * 101
    assert client.post(f"{MANY}move", data={"files": none}).status_code == 422
    sign_in(client, cast.admin)
    assert client.get(run).status_code == 404, "a run is its person's own"
    sign_in(client, cast.bolt_admin)
    assert client.post(f"{MANY}trash", data={"files": [mine]}).status_code == 404
