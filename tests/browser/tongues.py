"""A page in several languages, one of them behind, and templates to start from."""

from __future__ import annotations

from portal.content.drafting import Text, save_draft
from portal.content.pages import revision_by_id
from portal.content.publishing import publish
from portal.content.starting import save_template, trash_template
from portal.content.translating import confirm, translate
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS, make_page

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def tongues(people: Cast) -> tuple[str, str]:
    """Make them in a transaction of their own; return the ids of a translation and a template."""
    acme = people.acme
    with acting_in(tenant_scope(acme.tenant_id)):
        source = make_page(acme, "When we are open", "<p>From eight to six.</p>", state="live")
        german = translate(source, acme, "de", by=TESTS, title=LONG)
        french = translate(source, acme, "fr", by=TESTS, title="Heures d’ouverture")
        draft = revision_by_id(french.draft_revision_id, french)
        assert draft is not None
        publish(french, draft, acme, by=TESTS)
        text = Text("When we are open", body="<p>From seven to six.</p>")
        save_draft(source, text, acme, by=TESTS, based_on=source.draft_revision_id)
        confirm(french, acme, source.draft_revision_id, by=TESTS)
        row = save_template(source, acme, "Opening hours", "What every shop says.", by=TESTS)
        save_template(german, acme, LONG, LONG, by=TESTS)
        trash_template(save_template(source, acme, "Old one", by=TESTS), acme, by=TESTS)
        db.session.commit()
        return str(german.id), str(row.id)
