"""Forms with foreign ids, foreign fields and hostile words; rows are hashed around each."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.pages import Page, Revision
from portal.content.terms import Term
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.grants import Grant
from tenants.people import Person
from tenants.roles import Role
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.leaks.scene import changed, hashes, post, twin
from tests.views.test_pages import edited, page_id

NEW = "/a/acme/pages/new"
GIVE = "/a/acme/people/give"
RANDOM = uuid.UUID("0192f3a4-0000-7000-8000-000000000000")


def a_term(app: Flask, account: AccountRef, name: str) -> uuid.UUID:
    with app.app_context(), across_tenants("tests"):
        row = Term(tenant_id=account.tenant_id, account_id=account.id, taxonomy="category",
                   slug=name.lower(), name=name)  # fmt: skip
        db.session.add(row)
        db.session.commit()
        return row.id


def role_id(app: Flask, key: str) -> str:
    with app.app_context(), across_tenants("tests"):
        return str(db.session.scalars(select(Role.id).where(Role.key == key)).one())


@both_databases
def test_l2_foreign_ids_in_forms_are_ids_of_nothing(
    app: Flask, client: FlaskClient, cast: Cast, database_url: str
):
    theirs = a_term(app, cast.bolt, "Theirs")
    page = page_id(app, cast, "Welcome", "bolt")
    viewer = role_id(app, "viewer")
    sign_in(client, cast.admin)
    before = hashes(database_url)
    typed = {"title": "x", "body": "<p>x</p>", "type": "page"}
    for address, field, foreign, sent in (
        (NEW, "parent", page, typed),
        (NEW, "categories", theirs, typed),
        (GIVE, "person", cast.bolt_admin.id, {"role": viewer, "reach": "account"}),
        (GIVE, "role", cast.bolt.id, {"person": str(cast.viewer.id), "reach": "account"}),
    ):
        answers = [
            twin(post(client, address, **{**sent, field: str(each)})) for each in (foreign, RANDOM)
        ]
        assert answers[0][0] in {404, 422}, (address, field)
        assert answers[0] == answers[1], (address, field)
        assert "Theirs" not in answers[0][1]
        assert cast.bolt_admin.email not in answers[0][1]
    assert changed(before, hashes(database_url)) == set()


@both_databases
def test_l3_a_list_with_one_foreign_id_is_refused_whole(
    app: Flask, client: FlaskClient, cast: Cast, database_url: str
):
    own, theirs = a_term(app, cast.acme, "Own"), a_term(app, cast.bolt, "Theirs")
    sign_in(client, cast.admin)
    before = hashes(database_url)
    for bad in (theirs, RANDOM):
        answer = client.post(
            NEW, audit=False,
            data={"title": "x", "body": "", "type": "page", "categories": [str(own), str(bad)]},
        )  # fmt: skip
        assert answer.status_code == 422
    assert changed(before, hashes(database_url)) == set()


@both_databases
def test_l18_a_revision_of_another_page_is_no_revision_of_this_one(
    app: Flask, client: FlaskClient, cast: Cast, database_url: str
):
    plans, other = page_id(app, cast, "Plans for spring"), page_id(app, cast, "Old news")
    with app.app_context(), across_tenants("tests"):
        foreign = known(
            db.session.scalars(
                select(Revision.id)
                .join(Page, Page.id == Revision.page_id)
                .where(Page.account_id == cast.bolt.id)
            ).first()
        )
        sibling = known(
            db.session.scalars(select(Revision.id).where(Revision.page_id == other)).first()
        )
    sign_in(client, cast.publisher)
    before = hashes(database_url)
    for address in (f"/a/acme/pages/{plans}/preview", f"/a/acme/pages/{plans}/history"):
        answers = [
            twin(client.get(address, query_string={"revision": str(each)}, audit=False))
            for each in (foreign, sibling, RANDOM)
        ]
        assert answers[0] == answers[1] == answers[2], address
    sent = [twin(post(client, f"/a/acme/pages/{plans}/publish", revision=str(each)))
            for each in (foreign, sibling, RANDOM)]  # fmt: skip
    assert sent[0] == sent[1] == sent[2]
    assert sent[0][0] in {404, 409}
    assert changed(before, hashes(database_url)) == set()


def known(found: uuid.UUID | None) -> uuid.UUID:
    assert found is not None
    return found


ROLES = ("viewer", "author", "editor", "publisher", "account-admin", "auditor", "support",
         "operator", "owner")  # fmt: skip


@pytest.mark.parametrize(
    "who", ["publisher", "editor", "viewer", "berlin_admin", "operator", "support", "auditor"]
)
def test_l32_nobody_gives_a_role_that_he_does_not_hold(
    app: Flask, client: FlaskClient, cast: Cast, who: str
):
    """By the form and by invitation, to himself and to others, at every account."""
    with app.app_context(), across_tenants("tests"):
        before = set(db.session.scalars(select(Grant.id)))
    keys = {key: role_id(app, key) for key in ROLES}
    person = cast.people[who]
    sign_in(client, person)
    for handle in ("house", "acme", "acme-berlin", "bolt"):
        for key, role in keys.items():
            if who == "berlin_admin" and handle == "acme-berlin" and key in ROLES[:5]:
                continue  # his own: he may
            for to in (person.id, cast.viewer.id):
                sent = {"person": str(to), "role": role, "reach": "subtree", "because": "Mine."}
                answer = post(client, f"/a/{handle}/people/give", **sent)
                assert answer.status_code in {403, 404, 422}, (handle, key)
            sent = {"email": "x@y.example", "role": role, "reach": "subtree"}
            answer = post(client, f"/a/{handle}/people/invite", **sent)
            assert answer.status_code in {403, 404, 422, 429}, (handle, key)
    with app.app_context(), across_tenants("tests"):
        assert set(db.session.scalars(select(Grant.id))) == before


EXTRA = {
    "id": str(RANDOM), "tenant_id": str(RANDOM), "account_id": str(RANDOM), "state": "live",
    "status": "published", "live_revision_id": str(RANDOM), "is_staff": "1", "staff": "1",
    "role": "owner", "role_id": str(RANDOM), "permissions": "staff.manage", "kind": "house",
    "email": "evil@x.example", "password_hash": "x", "deactivated_at": "", "created_by_id": "x",
    "path": "/", "parent_id": str(RANDOM), "halted": "1", "handle": "house", "person_id": "x",
}  # fmt: skip


@both_databases
def test_l52_l54_fields_that_no_form_has_are_not_there(
    app: Flask, client: FlaskClient, cast: Cast, database_url: str
):
    before = hashes(database_url)
    sign_in(client, cast.author)
    made = post(client, NEW, **{**EXTRA, "title": "Plain", "body": "<p>x</p>", "type": "page"})
    assert made.status_code == 302
    sent = {**EXTRA, "name": "Arno", "zone": "UTC"}
    assert post(
        client,
        "/me/",
        **sent,
    ).status_code in {303, 422}
    sign_in(client, cast.admin)
    sent = {
        **EXTRA,
        "name": "Acme",
        "zone": "UTC",
        "title": "Acme",
        "tagline": "",
        "language": "en",
    }
    assert post(client, "/a/acme/settings/?handle=bolt&tenant_id=bolt", **sent).status_code == 302
    assert changed(before, hashes(database_url)) <= {"acme", "house"}
    with app.app_context(), across_tenants("tests"):
        page = db.session.scalars(select(Page).where(Page.title == "Plain")).one()
        assert (page.account_id, page.live_revision_id) == (cast.acme.id, None)
        assert page.id != RANDOM
        arno = db.session.get_one(Person, cast.author.id)
        assert arno.email == cast.author.email
        assert arno.password_hash != "x"
    with app.app_context():
        assert not as_actor(cast.author).is_staff


def test_l58_a_draft_is_not_published_by_saying_so(app: Flask, client: FlaskClient, cast: Cast):
    for who in (cast.author, cast.editor):
        sign_in(client, who)
        for extra in ({"state": "live"}, {"status": "published"}, {"act": "publish"},
                      {"publish": "1"}, {"what": "publish", "confirmed": "1"}):  # fmt: skip
            title = f"Sly {who.name} {next(iter(extra))}"
            sent = {"title": title, "body": "<p>x</p>", "type": "page", "slug": title, **extra}
            made = post(client, NEW, **sent)
            assert made.status_code == 302
            page = re.match(r"/a/acme/pages/[0-9a-f-]{36}/", made.location)[0]  # type: ignore[index]
            sent = edited(client, page, title=title, **extra)
            assert post(client, page, **sent).status_code in {200, 302}
            for verb in ("publish", "unpublish", "schedule"):
                assert post(client, f"{page}{verb}", **extra).status_code == 403
    with app.app_context(), across_tenants("tests"):
        sly = list(db.session.scalars(select(Page).where(Page.title.startswith("Sly"))))
    assert len(sly) == 10
    assert all(page.live_revision_id is None for page in sly)
