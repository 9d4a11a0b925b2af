"""Announcing grants that end soon: one mail to each person, one to whoever gave the role."""

import structlog
from sqlalchemy.exc import IntegrityError

from portal import mail
from tenants.db import db
from tenants.engines import reading
from tenants.notices import Ending, announce, grants_ending
from tenants.scope import across_tenants, acting_in, tenant_scope

log = structlog.get_logger()


def announce_endings() -> int:
    """Announce what ends soon, each grant in a transaction of its own; return how many.

    Safe to run in several processes at once: the notice's row is unique, and its mails are in the
    same transaction.
    """
    with reading(), across_tenants("looking for grants that end soon"):
        found = grants_ending()
    return sum(_announce(each) for each in found)


def _announce(found: Ending) -> bool:
    with acting_in(tenant_scope(found.account.tenant_id)):
        try:
            ending = announce(found.grant_id)
            if ending is None:
                return False
            for person in ending.people:
                mail.grant_ends(ending, person)
            if ending.giver_email:
                mail.given_grant_ends(ending)
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            log.info("announced by another process", grant=str(found.grant_id))
            return False
    return True
