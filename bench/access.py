"""(b) and (d): a cold decision, who can do something, and an account's access matrix."""

import random
from collections.abc import Callable

from bench import worlds
from bench.apps import Watch, portal, watching
from bench.measure import Line, alternate, line
from bench.tree import made_id
from tenants.decisions import can
from tenants.directory import account_path, actor_for
from tenants.permissions import Permission
from tenants.questions import holders, who_can

ROUNDS = 30


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Measure each question on each database, with how many statements it takes."""
    lines: list[Line] = []
    for kind in kinds:
        with worlds.server(kind) as socket, portal("tree", socket), watching() as watch:
            lines += _questions(kind, watch)
    return lines


def _questions(kind: str, watch: Watch) -> list[Line]:
    dice = random.Random(7)  # noqa: S311 - not for secrets
    people = [made_id(2, dice.randrange(5_000)) for _ in range(ROUNDS)]
    account = account_path("account-2")[-1]

    def cold(number: int) -> None:
        actor = actor_for(people[number])
        if actor is not None:
            can(actor, Permission.PAGE_EDIT, account)

    questions: dict[str, tuple[Callable[[int], object], int]] = {
        "cold decision": (cold, 1),
        "who can": (lambda _: who_can(Permission.PAGE_EDIT, account), 12),
        "matrix of 200 people": (lambda _: holders(account), 12),
    }
    lines = []
    for name, (ask, most) in questions.items():
        watch.reset()
        ask(0)
        sent = watch.statements
        values = alternate({name: ask}, ROUNDS)[name]
        lines.append(line("access", kind, name, values, target=f"<= {most} statements",
                          met=sent <= most, note=f"{sent} sent"))  # fmt: skip
    return lines
