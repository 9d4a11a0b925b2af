"""A site's look: tried on its real pages, readable whatever is chosen, told of in the trail."""

from __future__ import annotations

import gzip
import html
import itertools
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.config import ROOT
from portal.content.themes import (
    BOUNDED,
    THEMES,
    BadLook,
    Look,
    accents,
    check_look,
    look_of,
    palettes,
    stylesheet_of,
)
from tenants.accents import ENOUGH, contrast, worst
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.identity.common import events
from tests.views.test_brand import CUBE

HOME = "/a/acme/look/"
BASED = re.compile(r'name="based_on"[^>]*value="([0-9a-f]+)"')
CSS = ROOT / "static" / "css"
MOST = 15_000


def save(client: FlaskClient, act: str = "save", **look: str) -> Any:
    found = BASED.search(client.get(HOME).text)
    assert found
    asked = {"theme": "journal", "scheme": "", "shown": "home", "device": "desktop"}
    return client.post(HOME, data=asked | {"based_on": found[1], "act": act} | look)


def test_texts_can_be_read_in_every_theme_on_every_ground():
    for theme, tint in itertools.product(THEMES, ["", *BOUNDED["tint"]]):
        for palette in palettes(Look(theme=theme, tint=tint)).values():
            for ground in (palette.paper, palette.wash):
                assert contrast(palette.ink, ground) >= 7
                assert contrast(palette.faint, ground) >= ENOUGH, (theme, tint)


def test_whatever_accent_is_taken_can_be_read_in_light_and_dark():
    for colour in CUBE[::5]:
        for theme, tint in (("journal", "warm"), ("civic", ""), ("magazine", "rose")):
            look = Look(theme=theme, tint=tint)
            both = zip(accents(look, colour), palettes(look).values(), strict=True)
            for accent, palette in both:
                assert worst(accent, (palette.paper, palette.wash)) >= ENOUGH


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_s_stylesheet_has_its_colours_and_is_small(theme: str):
    text = (CSS / f"theme-{theme}.css").read_text()
    light, dark = THEMES[theme].light, THEMES[theme].dark
    for name in ("paper", "wash", "ink", "faint", "rule", "accent"):
        pair = f"--{name}: light-dark({getattr(light, name)}, {getattr(dark, name)});"
        assert pair in text
    assert stylesheet_of(Look(theme=theme)) == "", "nothing to fetch for what the theme has"
    all_of_it = b"".join((CSS / f"{name}.css").read_bytes() for name in ("site", "site-prose"))
    assert len(gzip.compress(all_of_it + text.encode())) < MOST


def test_only_what_is_offered_gets_into_a_stylesheet():
    hostile = dict.fromkeys(Look.__dataclass_fields__, "red;}body{display:none")
    assert look_of(hostile) == Look()
    text = stylesheet_of(Look("civic", "#0a5a3c", "", "warm", "serif", "larger", "wide", "round"))
    assert re.fullmatch(r":root\{(--[a-z-]+:[^;{}<]+;?)+\}\n", text)


