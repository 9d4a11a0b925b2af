"""The roles we ship, and bringing the stored ones in line with them."""

from dataclasses import dataclass

from sqlalchemy import select

from tenants.db import db
from tenants.permissions import Permission as P
from tenants.roles import Role, contain, inherit


@dataclass(frozen=True)
class BuiltIn:
    """A role we ship: what it adds to the role it inherits from."""

    key: str
    name: str
    sentence: str
    parent: str | None
    adds: tuple[P, ...]
    for_house: bool = False


BUILT_IN: tuple[BuiltIn, ...] = (
    BuiltIn("viewer", "Viewer", "Looks, never touches.", None,
            (P.ACCOUNT_VIEW, P.MEDIA_VIEW, P.PAGE_VIEW, P.SCHEDULE_VIEW)),
    BuiltIn("author", "Author", "Writes drafts of his own.", "viewer",
            (P.MEDIA_UPLOAD, P.PAGE_CREATE, P.PAGE_EDIT_OWN)),
    BuiltIn("editor", "Editor", "Edits anything and hands it over.", "author",
            (P.MEDIA_DELETE, P.MEDIA_EDIT, P.PAGE_EDIT, P.PAGE_SHARE)),
    BuiltIn("publisher", "Publisher", "Approves, publishes, schedules and unpublishes.", "editor",
            (P.PAGE_PUBLISH, P.PAGE_REVIEW)),
    BuiltIn("account-admin", "Account admin", "Runs the account and all below it.", "publisher",
            (P.ACCESS_VIEW, P.ACCOUNT_CLOSE, P.ACCOUNT_EDIT, P.ACCOUNT_MOVE, P.ACCOUNT_OPEN,
             P.ACCOUNT_SUSPEND, P.CONTENT_EXPORT, P.CONTENT_IMPORT, P.FREEZE_MANAGE, P.GRANT_END,
             P.GRANT_GIVE, P.GROUP_MANAGE, P.MEDIA_MANAGE, P.POLICY_SET, P.QUOTA_SET, P.ROLE_MANAGE,
             P.SUPPORT_CONSENT, P.TRAIL_MANAGE, P.TRAIL_VIEW, P.TYPE_MANAGE)),
    BuiltIn("auditor", "Auditor", "Looks at everything about access, never at content.", None,
            (P.ACCESS_VIEW, P.ACCOUNT_VIEW, P.CONSOLE_VIEW, P.SCHEDULE_VIEW, P.TRAIL_VIEW), True),
    BuiltIn("support", "Support", "Looks in to help, without reading drafts.", None,
            (P.ACCESS_VIEW, P.ACCOUNT_VIEW, P.CONSOLE_VIEW, P.SCHEDULE_VIEW, P.SUPPORT_OPEN,
             P.TRAIL_VIEW), True),
    BuiltIn("operator", "Operator", "Runs accounts, people, domains and queues.", "support",
            (P.ACCOUNT_CLOSE, P.ACCOUNT_EDIT, P.ACCOUNT_MOVE, P.ACCOUNT_OPEN, P.ACCOUNT_SUSPEND,
             P.FREEZE_MANAGE, P.GRANT_END, P.GRANT_GIVE, P.PERSON_MANAGE, P.POLICY_SET,
             P.QUOTA_SET), True),
    BuiltIn("owner", "Owner", "Answers for the whole house and appoints its staff.", "operator",
            (P.GROUP_MANAGE, P.ROLE_MANAGE, P.STAFF_MANAGE, P.SUPPORT_BREAK_GLASS, P.TRAIL_MANAGE),
            True),
)  # fmt: skip


def sync_built_in() -> list[str]:
    """Make the stored built-in roles equal to BUILT_IN, ending what is no longer in it.

    Returns a line for each difference found. Needs `across_tenants`; the caller records it.
    """
    changes: list[str] = []
    roles = {r.key: r for r in db.session.scalars(select(Role).where(Role.tenant_id.is_(None)))}
    for rank, spec in enumerate(BUILT_IN):
        role = roles.get(spec.key)
        if role is None:
            role = roles[spec.key] = Role(key=spec.key, name=spec.name)
            db.session.add(role)
            changes.append(f"added role {spec.key}")
        role.name, role.sentence, role.rank = spec.name, spec.sentence, rank
        role.for_house = spec.for_house
        db.session.flush()
        changes += inherit(role, roles[spec.parent] if spec.parent else None)
        changes += contain(role, {str(p) for p in spec.adds})
    return changes
