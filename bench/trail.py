"""(e) A page of the trail at ten million events against ten thousand."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from bench import worlds
from bench.apps import portal
from bench.measure import Line, alternate, line
from bench.tree import Node, account_ref, grow
from portal.content.history import events_below
from portal.content.trail_filters import TrailQuery
from tenants.scope import Scope, acting_in, reading

ROUNDS = 40


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Compare the trail's pages of the whole tenant, of a branch and of one account.

    An account has a full page of events in the small world only where there are fewer accounts.
    """
    lines: list[Line] = []
    many, few = ({"tenant": nodes[0], "branch": nodes[1], "account": nodes[2]}
                 for nodes in map(_places, ("trail_10k", "trail_10k_few")))  # fmt: skip
    for kind in kinds:
        with worlds.server(kind) as socket:
            for name in ("tenant", "branch"):
                places = {"trail_10k": many[name], "trail_10m": many[name]}
                lines += _compare(kind, name, places, socket)
            places = {"trail_10k_few": few["account"], "trail_10m": many["account"]}
            lines += _compare(kind, "account", places, socket)
    return lines


def _places(world: str) -> tuple[Node, Node, Node]:
    """Return the giant tenant of a world, a branch of some hundred accounts, and one account."""
    nodes = grow(worlds.SIZES[world].accounts)
    giant = nodes[1]
    inside = [node for node in nodes if node.tenant_id == giant.id and node is not giant]
    branch = min(inside, key=lambda node: abs(node.size - 100))
    return giant, branch, next(node for node in inside if node.size == 1)


def _compare(kind: str, name: str, places: dict[str, Node], socket: object) -> list[Line]:
    with ExitStack() as stack:
        designs: dict[str, Callable[[int], object]] = {}
        for world, root in places.items():
            app = stack.enter_context(portal(world, socket))  # type: ignore[arg-type]  # a Path or None
            designs[world] = partial(_page, app, root)
        spent = alternate(designs, ROUNDS)
    before, after = places
    small, large = (sorted(values)[len(values) // 2] for values in spent.values())
    return [
        line(f"trail-{name}", kind, "10,000 events", spent[before]),
        line(f"trail-{name}", kind, "10,000,000 events", spent[after], ratio=large / small,
             target="<= 1.3x", met=large / small <= 1.3),
    ]  # fmt: skip


def _page(app: object, root: Node, _round: int) -> None:
    scope = Scope("tenant", root.tenant_id, whole_tenant=True)
    with app.app_context(), reading(), acting_in(scope):  # type: ignore[attr-defined]  # a Flask
        events_below(account_ref(root), TrailQuery(), None, content=True)