@both_databases
def test_a_look_is_tried_saved_and_told_of(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    tried = save(client, "preview", theme="magazine", tint="warm", shown="page")
    assert tried.status_code == 200
    src = re.search(r'<iframe src="([^"]+)"', tried.text)
    assert src
    shown = client.get(html.unescape(src[1]))
    assert shown.status_code == 200
    assert "theme-magazine.css" in shown.text
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    tokens = re.search(r'href="([^"]+tokens\.css[^"]*)"', shown.text)
    assert tokens
    assert "--paper:light-dark(" in client.get(html.unescape(tokens[1])).text
    assert "theme-journal.css" in client.get("/s/acme/").text, "readers see nothing of it"
    assert save(client, theme="magazine", tint="warm").status_code == 303
    (told,) = events(app, "site.changed")[-1:]
    assert told.changes == {"theme": ["", "magazine"], "tint": ["", "warm"]}
    page = client.get("/s/acme/").text
    assert "theme-magazine.css" in page
    brand = re.search(r'href="(/s/acme/brand\.css\?v=[0-9a-f]{12})"', page)
    assert brand
    assert "--paper:light-dark(" in client.get(brand[1]).text
    assert "nothing to save" in sign_in(client, cast.admin).get(
        save(client, theme="magazine", tint="warm").location
    ).text  # fmt: skip


def test_the_frame_shows_the_real_start_page(client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    for shown in ("home", "list"):
        frame = client.get(f"{HOME}frame?shown={shown}&theme=civic&scheme=dark").text
        assert '<html lang="en" data-scheme="dark">' in frame
        real = client.get("/s/acme/" if shown == "home" else "/s/acme/posts/").text
        main = re.compile(r"<main.*</main>", re.DOTALL)
        assert main.findall(frame) == main.findall(real)
    odd = client.get(f"{HOME}frame?theme=%00&accent=red&shown=x&scheme=%22%3E")
    assert (odd.status_code, "theme-journal.css" in odd.text) == (200, True)
    assert "data-scheme" not in odd.text


@pytest.mark.parametrize(
    ("field", "colour", "sentence"),
    [
        ("accent", "#ffee00", "The accent on its panels (#eef2f5), light: this pair reaches only"),
        ("accent_dark", "#102a43", "The accent on its panels (#1b232c), dark: this pair"),
        ("accent", "red", "six digits"), ("accent_dark", "#12345g", "six digits"),
        ("accent", "#" + "1" * 30, "at most 20"),
    ],
)  # fmt: skip
def test_colours_nobody_can_read_are_refused_with_a_near_one(
    client: FlaskClient, cast: Cast, field: str, colour: str, sentence: str
):
    sign_in(client, cast.admin)
    for act in ("save", "preview"):
        answer = save(client, act, theme="civic", **{field: colour})
        assert answer.status_code == 422
        assert sentence in html.unescape(answer.text)
        assert f'value="{colour}"' in answer.text
    near = re.search(r"(#[0-9a-f]{6}) is the nearest (?:darker|lighter)", answer.text)
    if near:
        typed = {"theme": "civic", field: near[1]}
        check_look(look_of(typed), typed)
        with pytest.raises(BadLook):
            check_look(look_of({}), {field: colour})


def test_who_may_and_who_comes_second(client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    found = BASED.search(client.get(HOME).text)
    assert found
    save(client, theme="civic")
    mine = {"theme": "magazine", "based_on": found[1], "act": "save", "size": "large"}
    answer = client.post(HOME, data=mine)
    assert answer.status_code == 409
    assert re.search(r'checked[^>]*value="magazine"', answer.text)
    now = BASED.search(answer.text)
    assert now
    assert client.post(HOME, data=mine | {"based_on": now[1]}).status_code == 303
    for who, status in (("publisher", 403), ("viewer", 403), ("bolt_admin", 404)):
        sign_in(client, cast.people[who])
        for address in (HOME, f"{HOME}frame", f"{HOME}tokens.css"):
            assert client.get(address).status_code == status
        assert client.post(HOME, data=mine).status_code == status


def test_the_command_line_changes_what_is_named(app: Flask, cast: Cast):
    def look(*words: str) -> str:
        done = app.test_cli_runner().invoke(args=["look", *words, "--as", cast.admin.email])
        assert "Traceback" not in done.output
        return done.output

    assert look("set", "acme", "--theme", "civic", "--accent", "#0a5a3c") == "done\n"
    assert look("set", "acme", "--size", "large") == "done\n"
    assert look("set", "acme", "--size", "large") == "nothing to change\n"
    assert "nearest darker" in look("set", "acme", "--accent", "#ffee00")
    shown = look("show", "acme")
    assert all(word in shown for word in ("civic", "#0a5a3c", "large"))
    assert "lacks the right" in app.test_cli_runner().invoke(
        args=["look", "set", "acme", "--size", "", "--as", cast.editor.email]
    ).output  # fmt: skip
