"""Saving drafts."""

from dataclasses import replace

import pytest

from portal.content.drafting import Text, create_page, save_draft, text_of
from portal.content.pages import digest_now, revision_by_id, revisions_of
from portal.content.problems import Problem, Stale
from portal.content.publishing import publish
from tenants.db import db
from tenants.decisions import Denied
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page

pytestmark = pytest.mark.usefixtures("inside")


@both_databases
def test_a_save_is_a_new_revision_and_readers_see_the_old(cast: Cast) -> None:
    editor = as_actor(cast.editor)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu", state="live")
        live = page.live_revision_id
        saved = save_draft(
            page, Text(title="Menu", body="<p>New.</p>"), cast.acme, by=editor,
            based_on=page.draft_revision_id,
        )  # fmt: skip
        db.session.commit()
        assert (saved.changed, saved.revision.number) == (True, 2)
        assert page.live_revision_id == live
        assert page.state == "live+draft"


def test_saving_the_same_text_again_adds_nothing(cast: Cast) -> None:
    editor = as_actor(cast.editor)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu")
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        saved = save_draft(page, text_of(draft), cast.acme, by=editor, based_on=draft.id)
        assert not saved.changed
        assert len(revisions_of(page)) == 1


def test_a_stale_save_is_refused_and_changes_nothing(cast: Cast) -> None:
    editor = as_actor(cast.editor)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu")
        start = page.draft_revision_id
        save_draft(page, Text(title="Theirs"), cast.acme, by=TESTS, based_on=start)
        with pytest.raises(Stale) as refusal:
            save_draft(page, Text(title="Mine"), cast.acme, by=editor, based_on=start)
        assert getattr(refusal.value.theirs, "title", None) == "Theirs"
        assert [r.title for r in revisions_of(page)] == ["Theirs", "Menu"]


def test_an_author_edits_his_own_page_only(cast: Cast) -> None:
    author = as_actor(cast.author)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        own = make_page(cast.acme, "Mine", by=author)
        other = make_page(cast.acme, "Theirs")
        save_draft(
            own, Text(title="Still mine"), cast.acme, by=author, based_on=own.draft_revision_id
        )
        with pytest.raises(Denied) as refusal:
            save_draft(
                other, Text(title="Taken"), cast.acme, by=author, based_on=other.draft_revision_id
            )
        assert refusal.value.decision.permission == "page.edit"


def test_a_viewer_starts_nothing(cast: Cast) -> None:
    viewer = as_actor(cast.viewer)
    with acting_in(tenant_scope(cast.acme.tenant_id)), pytest.raises(Denied):
        create_page(cast.acme, "post", Text(title="No"), by=viewer)


def test_the_digest_notices_a_changed_text(cast: Cast) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu")
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        assert digest_now(draft) == draft.digest
        db.session.expunge(draft)
        draft.body = "<p>Something else.</p>"
        assert digest_now(draft) != draft.digest


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (Text(title="x" * 501), "title has 501 characters; 500 fit"),
        (Text(title="a\x00b"), "title holds a NUL"),
        (Text(excerpt="x" * 5001), "excerpt has 5,001 characters"),
    ],
)
def test_what_does_not_fit_gets_a_sentence(cast: Cast, text: Text, sentence: str) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)), pytest.raises(Problem, match=sentence):
        create_page(cast.acme, "post", text, by=TESTS)


def test_what_cleaning_took_out_is_told(cast: Cast) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        _page, saved = create_page(
            cast.acme, "post", Text(title="T", body="<p>a</p><script>x()</script>"), by=TESTS
        )
        assert "script" in " ".join(r.sentence for r in saved.removed)
        assert saved.revision.body == "<p>a</p>"


def test_a_page_cannot_stand_below_itself(cast: Cast) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        top = make_page(cast.acme, "Top")
        below = make_page(cast.acme, "Below")
        text = text_of(revision_by_id(below.draft_revision_id, below))  # type: ignore[arg-type]
        placed = replace(text, parent_id=top.id)
        save_draft(below, placed, cast.acme, by=TESTS, based_on=below.draft_revision_id)
        with pytest.raises(Problem, match="below itself"):
            save_draft(
                top, Text(title="Top", parent_id=below.id), cast.acme, by=TESTS,
                based_on=top.draft_revision_id,
            )  # fmt: skip


def test_live_pages_cannot_be_put_in_a_ring(cast: Cast) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        top = make_page(cast.acme, "Top", state="live")
        below, saved = create_page(
            cast.acme, "page", Text(title="Below", parent_id=top.id), by=TESTS
        )
        publish(below, saved.revision, cast.acme, by=TESTS)
        with pytest.raises(Problem, match="below itself"):
            save_draft(
                top, Text(title="Top", parent_id=below.id), cast.acme, by=TESTS,
                based_on=top.draft_revision_id,
            )  # fmt: skip


def test_a_place_is_part_of_the_text(cast: Cast) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        parent = make_page(cast.acme, "Parent", state="live")
        page = make_page(cast.acme, "Menu", state="live")
        live = revision_by_id(page.live_revision_id, page)
        assert live is not None
        moved = save_draft(
            page, replace(text_of(live), parent_id=parent.id), cast.acme, by=TESTS,
            based_on=page.draft_revision_id,
        )  # fmt: skip
        assert (page.parent_id, page.address) == (None, "/menu/")
        assert moved.revision.digest != live.digest
        publish(page, moved.revision, cast.acme, by=TESTS)
        assert (page.parent_id, page.address) == (parent.id, "/parent/menu/")


def test_no_draft_parent_opens_the_sites_own_addresses(cast: Cast) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        squat = make_page(cast.acme, "Posts", slug="posts")
        with pytest.raises(Problem, match="The site uses"):
            create_page(cast.acme, "page", Text(title="Squat", parent_id=squat.id), by=TESTS)


def test_a_parent_of_another_account_is_refused(cast: Cast) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Here")
        there = make_page(cast.berlin, "There")
        with pytest.raises(Problem, match="of this account"):
            save_draft(
                page, Text(title="Here", parent_id=there.id), cast.acme, by=TESTS,
                based_on=page.draft_revision_id,
            )  # fmt: skip
