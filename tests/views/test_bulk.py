"""The same act for many, and lists of people, in the browser."""

from __future__ import annotations

import html
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.identity.common import events, mails
from tests.views.test_invitations import role_id

GIVE, END, IMPORT = (f"/a/acme/people/many/{what}" for what in ("give", "end", "import"))


def chosen(client: FlaskClient, name: str) -> str:
    """The id in the checkbox of somebody's grant on the People page."""
    page = client.get("/a/acme/people/").text
    found = re.search(rf'name="grant" value="([^"]+)" form="many" aria-label="Choose {name}', page)
    assert found, page
    return found[1]


@both_databases
def test_several_get_a_role(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    grants = [chosen(client, name) for name in ("Vito Viewer", "Arno Author", "Pia Publisher")]
    page = client.get(GIVE, query_string={"grant": grants}).text
    assert len(re.findall(r"<input checked[^>]* name=\"people\"", page)) == 3, page
    data = {
        "people": [str(cast.viewer.id), str(cast.author.id), str(cast.publisher.id)],
        "role": role_id(app, "publisher"), "reach": "account", "because": "Spring.",
    }  # fmt: skip
    answer = client.post(GIVE, data=data)
    assert "2 of 3 done" in answer.text
    assert "Is Publisher here already." in answer.text
    given = events(app, "grant.given")[-2:]
    assert [event.reason for event in given] == ["Spring.", "Spring."]
    assert {event.request_id for event in given} == {given[0].request_id}
    assert sign_in(client, cast.viewer).get("/a/acme/pages/new").status_code == 200


@both_databases
def test_several_grants_end(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    grants = [chosen(client, name) for name in ("Vito Viewer", "Ada Admin", "Edda Editor")]
    page = client.get(END, query_string={"grant": grants}).text
    assert len(re.findall(r"<input checked[^>]* name=\"grants\"", page)) == 3
    answer = client.post(END, data={"grants": grants, "reason": "Over."})
    assert "2 of 3 done" in answer.text
    assert "last grant that lets somebody manage" in answer.text
    assert [event.reason for event in events(app, "grant.ended")] == ["Over.", "Over."]
    assert sign_in(client, cast.viewer).get("/a/acme/").status_code == 404


@pytest.mark.parametrize("path", [GIVE, END, IMPORT])
def test_it_needs_the_right_and_good_input(app: Flask, client: FlaskClient, cast: Cast, path: str):
    for who, status in (("editor", 403), ("auditor", 403), ("bolt_admin", 404)):
        sign_in(client, cast.people[who])
        assert client.get(path).status_code == status
        assert client.post(path).status_code == status
    sign_in(client, cast.admin)
    assert client.post(path, csrf=False).status_code == 400
    assert client.post(path).status_code == 422
    count = len(events(app, "grant.given"))
    strangers = {"people": str(cast.bolt_editor.id), "grants": str(cast.bolt.id), "text": "\x00",
                 "role": role_id(app, "owner"), "reason": "Kept."}  # fmt: skip
    answer = client.post(path, data=strangers)
    assert answer.status_code == 422
    assert len(events(app, "grant.given")) == count
    assert events(app, "grant.ended") == []


def upload(client: FlaskClient, data: bytes):
    return client.post(IMPORT, data={"file": (io.BytesIO(data), "people.csv")})


@both_databases
def test_a_list_is_tried_out_and_taken_in(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    trial = upload(client, f"email,role\nnew@b.example,viewer\n{cast.viewer.email},author\n"
                           "x@b.example,auditor\n".encode())  # fmt: skip
    assert "2 of 3 lines would work" in trial.text
    assert mails(app) == []
    assert events(app, "invitation.sent") == []
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", trial.text, re.DOTALL)
    assert text
    done = client.post(IMPORT, data={"text": html.unescape(text[1]).lstrip(), "act": "run"})
    assert "2 of 3 lines done" in done.text
    assert [mail.recipient for mail in mails(app)] == ["new@b.example"]
    assert len(events(app, "invitation.sent")) == 1
    assert sign_in(client, cast.viewer).get("/a/acme/pages/new").status_code == 200


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Choose a CSV file"),
        (b"\xff\xfe\x00\x01\x02", "Save it as"),
        ("email;role\né@b.example;viewer".encode("latin-1"), "Save it as"),
        (b"x" * 300_000, "larger than 256 KB"),
        (b"<html>", "must name the columns"),
    ],
)
def test_a_bad_file_gets_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast, data: bytes, sentence: str
):
    sign_in(client, cast.admin)
    answer = upload(client, data)
    assert answer.status_code == 422
    assert sentence in answer.text
