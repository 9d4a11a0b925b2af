"""The application with a row of everything at every account, and a browser for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.fixtures.app import app_over, database_copy
from tests.fixtures.cast import Cast, read_cast
from tests.fixtures.client import Browser, sign_in
from tests.isolation.world import HANDLES, World, world_behind
from tests.shape.routes import Route, routes


@dataclass(frozen=True)
class Scene:
    app: Flask
    cast: Cast
    world: World
    browsers: dict[str, FlaskClient]

    def share(self, start: str, turn: int, parts: int) -> Iterator[Route]:
        """The routes below `start`: all of them, and past the first database every so-manieth.

        What `parts` askers with different turns ask together is all of them again.
        """
        first = self.world.engine.dialect.name == "sqlite"
        for number, route in enumerate(routes(self.app, start)):
            if first or number % parts == turn % parts:
                yield route

    def ask(self, who: str, route: Route, path: str) -> tuple[int, str]:
        response = self.browsers[who].open(path, method=route.method, audit=False)
        where = response.headers.get("Location", "")
        return response.status_code, where or plain(response.text)

    def twin(self, who: str, route: Route, path: str) -> tuple[int, str, list[tuple[str, str]]]:
        """What must be the same for what is foreign and for what is not there."""
        response = self.browsers[who].open(path, method=route.method, audit=False)
        headers = sorted(each for each in response.headers if each[0] != "Set-Cookie")
        return response.status_code, plain(response.text), headers


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("routes")
        url = stack.enter_context(database_copy(request, request.param, folder, with_cast=True))
        world = stack.enter_context(world_behind(url))
        app = stack.enter_context(app_over(url))
        store_files(app, world)
        app.test_client_class = Browser
        with app.app_context():
            cast = read_cast()
        browsers = {name: sign_in(app.test_client(), cast.people[name]) for name in cast.people}
        browsers["nobody"] = app.test_client()
        yield Scene(app, cast, world, browsers)


def store_files(app: Flask, world: World) -> None:
    """Put something into the store for every version of a file there is."""
    for handle in HANDLES:
        owner = world.accounts[handle]
        key = f"{owner.tenant_id.hex}/{owner.id.hex}/{world.made['media_version', handle].hex}"
        app.extensions["files"].put(f"{key}/original", b"A picture.", "image/png")


def plain(text: str) -> str:
    """A page without what differs on every request."""
    text = re.sub(
        r'name="(?:csrf_token|once)"[^>]*value="[^"]*"|csrf-token" content="[^"]*"', "", text
    )
    text = re.sub(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", "ID", text)
    return re.sub(r"\b\d{2}:\d{2}(:\d{2})?\b", "TIME", text)
