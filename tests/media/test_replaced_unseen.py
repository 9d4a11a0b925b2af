"""Nobody changes what readers see, or what was approved, by putting other bytes behind a file."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.review_scene import REVIEW, with_workflow
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.media.acts import image, page_with, publish, told
from tests.media.scene import picture, uploaded, versions


def replaced(client: FlaskClient, where: str, colour: str = "red") -> TestResponse:
    sent = {"file": (io.BytesIO(picture(colour=colour)), "other.png")}
    return client.post(f"{where}replace", data=sent, content_type="multipart/form-data")


def hold_a_workflow(app: Flask, cast: Cast) -> None:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        with_workflow(cast.acme, REVIEW)
        db.session.commit()


def test_what_readers_see_is_replaced_by_who_may_publish(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    where = uploaded(sign_in(client, cast.author))
    assert replaced(client, where, "navy").status_code == 302, "nobody sees it yet"
    publish(sign_in(client, cast.publisher), page_with(client, image(where)))
    sign_in(client, cast.author)
    assert replaced(client, where).status_code == 403
    assert client.post(f"{where}versions/{versions(app)[0].id}").status_code == 403
    assert "page.publish" in client.get(where).text
    assert len(told(app, "media.replaced")) == 1
    assert replaced(sign_in(client, cast.publisher), where).status_code == 302


@pytest.mark.parametrize("state", ["live", "handed in", "draft"])
def test_no_workflow_is_passed_by_with_a_file(
    app: Flask, client: FlaskClient, cast: Cast, state: str
) -> None:
    where = uploaded(sign_in(client, cast.publisher))
    page = page_with(client, image(where))
    if state == "live":
        publish(client, page)
    hold_a_workflow(app, cast)
    if state == "handed in":
        revision = page_revision(client, page)
        answer = client.post(f"{page}review/submit", data={"revision": revision})
        assert answer.status_code == 302
    answer = replaced(client, where)
    assert answer.status_code == (302 if state == "draft" else 422)
    assert ("approved here before readers see" in answer.text) is (state != "draft")
    if state == "draft":
        publishing = page_revision(client, page)
        client.post(f"{page}review/submit", data={"revision": publishing})
        first = client.post(f"{where}versions/{versions(app)[0].id}")
        assert first.status_code == 409


def page_revision(client: FlaskClient, page: str) -> str:
    html = client.get(f"{page}review").text
    return html.split('name="revision"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
