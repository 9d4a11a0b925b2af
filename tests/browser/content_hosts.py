"""Host names in every state but at home: the site stays where the other screens look for it."""

from __future__ import annotations

from datetime import timedelta

from portal.content.hosting import Look, claim, lose, note_look
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS

LONGEST = f"{'donaudampfschifffahrt-' * 2}gesellschaft.kaffeehäuser-am-fluss.acme.example"


def hosts(people: Cast) -> tuple[str, str]:
    """Claim names; return the ids of one that is proved and one that waits, with a long name."""
    acme = people.acme
    with acting_in(tenant_scope(acme.tenant_id)):
        proved, waiting, missing, lost = (
            claim(acme, name, (), by=TESTS)
            for name in ("www.acme.example", LONGEST, "old.acme.example", "lost.acme.example")
        )
        for row in (proved, missing, lost):
            note_look(row, Look(now(), here=True, leads="elsewhere"), by=TESTS)
        db.session.flush()
        note_look(waiting, Look(now(), leads="nowhere"), by=TESTS)
        note_look(missing, Look(now() - timedelta(days=2)), by=TESTS)
        lose(lost, "Its record was away for 7 days.", at=now(), by=TESTS)
        db.session.commit()
        return str(proved.id), str(waiting.id)
