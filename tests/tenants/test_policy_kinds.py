"""Kinds of policies: what they read, and which of two values is tighter."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.policies import CATALOGUE, Effective, Source, _fold
from tenants.policy_kinds import Among, BadPolicy, Bound, SwitchedOn
from tenants.step_kinds import Step, Steps
from tests.tenants.trees import node


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("second_factor", "on", True),
        ("session_idle_minutes", " 30 ", 30),
        ("fewest_admins", "2", 2),
        ("upload_types", "image/png, image/jpeg", ["image/jpeg", "image/png"]),
        ("upload_types", "", []),
        ("workflow", "Law\nFacts | right:page.publish | 3 | 1 | 2", [
            {"name": "Law", "who": "right:page.review", "due": None, "remind": None,
             "escalate": None},
            {"name": "Facts", "who": "right:page.publish", "due": 3, "remind": 1, "escalate": 2}]),
    ],
)  # fmt: skip
def test_a_text_is_read_and_written_again(key: str, text: str, value: Any):
    kind = CATALOGUE[key].kind
    assert kind.read(text) == value
    assert kind.read(kind.write(value)) == value
    assert kind.words(value)


@pytest.mark.parametrize(
    ("key", "text", "sentence"),
    [
        ("second_factor", "off", "only be switched on"),
        ("second_factor", "", "only be switched on"),
        ("fewest_admins", "0", "from 1 to 20"),
        ("fewest_admins", "two", "whole number of people"),
        ("fewest_admins", "²", "whole number"),
        ("session_idle_minutes", "1", "from 5 to 20,160"),
        ("trail_retention_days", "99999", "from 1 to 36,500"),
        ("upload_types", "image/png, application/x-evil", "no application/x-evil"),
        ("workflow", "Law\nlaw", "same name"),
        ("workflow", " | right:page.review", "a name of at most 60"),
        ("workflow", "Law | boss", "says not who may act"),
        ("workflow", "Law | right:page.fly", "says not who may act"),
        ("workflow", "Law | group:Legal", "says not who may act"),
        ("workflow", "Law | | three", "whole number of days"),
        ("workflow", "Law | | 999", "at most 365"),
        ("workflow", "Law | | | 2", "no days until it is due"),
        ("workflow", "Law | | 2 | 3", "before it has begun"),
        ("workflow", "Law | | 2 | 1 | 1 | 1", "does not look like"),
        ("workflow", "\n".join(f"Step {n}" for n in range(11)), "10 steps"),
    ],
)
def test_a_bad_text_gets_a_sentence(key: str, text: str, sentence: str):
    with pytest.raises(BadPolicy, match=sentence):
        CATALOGUE[key].kind.read(text)


def values_of(key: str) -> st.SearchStrategy[Any]:
    kind = CATALOGUE[key].kind
    if isinstance(kind, SwitchedOn):
        return st.just(True)
    if isinstance(kind, Bound):
        return st.integers(kind.lowest, min(kind.highest, kind.lowest + 5))
    if isinstance(kind, Among):
        return st.sets(st.sampled_from(kind.options[:4])).map(sorted)
    names = st.lists(st.sampled_from("abcd"), unique=True, max_size=3)
    return names.map(lambda each: [vars(Step(name)) for name in each])


class Row:
    """A row as the database would give it."""

    def __init__(self, key: str, value: Any, account_id: uuid.UUID) -> None:
        self.key, self.value, self.account_id = key, value, account_id
        self.name = str(account_id)


def tree(parents: list[int]) -> list[Any]:
    nodes = [node("house")]
    for number, parent in enumerate(parents):
        nodes.append(node(f"n{number}", nodes[min(parent, number)]))
    return nodes


def expected(key: str, values: list[Any]) -> Any:
    """The tightest, worked out another way than by joining pairs."""
    kind, default = CATALOGUE[key].kind, CATALOGUE[key].default
    if isinstance(kind, SwitchedOn):
        return bool(values)
    if isinstance(kind, Bound):
        known = [v for v in [default, *values] if v is not None]
        return (min if kind.tighter is min else max)(known) if known else None
    if isinstance(kind, Among):
        return set(kind.options).intersection(*map(set, values))
    return [w["name"] for value in values for w in value]


def comparable(key: str, value: Any) -> Any:
    kind = CATALOGUE[key].kind
    if isinstance(kind, Steps):
        assert len({w["name"] for w in value}) == len(value)
        return [w["name"].partition(" ")[0] for w in value]
    return set(value) if isinstance(kind, Among) else value


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(st.data())
def test_the_tightest_on_the_path_holds_and_its_source_set_it(data: st.DataObject):
    nodes = tree(data.draw(st.lists(st.integers(0, 8), max_size=8)))
    key = data.draw(st.sampled_from(sorted(CATALOGUE)))
    kind = CATALOGUE[key].kind
    held: dict[uuid.UUID, Any] = {}
    for _ in range(data.draw(st.integers(0, 25))):
        account = data.draw(st.sampled_from(nodes))
        if data.draw(st.booleans()):
            # As `set_policy`: what is looser than what holds above is refused.
            value = data.draw(values_of(key))
            above = _holding(account.path[:-1], key, held)
            if not kind.looser(value, above.value):
                held[account.id] = value
        else:
            held.pop(account.id, None)
        for each in nodes:
            _check(each, key, held)


def _holding(path: tuple[uuid.UUID, ...], key: str, held: dict[uuid.UUID, Any]) -> Effective:
    return _fold(path, [Row(key, held[n], n) for n in path if n in held])[key]


def _check(account: Any, key: str, held: dict[uuid.UUID, Any]) -> None:
    kind, found = CATALOGUE[key].kind, _holding(account.path, key, held)
    on_path = [held[n] for n in account.path if n in held]
    assert comparable(key, found.value) == expected(key, on_path)
    for depth in range(1, len(account.path)):
        above = _holding(account.path[:depth], key, held)
        assert not kind.looser(found.value, above.value)
    assert bool(found.sources) == bool(on_path)
    for source in found.sources:
        assert source.account_id in account.path
        assert held[source.account_id] == source.value
    if found.sources:
        joined = CATALOGUE[key].default
        for source in found.sources:
            joined = kind.join(joined, source.value)
        assert comparable(key, joined) == comparable(key, found.value)


def test_an_unknown_key_of_another_release_is_passed_over():
    here = uuid.uuid4()
    assert _fold((here,), [Row("gone", 1, here)]).keys() == CATALOGUE.keys()
    assert Source(here, "x", 1).value == 1
