"""A site at its own host: all of it, nothing else, the same for everybody."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.config import Config
from portal.content.hosting import give_up
from portal.content.site_hosts import hosts_of
from portal.site.by_host import ByHost, host_of
from portal.site.host_map import HostMap
from tests.fixtures.app import app_over, both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.dns import FakeDns
from tests.fixtures.pages import TESTS
from tests.hosts.scene import OWN, claimed, proved, served_anew
from tests.site.scene import Said as Text
from tests.site.scene import live, statements, term, writing

HOME = f"http://{OWN}"
PLAIN = "acme.example"


@pytest.fixture
def reader(app: Flask, client: FlaskClient, cast: Cast, dns: FakeDns) -> FlaskClient:
    """Acme is at home at OWN, PLAIN leads there; Bolt is at the portal's host."""
    with writing(app, cast.acme) as acme:
        live(acme, "First snow", Text(terms=(term(acme, "tag", "cold", "Cold"),)))
    proved(app, dns, cast.acme)
    proved(app, dns, cast.acme, PLAIN, primary=False)
    return client


@both_databases
def test_every_address_of_the_site_is_on_its_host(reader: FlaskClient):
    assert reader.get("/", base_url=HOME).status_code == 200
    for path in ("/", "/posts/", "/posts/first-snow/", "/tags/cold/", "/welcome/", "/nothing/",
                 "/feed.atom", "/sitemap.xml", "/robots.txt"):  # fmt: skip
        answer = reader.get(path, base_url=HOME)
        assert answer.status_code == (404 if path == "/nothing/" else 200), path
        assert "/s/acme" not in answer.text, path
        assert "localhost" not in answer.text, path
        for address in re.findall(r'(?:href|src)="(/[^"]*)"', answer.text):
            found = reader.get(address, base_url=HOME, buffered=True)
            assert found.status_code == 200, f"{path}: {address}"
    page = reader.get("/welcome/", base_url=HOME).text
    assert f'<link rel="canonical" href="{HOME}/welcome/">' in page
    assert f"<loc>{HOME}/welcome/</loc>" in reader.get("/sitemap.xml", base_url=HOME).text
    assert f"Sitemap: {HOME}/sitemap.xml" in reader.get("/robots.txt", base_url=HOME).text
    assert f'href="{HOME}/feed.atom"' in reader.get("/feed.atom", base_url=HOME).text


def test_the_portals_address_and_other_names_lead_there(reader: FlaskClient):
    for asked, base in (("/s/acme/welcome/?a=1", "http://localhost"),
                        ("/welcome/?a=1", f"http://{PLAIN}"),
                        ("/s/acme/welcome/?a=1", HOME)):  # fmt: skip
        answer = reader.get(asked, base_url=base)
        assert (answer.status_code, answer.location) == (301, f"{HOME}/welcome/?a=1"), asked
        assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert reader.post("/welcome/", base_url=f"http://{PLAIN}").status_code == 308
    assert reader.get("/s/acme", base_url="http://localhost").location == f"{HOME}/"
    for slash, leads in (("/welcome", "/welcome/"), ("/posts", "/posts/"), ("/posts//", "/posts/")):
        moved = reader.get(slash, base_url=HOME)
        assert moved.status_code in {301, 308}, slash
        assert moved.location == leads, slash
    assert reader.get("/s/bolt/welcome/", base_url="http://localhost").status_code == 200
    assert reader.get("/s/acme/logo", base_url="http://localhost").status_code == 404, "not moved"


def test_a_proved_name_leads_to_the_portal_until_it_is_primary(
    app: Flask, client: FlaskClient, cast: Cast, dns: FakeDns
):
    claimed(app, cast.bolt, "bolt.example")
    served_anew(app)
    assert client.get("/welcome/", base_url="http://bolt.example").status_code == 404
    proved(app, dns, cast.acme, primary=False)
    answer = client.get("/welcome/", base_url=HOME)
    assert (answer.status_code, answer.location) == (302, "http://localhost/s/acme/welcome/")
    assert client.get("/s/acme/welcome/").status_code == 200


