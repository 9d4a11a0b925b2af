"""Host names on the screens and at the command line."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.dns import FakeDns
from tests.hosts.scene import OWN, claimed, host_rows, looked, proved
from tests.identity.common import events
from tests.site.scene import statements

HOME = "/a/acme/settings/hosts/"


@both_databases
def test_a_name_is_added_proved_and_made_the_sites_own(
    app: Flask, client: FlaskClient, cast: Cast, dns: FakeDns
):
    proved(app, dns, cast.bolt, primary=False)
    dns.said.clear()
    sign_in(client, cast.admin)
    assert "No host name yet" in client.get(HOME).text
    added = client.post(f"{HOME}new", data={"host": "WWW.Acme.Example"})
    assert added.status_code == 303
    show = added.location
    page = client.get(show).text
    name, value = re.findall(r"<code>([^<]+)</code>", page)[:2]
    assert name == f"_portal-site.{OWN}"
    waiting = client.post(f"{show}check", follow_redirects=True).text
    assert "The record is not there yet." in waiting
    refused = client.post(f"{show}primary", data={"reason": ""})
    assert refused.status_code == 422
    assert "is not proved yet" in refused.text
    dns.said[name] = [value]
    dns.leads[OWN] = dns.leads["localhost"] = ["192.0.2.1"]
    assert "is proved" in client.post(f"{show}check", follow_redirects=True).text
    rows = {row.account_id: row for row in host_rows(app).values()}
    assert rows[cast.bolt.id].state == "lost", "whoever had it before stops at once"
    assert "leads where" in client.get(show).text
    assert client.post(f"{show}primary", data={"reason": "Launch."}).status_code == 303
    assert f'<strong class="text-break">{OWN}</strong>' in client.get(HOME).text
    assert "The record is there." in client.post(f"{show}check", follow_redirects=True).text
    assert client.post(f"{show}aside").status_code == 303
    assert client.post(f"{show}remove").status_code == 303
    story = ["host.claimed", "host.proved", "host.preferred", "host.set_aside", "host.removed"]
    mine = [e for e in events(app, *story) if e.account_id == cast.acme.id]
    assert [each.event for each in mine] == story
    assert mine[2].reason == "Launch."
    assert {each.actor_label for each in mine} == {cast.admin.email}


def test_a_refused_name_is_kept_as_typed(client: FlaskClient, cast: Cast, dns: FakeDns):
    sign_in(client, cast.admin)
    refused = {
        "https://acme.example/": "without https://", "": "Give the host",
        "x.localhost": "the portal itself", "x" * 301: "at most",
    }  # fmt: skip
    for typed, because in refused.items():
        answer = client.post(f"{HOME}new", data={"host": typed})
        assert answer.status_code == 422
        assert because in answer.text
        assert f'value="{typed}"' in answer.text
    assert client.post(f"{HOME}new", data={"host": OWN}).status_code == 303
    twice = client.post(f"{HOME}new", data={"host": OWN.upper()})
    assert twice.status_code == 422
    assert "claimed here already" in twice.text
    assert dns.asked == 0


def test_only_who_may_change_the_account_writes_and_neighbours_see_nothing(
    app: Flask, client: FlaskClient, cast: Cast, dns: FakeDns
):
    row = claimed(app, cast.acme)
    acts = [f"{HOME}new", *(f"{HOME}{row.id}/{act}" for act in ("check", "primary", "aside",
                                                               "remove"))]  # fmt: skip
    sign_in(client, cast.viewer)
    assert "Waiting" in client.get(HOME).text
    assert [client.post(url, data={"host": "a.example"}).status_code for url in acts] == [403] * 5
    sign_in(client, cast.bolt_admin)
    assert [client.post(url).status_code for url in acts] == [404] * 5
    assert client.get(f"/a/bolt/settings/hosts/{row.id}/").status_code == 404
    assert client.post(f"/a/bolt/settings/hosts/{row.id}/check").status_code == 404
    sign_in(client, cast.admin)
    for act in ("check", "aside", "remove"):
        assert client.get(f"{HOME}{row.id}/{act}").status_code == 405
    assert dns.asked == 0
    assert host_rows(app)[str(cast.acme.id), OWN].state == "waiting"


def test_an_account_has_a_bounded_number_and_the_list_one_statement(
    app: Flask, client: FlaskClient, cast: Cast, dns: FakeDns
):
    sign_in(client, cast.admin)
    claimed(app, cast.acme, "a0.example")
    client.get(HOME)
    with statements(app) as few:
        client.get(HOME)
    for number in range(1, 20):
        claimed(app, cast.acme, f"a{number}.example")
    with statements(app) as many:
        client.get(HOME)
    assert len(many) == len(few)
    full = client.post(f"{HOME}new", data={"host": OWN})
    assert full.status_code == 422
    assert "at most 20 host names" in full.text


def test_a_dns_that_does_not_answer_is_told_of(
    app: Flask, client: FlaskClient, cast: Cast, dns: FakeDns
):
    row = proved(app, dns, cast.acme)
    dns.down = True
    sign_in(client, cast.admin)
    text = client.post(f"{HOME}{row.id}/check", follow_redirects=True).text
    assert "The DNS gave no answer: its servers did not answer in time." in text
    assert host_rows(app)[str(cast.acme.id), OWN].state == "proved"


def test_the_dashboard_tells_those_who_can_mend_it(
    app: Flask, client: FlaskClient, cast: Cast, dns: FakeDns
):
    proved(app, dns, cast.acme)
    dns.said.clear()
    assert looked(app, dns, cast.acme) == "missing"
    sign_in(client, cast.admin)
    assert "A record in the DNS is gone" in client.get("/a/acme/").text
    sign_in(client, cast.editor)
    assert "A record in the DNS is gone" not in client.get("/a/acme/").text


@pytest.mark.parametrize("email", ["admin@acme.example"])
def test_the_command_line_does_the_same(app: Flask, cast: Cast, dns: FakeDns, email: str):
    run = app.test_cli_runner().invoke
    done = run(args=["host", "add", "acme", OWN, "--as", email])
    name, _, value = done.output.strip().split(" ", 2)
    assert run(args=["host", "check", "acme", OWN, "--as", email]).exit_code == 1
    assert run(args=["host", "primary", "acme", OWN, "--as", email]).exit_code == 1
    dns.said[name] = [value.strip('"')]
    checked = run(args=["host", "check", "acme", OWN, "--as", email])
    assert (checked.exit_code, checked.output) == (0, "proved\n")
    assert run(args=["host", "primary", "acme", OWN, "--as", email]).exit_code == 0
    assert '"primary": true' in run(args=["host", "list", "acme", "--json"]).output
    assert run(args=["host", "primary", "acme", "none", "--as", email]).exit_code == 0
    assert run(args=["host", "remove", "acme", OWN, "--as", cast.editor.email]).exit_code == 1
    assert run(args=["host", "remove", "acme", "other.example", "--as", email]).exit_code == 1
    assert run(args=["host", "add", "acme", "co.uk", "--as", email]).exit_code == 1
    assert run(args=["host", "remove", "acme", OWN, "--as", email]).output == "removed\n"
    assert host_rows(app) == {}
