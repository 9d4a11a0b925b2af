"""Accounts, roles and actors made of nothing, for decisions that ask no database."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from tenants.accounts import AccountRef
from tenants.built_in import BUILT_IN
from tenants.decisions import Actor, Holding
from tenants.permissions import Permission

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def node(name: str, parent: AccountRef | None = None) -> AccountRef:
    """An account below another."""
    own = uuid.uuid4()
    above = parent.path if parent else ()
    kind = ("house", "master", "secondary")[min(len(above), 2)]
    tenant = parent.tenant_id if parent and len(above) > 1 else own
    return AccountRef(
        own, tenant, parent.id if parent else None, kind, name, name, (*above, own), "UTC"
    )


def permissions_of(key: str) -> frozenset[Permission]:
    """What a built-in role comes to, from the catalogue."""
    spec = next(each for each in BUILT_IN if each.key == key)
    return frozenset(spec.adds) | (permissions_of(spec.parent) if spec.parent else frozenset())


def holding(
    account: AccountRef,
    permissions: frozenset[Permission],
    reach: str = "subtree",
    until: datetime | None = None,
    name: str = "A role",
) -> Holding:
    """A grant in force."""
    return Holding(
        grant_id=uuid.uuid4(), tenant_id=account.tenant_id, account_id=account.id,
        account_name=account.name, account_handle=account.handle, reach=reach, role_name=name,
        since=NOW - timedelta(days=1), until=until, given_by="somebody@house.example",
        permissions={str(permission): (name,) for permission in permissions},
    )  # fmt: skip


def actor(*holdings: Holding) -> Actor:
    """Somebody with these grants."""
    return Actor(uuid.uuid4(), "p@example.org", "Pat", holdings=tuple(holdings))
