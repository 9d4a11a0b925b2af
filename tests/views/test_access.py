"""Asking about access in the browser and on the command line."""

import csv
import io
import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in


def test_an_admin_asks_why(client: FlaskClient, cast: Cast) -> None:
    query = {"person": str(cast.editor.id), "permission": "page.publish"}
    page = sign_in(client, cast.admin).get("/a/acme/access/", query_string=query)
    assert page.status_code == 200
    assert "Edda Editor lacks the right" in page.text
    assert cast.admin.email in page.text
    yes = client.get("/a/acme/access/", query_string=query | {"person": str(cast.publisher.id)})
    assert "Publisher at Acme, given on" in yes.text


def test_it_is_found_from_every_page(client: FlaskClient, cast: Cast) -> None:
    assert 'href="/a/acme/access/"' in sign_in(client, cast.viewer).get("/a/acme/").text


def test_others_ask_about_themselves_only(client: FlaskClient, cast: Cast) -> None:
    query = {"person": str(cast.admin.id), "permission": "page.publish"}
    page = sign_in(client, cast.viewer).get("/a/acme/access/", query_string=query)
    assert "Vito Viewer lacks the right" in page.text
    assert client.get("/a/acme/access/matrix").status_code == 403


def test_a_stranger_cannot_be_asked_about(client: FlaskClient, cast: Cast) -> None:
    query = {"person": str(cast.bolt_admin.id), "permission": "page.publish"}
    page = sign_in(client, cast.admin).get("/a/acme/access/", query_string=query)
    assert page.status_code == 422
    assert cast.bolt_admin.email not in page.text


@pytest.mark.parametrize(
    "query",
    [{"at": "yesterday"}, {"permission": "page.explode"}, {"person": "x"}, {"at": "0001-01-01"}],
)
def test_odd_questions_get_a_sentence(
    client: FlaskClient, cast: Cast, query: dict[str, str]
) -> None:
    asked = {"person": str(cast.editor.id), "permission": "page.publish"} | query
    answer = sign_in(client, cast.admin).get("/a/acme/access/", query_string=asked)
    assert answer.status_code in {200, 422}


def test_the_matrix_and_its_csv_say_the_same(client: FlaskClient, cast: Cast) -> None:
    page = sign_in(client, cast.admin).get("/a/acme/access/matrix")
    assert page.status_code == 200
    answer = client.get("/a/acme/access/matrix?format=csv")
    rows = {row["E-mail"]: row for row in csv.DictReader(io.StringIO(answer.text))}
    assert rows[cast.publisher.email]["page.publish"] == "Publisher"
    assert rows[cast.editor.email]["page.publish"] == ""
    assert page.text.count(cast.publisher.email) == 1


def test_before_the_account_was_there_nobody_could_do_anything(
    client: FlaskClient, cast: Cast
) -> None:
    query = {
        "person": str(cast.admin.id), "permission": "page.publish", "at": "2001-01-01T00:00",
    }  # fmt: skip
    page = sign_in(client, cast.admin).get("/a/acme/access/", query_string=query)
    assert "lacks the right" in page.text


def test_the_command_line_gives_the_same_answers(app: Flask, cast: Cast) -> None:
    run = app.test_cli_runner().invoke
    no = run(args=["access", "explain", cast.editor.email, "page.publish", "acme"])
    assert (no.exit_code, no.output.startswith("no: Edda Editor lacks")) == (1, True)
    yes = run(args=["access", "explain", cast.publisher.email, "page.publish", "acme", "--json"])
    assert yes.exit_code == 0
    assert [step["step"] for step in json.loads(yes.output)][-1] == "account"
    who = json.loads(run(args=["access", "who", "page.publish", "acme", "--json"]).output)
    assert {row["person"] for row in who} == {cast.admin.email, cast.publisher.email}
    what = json.loads(run(args=["access", "what", cast.viewer.email, "--json"]).output)
    assert [(row["account"], row["role"]) for row in what] == [("acme", "Viewer")]
    past = run(args=["access", "who", "page.publish", "acme", "--at", "2001-01-01", "--json"])
    assert json.loads(past.output) == []
    assert run(args=["access", "who", "page.publish", "acme", "--at", "soon"]).exit_code == 2


def test_the_command_line_tells_what_changed_for_a_person(app: Flask, cast: Cast) -> None:
    run = app.test_cli_runner().invoke
    told = run(args=["access", "changes", cast.viewer.email, "--since", "2001-01-01", "--json"])
    assert [(r["what"], r["role"], r["account"]) for r in json.loads(told.output)] == [
        ("given", "Viewer", "acme")
    ]
    before = run(
        args=["access", "changes", cast.viewer.email, "--since", "2001-01-01",
              "--until", "2002-01-01", "--json"]
    )  # fmt: skip
    assert json.loads(before.output) == []
