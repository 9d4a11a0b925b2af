"""`flask release`: listed, shown, carried out, undone."""

from flask import Flask
from flask.testing import FlaskClient

from tests.fixtures.cast import Cast
from tests.releases.test_views import a_release


def test_a_release_is_carried_out_and_undone(app: Flask, client: FlaskClient, cast: Cast) -> None:
    release_id = str(a_release(app, cast, "Menu", "Card"))
    run = app.test_cli_runner().invoke
    assert release_id in run(args=["release", "list", "acme"]).output
    assert "Card" in run(args=["release", "show", release_id, "acme"]).output
    refused = run(args=["release", "run", release_id, "acme", "--as", cast.author.email])
    assert refused.exit_code == 1
    assert client.get("/s/acme/menu/").status_code == 404
    as_her = ["--as", cast.publisher.email]
    assert run(args=["release", "run", release_id, "acme", *as_her]).output == "carried out\n"
    assert client.get("/s/acme/menu/").status_code == 200
    assert run(args=["release", "undo", release_id, "acme", *as_her]).output == "undone\n"
    assert client.get("/s/acme/menu/").status_code == 404


def test_what_is_in_the_way_is_named(app: Flask, cast: Cast) -> None:
    release_id = str(a_release(app, cast, "Menu", "Menu"))
    told = app.test_cli_runner().invoke(
        args=["release", "run", release_id, "acme", "--as", cast.publisher.email]
    )
    assert told.exit_code == 1
    assert "Menu: Another page is live at /menu/ already." in told.output
