"""How a release ends when it is not carried out, and who is told how it ended."""

from collections.abc import Sequence
from datetime import timedelta

from portal.content.notifications import Notification
from portal.content.release_looks import in_the_way
from portal.content.release_warnings import Look
from portal.content.releases import Release, ReleaseItem
from tenants.audit import record
from tenants.clock import database_now
from tenants.db import db
from tenants.decisions import SYSTEM
from tenants.events import Event


def is_too_late(release: Release, items: Sequence[ReleaseItem]) -> bool:
    """Tell whether it comes so late that its policy says not to carry it out; note that."""
    moment = database_now(db.session())
    late = moment - (release.due_at or moment)
    if release.late_policy == "publish" or late <= timedelta(minutes=release.late_minutes):
        return False
    minutes = int(late.total_seconds() // 60)
    release.cause = f"it came {minutes} minutes late, and {release.late_minutes} were allowed"
    skip = release.late_policy == "skip"
    release.state = "skipped" if skip else "held"
    record(
        Event.RELEASE_SKIPPED if skip else Event.RELEASE_HELD, release, by=SYSTEM,
        outcome="failed", due=_due(release), cause=release.cause,
    )  # fmt: skip
    verb = "was not carried out" if skip else "waits for you"
    tell(release, items, f"The release “{release.name}” {verb}: {release.cause}.")
    return True


def _due(release: Release) -> str:
    return release.due_at.isoformat() if release.due_at else ""


def hold(release: Release, items: Sequence[ReleaseItem], look: Look) -> None:
    """Hold a release back: it waits for a person. Recorded, with every reason."""
    release.state, release.cause = "held", in_the_way(look, len(items))
    found = [f"{item.label}: {f['sentence']}" for item in items
             for f in look.items.get(item.id, []) if f["tone"] == "bad"]  # fmt: skip
    record(
        Event.RELEASE_HELD, release, by=SYSTEM, outcome="failed", cause=release.cause,
        due=_due(release), changes={
            "state": ["pending", "held"], "in the way": [None, " ".join(found)]},
    )  # fmt: skip
    tell(release, items, f"The release “{release.name}” is held: {release.cause}")


def tell(release: Release, items: Sequence[ReleaseItem], sentence: str) -> None:
    """Tell how it ended, and that it was told."""
    release.told_at = database_now(db.session())
    notify(release, items, sentence)


def notify(release: Release, items: Sequence[ReleaseItem], sentence: str) -> None:
    """Tell whoever made and whoever scheduled it; one notice each for the whole release."""
    if not items:
        return
    told = {each for each in (release.approver_id, release.maker_id) if each is not None}
    for person_id in sorted(told, key=str):
        db.session.add(
            Notification(
                tenant_id=release.tenant_id, account_id=release.account_id, person_id=person_id,
                kind="release", page_id=items[0].page_id, release_id=release.id,
                sentence=sentence,
            )
        )  # fmt: skip
