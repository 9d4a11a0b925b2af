"""The catalogue of events: what can stand in the trail, and the facts each must bring."""

from dataclasses import dataclass

TITLES = frozenset({"other", "source"})
"""Facts that name content beside the event's target."""


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

    ACCESS_EXPORTED = _event("access.exported", "exported who may do what at {target}", "people")
    ACCOUNT_CERTIFIED = _event(
        "account.certified", "certified what was erased of {target}", "digest"
    )
    ACCOUNT_CHANGED = _event("account.changed", "changed {target}")
    ACCOUNT_CLOSE_ASKED = _event(
        "account.close_asked", "closed {target}; it is erased after {erased_after}", "erased_after"
    )
    ACCOUNT_CLOSE_UNDONE = _event("account.close_undone", "took back the closing of {target}")
    ACCOUNT_ERASED = _event("account.erased", "erased the content of {target}", "counts")
    ACCOUNT_MOVED = _event(
        "account.moved", "moved {target} from {before} to {after}", "before", "after"
    )
    ACCOUNT_OPENED = _event("account.opened", "opened the account {target}", "kind", "handle")
    ACCOUNT_REACTIVATED = _event("account.reactivated", "reactivated {target}")
    ACCOUNT_SUSPENDED = _event("account.suspended", "suspended {target}")
    ACTION_REFUSED = _event(
        "action.refused", "was refused: {permission} at {account}", "permission", "account"
    )
    CONSOLE_EXPORTED = _event(
        "console.exported", "exported {view}: {rows} rows, from the staff console", "view", "rows"
    )
    CONSOLE_VIEWED = _event("console.viewed", "looked at {view} in the staff console", "view")
    COMMENT_ADDED = _event("comment.added", "commented on {target}, {about}", "about")
    COMMENT_REOPENED = _event("comment.reopened", "took up again what was said of {target}")
    COMMENT_RESOLVED = _event("comment.resolved", "settled what was said of {target}")
    EMAIL_CHANGE_ASKED = _event(
        "email.change_asked", "asked to change the e-mail of {target} to {email}", "email"
    )
    EMAIL_CHANGE_STOPPED = _event(
        "email.change_stopped", "stopped the change of the e-mail of {target} to {email}", "email"
    )
    EMAIL_CHANGED = _event("email.changed", "confirmed {target} as the new e-mail")
    EMAIL_RESTORED = _event("email.restored", "undid the change of e-mail, back to {target}")
    GRANT_ENDED = _event("grant.ended", "took {role} away from {person}", "person", "role")
    GRANT_GIVEN = _event(
        "grant.given", "gave {person} the role {role}", "person", "role", "reach", "until"
    )
    GROUP_CHANGED = _event("group.changed", "changed the group {target}")
    GROUP_DELETED = _event("group.deleted", "deleted the group {target}", "grants")
    GROUP_MADE = _event("group.made", "made the group {target}")
    GROUP_RESTORED = _event("group.restored", "restored the group {target}", "grants")
    IMPORT_ASKED = _event("import.asked", "handed in {target} for import", "dry_run")
    IMPORT_FAILED = _event("import.failed", "could not import {target}: {cause}", "cause")
    IMPORT_FINISHED = _event("import.finished", "imported {target}", "counts")
    IMPORT_STARTED = _event("import.started", "began to read {target}", "dry_run")
    IMPORT_TRIED = _event("import.tried", "tried out the import of {target}", "counts")
    INVITATION_ACCEPTED = _event(
        "invitation.accepted", "accepted to be {role}, invited by {inviter}", "role", "inviter"
    )
    INVITATION_REFUSED = _event(
        "invitation.refused", "could not accept the invitation to be {role}: {cause}",
        "role", "cause",
    )  # fmt: skip
    INVITATION_RESENT = _event(
        "invitation.resent", "invited {email} again to be {role}", "email", "role"
    )
    INVITATION_REVOKED = _event(
        "invitation.revoked", "took back the invitation of {email} to be {role}", "email", "role"
    )
    INVITATION_SENT = _event(
        "invitation.sent", "invited {email} to be {role}", "email", "role", "reach", "until"
    )
    LOGO_REMOVED = _event("logo.removed", "removed the logo of {target}")
    LOGO_SET = _event("logo.set", "gave {target} a logo")
    MEDIA_CHANGED = _event("media.changed", "changed the file {target}")
    MEDIA_FOLDER_ACCESS_ENDED = _event(
        "media_folder.access_ended", "took {who} off the folder {folder}", "who", "folder"
    )
    MEDIA_FOLDER_ACCESS_GIVEN = _event(
        "media_folder.access_given", "let {who} see the folder {folder}", "who", "folder"
    )
    MEDIA_FOLDER_CHANGED = _event("media_folder.changed", "changed the folder {target}")
    MEDIA_FOLDER_DELETED = _event("media_folder.deleted", "deleted the folder {target}")
    MEDIA_FOLDER_MADE = _event("media_folder.made", "made the folder {target}")
    MEDIA_PURGED = _event("media.purged", "purged {target} from the trash", "versions")
    MEDIA_REPLACED = _event("media.replaced", "replaced what is in {target}", "version")
    MEDIA_RESTORED = _event("media.restored", "brought {target} back from the trash")
    MEDIA_TRASHED = _event("media.trashed", "put {target} into the trash", "used")
    MEDIA_UPLOADED = _event("media.uploaded", "uploaded {target}", "mime", "size")
    MEMBER_ADDED = _event("member.added", "put {person} into the group {group}", "person", "group")
    MEMBER_REMOVED = _event(
        "member.removed", "took {person} out of the group {group}", "person", "group"
    )
    PAGE_ARRIVED = _event(
        "page.arrived", "took {target} over from {account}, with {revisions} revisions",
        "account", "revisions",
    )  # fmt: skip
    PAGE_BROUGHT_UP = _event(
        "page.brought_up", "said that {target} is up to date with its source, revision {revision}",
        "revision",
    )  # fmt: skip
    PAGE_CARE_SET = _event("page.care_set", "said who looks after {target}, and until when")
    PAGE_CHANGED = _event("page.changed", "saved a draft of {target}", "revision")
    PAGE_COPIED = _event(
        "page.copied", "copied {source} (revision {revision}) as {target}", "source", "revision"
    )
    PAGE_CREATED = _event("page.created", "started {target}", "type", "revision")
    PAGE_IMPORTED = _event("page.imported", "imported {target} from {source}", "source", "state")
    PAGE_LANGUAGE_SET = _event(
        "page.language_set", "said that {target} is in {language}", "language"
    )
    PAGE_LINKED = _event(
        "page.linked", "linked {target} to {source} as the same in {language}", "source", "language"
    )
    PAGE_LOCKED = _event("page.locked", "took {target} for writing alone")
    PAGE_MOVED = _event(
        "page.moved", "moved {target} to {account}, with {revisions} revisions",
        "account", "revisions",
    )  # fmt: skip
    PAGE_PUBLISHED = _event("page.published", "published {target}", "revision", "address")
    PAGE_PURGED = _event(
        "page.purged", "deleted {target} for good, with {revisions} revisions", "revisions"
    )
    PAGE_RESTORED = _event(
        "page.restored", "took {what} of {target} back from revision {revision}", "what", "revision"
    )
    PAGE_SOURCE_CHOSEN = _event(
        "page.source_chosen", "made {target} the source of its translations"
    )
    PAGE_STARTED_FROM = _event(
        "page.started_from", "started {target} from the template {source}", "source"
    )
    PAGE_TAKEN_OVER = _event(
        "page.taken_over", "took {target} over from {person}, who was writing", "person"
    )
    PAGE_TRANSLATED = _event(
        "page.translated",
        "started {target} from {source} (revision {revision}), to be said in {language}",
        "source", "revision", "language",
    )  # fmt: skip
    PAGE_TRASHED = _event(
        "page.trashed", "put {target} into the trash; it is deleted after {until}", "until"
    )
    PAGE_UNLINKED = _event(
        "page.unlinked", "took {target} out of the translations of {other}", "other"
    )
    PAGE_UNTRASHED = _event("page.untrashed", "took {target} out of the trash")
    PAGE_UNPUBLISHED = _event("page.unpublished", "took {target} offline", "address")
    PAGES_EXPORTED = _event(
        "pages.exported", "exported the list of {rows} pages of {target} as CSV, {filters}",
        "rows", "filters",
    )  # fmt: skip
    PASSWORD_CHANGED = _event("password.changed", "changed the password of {target}, {how}", "how")
    PASSWORD_RESET_ASKED = _event(
        "password.reset_asked", "asked for a new password for {target} by mail"
    )
    PERSON_ADDED = _event("person.added", "added {target}")
    PERSON_CHANGED = _event("person.changed", "changed {target}")
    PERSON_DEACTIVATED = _event("person.deactivated", "barred {target} from signing in")
    PERSON_REACTIVATED = _event("person.reactivated", "let {target} sign in again")
    REDIRECT_ADDED = _event("redirect.added", "let {target} lead to {page}", "page")
    REDIRECT_REMOVED = _event(
        "redirect.removed", "removed the redirect from {target} to {page}", "page"
    )
    REQUEST_GRANTED = _event(
        "request.granted", "granted {person} {wanted}, as {role}", "person", "role", "wanted"
    )
    REQUEST_MADE = _event("request.made", "asked for {wanted}", "wanted", "until")
    REQUEST_REFUSED = _event("request.refused", "refused {person} {wanted}", "person", "wanted")
    REQUEST_WITHDRAWN = _event("request.withdrawn", "took back what was asked: {wanted}", "wanted")
    REVISION_NAMED = _event(
        "revision.named", "named revision {revision} of {target} “{name}”", "revision", "name"
    )
    REVISION_UNNAMED = _event(
        "revision.unnamed", "took the name “{name}” from revision {revision} of {target}",
        "revision", "name",
    )  # fmt: skip
    REVIEW_APPROVED = _event(
        "review.approved", "approved revision {revision} of {target} in “{step}”",
        "revision", "step", "digest", "left",
    )  # fmt: skip
    REVIEW_ASKED = _event(
        "review.asked", "handed revision {revision} of {target} in for “{step}”",
        "revision", "step", "digest",
    )  # fmt: skip
    REVIEW_ASSIGNED = _event(
        "review.assigned", "gave the review of {target} to {person}", "person", "step"
    )
    REVIEW_ESCALATED = _event(
        "review.escalated", "told those who set policies that the review of {target} is overdue "
        "in “{step}”", "step", "told",
    )  # fmt: skip
    REVIEW_REJECTED = _event(
        "review.rejected", "handed revision {revision} of {target} back from “{step}”",
        "revision", "step",
    )  # fmt: skip
    REVIEW_REMINDED = _event(
        "review.reminded", "reminded of the review of {target} in “{step}”", "step", "told"
    )
    REVIEW_VOIDED = _event(
        "review.voided", "voided the review of {target}: revision {revision} is followed by "
        "revision {newer}", "revision", "newer",
    )  # fmt: skip
    REVIEW_WITHDRAWN = _event(
        "review.withdrawn", "took revision {revision} of {target} back from review", "revision"
    )
    ROLE_CHANGED = _event("role.changed", "changed the role {target}")
    ROLE_DEFINED = _event("role.defined", "defined the role {target}", "permissions", "parent")
    ROLE_DELETED = _event("role.deleted", "deleted the role {target}", "grants")
    ROLE_RESTORED = _event("role.restored", "restored the role {target}", "grants")
    POLICY_CLEARED = _event(
        "policy.cleared", "cleared the policy “{what}” of {account}, which was {value}",
        "what", "account", "value",
    )  # fmt: skip
    POLICY_SET = _event(
        "policy.set", "set the policy “{what}” of {account} to {value}", "what", "account", "value"
    )
    QUOTA_SET = _event(
        "quota.set", "set the limit of {what} of {account} to {limit}; it was {before}",
        "what", "account", "limit", "before",
    )  # fmt: skip
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
    SUPPORT_CONSENTED = _event("support.consented", "let {person} write during {target}", "person")
    SUPPORT_ENDED = _event("support.ended", "ended {target}")
    SUPPORT_GLASS_BROKEN = _event(
        "support.glass_broken", "broke the glass to write at {account} during {target}", "account"
    )
    SUPPORT_LOOKED = _event("support.looked", "looked at {page}", "page")
    SUPPORT_OPENED = _event(
        "support.opened", "opened {target} at {account}, until {until}", "account", "until"
    )
    SUPPORT_REPORTED = _event("support.reported", "wrote the report on {target}")
    SUPPORT_WRITE_ASKED = _event("support.write_asked", "asked to write during {target}")
    TEMPLATE_PURGED = _event("template.purged", "deleted the template {target} for good")
    TEMPLATE_RENAMED = _event("template.renamed", "renamed the template {target}")
    TEMPLATE_RESTORED = _event("template.restored", "took the template {target} out of the trash")
    TEMPLATE_SAVED = _event(
        "template.saved", "saved {source} (revision {revision}) as the template {target}",
        "source", "revision",
    )  # fmt: skip
    TEMPLATE_TRASHED = _event("template.trashed", "put the template {target} into the trash")
    TERM_DELETED = _event("term.deleted", "deleted the {what} {target}", "what")
    TERM_MERGED = _event(
        "term.merged", "merged the {what} {target} into {into}, with {pages} live pages",
        "what", "into", "pages",
    )  # fmt: skip
    TERM_RENAMED = _event("term.renamed", "renamed the {what} {target}", "what")
    TERM_STARTED = _event("term.started", "started the {what} {target}", "what")
    TRAIL_EXPORTED = _event("trail.exported", "exported the trail of {target}", "position", "shown")
    TRAIL_HOLD_ENDED = _event("trail.hold_ended", "ended the hold “{target}” on the trail")
    TRAIL_HOLD_STARTED = _event("trail.hold_started", "put the hold “{target}” on the trail")
    TRAIL_LISTED = _event(
        "trail.listed", "exported {rows} events of {target} as {format}, {filters}",
        "rows", "format", "filters",
    )  # fmt: skip
    TRAIL_PURGED = _event(
        "trail.purged", "purged {count} events of {target} from before {until}",
        "count", "until", "position", "link",
    )  # fmt: skip
    TRAIL_RETENTION_SET = _event(
        "trail.retention_set", "set {target} to keep its trail {kept}", "kept"
    )
    TYPE_CHANGED = _event("type.changed", "changed the type {target}: {what}", "what", "version")
    TYPE_DELETED = _event("type.deleted", "deleted the type {target}", "key")
    TYPE_MADE = _event("type.made", "defined the type {target}", "key")
    TYPE_RESTORED = _event("type.restored", "restored the type {target}", "key")


def all_events() -> dict[str, EventType]:
    """Return the catalogue by name."""
    return {v.name: v for v in vars(Event).values() if isinstance(v, EventType)}