def test_nothing_of_the_portal_answers_and_no_cookie_is_read_or_set(
    reader: FlaskClient, cast: Cast
):
    sign_in(reader, cast.admin)
    session = {"Cookie": f"portal={reader.get_cookie('portal').value}"}  # type: ignore[union-attr]
    for path in ("/sign-in", "/a/acme/", "/accounts/", "/me/", "/console/", "/admin/", "/healthz",
                 "/readyz", "/join", "/a/acme/settings/hosts/", "/s/bolt/welcome/",
                 "/static/nothing", "/static/../sign-in", "/static/..%2fsign-in", "/../sign-in",
                 "/./s/bolt/", "/%2e%2e/%2e%2e/me/"):  # fmt: skip
        for method in ("GET", "POST"):
            answer = reader.open(path, method=method, base_url=HOME, headers=session, csrf=False)
            assert answer.status_code in {404, 405}, f"{method} {path}"
            assert "Set-Cookie" not in answer.headers
            assert "Cookie" not in answer.headers.get("Vary", "")
            assert "Acme</" in answer.text or "Start page</" in answer.text, "in a site's frame"
            assert "Bolt" not in answer.text
            assert "Ada Admin" not in answer.text
    look = reader.get("/static/css/site.css", base_url=HOME, buffered=True)
    assert look.status_code == 200
    assert reader.get("/me/").status_code == 200, "at the portal's host she is signed in"


@pytest.mark.parametrize(
    "host",
    ["WWW.ACME.EXAMPLE", "www.acme.example.", "www.acme.example:8080", "Www.Acme.Example.:80"],
)
def test_a_host_is_the_same_however_it_is_written(reader: FlaskClient, host: str):
    assert "Welcome" in reader.get("/welcome/", headers={"Host": host}).text
    assert reader.get("/welcome/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["", "www.acme.example@evil.example", "evil.example#www.acme.example", "www.acme.example, a.b",
     "www.acme.example\t", " www.acme.example", "www.acme.example:", "www.acme.example:999999",
     "www.acme.example/..", "xwww.acme.example", "www.acme.example.evil.example", "a" * 10_000,
     "[::1]", "..", "ｗｗｗ.acme.example"],
)  # fmt: skip
def test_another_host_is_not_taken_for_it(host: str):
    assert host_of({"HTTP_HOST": host}) != OWN
    assert len(host_of({"HTTP_HOST": host})) <= 253


def test_what_a_reader_sends_beside_the_host_changes_nothing(reader: FlaskClient):
    plain = reader.get("/welcome/", base_url=HOME)
    for name, value in (("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https"),
                        ("X-Forwarded-Prefix", "/evil"), ("X-Original-URL", "/a/acme/"),
                        ("X-Rewrite-URL", "/me/"), ("X-Host", "evil.example"),
                        ("Forwarded", "host=a.b"), ("Authorization", "Basic eDp5")):  # fmt: skip
        answer = reader.get("/welcome/?utm=evil.example", base_url=HOME, headers={name: value})
        assert (answer.status_code, answer.data) == (200, plain.data), name
        moved = reader.get("/s/acme/welcome/", headers={name: value})
        assert moved.location == f"{HOME}/welcome/", name


@pytest.mark.parametrize(
    "path", ["/s/acme//evil.example", "/s/acme/%0d%0aX: y/", "/s/acme/\\evil.example", "/s/acme/@x"]
)
def test_leading_on_never_leads_elsewhere(reader: FlaskClient, path: str):
    for base in (HOME, "http://localhost", f"http://{PLAIN}"):
        answer = reader.get(path, base_url=base)
        assert answer.status_code == 301
        assert answer.location.startswith(f"{HOME}/")
        assert "X" not in answer.headers


