"""The catalogue of events: what can stand in the trail, and the facts each must bring."""

from collections.abc import Mapping
from functools import cache

from tenants.event_types import EventType, event
from tenants.events_content import ContentEvent
from tenants.events_exchange import ExchangeEvent
from tenants.events_site import SiteEvent


class Event(ContentEvent, ExchangeEvent, SiteEvent):
    """Every event there is, as noun.verb in the past tense. Keep the list alphabetical."""

    ACCESS_EXPORTED = event("access.exported", "exported who may do what at {target}", "people")
    ACCOUNT_CERTIFIED = event(
        "account.certified", "certified what was erased of {target}", "digest"
    )
    ACCOUNT_CHANGED = event("account.changed", "changed {target}")
    ACCOUNT_CLOSE_ASKED = event(
        "account.close_asked", "closed {target}; it is erased after {erased_after}", "erased_after"
    )
    ACCOUNT_CLOSE_UNDONE = event("account.close_undone", "took back the closing of {target}")
    ACCOUNT_ERASED = event("account.erased", "erased the content of {target}", "counts")
    ACCOUNT_MOVED = event(
        "account.moved", "moved {target} from {before} to {after}", "before", "after"
    )
    ACCOUNT_OPENED = event("account.opened", "opened the account {target}", "kind", "handle")
    ACCOUNT_REACTIVATED = event("account.reactivated", "reactivated {target}")
    ACCOUNT_SUSPENDED = event("account.suspended", "suspended {target}")
    ACTION_REFUSED = event(
        "action.refused", "was refused: {permission} at {account}", "permission", "account"
    )
    BACKUP_RESTORED = event(
        "backup.restored", "held what fell due since {since} and came back from a backup: "
        "{schedules} schedules, {releases} releases; {mails} mails kept back",
        "since", "schedules", "releases", "mails",
    )  # fmt: skip
    CONSOLE_EXPORTED = event(
        "console.exported", "exported {view}: {rows} rows, from the staff console", "view", "rows"
    )
    CONSOLE_VIEWED = event("console.viewed", "looked at {view} in the staff console", "view")
    EMAIL_CHANGE_ASKED = event(
        "email.change_asked", "asked to change the e-mail of {target} to {email}", "email"
    )
    EMAIL_CHANGE_STOPPED = event(
        "email.change_stopped", "stopped the change of the e-mail of {target} to {email}", "email"
    )
    EMAIL_CHANGED = event("email.changed", "confirmed {target} as the new e-mail")
    EMAIL_RESTORED = event("email.restored", "undid the change of e-mail, back to {target}")
    GRANT_ENDED = event("grant.ended", "took {role} away from {person}", "person", "role")
    GRANT_GIVEN = event(
        "grant.given", "gave {person} the role {role}", "person", "role", "reach", "until"
    )
    GROUP_CHANGED = event("group.changed", "changed the group {target}")
    GROUP_DELETED = event("group.deleted", "deleted the group {target}", "grants")
    GROUP_MADE = event("group.made", "made the group {target}")
    GROUP_RESTORED = event("group.restored", "restored the group {target}", "grants")
    HOST_CLAIMED = event("host.claimed", "claimed the host name {target}")
    HOST_LOST = event("host.lost", "stopped serving the site at {target}")
    HOST_MISSING = event(
        "host.missing",
        "did not find the record of {target}; it is served on for {days} days", "days",
    )  # fmt: skip
    HOST_PREFERRED = event("host.preferred", "made {target} the site’s primary host")
    HOST_PROVED = event("host.proved", "found the record that proves {target}")
    HOST_REMOVED = event("host.removed", "removed the host name {target}")
    HOST_SET_ASIDE = event("host.set_aside", "made {target} the primary host no more")
    INVITATION_ACCEPTED = event(
        "invitation.accepted", "accepted to be {role}, invited by {inviter}", "role", "inviter"
    )
    INVITATION_REFUSED = event(
        "invitation.refused", "could not accept the invitation to be {role}: {cause}",
        "role", "cause",
    )  # fmt: skip
    INVITATION_RESENT = event(
        "invitation.resent", "invited {email} again to be {role}", "email", "role"
    )
    INVITATION_REVOKED = event(
        "invitation.revoked", "took back the invitation of {email} to be {role}", "email", "role"
    )
    INVITATION_SENT = event(
        "invitation.sent", "invited {email} to be {role}", "email", "role", "reach", "until"
    )
    JOB_DISCARDED = event("job.discarded", "discarded {target}, which failed: {cause}", "cause")
    JOB_RETRIED = event("job.retried", "had {target} run again, which failed: {cause}", "cause")
    MAIL_RESENT = event(
        "mail.resent", "had {target} sent again after {attempts} attempts: {error}",
        "attempts", "error",
    )  # fmt: skip
    MEMBER_ADDED = event("member.added", "put {person} into the group {group}", "person", "group")
    MEMBER_REMOVED = event(
        "member.removed", "took {person} out of the group {group}", "person", "group"
    )
    PASSWORD_RESET_ASKED = event(
        "password.reset_asked", "asked for a new password for {target} by mail"
    )
    PERSON_ADDED = event("person.added", "added {target}")
    PERSON_CHANGED = event("person.changed", "changed {target}")
    PERSON_DEACTIVATED = event("person.deactivated", "barred {target} from signing in")
    PERSON_REACTIVATED = event("person.reactivated", "let {target} sign in again")
    REQUEST_GRANTED = event(
        "request.granted", "granted {person} {wanted}, as {role}", "person", "role", "wanted"
    )
    REQUEST_MADE = event("request.made", "asked for {wanted}", "wanted", "until")
    REQUEST_REFUSED = event("request.refused", "refused {person} {wanted}", "person", "wanted")
    REQUEST_WITHDRAWN = event("request.withdrawn", "took back what was asked: {wanted}", "wanted")
    ROLE_CHANGED = event("role.changed", "changed the role {target}")
    ROLE_DEFINED = event("role.defined", "defined the role {target}", "permissions", "parent")
    ROLE_DELETED = event("role.deleted", "deleted the role {target}", "grants")
    ROLE_RESTORED = event("role.restored", "restored the role {target}", "grants")
    POLICY_CLEARED = event(
        "policy.cleared", "cleared the policy “{what}” of {account}, which was {value}",
        "what", "account", "value",
    )  # fmt: skip
    POLICY_SET = event(
        "policy.set", "set the policy “{what}” of {account} to {value}", "what", "account", "value"
    )
    QUOTA_SET = event(
        "quota.set", "set the limit of {what} of {account} to {limit}; it was {before}",
        "what", "account", "limit", "before",
    )  # fmt: skip
    ROLES_SYNCED = event("role.synced", "brought the built-in roles up to date", "differences")
    SESSION_ENDED = event(
        "session.ended", "signed out {devices} of {target}, {how}", "devices", "how"
    )
    SESSION_STARTED = event("session.started", "signed in")
    SIGN_IN_FAILED = event("session.failed", "failed to sign in as {email}", "email")
    SIGN_IN_THROTTLED = event(
        "session.throttled", "tried too often to sign in as {email} and has to wait", "email"
    )
    SUPPORT_CONSENTED = event("support.consented", "let {person} write during {target}", "person")
    SUPPORT_ENDED = event("support.ended", "ended {target}")
    SUPPORT_GLASS_BROKEN = event(
        "support.glass_broken", "broke the glass to write at {account} during {target}", "account"
    )
    SUPPORT_LOOKED = event("support.looked", "looked at {page}", "page")
    SUPPORT_OPENED = event(
        "support.opened", "opened {target} at {account}, until {until}", "account", "until"
    )
    SUPPORT_REPORTED = event("support.reported", "wrote the report on {target}")
    SUPPORT_WRITE_ASKED = event("support.write_asked", "asked to write during {target}")
    TRAIL_EXPORTED = event("trail.exported", "exported the trail of {target}", "position", "shown")
    TRAIL_HOLD_ENDED = event("trail.hold_ended", "ended the hold “{target}” on the trail")
    TRAIL_HOLD_STARTED = event("trail.hold_started", "put the hold “{target}” on the trail")
    TRAIL_LISTED = event(
        "trail.listed", "exported {rows} events of {target} as {format}, {filters}",
        "rows", "format", "filters",
    )  # fmt: skip
    TRAIL_PURGED = event(
        "trail.purged", "purged {count} events of {target} from before {until}",
        "count", "until", "position", "link",
    )  # fmt: skip
    TRAIL_RETENTION_SET = event(
        "trail.retention_set", "set {target} to keep its trail {kept}", "kept"
    )


@cache
def all_events() -> Mapping[str, EventType]:
    """Return the catalogue by name."""
    found = (getattr(Event, name) for name in dir(Event))
    return {each.name: each for each in found if isinstance(each, EventType)}
