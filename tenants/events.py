"""The catalogue of events: what can stand in the trail, and the facts each must bring."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EventType:
    """A kind of event: its name, the sentence people read, and the keys its facts must have."""

    name: str
    sentence: str
    keys: frozenset[str] = frozenset()


def _event(name: str, sentence: str, *keys: str) -> EventType:
    return EventType(name, sentence, frozenset(keys))


class Event:
    """Every event there is, as noun.verb in the past tense. Keep the list alphabetical."""

    ACCOUNT_CHANGED = _event("account.changed", "changed {target}")
    ACCOUNT_OPENED = _event("account.opened", "opened the account {target}", "kind", "handle")
    ACTION_REFUSED = _event(
        "action.refused", "was refused: {permission} at {account}", "permission", "account"
    )
    CONSOLE_EXPORTED = _event(
        "console.exported", "exported {view}: {rows} rows, from the staff console", "view", "rows"
    )
    CONSOLE_VIEWED = _event("console.viewed", "looked at {view} in the staff console", "view")
    GRANT_ENDED = _event("grant.ended", "took {role} away from {person}", "person", "role")
    GRANT_GIVEN = _event(
        "grant.given", "gave {person} the role {role}", "person", "role", "reach", "until"
    )
    IMPORT_ASKED = _event("import.asked", "handed in {target} for import", "dry_run")
    IMPORT_FAILED = _event("import.failed", "could not import {target}: {cause}", "cause")
    IMPORT_FINISHED = _event("import.finished", "imported {target}", "counts")
    IMPORT_STARTED = _event("import.started", "began to read {target}", "dry_run")
    IMPORT_TRIED = _event("import.tried", "tried out the import of {target}", "counts")
    INVITATION_ACCEPTED = _event(
        "invitation.accepted", "accepted to be {role}, invited by {inviter}", "role", "inviter"
    )
    INVITATION_RESENT = _event(
        "invitation.resent", "invited {email} again to be {role}", "email", "role"
    )
    INVITATION_REVOKED = _event(
        "invitation.revoked", "took back the invitation of {email} to be {role}", "email", "role"
    )
    INVITATION_SENT = _event(
        "invitation.sent", "invited {email} to be {role}", "email", "role", "reach", "until"
    )
    PAGE_CHANGED = _event("page.changed", "saved a draft of {target}", "revision")
    PAGE_CREATED = _event("page.created", "started {target}", "type", "revision")
    PAGE_IMPORTED = _event("page.imported", "imported {target} from {source}", "source", "state")
    PAGE_PUBLISHED = _event("page.published", "published {target}", "revision", "address")
    PAGE_UNPUBLISHED = _event("page.unpublished", "took {target} offline", "address")
    PASSWORD_CHANGED = _event("password.changed", "changed the password of {target}, {how}", "how")
    PASSWORD_RESET_ASKED = _event(
        "password.reset_asked", "asked for a new password for {target} by mail"
    )
    PERSON_ADDED = _event("person.added", "added {target}")
    PERSON_CHANGED = _event("person.changed", "changed {target}")
    PERSON_DEACTIVATED = _event("person.deactivated", "barred {target} from signing in")
    PERSON_REACTIVATED = _event("person.reactivated", "let {target} sign in again")
    ROLES_SYNCED = _event("role.synced", "brought the built-in roles up to date", "differences")
    SCHEDULE_CANCELLED = _event(
        "schedule.cancelled", "cancelled: {what} {target}, due {due}", "what", "due"
    )
    SCHEDULE_HELD = _event(
        "schedule.held", "held back: {what} {target}, because {cause}", "what", "due", "cause"
    )
    SCHEDULE_MADE = _event(
        "schedule.made", "scheduled: {what} {target}, {sentence}", "what", "due", "sentence"
    )
    SCHEDULE_MOVED = _event(
        "schedule.moved", "moved: {what} {target}, {sentence}", "what", "due", "sentence"
    )
    SCHEDULE_RUN = _event(
        "schedule.run", "carried out: {what} {target}, due {due}", "what", "due", "delay_ms"
    )
    SESSION_ENDED = _event(
        "session.ended", "signed out {devices} of {target}, {how}", "devices", "how"
    )
    SESSION_STARTED = _event("session.started", "signed in")
    SIGN_IN_FAILED = _event("session.failed", "failed to sign in as {email}", "email")
    SIGN_IN_THROTTLED = _event(
        "session.throttled", "tried too often to sign in as {email} and has to wait", "email"
    )
    SITE_CHANGED = _event("site.changed", "changed the site of {target}")
    TRAIL_EXPORTED = _event("trail.exported", "exported the trail of {target}", "position", "shown")


def all_events() -> dict[str, EventType]:
    """Return the catalogue by name."""
    return {v.name: v for v in vars(Event).values() if isinstance(v, EventType)}
