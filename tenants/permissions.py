"""The catalogue of permissions: `noun.verb`, each with the sentence shown to admins."""

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    """What a role may allow. Screens and matrices are drawn from this list; keep it ordered."""

    sentence: str

    def __new__(cls, value: str, sentence: str = "") -> "Permission":
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    ACCESS_VIEW = "access.view", "See people, their roles and who gave them"
    ACCOUNT_CLOSE = "account.close", "Close an account below this one for good"
    ACCOUNT_EDIT = "account.edit", "Change the account's name, brand, site and settings"
    ACCOUNT_MOVE = "account.move", "Move accounts below this one to another place in the tree"
    ACCOUNT_OPEN = "account.open", "Open an account below this one"
    ACCOUNT_SUSPEND = "account.suspend", "Suspend and reactivate accounts below this one"
    ACCOUNT_VIEW = "account.view", "See the account and its dashboard"
    CONSOLE_VIEW = "console.view", "Use the staff console across all accounts"
    CONTENT_EXPORT = (
        "content.export",
        "Take the content along as a file, from a halted account as well",
    )
    CONTENT_IMPORT = "content.import", "Import content from other systems"
    FREEZE_MANAGE = "freeze.manage", "Set and lift times when nothing goes live or offline"
    GRANT_END = "grant.end", "Take roles away from people"
    GRANT_GIVE = "grant.give", "Give people roles, up to the rights held oneself"
    GROUP_MANAGE = "group.manage", "Make groups of people and say who is in them"
    MEDIA_DELETE = "media.delete", "Put files into the trash, and bring them back"
    MEDIA_EDIT = "media.edit", "Describe, move and replace anybody's files"
    MEDIA_MANAGE = "media.manage", "Make folders of files and say who sees them"
    MEDIA_UPLOAD = "media.upload", "Upload files, and describe and replace one's own"
    MEDIA_VIEW = "media.view", "Look at files in the library"
    PAGE_CREATE = "page.create", "Start new pages and posts"
    PAGE_EDIT = "page.edit", "Edit anybody's pages and posts"
    PAGE_EDIT_OWN = "page.edit_own", "Edit the pages and posts one started oneself"
    PAGE_PUBLISH = "page.publish", "Publish, schedule and unpublish pages and posts"
    PAGE_REVIEW = "page.review", "Approve what others wrote, or hand it back"
    PAGE_SHARE = "page.share", "Give outsiders links to drafts one may edit"
    PAGE_VIEW = "page.view", "Read drafts and their history"
    PERSON_MANAGE = "person.manage", "Bar people from signing in and let them in again"
    POLICY_SET = "policy.set", "Set policies that hold here and below"
    QUOTA_SET = "quota.set", "Set limits for the accounts below this one"
    ROLE_MANAGE = "role.manage", "Define roles for the account and all below it"
    SCHEDULE_VIEW = "schedule.view", "See what is scheduled and how it went"
    STAFF_MANAGE = "staff.manage", "Give and end the house's staff roles"
    SUPPORT_BREAK_GLASS = "support.break_glass", "Write in an account without its consent, loudly"
    SUPPORT_CONSENT = "support.consent", "Let support write for a while, and end its sessions"
    SUPPORT_OPEN = "support.open", "Look into an account as its admins see it, for a while"
    TRAIL_MANAGE = "trail.manage", "Set how long the trail is kept, and hold it for a dispute"
    TRAIL_VIEW = "trail.view", "Read the audit trail"
    TYPE_MANAGE = "type.manage", "Define types of content for the account and all below it"


def known(names: Iterable[str]) -> set[Permission]:
    """Return those of `names` that are permissions today; a database may remember others."""
    found = set(names)
    return {permission for permission in Permission if permission.value in found}
