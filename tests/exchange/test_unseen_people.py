"""Whoever may not see people learns from no import whether somebody is known by an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from portal.content.caring import PageCare
from portal.content.pages import Page, Revision
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.decisions import Actor
from tenants.permissions import Permission
from tests.content.import_scene import looking, post_item
from tests.content.wordpress.exports import author, wxr
from tests.exchange.hostile import packed
from tests.exchange.scene import bring
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.views.test_drafts_cost import counted

pytestmark = pytest.mark.usefixtures("inside")
STRANGER = "nobody.at.all@acme.example"


def table(email: str) -> bytes:
    return f"title,author name,author email,owner name,owner email,body\n\
Part,Edda,{email},Edda,{email},<p>x</p>\n".encode()


def zipped(email: str) -> bytes:
    return packed(
        {
            "part.md": f"---\ntitle: Part\nauthor email: {email}\nowner email: {email}\n\
---\nx\n"
        }
    )


def from_wordpress(email: str) -> bytes:
    return wxr(replace(post_item(1, "Part"), creator="ed"), head=author("ed", "Edda", email))


FORMS = pytest.mark.parametrize("form", [table, zipped, from_wordpress])


def importer(cast: Cast) -> Actor:
    """Somebody who may import, and sees nobody."""
    rights = frozenset({Permission.CONTENT_IMPORT, Permission.MEDIA_UPLOAD})
    return replace(as_actor(cast.author), holdings=(), system=rights)


def kept(account: AccountRef) -> list[Any]:
    """All that is there of the page that was imported last, and the trail's words on it."""
    with looking(account):
        page = db.session.scalars(
            select(Page).where(Page.account_id == account.id, Page.title == "Part")
        ).all()[-1:]
        found = [
            (each.author_id, care.owner_id if care else None, revision.byline, revision.author_id)
            for each in page
            for care in [db.session.scalar(select(PageCare).where(PageCare.page_id == each.id))]
            for revision in db.session.scalars(select(Revision).where(Revision.page_id == each.id))
        ]
        told = db.session.execute(
            select(AuditEvent.event, AuditEvent.changes, AuditEvent.facts).where(
                AuditEvent.target_id.in_([each.id for each in page])
            )
        )
        return [found, [tuple(row) for row in told]]


@both_databases
@pytest.mark.parametrize("dry_run", [True, False])
@FORMS
def test_known_and_unknown_answer_alike(
    app, cast: Cast, form: Callable[[str], bytes], dry_run: bool
):
    def answer(account: AccountRef, email: str) -> tuple[str, int]:
        outcome: list[Any] = []
        by = importer(cast)
        cost = counted(
            app, lambda: outcome.append(bring(account, by, form(email), dry_run=dry_run))
        )
        assert outcome[0]["state"] == "done", outcome[0]["error"]
        return f"{outcome} {kept(account)}".replace(email, "…"), len(cost)

    known, unknown = answer(cast.berlin, cast.editor.email), answer(cast.hamburg, STRANGER)
    assert known == unknown
    assert "you may not see people here" in known[0]


@FORMS
def test_who_imports_finds_himself(cast: Cast, form: Callable[[str], bytes]):
    bring(cast.acme, importer(cast), form(cast.author.email.upper()))
    (author_id, _, _, _), *_ = kept(cast.acme)[0]
    assert author_id == cast.author.id
