"""Every door has a guard, and every guard keeps out whom it should."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask

from tenants.permissions import Permission
from tests.fixtures.cast import Cast
from tests.shape.routes import SAMPLES, Route, routes
from tests.shape.scene import Scene
from tests.tenants.test_decisions import WRITTEN

NO_ID = {"page_address"}  # the same words are an address of each site
UNGUARDED = {"static"}  # files anybody may read
GUARDS = {"permission", "signed_in", "public", "console"}
MEMBERS = ("admin", "publisher", "editor", "author", "viewer", "owner", "operator", "support",
           "auditor")  # fmt: skip
STRANGERS = ("bolt_admin", "bolt_editor", "berlin_admin", "berlin_editor")
EVERYBODY = (*MEMBERS, *STRANGERS, "nobody")
DONE = {200, 302, 303, 409, 422}


def expected(who: str, route: Route, cast: Cast) -> set[int]:
    """The answers somebody may get at Acme."""
    if who == "nobody":
        return {302} if route.method == "GET" else {401}
    if who in STRANGERS:
        return {404}
    role = cast.people[who].role
    kind, wanted = route.guard
    assert kind == "permission", f"{route.name} stands in an account without a permission"
    if any(WRITTEN[str(permission)][role] == "x" for permission in wanted):
        # A request is shown only to those who hold all of a role that answers it, and what was
        # done to many pages only to who did it.
        return DONE | {404} if {"request_id", "run_id"} & set(route.ids) else DONE
    return {403}


def test_every_route_has_a_guard(app: Flask):
    bare = {
        route.rule.endpoint for route in routes(app, "/") if route.guard[0] not in GUARDS
    } - UNGUARDED  # fmt: skip
    assert not bare, "put @permission, @signed_in or @public(reason) on the view"


def test_every_open_door_says_why(app: Flask):
    for route in routes(app, "/"):
        kind, reason = route.guard
        if kind == "public":
            assert len(reason) > 10, route.name
        if kind in {"permission", "console"}:
            assert reason, route.name
            assert all(isinstance(permission, Permission) for permission in reason)


def test_an_account_is_never_open_to_all(app: Flask):
    kinds = {route.name: route.guard[0] for route in routes(app, "/a/")}
    assert kinds
    assert set(kinds.values()) == {"permission"}, kinds


def test_every_id_has_a_sample(app: Flask):
    unknown = {name for route in routes(app, "/a/") for name in route.ids} - SAMPLES.keys()
    assert not unknown, "add a sample in tests/shape/routes.py"


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_matrix(scene: Scene, who: str):
    """Everybody at every route; past the first database every route sees half of them."""
    wrong = []
    for route in scene.share("/a/", EVERYBODY.index(who), 2):
        wanted = expected(who, route, scene.cast)
        if route.method != "GET" and wanted == DONE:
            continue  # what it does is told where the view is tested
        path = route.path("acme", route.ids_of(scene.world, "acme"))
        status, where = scene.ask(who, route, path)
        if status not in wanted:
            wrong.append(f"{route.name}: {status}, not {sorted(wanted)}")
        if who == "nobody" and status == 302 and not where.startswith("/sign-in"):
            wrong.append(f"{route.name}: sent to {where}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("stranger", ["bolt", "acme-berlin"])
def test_a_strangers_id_is_an_id_that_does_not_exist(scene: Scene, stranger: str):
    wrong, tried = [], 0
    for route in routes(scene.app, "/a/"):
        for name in set(route.ids) - NO_ID:
            own = route.ids_of(scene.world, "acme")
            foreign = own | {name: SAMPLES[name](scene.world, stranger)}
            random = own | {name: uuid.uuid4()}
            who = "admin" if expected("admin", route, scene.cast) >= DONE else "owner"
            answers = [
                scene.twin(who, route, route.path("acme", ids)) for ids in (foreign, random)
            ]  # fmt: skip
            tried += 1
            if answers[0] != answers[1] or answers[0][0] != 404:
                wrong.append(f"{route.name} {name}: {[answer[0] for answer in answers]}")
    assert tried
    assert not wrong, "\n".join(wrong)


def test_a_strangers_account_is_an_account_that_does_not_exist(scene: Scene):
    for route in routes(scene.app, "/a/"):
        ids = route.ids_of(scene.world, "bolt")
        answers = [
            scene.twin("admin", route, route.path(handle, ids)) for handle in ("bolt", "nowhere")
        ]  # fmt: skip
        assert answers[0] == answers[1], route.name
        assert answers[0][0] == 404


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_console_is_for_staff(scene: Scene, who: str):
    wrong = []
    for route in scene.share("/console/", EVERYBODY.index(who), 2):
        if route.ids or route.method != "GET" or route.rule.rule.endswith("details/"):
            continue  # rows and exports: tests/staff
        status, _ = scene.ask(who, route, route.rule.rule)
        staff = who in {"owner", "operator", "support", "auditor"}
        wanted = {200} if staff else ({302} if who == "nobody" else {404})
        if route.name.startswith("GET /console/jobs/") and who in {"support", "auditor"}:
            wanted = {403}  # traces are for those who run queues
        if status not in wanted:
            wrong.append(f"{route.name}: {status}, not {wanted}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", ["admin", "viewer", "owner", "nobody"])
def test_every_page_is_well_made(scene: Scene, who: str):
    """Valid HTML, one h1, a title, unique ids, labels, nothing inline."""
    wrong, seen = [], 0
    for route in scene.share("/", ("admin", "viewer", "owner", "nobody").index(who), 4):
        if route.method != "GET" or set(route.ids) - SAMPLES.keys():
            continue
        path = route.path("acme", route.ids_of(scene.world, "acme"))
        try:
            response = scene.browsers[who].get(path)
        except AssertionError as complaint:
            wrong.append(str(complaint)[:600])
        else:
            seen += response.status_code == 200
            if response.status_code >= 500 and response.status_code != 503:
                wrong.append(f"{route.name}: {response.status_code}")
    assert seen or who == "nobody", "a share of the routes may hold nothing public"
    assert not wrong, "\n".join(wrong)
