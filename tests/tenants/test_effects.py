"""What is shown before a change equals what the change does to everybody, everywhere."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from portal.previews import preview, told
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.delegation import bestow
from tenants.effects import effects_of
from tenants.people import Person
from tenants.roles import built_in
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone, as_actor
from tests.fixtures.pages import TESTS
from tests.tenants.real_effects import as_told, difference, everybodys_rights, the_tree

pytestmark = pytest.mark.usefixtures("inside")


def a_grant(who: Someone, role: str, account: AccountRef, reach: str) -> Callable[[], object]:
    def change() -> None:
        person = db.session.get(Person, who.id)
        assert person is not None
        bestow(person, built_in(role), account, by=TESTS, reach=reach)  # type: ignore[arg-type]

    return change


def for_real(change: Callable[[], object]) -> None:
    with across_tenants("a test changes the tree"):
        change()
        db.session.commit()


@both_databases
def test_what_is_told_of_a_grant_is_what_it_does(cast: Cast) -> None:
    chance = random.Random(7)  # noqa: S311 - a repeatable choice
    people, accounts = list(cast.people.values()), [cast.acme, cast.berlin, cast.mitte, cast.bolt]
    for _ in range(12):
        account = chance.choice(accounts)
        change = a_grant(
            chance.choice(people), chance.choice(("viewer", "editor", "account-admin")),
            account, chance.choice(("subtree", "account")),
        )  # fmt: skip
        before = everybodys_rights()
        effects = effects_of(change, account)
        assert everybodys_rights() == before, "nothing is kept of a trial"
        for_real(change)
        assert as_told(effects, the_tree()) == difference(before, everybodys_rights())


@both_databases
def test_people_one_may_not_see_are_counted_and_not_named(cast: Cast) -> None:
    change = a_grant(cast.bolt_editor, "viewer", cast.acme, "subtree")
    seen = preview(change, cast.acme, to=as_actor(cast.admin))
    assert [line.name for line in seen.lines] == ["Edda Editor"]
    effects = effects_of(change, cast.acme)
    unseen = told(effects, as_actor(cast.berlin_editor), [cast.acme])
    assert (unseen.lines, unseen.unnamed, unseen.unnamed_gain, unseen.unnamed_lose) == ((), 1, 1, 0)
    assert not unseen.empty


def test_a_change_for_nobody_is_told_as_such(cast: Cast) -> None:
    change = a_grant(cast.viewer, "viewer", cast.acme, "account")
    assert preview(change, cast.acme, to=as_actor(cast.admin)).empty


def test_accounts_one_may_not_see_are_not_named(cast: Cast) -> None:
    change = a_grant(cast.viewer, "editor", cast.berlin, "subtree")
    seen = preview(change, cast.acme, to=as_actor(cast.bolt_admin))
    assert (seen.lines, seen.unnamed) == ((), 1)
