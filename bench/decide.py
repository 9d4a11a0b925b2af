"""(a) A warm decision against pycasbin's FastEnforcer with 10,000 policies."""

import random
import tempfile
import timeit
import uuid
from functools import partial
from pathlib import Path

import casbin

from bench.measure import Line, line
from bench.tree import EPOCH, Node, grow
from tenants.accounts import AccountRef, split_path
from tenants.decisions import Actor, Holding, can
from tenants.permissions import Permission

MODEL = """[request_definition]
r = sub, dom, obj, act
[policy_definition]
p = sub, dom, obj, act
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.dom == p.dom && r.obj == p.obj && r.act == p.act && g(r.sub, p.sub, r.dom)
"""
ROUNDS, CALLS = 15, 200


def run(_kinds: tuple[str, ...]) -> list[Line]:
    """Compare; asks no database."""
    nodes = [n for n in grow(2_000) if n.depth >= 3]
    fast = _enforcer()
    designs = {"FastEnforcer, 10,000": lambda: fast.enforce("person7", "dom7", "object7", "read")}
    for grants in (1, 5, 21, 200):
        actor, account = _actor(nodes, grants)
        _sure(can(actor, Permission.PAGE_EDIT, account).allowed)
        designs[f"can(), {grants} grants"] = partial(can, actor, Permission.PAGE_EDIT, account)
        designs[f"first time, {grants} grants"] = partial(_first, actor, account)
    spent: dict[str, list[float]] = {name: [] for name in designs}
    for _round in range(ROUNDS):
        for name, call in designs.items():
            spent[name].append(timeit.timeit(call, number=CALLS) / CALLS * 1000)
    first = sorted(spent["FastEnforcer, 10,000"])[ROUNDS // 2]
    lines = []
    for name, values in spent.items():
        ratio = first / sorted(values)[ROUNDS // 2]
        ours = name.startswith("can")  # the first time is told of, not promised
        lines.append(line("decide", "", name, values, ratio=ratio, target=">= 100x" if ours else "",
                          met=ratio >= 100 if ours else None, more=True))  # fmt: skip
    return lines


def _enforcer() -> casbin.FastEnforcer:
    with tempfile.TemporaryDirectory() as folder:
        model, policy = Path(folder) / "model.conf", Path(folder) / "policy.csv"
        model.write_text(MODEL)
        rules = [f"p, role{i % 50}, dom{i % 500}, object{i % 10_000}, read" for i in range(10_000)]
        rules += [f"g, person{i}, role{i % 50}, dom{i % 500}" for i in range(5_000)]
        policy.write_text("\n".join(rules))
        enforcer = casbin.FastEnforcer(str(model), str(policy), cache_key_order=[1, 2])
    _sure(enforcer.enforce("person7", "dom7", "object7", "read"))
    return enforcer


def _actor(nodes: list[Node], grants: int) -> tuple[Actor, AccountRef]:
    """Return a person with that many grants, only the last of which reaches the account."""
    dice = random.Random(grants)  # noqa: S311 - not for secrets
    target = dice.choice([n for n in nodes if n.depth >= 6])
    path = split_path(target.path)
    others = [n for n in nodes if n.id not in path]
    at = [dice.choice(others).id for _ in range(grants - 1)] + [path[2]]
    account = AccountRef(
        target.id, target.tenant_id, path[-2], "secondary", "here", "Here", path, "UTC"
    )
    holdings = tuple(_holding(target.tenant_id, each) for each in at)
    return Actor(uuid.uuid4(), "person@bench.example", holdings=holdings), account


def _first(actor: Actor, account: AccountRef) -> bool:
    """Ask what was not asked before."""
    actor.decided.clear()
    return can(actor, Permission.PAGE_EDIT, account).allowed


def _holding(tenant_id: uuid.UUID, account_id: uuid.UUID) -> Holding:
    return Holding(
        uuid.uuid4(), tenant_id, account_id, "There", "there", "subtree", "Editor", EPOCH, None,
        "bench", {p.value: ("Editor",) for p in Permission},
    )  # fmt: skip


def _sure(allowed: bool) -> None:
    if not allowed:
        raise SystemExit("bench: the two designs were to allow, and one refused")
