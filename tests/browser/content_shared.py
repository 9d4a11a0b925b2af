"""A page two people are at: locked by one, typed on by the other, with revisions to compare."""

from __future__ import annotations

import uuid
from dataclasses import replace

from portal.content.copies import keep_copy
from portal.content.drafting import Text, save_draft
from portal.content.locking import be_seen, take_lock
from portal.content.naming import name_revision
from portal.content.outside import comment_from_outside, opine
from portal.content.pages import page_by_id, revision_by_id
from portal.content.sharing import Shared, make_share, revoke_share
from portal.identity.passwords import hash_password
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page

START = "".join(f"<p>Paragraph {n} of what we say about spring.</p>" for n in range(12))
MARK = "22222222-2222-4222-8222-222222222222"


def shared_page(people: Cast) -> str:
    """Make the page in a transaction of its own and return its id."""
    admin, publisher = as_actor(people.admin), as_actor(people.publisher)
    with acting_in(tenant_scope(people.acme.tenant_id)):
        page = make_page(people.acme, "A spring for two", START, state="live")
        text = Text("A spring for two", body=START.replace("Paragraph 6", "The sixth paragraph"))
        for excerpt in ("What two people say about spring.", "What two people say of spring."):
            text = replace(text, excerpt=excerpt)
            saved = save_draft(page, text, people.acme, by=TESTS, based_on=page.draft_revision_id)
        name_revision(page, saved.revision, "As sent to the printer", people.acme, by=TESTS)
        typed = {
            "title": ["A spring for two, or three"],
            "body": [text.body.replace("Paragraph 9", "The ninth paragraph, at last")],
            "excerpt": [text.excerpt],
            "slug": ["a-spring-for-two"],
            "based_on": [str(saved.revision.id)],
        }
        keep_copy(people.acme, page, MARK, typed, by=admin)
        keep_copy(people.acme, page, MARK.replace("2", "3"), typed, by=admin)
        take_lock(page, people.acme, by=publisher)
        be_seen(page, people.acme, by=publisher)
        db.session.commit()
        return str(page.id)


def shared_links(people: Cast, page_id: str) -> tuple[str, str]:
    """Links of every kind to a page, and what was said through one; return two tokens."""
    editor = as_actor(people.editor)
    with acting_in(tenant_scope(people.acme.tenant_id)):
        page = page_by_id(uuid.UUID(page_id), people.acme.id)
        assert page is not None
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        link, token = make_share(page, draft, people.acme, by=editor, days=7, name="The agency",
                                 may_approve=True)  # fmt: skip
        db.session.flush()
        link.opened = 12
        shared = Shared(link, page, draft, people.acme)
        comment_from_outside(shared, "Max Muster", "The soup is too dear, isn't it?")
        opine(shared, "changes", "Max Muster", "Shorter, please. " * 6)
        opine(shared, "approved", "Agn\u00e8s " + "Longname" * 10, "")
        _, locked = make_share(
            page, draft, people.acme, by=editor, days=90, name="X" * 100, may_comment=False,
            password_hash=hash_password("tulip station"),
        )  # fmt: skip
        gone, _ = make_share(page, draft, people.acme, by=editor, days=1, name="Too late")
        revoke_share(gone, people.acme, by=editor)
        db.session.commit()
        return token, locked
