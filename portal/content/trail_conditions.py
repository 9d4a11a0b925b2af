"""The terms of a trail's filter as conditions of its query."""

import json
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, cast, or_

from portal.content.trail_filters import Term, TrailQuery, actions_named, as_id
from tenants.audit import AuditEvent

ABOUT_CONTENT = frozenset(
    {
        "comment", "media", "mediaaccess", "mediafolder", "page", "pagetemplate", "review",
        "release", "revision", "schedule", "sharelink", "shareopinion", "verdict",
    }
)  # fmt: skip
Condition = ColumnElement[bool]
_DONE: Any = bindparam("not_done", "done", literal_execute=True)


def exact(asked: TrailQuery, event: Any = AuditEvent) -> list[Condition]:
    """Return the conditions on `event` that an index answers, but for accounts."""
    found: list[Condition] = []
    if actions := [name for term in asked.of("action") for name in actions_named(term.value)]:
        found.append(event.event.in_(actions))
    if outcomes := [term.value for term in asked.of("outcome")]:
        found.append(_outcome(event, outcomes))
    if requests := [term.value for term in asked.of("request")]:
        found.append(event.request_id.in_(requests))
    for key, condition in (("actor", _label), ("target", _id)):
        found += _whole(asked, event, key, condition)
    found += [event.at >= term.moment for term in asked.of("since")]
    found += [event.at <= term.moment for term in asked.of("until")]
    return found


def _outcome(event: Any, values: list[str]) -> Condition:
    """Say what was not done word by word, as its index says it."""
    condition: Condition = event.outcome.in_(values)
    return condition if "done" in values else and_(condition, event.outcome != _DONE)


def _whole(asked: TrailQuery, event: Any, key: str, condition: Any) -> list[Condition]:
    """Return the condition of a key's terms if all of them name something whole."""
    terms = asked.of(key)
    if not terms or any(term.is_loose for term in terms):
        return []
    return [or_(*(condition(event, term) for term in terms))]


def _label(event: Any, term: Term) -> Condition:
    return and_(event.actor_label == term.value.casefold())


def _id(event: Any, term: Term) -> Condition:
    return and_(event.target_id == as_id(term.value))


def loose(asked: TrailQuery, event: Any, *, content: bool) -> list[Condition]:
    """Return the conditions on `event` that have to be looked for, row by row.

    Without `content`, what is hidden from the viewer is not found by its words either.
    """
    openly = event.target_type.not_in(ABOUT_CONTENT)
    found: list[Condition] = []
    for key, condition in (("actor", _actor), ("target", _target)):
        terms = asked.of(key)
        if any(term.is_loose for term in terms):
            found.append(or_(*(condition(event, term.value) for term in terms)))
    found += [_word(event, term.value) for term in asked.of("")]
    told = bool(asked.of("")) or any(term.is_loose for term in asked.of("target"))
    return [*found, openly] if told and not content else found


def _actor(event: Any, value: str) -> Condition:
    return or_(
        event.actor_label.icontains(value, autoescape=True),
        event.on_behalf_of.icontains(value, autoescape=True),
    )


def _target(event: Any, value: str) -> Condition:
    whole = as_id(value)
    if whole is not None:
        return and_(event.target_id == whole)
    return and_(event.target_label.icontains(value, autoescape=True))


def _word(event: Any, value: str) -> Condition:
    columns = (
        event.actor_label, event.on_behalf_of, event.target_label, event.reason, event.event,
        event.address,
    )  # fmt: skip
    in_json = json.dumps(value)[1:-1]
    return or_(
        *(column.icontains(value, autoescape=True) for column in columns),
        *(
            cast(c, String).icontains(in_json, autoescape=True)
            for c in (event.facts, event.changes)
        ),
    )
