"""What browsers send and no browser should: each door of the portal takes it for what it is."""

from __future__ import annotations

import ast
import re

import pytest

from portal.kept import SECRET
from portal.printable import without_unprintable
from tests.shape.routes import SAMPLES, routes
from tests.shape.scene import Scene
from tests.shape.test_sources import TEMPLATES, calls, trees

BAD = "a\x01\x07\x1b[31m\x7f\x9bb"
_NAMES = re.compile(r'\bname="([^"]+)"')


def asked_for() -> set[str]:
    """The parameters that the sources ask a query for by their names."""
    return {
        call.args[0].value
        for tree in trees().values()
        for name, call in calls(tree)
        if re.search(r"\b(args|values|asked)\.(get|getlist)$", name) and call.args
        and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }  # fmt: skip


def is_unprintable(text: str) -> bool:
    return without_unprintable(text) != text


@pytest.mark.parametrize("scene", ["sqlite"], indirect=True)
def test_no_screen_echoes_what_cannot_be_seen(scene: Scene):
    everywhere, echoed, answered = asked_for(), set(), 0
    assert {"q", "before"} <= everywhere
    for who, start, handle in (("admin", "/a/", "acme"), ("owner", "/console/", "")):
        for route in routes(scene.app, start):
            if route.method != "GET" or (route.ids and not handle):
                continue
            path = route.path(handle, route.ids_of(scene.world, handle)).partition("?")[0]
            plain = scene.browsers[who].get(path, audit=False)
            if plain.status_code != 200 or plain.mimetype != "text/html":
                continue
            names = everywhere | set(_NAMES.findall(plain.text))
            answer = scene.browsers[who].get(
                path, query_string=dict.fromkeys(names, BAD), audit=False
            )
            answered += answer.status_code < 300
            if is_unprintable(answer.text) and not is_unprintable(plain.text):
                echoed.add(path)
    assert answered > 50
    assert not echoed


NAMELESS = b"--x\r\nContent-Disposition: form-data\r\n\r\nwords\r\n--x--\r\n"


def test_what_a_password_was_typed_into_is_never_given_back():
    fields = {
        target.id
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func).endswith("PasswordField")
        for target in node.targets
        if isinstance(target, ast.Name)
    }  # fmt: skip
    templates = (path.read_text() for path in TEMPLATES.rglob("*.html"))
    inputs = [each for text in templates for each in re.findall(r"<input[^>]*>", text)]
    fields |= {name for each in inputs if "password" in each for name in _NAMES.findall(each)}
    assert fields == SECRET


@pytest.mark.parametrize("scene", ["sqlite"], indirect=True)
def test_no_door_falls_over_a_part_without_a_name(scene: Scene):
    found = {}
    for route in routes(scene.app, "/"):
        if route.method != "POST" or set(route.rule.arguments) - {"handle", *SAMPLES}:
            continue
        path = route.path("acme", route.ids_of(scene.world, "acme")).partition("?")[0]
        answer = scene.browsers["admin"].post(
            path, data=NAMELESS, content_type="multipart/form-data; boundary=x", audit=False
        )
        found[path] = answer.status_code
    assert len(found) > 100
    assert set(found.values()) <= {302, 400, 401, 403, 404}, found
