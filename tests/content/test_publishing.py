"""Going live and offline, and what happens to addresses."""

import pytest
from sqlalchemy import select

from portal.content.addresses import slug_of
from portal.content.drafting import Text, create_page, save_draft
from portal.content.pages import Page, Revision, revision_by_id
from portal.content.problems import AddressTaken, Problem
from portal.content.publishing import publish, unpublish
from portal.content.sites import Redirect
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.decisions import Denied
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page

pytestmark = pytest.mark.usefixtures("inside")


def draft_of(page: Page) -> Revision:
    found = revision_by_id(page.draft_revision_id, page)
    assert found is not None
    return found


def redirects(page: Page) -> set[str]:
    return set(db.session.scalars(select(Redirect.address).where(Redirect.page_id == page.id)))


@both_databases
def test_publishing_is_recorded_with_before_and_after(cast: Cast) -> None:
    publisher = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu")
        publish(page, draft_of(page), cast.acme, by=publisher, reason="It is June.")
        db.session.commit()
        event = db.session.scalars(
            select(AuditEvent).where(AuditEvent.event == "page.published",
                                     AuditEvent.target_id == page.id)
        ).one()  # fmt: skip
        assert (event.actor_label, event.reason) == (cast.publisher.email, "It is June.")
        assert event.changes["address"] == [None, "/menu/"]
        assert event.changes["live revision"] == [None, 1]


def test_an_editor_may_not_publish(cast: Cast) -> None:
    editor = as_actor(cast.editor)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu")
        with pytest.raises(Denied) as refusal:
            publish(page, draft_of(page), cast.acme, by=editor)
        assert (refusal.value.decision.permission, refusal.value.decision.account.handle) == (
            "page.publish", "acme",
        )  # fmt: skip
        assert page.live_revision_id is None


@both_databases
def test_a_new_address_leaves_a_redirect_and_takes_the_children_along(cast: Cast) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        parent = make_page(cast.acme, "House", state="live")
        child, saved = create_page(
            cast.acme, "page", Text(title="Room", parent_id=parent.id), by=TESTS
        )
        publish(child, saved.revision, cast.acme, by=TESTS)
        assert child.address == "/house/room/"
        moved = save_draft(
            parent, Text(title="House", slug="home"), cast.acme, by=TESTS,
            based_on=parent.draft_revision_id,
        )  # fmt: skip
        publish(parent, moved.revision, cast.acme, by=TESTS)
        db.session.commit()
        assert (parent.address, child.address) == ("/home/", "/home/room/")
        assert (redirects(parent), redirects(child)) == ({"/house/"}, {"/house/room/"})


def test_an_address_has_one_page(cast: Cast) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        make_page(cast.acme, "Menu", state="live")
        second = make_page(cast.acme, "Menu")
        with pytest.raises(AddressTaken, match="live at /menu/ already"):
            publish(second, draft_of(second), cast.acme, by=TESTS)


def test_the_same_address_on_another_site_is_free(cast: Cast) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        here = make_page(cast.acme, "Menu", state="live")
        there = make_page(cast.berlin, "Menu", state="live")
        assert here.address == there.address == "/menu/"


def test_a_new_page_may_take_an_address_that_only_leads_on(cast: Cast) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        old = make_page(cast.acme, "Menu", state="live")
        moved = save_draft(
            old, Text(title="Menu", slug="card"), cast.acme, by=TESTS,
            based_on=old.draft_revision_id,
        )  # fmt: skip
        publish(old, moved.revision, cast.acme, by=TESTS)
        new = make_page(cast.acme, "Menu", state="live")
        assert (new.address, redirects(old)) == ("/menu/", set())


def test_offline_keeps_the_address_in_mind(cast: Cast) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu", state="live")
        unpublish(page, cast.acme, by=TESTS, reason="Sold out.")
        assert (page.state, page.address, redirects(page)) == ("unpublished", None, {"/menu/"})
        with pytest.raises(Problem, match="not live"):
            unpublish(page, cast.acme, by=TESTS)


@pytest.mark.parametrize("slug", ["posts", "tags", "categories", "archive"])
def test_the_sites_own_addresses_are_refused(cast: Cast, slug: str) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Own", slug=slug)
        with pytest.raises(Problem, match="The site uses the address"):
            publish(page, draft_of(page), cast.acme, by=TESTS)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("How to brew", "how-to-brew"),
        ("Überraschung & Größe", "überraschung-grösse"),
        ("  many   spaces  ", "many-spaces"),
        ("مرحبا بالعالم", "مرحبا-بالعالم"),
        ("日本語 ページ", "日本語-ページ"),
        ("hello-w\u202eorld\u202c-💫", "hello-world"),
        ("🚀", "untitled"),
        ("../../etc", "etc"),
        ("a" * 300, "a" * 120),
    ],
)
def test_slugs_keep_the_script_and_lose_the_rest(text: str, slug: str) -> None:
    assert slug_of(text) == slug
    assert slug_of(slug_of(text)) == slug_of(text)


@both_databases
def test_an_address_is_no_longer_than_every_database_keeps(cast: Cast) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        above, refused = None, ""
        for number in range(7):
            # Not to be packed: an index would take much more of one letter again and again.
            slug = "".join(chr(0x4E00 + (number * 997 + at * 7919) % 20_000) for at in range(120))
            text = Text(title=str(number), slug=slug, parent_id=above)
            page, saved = create_page(cast.acme, "page", text, by=TESTS)
            try:
                publish(page, saved.revision, cast.acme, by=TESTS)
            except Problem as problem:
                refused = str(problem)
                break
            above = page.id
        assert (page.title, page.state) == ("5", "draft")
        assert "is too long: it has 2,167 bytes, and 2,000 fit." in refused
