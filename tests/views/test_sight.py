"""What somebody sees below an account: what his right reaches, not what another right opens."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tenants.accounts import AccountRef
from tenants.db import db
from tenants.delegation import bestow
from tenants.people import person_by_id
from tenants.permissions import Permission as P
from tenants.roles import Role, built_in, role_by_id
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.releases.scene import a_page, gathered
from tests.tenants.limit_scene import add_person
from tests.tenants.role_scene import defined

pytestmark = both_databases


@pytest.fixture
def nosy(app: Flask, cast: Cast) -> Someone:
    """Somebody without any role yet."""
    with app.app_context():
        return Someone(add_person("nosy@acme.example"), "nosy@acme.example", "nosy", "", "acme")


def hold(
    app: Flask, cast: Cast, who: Someone, account: AccountRef, *held: P, reach: Any = "account"
) -> None:
    """Give a role of just these rights; none means Viewer."""
    with app.app_context():
        name = f"R {reach} {len(held)}"
        wanted = (P.ACCOUNT_VIEW, *held)
        role_id = defined(cast.admin, cast.acme, name, *wanted) if held else None
        with across_tenants("a test gives a role"):
            role: Role | None = role_by_id(role_id) if role_id else built_in("viewer")
            person = person_by_id(who.id)
            assert role is not None
            assert person is not None
            bestow(person, role, account, by=TESTS, reach=reach)
            db.session.commit()


def downloaded(client: FlaskClient, q: str = "") -> str:
    with client.post("/a/acme/trail/list", data={"format": "csv", "q": q}) as answer:
        return answer.get_data(as_text=True)


def test_the_trail_below_is_not_opened_by_another_right_there(
    app: Flask, client: FlaskClient, cast: Cast, nosy: Someone
):
    hold(app, cast, nosy, cast.acme, P.TRAIL_VIEW)
    hold(app, cast, nosy, cast.berlin, reach="subtree")
    sign_in(client, nosy)
    assert cast.publisher.email in client.get("/a/acme/trail/").text
    assert cast.berlin_editor.email not in client.get("/a/acme/trail/").text
    assert cast.berlin_editor.email not in client.get("/a/acme/trail/?q=berlin.acme").text
    taken = downloaded(client)
    assert cast.publisher.email in taken
    assert cast.berlin_editor.email not in taken


def test_drafts_below_are_not_named_by_a_right_to_read_those_here(
    app: Flask, client: FlaskClient, cast: Cast, nosy: Someone
):
    hold(app, cast, nosy, cast.acme, P.TRAIL_VIEW, reach="subtree")
    hold(app, cast, nosy, cast.acme, P.PAGE_VIEW, P.SCHEDULE_VIEW)
    sign_in(client, nosy)
    for path in ("/a/acme/trail/?q=account:acme-berlin", "/a/acme/trail/?q=spring"):
        below = [row for row in client.get(path).text.split("<li") if "Acme Berlin" in row]
        assert not any("Plans for spring" in row for row in below), path
    assert "Plans for spring" not in downloaded(client, "account:acme-berlin")


@pytest.mark.parametrize("views", [False, True])
def test_what_if_tells_of_nobody_where_the_asker_does_not_see_people(
    app: Flask, client: FlaskClient, cast: Cast, nosy: Someone, views: bool
):
    hold(app, cast, nosy, cast.acme, P.ACCESS_VIEW)
    if views:
        hold(app, cast, nosy, cast.berlin, reach="subtree")
    with app.app_context():
        with across_tenants("a test gives a role"):
            person = person_by_id(cast.viewer.id)
            assert person is not None
            bestow(person, built_in("editor"), cast.berlin, by=TESTS, reach="account")
            db.session.commit()
        with across_tenants("a test reads"):
            publisher = built_in("publisher").id
    sign_in(client, nosy)
    answer = client.post("/a/acme/access/what-if", data={
        "kind": "give", "bearer": str(cast.viewer.id), "role": str(publisher),
        "reach": "subtree", "person": str(cast.viewer.id), "permission": "page.publish",
    })  # fmt: skip
    assert answer.status_code == 200
    assert "As it would be: yes" in answer.text
    assert "Acme Berlin" not in answer.text[answer.text.index("As it would be") :]


def test_who_holds_a_role_below_is_not_opened_by_another_right_there(
    app: Flask, client: FlaskClient, cast: Cast, nosy: Someone
):
    hold(app, cast, nosy, cast.acme, P.ACCESS_VIEW)
    hold(app, cast, nosy, cast.berlin, reach="subtree")
    sign_in(client, nosy)
    with app.app_context(), across_tenants("a test reads"):
        editor = built_in("editor").id
    for path in ("/a/acme/people/", f"/a/acme/roles/{editor}/", "/a/acme/roles/",
                 "/a/acme/access/", "/a/acme/groups/"):  # fmt: skip
        assert cast.berlin_editor.email not in client.get(path).text, path
        assert cast.berlin_editor.name not in client.get(path).text, path


def test_acts_on_a_release_show_no_titles_from_where_nothing_may_be_read(
    app: Flask, client: FlaskClient, cast: Cast, nosy: Someone
):
    hold(app, cast, nosy, cast.acme, P.SCHEDULE_VIEW, P.PAGE_VIEW, P.PAGE_PUBLISH)
    hold(app, cast, nosy, cast.berlin, P.SCHEDULE_VIEW)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        by = as_actor(cast.admin)
        pages = [a_page(cast.acme, "Readable", live=False), a_page(cast.berlin, "Secret")]
        release = gathered(cast, by, pages[:1], pages[1:])
        db.session.commit()
        url = f"/a/acme/releases/{release.id}"
    sign_in(client, nosy)
    for screen in ("schedule", "publish"):
        page = client.get(f"{url}/{screen}").text
        assert "Readable" in page
        assert "Secret" not in page
    sign_in(client, cast.admin).post(f"{url}/publish")
    page = sign_in(client, nosy).get(f"{url}/undo").text
    assert "Readable" in page
    assert "Secret" not in page
