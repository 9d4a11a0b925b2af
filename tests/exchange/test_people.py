"""Authors and owners of pages in exports: they come back, and no address is told without right."""

from __future__ import annotations

import csv
import io
import uuid
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from portal.content.caring import PageCare, set_care
from portal.content.drafting import Text, create_page, save_draft
from portal.content.exchange.exporting import Format, Wanted
from portal.content.pages import Page, Revision
from portal.content.wordpress.reader import read
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.import_scene import looking
from tests.exchange.scene import bring, take_along
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone, as_actor
from tests.fixtures.pages import TESTS
from tests.views.test_drafts_cost import counted

pytestmark = pytest.mark.usefixtures("inside")
FORMS = pytest.mark.parametrize("form", ["markdown", "csv"])


def written(account: AccountRef, who: Someone, title: str, owner: Someone | None = None) -> None:
    """A draft of somebody's, under another name."""
    by = as_actor(who)
    with acting_in(tenant_scope(account.tenant_id)):
        text = Text(title=title, body="<p>x</p>", byline="The kitchen")
        page, _ = create_page(account, "page", text, by=by)
        if owner is not None:
            set_care(page, account, (owner.id, owner.name), None, by=TESTS)
        db.session.commit()


def found(account: AccountRef, title: str) -> tuple[uuid.UUID | None, uuid.UUID | None, str]:
    """The author, the owner and the byline of a page."""
    query = (
        select(Page.author_id, PageCare.owner_id, Revision.byline)
        .join(Revision, Revision.id == Page.draft_revision_id)
        .outerjoin(PageCare, PageCare.page_id == Page.id)
        .where(Page.account_id == account.id, Page.title == title)
    )
    with looking(account):
        row = db.session.execute(query).one()
        return row[0], row[1], row[2]


def wanted(form: Format) -> Wanted:
    return Wanted(form, media="none")


def text_of(data: bytes) -> str:
    """All that an export says."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def sentences(outcome: dict[str, Any], title: str) -> str:
    return " ".join(line["sentence"] for line in outcome["lines"] if line["title"] == title)


@both_databases
@FORMS
def test_they_come_back_as_they_were(cast: Cast, form: Format):
    written(cast.acme, cast.editor, "Menu", owner=cast.publisher)
    data = take_along(cast.acme, as_actor(cast.admin), wanted(form))
    outcome = bring(cast.berlin, as_actor(cast.admin), data)
    assert found(cast.acme, "Menu") == (cast.editor.id, cast.publisher.id, "The kitchen")
    assert found(cast.berlin, "Menu") == found(cast.acme, "Menu")
    assert "Is Edda Editor here: author of 1 text." in sentences(outcome, "Edda Editor")
    again = take_along(cast.berlin, as_actor(cast.admin), wanted(form))
    assert cast.editor.email in text_of(again)
    owned = [e for e in told(cast.berlin) if e[0] == "page.care_set"]
    assert owned == [("page.care_set", cast.admin.email, {"owner": ["", "Pia Publisher"]})]


def told(account: AccountRef) -> list[tuple[str, str, dict[str, Any]]]:
    query = select(AuditEvent).where(AuditEvent.account_id == account.id)
    with looking(account):
        return [(e.event, e.actor_label, e.changes) for e in db.session.scalars(query)]


@FORMS
def test_those_unknown_here_stay_as_the_byline(cast: Cast, form: Format):
    written(cast.acme, cast.editor, "Menu", owner=cast.publisher)
    data = take_along(cast.acme, as_actor(cast.admin), wanted(form))
    outcome = bring(cast.bolt, as_actor(cast.bolt_admin), data)
    assert found(cast.bolt, "Menu") == (cast.bolt_admin.id, None, "The kitchen")
    assert "Its owner there, Pia Publisher, is not known here" in sentences(outcome, "Menu")
    assert "the byline stays in 1 text" in sentences(outcome, "Edda Editor")
    assert "page.care_set" not in [event for event, _, _ in told(cast.bolt)]


def test_a_name_becomes_the_byline_where_there_is_none(cast: Cast):
    head = "title,body,author name,author email\n"
    rows = f"A,<p>x</p>,Mo Muster,mo@elsewhere.example\nB,<p>x</p>,Edda,{cast.editor.email}\n"
    outcome = bring(cast.acme, as_actor(cast.admin), (head + rows).encode())
    assert outcome["state"] == "done", outcome["error"]
    assert found(cast.acme, "A") == (cast.admin.id, None, "Mo Muster")
    assert found(cast.acme, "B") == (cast.editor.id, None, "Edda")


@FORMS
def test_addresses_take_the_right_to_see_people(cast: Cast, form: Format):
    written(cast.acme, cast.editor, "Menu", owner=cast.publisher)
    seen = text_of(take_along(cast.acme, as_actor(cast.admin), wanted(form)))
    assert cast.editor.email in seen
    assert cast.publisher.email in seen
    hidden = text_of(take_along(cast.acme, as_actor(cast.viewer), wanted(form)))
    assert "acme.example" not in hidden
    assert "Edda Editor" in hidden
    assert "Pia Publisher" in hidden
    outcome = bring(cast.berlin, as_actor(cast.admin), hidden.encode()) if form == "csv" else None
    if outcome:
        assert found(cast.berlin, "Menu") == (cast.admin.id, None, "The kitchen")


@FORMS
def test_nobody_of_elsewhere_is_told_with_an_address(cast: Cast, form: Format):
    """A page can be owned by somebody who is none of this account's people: one moved here is."""
    written(cast.acme, cast.admin, "Menu", owner=cast.berlin_editor)
    outside = text_of(take_along(cast.acme, as_actor(cast.admin), wanted(form)))
    assert "Ben Editor" in outside
    assert cast.berlin_editor.email not in outside


