"""Whatever is done in whatever order: nobody approves his own, and only approved text is live."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask.ctx import AppContext
from sqlalchemy import select

from portal.content.pages import Page, digest_now, revision_by_id, revisions_of
from portal.content.problems import Problem
from portal.content.publishing import publish, unpublish
from portal.content.reviewing import approve, reject, submit, withdraw
from portal.content.reviews import Verdict, waiting_review
from portal.content.workflows import set_workflow, workflow_at
from tenants.db import db
from tenants.decisions import Actor, Denied
from tenants.policies import effective
from tenants.policing import TooLoose, set_policy
from tenants.scope import acting_in, tenant_scope
from tenants.step_kinds import Step
from tests.content.review_scene import TWO, crew, draft_of, make_publishers, write
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS, make_page

ROUNDS = 150
WORDS = ("one", "two", "three")


@pytest.fixture
def people(inside: AppContext, cast: Cast) -> list[Actor]:
    make_publishers(cast, [cast.viewer, cast.author], cast.acme)
    by = crew(cast)
    return [by.editor, by.publisher, by.admin, by.viewer, by.author]


def attempt(act: Callable[[], Any]) -> bool:
    """Do it if it can be done; a refusal leaves nothing behind."""
    try:
        with db.session.begin_nested():
            act()
            db.session.flush()
    except (Problem, Denied):
        return False
    return True


@pytest.mark.parametrize("seed", range(6))
def test_nobody_approves_his_own_and_only_the_approved_goes_live(
    cast: Cast, people: list[Actor], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        set_workflow(cast.acme, TWO[: 1 + seed % 2], by=TESTS)
        page = make_page(cast.acme, "Menu", by=people[0])
        wrote, done = {people[0].person_id}, Counter[str]()
        for _ in range(ROUNDS):
            by, draft = chance.choice(people), page.draft_revision_id
            name = one_act(page, cast, chance, by)
            done[name] += 1
            if page.draft_revision_id != draft:
                wrote.add(by.person_id)
            if name in {"approve", "reject"}:
                assert by.person_id not in wrote
            if name == "approve" and waiting_review(page) is None:
                wrote.clear()
            check(page)
        assert min(done["approve"], done["publish"]) >= 1, f"too little happened: {done}"


def one_act(page: Page, cast: Cast, chance: random.Random, by: Actor) -> str:
    """Let somebody try something; return what was done, or "" for a refusal."""
    here, waits = cast.acme, waiting_review(page)
    step = waits.step if waits else "Facts"
    acts: dict[str, Callable[[], Any]] = {
        "write": lambda: write(page, here, chance.choice(WORDS), by),
        "submit": lambda: submit(page, draft_of(page), here, by=by),
        "publish": lambda: publish(page, chance.choice(revisions_of(page, 2)), here, by=by),
        "unpublish": lambda: unpublish(page, here, by=by),
    }
    if waits is not None:
        acts["approve"] = lambda: approve(waits, page, here, by=by, step=step)
        acts["reject"] = lambda: reject(waits, page, here, by=by, step=step, reason="No.")
        acts["withdraw"] = lambda: withdraw(waits, page, here, by=by)
    weights = {"approve": 30, "submit": 8, "publish": 12}
    name = chance.choices(list(acts), [weights.get(each, 1) for each in acts])[0]
    if not attempt(acts[name]):
        return ""
    if name == "publish":
        live_is_approved(page, cast)
    return name


def live_is_approved(page: Page, cast: Cast) -> None:
    live = revision_by_id(page.live_revision_id, page)
    assert live is not None
    said = db.session.scalars(select(Verdict).where(Verdict.revision_id == live.id)).all()
    yes = [each for each in said if each.said == "approved"]
    assert {each.revision_digest for each in yes} == {live.digest}
    assert digest_now(live) == live.digest
    steps = workflow_at(cast.acme).steps
    assert {step.name for step in steps} <= {each.step for each in yes}
    assert len({each.person_id for each in yes}) >= len(steps)


def check(page: Page) -> None:
    """No verdict is by somebody who wrote that very text, and each is of the text as it is."""
    revisions = {each.id: each for each in revisions_of(page)}
    for verdict in db.session.scalars(select(Verdict)):
        revision = revisions.get(verdict.revision_id)
        if revision is None:
            continue
        assert verdict.person_id != revision.author_id
        same = {r.author_id for r in revisions.values()
                if r.digest == revision.digest and r.number <= revision.number}  # fmt: skip
        assert verdict.person_id not in same
        assert verdict.revision_digest == revision.digest


@pytest.mark.parametrize("seed", range(8))
def test_below_there_are_only_more_steps(cast: Cast, inside: AppContext, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    accounts = [cast.acme, cast.berlin, cast.mitte]
    names = ["Law", "Facts", "Style"]
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        for _ in range(12):
            account = chance.choice(accounts)
            if chance.random() < 0.4:
                try:
                    set_policy(account, "review_steps", str(chance.randrange(4)), by=TESTS)
                except TooLoose:
                    continue
            else:
                chosen = chance.sample(names, chance.randrange(3))
                set_workflow(account, [Step(name) for name in chosen], by=TESTS)
            db.session.flush()
            flows = [workflow_at(each) for each in accounts]
            for above, below in itertools.pairwise(flows):
                assert len(below.steps) >= len(above.steps)
                named = [step for step in above.steps if not step.name.startswith("Review ")]
                assert list(below.steps[: len(named)]) == named
                assert len({step.key for step in below.steps}) == len(below.steps)
            assert effective(cast.mitte)["workflow"].value is not None
