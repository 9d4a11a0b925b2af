"""(f) Moving a subtree of a thousand accounts by the real action, from its claim to its commit."""

from bench import worlds
from bench.apps import portal
from bench.measure import Line, alternate, line
from bench.tree import EPOCH, Node, account_ref, grow, made_id
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor, Holding
from tenants.directory import account_path
from tenants.moving import move
from tenants.permissions import Permission
from tenants.scope import across_tenants

ROUNDS = 12
SIZES = {"1 account": 1, "1,000 accounts": 1_000}


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Move each there and back again, so that the tree ends as it began."""
    lines: list[Line] = []
    nodes = grow(worlds.SIZES["tree"].accounts)
    inside = [n for n in nodes if n.tenant_id == nodes[1].id and 2 < n.depth < 6]
    for kind in kinds:
        with worlds.server(kind) as socket, portal("tree", socket):
            for name, size in SIZES.items():
                node = min(inside, key=lambda n, size=size: abs(n.size - size))  # type: ignore[misc]
                lines.append(_measure(kind, f"{name} ({node.size:,})", node, nodes))
    return lines


def _measure(kind: str, name: str, node: Node, nodes: list[Node]) -> Line:
    mover = _mover(nodes[1])
    home = node.parent or nodes[1]
    beside = next(n for n in nodes[2:] if n.depth == 2 and n.tenant_id == node.tenant_id
                  and n.id.hex not in node.path)  # fmt: skip

    def once(_number: int) -> None:
        here = account_path(f"account-{node.number}")[-1]
        target = home if here.parent_id == beside.id else beside
        _move(here, account_ref(target), mover)

    values = alternate({name: once}, ROUNDS + 1)[name]
    return line("move", kind, name, values, target="<= 1 s", met=max(values) <= 1000)


def _move(account: AccountRef, to: AccountRef, by: Actor) -> None:
    with across_tenants("the account tree is measured"):
        move(account, to, by=by, reason="Measured.")
        db.session.commit()
    db.session.remove()


def _mover(master: Node) -> Actor:
    """Return a person who holds everything over the whole tenant."""
    holding = Holding(
        made_id(3, 0), master.id, master.id, "Account 1", "account-1", "subtree", "Administrator",
        EPOCH, None, "bench", {p.value: ("Administrator",) for p in Permission},
    )  # fmt: skip
    return Actor(made_id(2, 0), "person0@bench.example", "Person 0", holdings=(holding,))
