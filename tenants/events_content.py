"""The catalogue of events about content: pages, files, reviews, schedules, sites."""

from tenants.event_types import event


class ContentEvent:
    """Every event about content, as noun.verb in the past tense. Keep the list alphabetical."""

    COMMENT_ADDED = event("comment.added", "commented on {target}, {about}", "about")
    COMMENT_REOPENED = event("comment.reopened", "took up again what was said of {target}")
    COMMENT_RESOLVED = event("comment.resolved", "settled what was said of {target}")
    COMMENTS_MOVED = event(
        "comments.moved", "took {comments} comments on {target} along from {source} to {account}",
        "source", "account", "comments",
    )  # fmt: skip
    FREEZE_LIFTED = event(
        "freeze.lifted", "lifted the freeze {target} of {account}", "account", "since", "until"
    )
    FREEZE_SET = event(
        "freeze.set", "set the freeze {target} for {account} and all below, from {since} to "
        "{until}", "account", "since", "until",
    )  # fmt: skip
    LOGO_REMOVED = event("logo.removed", "removed the logo of {target}")
    LOGO_SET = event("logo.set", "gave {target} a logo")
    MEDIA_CHANGED = event("media.changed", "changed the file {target}")
    MEDIA_FOLDER_ACCESS_ENDED = event(
        "media_folder.access_ended", "took {who} off the folder {folder}", "who", "folder"
    )
    MEDIA_FOLDER_ACCESS_GIVEN = event(
        "media_folder.access_given", "let {who} see the folder {folder}", "who", "folder"
    )
    MEDIA_FOLDER_CHANGED = event("media_folder.changed", "changed the folder {target}")
    MEDIA_FOLDER_DELETED = event(
        "media_folder.deleted", "deleted the folder {target}", "restricted"
    )
    MEDIA_FOLDER_MADE = event("media_folder.made", "made the folder {target}")
    MEDIA_PURGED = event("media.purged", "purged {target} from the trash", "versions", "restricted")
    MEDIA_REPLACED = event("media.replaced", "replaced what is in {target}", "version")
    MEDIA_RESTORED = event("media.restored", "brought {target} back from the trash")
    MEDIA_TRASHED = event("media.trashed", "put {target} into the trash", "used")
    MEDIA_UPLOADED = event("media.uploaded", "uploaded {target}", "mime", "size")
    PAGE_ARRIVED = event(
        "page.arrived", "took {target} over from {account}, with {revisions} revisions",
        "account", "revisions",
    )  # fmt: skip
    PAGE_BROUGHT_UP = event(
        "page.brought_up", "said that {target} is up to date with its source, revision {revision}",
        "revision",
    )  # fmt: skip
    PAGE_CARE_SET = event("page.care_set", "said who looks after {target}, and until when")
    PAGE_CHANGED = event("page.changed", "saved a draft of {target}", "revision")
    PAGE_COPIED = event(
        "page.copied", "copied {source} (revision {revision}) as {target}", "source", "revision"
    )
    PAGE_CREATED = event("page.created", "started {target}", "type", "revision")
    PAGE_IMPORTED = event("page.imported", "imported {target} from {source}", "source", "state")
    PAGE_LANGUAGE_SET = event(
        "page.language_set", "said that {target} is in {language}", "language"
    )
    PAGE_LINKED = event(
        "page.linked", "linked {target} to {source} as the same in {language}", "source", "language"
    )
    PAGE_LOCKED = event("page.locked", "took {target} for writing alone")
    PAGE_MOVED = event(
        "page.moved", "moved {target} to {account}, with {revisions} revisions",
        "account", "revisions",
    )  # fmt: skip
    PAGE_PUBLISHED = event("page.published", "published {target}", "revision", "address")
    PAGE_PURGED = event(
        "page.purged", "deleted {target} for good, with {revisions} revisions", "revisions"
    )
    PAGE_READERS_SET = event("page.readers_set", "said who may read {target}, once it is live")
    PAGE_RESTORED = event(
        "page.restored", "took {what} of {target} back from revision {revision}", "what", "revision"
    )
    PAGE_SOURCE_CHOSEN = event("page.source_chosen", "made {target} the source of its translations")
    PAGE_STARTED_FROM = event(
        "page.started_from", "started {target} from the template {source}", "source"
    )
    PAGE_TAKEN_OVER = event(
        "page.taken_over", "took {target} over from {person}, who was writing", "person"
    )
    PAGE_TRANSLATED = event(
        "page.translated",
        "started {target} from {source} (revision {revision}), to be said in {language}",
        "source", "revision", "language",
    )  # fmt: skip
    PAGE_TRASHED = event(
        "page.trashed", "put {target} into the trash; it is deleted after {until}", "until"
    )
    PAGE_UNLINKED = event(
        "page.unlinked", "took {target} out of the translations of {other}", "other"
    )
    PAGE_UNTRASHED = event("page.untrashed", "took {target} out of the trash")
    PAGE_UNPUBLISHED = event("page.unpublished", "took {target} offline", "address")
    PAGES_EXPORTED = event(
        "pages.exported", "exported the list of {rows} pages of {target} as CSV, {filters}",
        "rows", "filters",
    )  # fmt: skip
    PASSWORD_CHANGED = event("password.changed", "changed the password of {target}, {how}", "how")
    REDIRECT_ADDED = event("redirect.added", "let {target} lead to {page}", "page")
    REDIRECT_REMOVED = event(
        "redirect.removed", "removed the redirect from {target} to {page}", "page"
    )
    RELEASE_CANCELLED = event("release.cancelled", "cancelled the release {target}", "due")
    RELEASE_DROPPED = event("release.dropped", "took {other} out of the release {target}", "other")
    RELEASE_FAILED = event(
        "release.failed", "gave the release {target} up after {attempts} attempts: {cause}",
        "cause", "attempts",
    )  # fmt: skip
    RELEASE_GATHERED = event(
        "release.gathered", "added {other} to the release {target}, to go {how}", "other", "how"
    )  # fmt: skip
    RELEASE_HELD = event(
        "release.held", "held back the release {target}, because {cause}", "due", "cause"
    )
    RELEASE_MADE = event("release.made", "started the release {target}")
    RELEASE_MISSED = event("release.missed", "noticed as missed: {target}, due {due}", "due")
    RELEASE_MOVED = event("release.moved", "moved the release {target}: {sentence}", "due",
                          "sentence")  # fmt: skip
    RELEASE_RUN = event(
        "release.run", "carried out the release {target}: {live} live, {offline} offline",
        "due", "live", "offline", "delay_ms",
    )  # fmt: skip
    RELEASE_SCHEDULED = event(
        "release.scheduled", "scheduled the release {target}: {sentence}", "due", "sentence"
    )
    RELEASE_SKIPPED = event(
        "release.skipped", "did not carry out the release {target}, because {cause}", "due", "cause"
    )
    RELEASE_UNDONE = event(
        "release.undone", "undid the release {target}: {back} put back, {left} left as they are",
        "back", "left",
    )  # fmt: skip
    REVISION_NAMED = event(
        "revision.named", "named revision {revision} of {target} “{name}”", "revision", "name"
    )
    REVISION_UNNAMED = event(
        "revision.unnamed", "took the name “{name}” from revision {revision} of {target}",
        "revision", "name",
    )  # fmt: skip
    REVIEW_APPROVED = event(
        "review.approved", "approved revision {revision} of {target} in “{step}”",
        "revision", "step", "digest", "left",
    )  # fmt: skip
    REVIEW_ASKED = event(
        "review.asked", "handed revision {revision} of {target} in for “{step}”",
        "revision", "step", "digest",
    )  # fmt: skip
    REVIEW_ASSIGNED = event(
        "review.assigned", "gave the review of {target} to {person}", "person", "step"
    )
    REVIEW_ESCALATED = event(
        "review.escalated", "told those who set policies that the review of {target} is overdue "
        "in “{step}”", "step", "told",
    )  # fmt: skip
    REVIEW_REJECTED = event(
        "review.rejected", "handed revision {revision} of {target} back from “{step}”",
        "revision", "step",
    )  # fmt: skip
    REVIEW_REMINDED = event(
        "review.reminded", "reminded of the review of {target} in “{step}”", "step", "told"
    )
    REVIEW_VOIDED = event(
        "review.voided", "voided the review of {target}: revision {revision} is followed by "
        "revision {newer}", "revision", "newer",
    )  # fmt: skip
    REVIEW_WITHDRAWN = event(
        "review.withdrawn", "took revision {revision} of {target} back from review", "revision"
    )
    SCHEDULE_CANCELLED = event(
        "schedule.cancelled", "cancelled: {what} {target}, due {due}", "what", "due"
    )
    SCHEDULE_EXPORTED = event(
        "schedule.exported", "exported {rows} schedules of {target}, {filters}", "rows", "filters"
    )
    SCHEDULE_FAILED = event(
        "schedule.failed", "gave up after {attempt} tries: {what} {target}, because {cause}",
        "what", "due", "cause", "attempt",
    )  # fmt: skip
    SCHEDULE_HELD = event(
        "schedule.held", "held back: {what} {target}, because {cause}", "what", "due", "cause"
    )
    SCHEDULE_KEPT = event(
        "schedule.kept", "kept the instant of: {what} {target}, {sentence}", "what", "due",
        "sentence",
    )  # fmt: skip
    SCHEDULE_MADE = event(
        "schedule.made", "scheduled: {what} {target}, {sentence}", "what", "due", "sentence"
    )
    SCHEDULE_MISSED = event(
        "schedule.missed", "noticed as missed: {what} {target}, due {due}", "what", "due"
    )
    SCHEDULE_MOVED = event(
        "schedule.moved", "moved: {what} {target}, {sentence}", "what", "due", "sentence"
    )
    SCHEDULE_RETRIED = event(
        "schedule.retried", "could not carry out: {what} {target}, because {cause}; tried again",
        "what", "due", "cause", "attempt",
    )  # fmt: skip
    SCHEDULE_RUN = event(
        "schedule.run", "had nothing left to do: {what} {target}, due {due}", "what", "due"
    )
    SCHEDULE_RUN_BY_HAND = event(
        "schedule.run_by_hand", "ran by hand: {what} {target}, due {due}", "what", "due"
    )
    SCHEDULE_SKIPPED = event(
        "schedule.skipped", "skipped: {what} {target}, because {cause}", "what", "due", "cause"
    )
    SHARE_APPROVED = event(
        "share.approved", "found revision {revision} of {target} good, from outside",
        "revision", "digest",
    )  # fmt: skip
    SHARE_COMMENTED = event(
        "share.commented", "commented on revision {revision} of {target}, from outside", "revision"
    )
    SHARE_MADE = event(
        "share.made", "made the share link {target}, revision {revision}, {password}, until "
        "{until}", "revision", "until", "password",
    )  # fmt: skip
    SHARE_OBJECTED = event(
        "share.objected", "asked for changes of revision {revision} of {target}, from outside",
        "revision", "digest",
    )  # fmt: skip
    SHARE_REVOKED = event("share.revoked", "revoked the share link {target}")
    TEMPLATE_CHANGED = event("template.changed", "changed what the template {target} says")
    TEMPLATE_PURGED = event("template.purged", "deleted the template {target} for good")
    TEMPLATE_RENAMED = event("template.renamed", "renamed the template {target}")
    TEMPLATE_RESTORED = event("template.restored", "took the template {target} out of the trash")
    TEMPLATE_SAVED = event(
        "template.saved", "saved {source} (revision {revision}) as the template {target}",
        "source", "revision",
    )  # fmt: skip
    TEMPLATE_TRASHED = event("template.trashed", "put the template {target} into the trash")
    TERM_DELETED = event("term.deleted", "deleted the {what} {target}", "what")
    TERM_MERGED = event(
        "term.merged", "merged the {what} {target} into {into}, with {pages} live pages",
        "what", "into", "pages",
    )  # fmt: skip
    TERM_RENAMED = event("term.renamed", "renamed the {what} {target}", "what")
    TERM_STARTED = event("term.started", "started the {what} {target}", "what")
    TYPE_CHANGED = event("type.changed", "changed the type {target}: {what}", "what", "version")
    TYPE_DELETED = event("type.deleted", "deleted the type {target}", "key")
    TYPE_MADE = event("type.made", "defined the type {target}", "key")
    TYPE_RESTORED = event("type.restored", "restored the type {target}", "key")
