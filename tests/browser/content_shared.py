"""A page two people are at: locked by one, typed on by the other, with revisions to compare."""

from __future__ import annotations

from dataclasses import replace

from portal.content.copies import keep_copy
from portal.content.drafting import Text, save_draft
from portal.content.locking import be_seen, take_lock
from portal.content.naming import name_revision
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
