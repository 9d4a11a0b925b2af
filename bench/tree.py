"""Made-up accounts, people and grants: the same for the same seed."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tenants.accounts import AccountRef, split_path

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
DEEPEST = 8
GIANT = 0.9  # of all accounts stand below one master: the middle of a large tenant is the hard case


@dataclass
class Node:
    """An account, with how many accounts stand in its subtree, itself included."""

    id: uuid.UUID
    parent: "Node | None"
    tenant_id: uuid.UUID
    depth: int
    number: int
    path: str
    size: int = 1


@dataclass
class World:
    """What a database is filled with."""

    nodes: list[Node] = field(default_factory=list)
    people: list[uuid.UUID] = field(default_factory=list)
    grants: list[dict[str, Any]] = field(default_factory=list)


def made_id(kind: int, number: int) -> uuid.UUID:
    """Return the id of the numbered row of a kind, in the shape of a UUIDv7."""
    return uuid.UUID(hex=f"{kind:08x}00007000800{number:013x}")


def grow(accounts: int) -> list[Node]:
    """Return a tree of that many accounts: the house, one giant master, and small ones."""
    dice = random.Random(f"accounts {accounts}")  # noqa: S311 - not for secrets
    house = _node(None, 0)
    giant = _node(house, 1)
    nodes, inside, others = [house, giant], [giant], [house]
    for number in range(2, accounts):
        pool = inside if dice.random() < GIANT else others
        parent = dice.choice(pool)
        while parent.depth >= DEEPEST:
            parent = dice.choice(pool)
        node = _node(parent, number)
        nodes.append(node)
        pool.append(node)
    for node in reversed(nodes):
        if node.parent is not None:
            node.parent.size += node.size
    return nodes


def _node(parent: Node | None, number: int) -> Node:
    own = made_id(1, number)
    depth = parent.depth + 1 if parent else 0
    tenant_id = parent.tenant_id if parent and depth > 1 else own
    path = f"{parent.path}/{own.hex}" if parent else own.hex
    return Node(own, parent, tenant_id, depth, number, path)


def account_row(node: Node) -> dict[str, Any]:
    """Return an account as its table wants it."""
    return {
        "id": node.id, "tenant_id": node.tenant_id, "path": node.path, "depth": node.depth,
        "parent_id": node.parent.id if node.parent else None,
        "kind": ("house", "master", "secondary")[min(node.depth, 2)],
        "handle": f"account-{node.number}", "name": f"Account {node.number}", "zone": "UTC",
        "created_at": EPOCH,
    }  # fmt: skip


def account_ref(node: Node) -> AccountRef:
    """Return an account as the portal carries it."""
    return AccountRef(
        node.id, node.tenant_id, node.parent.id if node.parent else None,
        ("house", "master", "secondary")[min(node.depth, 2)],
        f"account-{node.number}", f"Account {node.number}", split_path(node.path), "UTC",
    )  # fmt: skip


def lasting_rows(node: Node) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return since when an account stands where it stands, and since when it is open."""
    known = {"tenant_id": node.tenant_id, "account_id": node.id, "since": EPOCH, "ended_at": None}
    return (
        known | {"parent_id": node.parent.id if node.parent else None},
        known | {"state": "open"},
    )


def person_row(number: int) -> dict[str, Any]:
    """Return a person as the table wants one."""
    return {
        "id": made_id(2, number), "email": f"person{number}@bench.example",
        "name": f"Person {number}", "zone": "UTC", "created_at": EPOCH,
        "password_hash": None, "deactivated_at": None,
    }  # fmt: skip


def grant_rows(
    nodes: list[Node], people: int, grants: int, roles: list[uuid.UUID]
) -> list[dict[str, Any]]:
    """Return that many grants; the first 200 are people of account 2, the tree's first branch."""
    dice = random.Random(f"grants {grants}")  # noqa: S311 - not for secrets
    rows = []
    for number in range(grants):
        crowd = number < 200
        node = nodes[2] if crowd else dice.choice(nodes[1:])
        who = number if crowd else dice.randrange(people)
        rows.append({
            "id": made_id(3, number), "person_id": made_id(2, who), "account_id": node.id,
            "tenant_id": node.tenant_id, "role_id": dice.choice(roles),
            "reach": "account" if dice.random() < 0.2 else "subtree",
            "since": EPOCH + timedelta(minutes=number), "until": None, "because": "",
            "given_by_id": None, "given_by_label": "bench", "ended_at": None,
            "ended_by_label": "", "end_reason": "",
        })  # fmt: skip
    return rows