def test_wordpress_gets_whoever_signed_as_authors(cast: Cast):
    """Each with a login of his own; an address only for those who may see people."""
    sign(cast.acme, cast.editor, "A", "Edda Editor")
    sign(cast.acme, cast.editor, "B", "The <kitchen>]]> & Söhne")
    sign(cast.acme, cast.publisher, "C", "日本語")
    sign(cast.acme, cast.author, "D", "")
    sign(cast.acme, cast.admin, "E", "Edda Editor")
    data = take_along(cast.acme, as_actor(cast.admin), wanted("wordpress"))
    authors = {each.name: each for each in read(data).authors}
    both = [(each.login, each.email) for each in read(data).authors if each.name == "Edda Editor"]
    assert both == [("edda-editor", ""), ("edda-editor-2", cast.editor.email)]
    assert authors["The <kitchen>]]> & Söhne"].email == ""
    assert authors["日本語"].login == "author-2"
    assert len({each.login for each in read(data).authors}) == len(read(data).authors)
    bring(cast.berlin, as_actor(cast.admin), data)
    edda = cast.editor
    assert found(cast.berlin, "A") == (edda.id, None, "Edda Editor")
    assert found(cast.berlin, "B") == (None, None, "The <kitchen>]]> & Söhne")
    assert found(cast.berlin, "C") == (None, None, "日本語")
    assert found(cast.berlin, "D") == (cast.author.id, None, cast.author.name)
    hidden = take_along(cast.acme, as_actor(cast.viewer), wanted("wordpress"))
    assert b"@acme.example" not in hidden
    assert {each.name for each in read(hidden).authors} == authors.keys()


def sign(account: AccountRef, who: Someone, title: str, byline: str) -> None:
    by, text = as_actor(who), Text(title=title, body="<p>x</p>", byline=byline or "x")
    with acting_in(tenant_scope(account.tenant_id)):
        page, saved = create_page(account, "page", text, by=by)
        if not byline:
            empty = replace(text, byline="")
            save_draft(page, empty, account, by=TESTS, based_on=saved.revision.id)
        db.session.commit()


def test_more_pages_cost_no_more_statements(cast: Cast, app):
    def cost() -> int:
        by = as_actor(cast.admin)
        return len(counted(app, lambda: take_along(cast.acme, by, wanted("csv"))))

    written(cast.acme, cast.editor, "One", owner=cast.publisher)
    few = cost()
    for number in range(6):
        written(cast.acme, cast.author, f"More {number}", owner=cast.viewer)
    assert cost() == few


def test_columns_are_named(cast: Cast):
    written(cast.acme, cast.editor, "Menu", owner=cast.publisher)
    data = take_along(cast.acme, as_actor(cast.admin), wanted("csv"))
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    menu = next(row for row in rows if row["title"] == "Menu")
    names = ("byline", "author name", "author email", "owner name", "owner email")
    assert [menu[name] for name in names] == [
        "The kitchen", "Edda Editor", cast.editor.email, "Pia Publisher", cast.publisher.email,
    ]  # fmt: skip
