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
    ACCOUNT_EDIT = "account.edit", "Change the account's name, site and settings"
    ACCOUNT_OPEN = "account.open", "Open an account below this one"
    ACCOUNT_VIEW = "account.view", "See the account and its dashboard"
    CONSOLE_VIEW = "console.view", "Use the staff console across all accounts"
    CONTENT_IMPORT = "content.import", "Import content from other systems"
    GRANT_END = "grant.end", "Take roles away from people"
    GRANT_GIVE = "grant.give", "Give people roles, up to the rights held oneself"
    PAGE_CREATE = "page.create", "Start new pages and posts"
    PAGE_EDIT = "page.edit", "Edit anybody's pages and posts"
    PAGE_EDIT_OWN = "page.edit_own", "Edit the pages and posts one started oneself"
    PAGE_PUBLISH = "page.publish", "Publish, schedule and unpublish pages and posts"
    PAGE_VIEW = "page.view", "Read drafts and their history"
    SCHEDULE_VIEW = "schedule.view", "See what is scheduled and how it went"
    STAFF_MANAGE = "staff.manage", "Give and end the house's staff roles"
    TRAIL_VIEW = "trail.view", "Read the audit trail"


def known(names: Iterable[str]) -> set[Permission]:
    """Return those of `names` that are permissions today; a database may remember others."""
    found = set(names)
    return {permission for permission in Permission if permission.value in found}