def told(**environ: str) -> tuple[str, dict[str, str], bytes]:
    """What a layer before nothing answers at https, when only the portal's name is trusted."""
    said: list[Any] = []

    class Known:
        def known(self) -> HostMap:
            return HostMap({OWN: "acme", "portal.example": "acme"}, {"acme": f"https://{OWN}"})

    def behind(asked: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        headers = [("Set-Cookie", "a=b"), ("Strict-Transport-Security", "max-age=9; x")]
        leads = asked.get("leads", "https://portal.example/s/acme/x/?a=1")
        start("301 Moved", [*headers, ("Location", leads)])
        return [f"{asked['HTTP_HOST']} {asked['PATH_INFO']} {'HTTP_COOKIE' in asked}".encode()]

    config = Config(
        secret_key="x", database_url="", redis_url="", var=None, trusted_hosts=("portal.example",),  # type: ignore[arg-type]
        base_url="https://portal.example",
    )  # fmt: skip
    layer = ByHost(behind, config, Known())  # type: ignore[arg-type]
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": ""} | environ
    body = b"".join(layer(asked, lambda *answer: said.extend(answer)))
    return said[0], dict(said[1]), body


def test_what_lies_behind_sees_the_portals_host_and_its_answers_tell_nothing_of_it():
    _, headers, body = told(HTTP_HOST=OWN, PATH_INFO="/x", HTTP_COOKIE="portal=1")
    assert body == b"portal.example /s/acme/x False"
    assert headers == {
        "Location": f"https://{OWN}/x/?a=1", "Strict-Transport-Security": "max-age=31536000"
    }  # fmt: skip
    assert told(HTTP_HOST=OWN, PATH_INFO="*")[2] == b"portal.example /s/acme/* False"


@pytest.mark.parametrize("leads", ["/s/acmeland/x/", "https://portal.example/s/acme-berlin/"])
def test_an_address_that_only_begins_like_the_sites_is_not_put_behind_its_host(leads: str):
    assert told(HTTP_HOST=OWN, PATH_INFO="/x", leads=leads)[1]["Location"] == leads


def test_more_slashes_lead_to_the_host_too():
    _, headers, _ = told(HTTP_HOST="portal.example", PATH_INFO="//s/acme/x")
    assert headers["Location"] == f"https://{OWN}/x"


def test_the_portals_names_stay_its_own_whatever_the_map_says():
    """The portal may be given a name later that an account has proved before."""
    assert told(HTTP_HOST="portal.example", PATH_INFO="/me/")[2] == b"portal.example /me/ False"


@pytest.mark.parametrize(("proxies", "status"), [(0, 404), (1, 200)])
def test_a_forwarded_host_counts_behind_proxies_only(
    app: Flask, database_url: str, cast: Cast, dns: FakeDns, proxies: int, status: int
):
    proved(app, dns, cast.acme)
    with app_over(database_url, proxies=proxies) as behind:
        served_anew(behind)
        sent = {"X-Forwarded-Host": OWN, "X-Forwarded-For": "192.0.2.7"}
        assert behind.test_client().get("/welcome/", headers=sent).status_code == status


def test_unknown_hosts_get_a_plain_421():
    status, headers, body = told(HTTP_HOST="evil.example", PATH_INFO="/s/acme/")
    assert (status, body) == ("421 Misdirected Request", b"No site is served at this host.\n")
    assert headers["Cache-Control"] == "no-store"
    assert told(PATH_INFO="/")[0].startswith("421")
    assert told(HTTP_HOST="portal.example:8443", PATH_INFO="/")[0].startswith("301")


@both_databases
def test_each_process_knows_a_change_within_a_second_by_one_statement(
    app: Flask, client: FlaskClient, cast: Cast, dns: FakeDns, monkeypatch: pytest.MonkeyPatch
):
    proved(app, dns, cast.acme)
    hosts = app.extensions["own_hosts"]
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    hosts.forget()
    app.testing = False
    with statements(app) as sent:
        assert hosts.known().sites == {OWN: "acme"}
        clock[0] += 1.1
        assert hosts.known().sites == {OWN: "acme"}
    asked = [each for each in sent if "site_host" in each]
    assert len(asked) == 3, "two at first, then one"
    with writing(app, cast.acme):
        give_up(hosts_of(cast.acme.id)[0], cast.acme, by=TESTS)
    clock[0] += 0.9
    assert hosts.known().sites == {OWN: "acme"}, "asked at most once a second"
    clock[0] += 0.2
    assert hosts.known().sites == {}
