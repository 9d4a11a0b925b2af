"""An account's accent colour: what can be read is taken, and shown from a file of our own."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.brand import stylesheet
from tenants.accents import DARK, ENOUGH, LIGHT, BadAccent, check_accent, contrast, worst
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.identity.common import events

GREEN = "#11694a"
SETTINGS = {
    "name": "Acme", "zone": "Europe/Berlin", "title": "Acme", "tagline": "", "language": "en",
}  # fmt: skip
# 216 colours all over the cube
CUBE = [f"#{r:02x}{g:02x}{b:02x}" for r in range(0, 256, 51) for g in range(0, 256, 51)
        for b in range(0, 256, 51)]  # fmt: skip


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == pytest.approx(1)
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


def test_every_colour_is_taken_or_a_near_one_is_named_that_is():
    taken = 0
    for colour in CUBE:
        try:
            assert check_accent(colour) == colour
            taken += 1
        except BadAccent as problem:
            measured = re.search(r"only ([0-9.]+) : 1", str(problem))
            near = re.search(r"(#[0-9a-f]{6}) is the nearest", str(problem))
            assert measured
            assert near
            assert float(measured[1]) == worst(colour, LIGHT) < ENOUGH
            assert check_accent(near[1]) == near[1]
    assert 20 < taken < len(CUBE)


def test_whatever_is_taken_can_be_read_in_light_and_in_dark():
    for colour in CUBE:
        if worst(colour, LIGHT) < ENOUGH:
            continue
        light, dark, _ = stylesheet(colour).splitlines()
        for css, surfaces in ((light, LIGHT), (dark, DARK)):
            value = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", css))
            assert worst(value["accent"], surfaces) >= ENOUGH
            assert contrast(value["on-accent"], value["accent"]) >= ENOUGH
            assert contrast(value["accent-text"], value["accent-soft"]) >= ENOUGH
            assert contrast(value["on-accent"], value["accent-hover"]) >= ENOUGH


@both_databases
def test_an_accent_is_set_and_shown(app: Flask, client: FlaskClient, cast: Cast):
    assert client.get("/s/acme/brand.css").status_code == 404
    sign_in(client, cast.admin)
    assert "brand.css" not in client.get("/a/acme/").text
    done = client.post("/a/acme/settings/", data=SETTINGS | {"accent": GREEN.upper()})
    assert done.status_code == 302
    (event,) = [e for e in events(app, "account.changed") if "accent" in e.changes]
    assert event.changes["accent"] == ["", GREEN]
    for handle in ("acme", "acme-berlin"):
        for page in (f"/a/{handle}/", f"/s/{handle}/"):
            found = re.search(r'href="([^"]*brand\.css[^"]*)"', client.get(page).text)
            assert found, page
            css = client.get(found[1])
            assert (css.status_code, css.mimetype) == (200, "text/css")
            assert re.search(rf"--accent: ?(light-dark\()?{GREEN}[;,]", css.text)
    sign_in(client, cast.bolt_admin)
    assert "brand.css" not in client.get("/a/bolt/").text
    assert client.get("/a/bolt/brand.css").text == ""
    assert client.get("/a/acme/brand.css").status_code == 404


def test_the_look_of_the_house_is_not_its_customers(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.owner)
    set_by_cli = app.test_cli_runner().invoke(
        args=["account", "change", "house", "--accent", GREEN, "--as", cast.owner.email]
    )
    assert set_by_cli.exit_code == 0, set_by_cli.output
    assert "brand.css" in client.get("/a/house/").text
    assert "brand.css" not in client.get("/a/acme/").text


@pytest.mark.parametrize(
    ("accent", "sentence"),
    [
        ("#ffee00", "reaches only"), ("#12345", "six digits"), ("red", "six digits"),
        ("#12345g", "six digits"), ("#3350c4; }", "six digits"), ("#" + "1" * 30, "at most 20"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_and_kept(
    app: Flask, client: FlaskClient, cast: Cast, accent: str, sentence: str
):
    sign_in(client, cast.admin)
    answer = client.post("/a/acme/settings/", data=SETTINGS | {"accent": accent})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{accent}"' in answer.text
    failed = app.test_cli_runner().invoke(
        args=["account", "change", "acme", "--accent", accent, "--as", cast.admin.email]
    )
    assert failed.exit_code == 1
    assert "Traceback" not in failed.output


@both_databases
def test_the_command_line_renames(app: Flask, cast: Cast):
    def change(*words: str) -> tuple[int, str]:
        done = app.test_cli_runner().invoke(args=["account", "change", "acme", *words])
        return done.exit_code, done.output

    by = ("--as", cast.admin.email)
    assert change("--name", "Acme Corp", "--zone", "Europe/Paris", *by) == (0, "done\n")
    (event,) = [e for e in events(app, "account.changed") if "name" in e.changes]
    assert event.changes["name"] == ["Acme", "Acme Corp"]
    assert "no time zone" in change("--zone", "Mars", *by)[1]
    assert "1 to 200" in change("--name", " ", *by)[1]
    assert "lacks the right" in change("--name", "x", "--as", cast.editor.email)[1]
