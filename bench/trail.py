"""(e) A page of the trail at ten million events against ten thousand."""

from collections.abc import Callable
from contextlib import ExitStack

from bench import worlds
from bench.apps import portal
from bench.measure import Line, alternate, line
from bench.tree import Node, account_ref, grow
from portal.content.history import events_below
from portal.content.trail_filters import TrailQuery
from tenants.scope import Scope, acting_in, reading

ROUNDS = 40


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Compare the trail's pages of the whole tenant, of a branch and of one account."""
    lines: list[Line] = []
    nodes = grow(worlds.SIZES["trail_10k"].accounts)
    giant = nodes[1]
    inside = [node for node in nodes if node.tenant_id == giant.id and node is not giant]
    branch = min(inside, key=lambda node: abs(node.size - 100))
    leaf = next(node for node in inside if node.size == 1)
    for kind in kinds:
        with worlds.server(kind) as socket:
            for name, root in (("tenant", giant), ("branch", branch), ("account", leaf)):
                lines += _compare(kind, name, root, socket)
    return lines


def _compare(kind: str, name: str, root: Node, socket: object) -> list[Line]:
    with ExitStack() as stack:
        designs: dict[str, Callable[[int], object]] = {}
        for world in ("trail_10k", "trail_10m"):
            app = stack.enter_context(portal(world, socket))  # type: ignore[arg-type]  # a Path or None
            designs[world] = lambda _n, app=app: _page(app, root)  # type: ignore[misc]
        spent = alternate(designs, ROUNDS)
    small, large = (sorted(values)[len(values) // 2] for values in spent.values())
    return [
        line(f"trail-{name}", kind, "10,000 events", spent["trail_10k"]),
        line(f"trail-{name}", kind, "10,000,000 events", spent["trail_10m"], ratio=large / small,
             target="<= 1.3x", met=large / small <= 1.3),
    ]  # fmt: skip


def _page(app: object, root: Node) -> None:
    scope = Scope("tenant", root.tenant_id, whole_tenant=True)
    with app.app_context(), reading(), acting_in(scope):  # type: ignore[attr-defined]  # a Flask
        events_below(account_ref(root), TrailQuery(), None, content=True)
