"""Filters of the console's lists: named in the address, so that a filtered list can be shared."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from flask_admin.model.filters import BaseFilter
from sqlalchemy import ColumnElement, select

from tenants.accounts import Account, AccountClosure

Condition = Callable[[Any], ColumnElement[bool]]
Options = list[tuple[str, str]]
LONGEST = 200


class BadFilter(ValueError):
    """A filter or a search makes no sense; the message says what to write."""


class Filter(BaseFilter):
    """A condition that takes a text. `key` is its name in the address."""

    kind = "text"

    def __init__(self, key: str, name: str, condition: Condition, hint: str = "") -> None:
        super().__init__(name)
        self.key, self.condition, self.hint = key, condition, hint

    def clean(self, value: str) -> Any:
        if len(value) > LONGEST or "\x00" in value:
            raise BadFilter(f"“{self.name}” takes at most {LONGEST} plain characters.")
        return value

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:  # noqa: ARG002 - Flask-Admin's signature
        return query.filter(self.condition(value))

    def operation(self) -> str:
        return "is"


class Choice(Filter):
    """One of a few values. `choices` gives them as (value, words) whenever the list is shown."""

    kind = "choice"

    def __init__(
        self, key: str, name: str, condition: Condition, choices: Callable[[], Options]
    ) -> None:
        super().__init__(key, name, condition)
        self.choices = choices

    def clean(self, value: str) -> Any:
        if value not in dict(self.choices()):
            raise BadFilter(f"“{self.name}” has no choice “{value[:50]}”.")
        return value


class Since(Filter):
    """From the beginning of a day on, UTC."""

    kind = "date"

    def clean(self, value: str) -> datetime:
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise BadFilter(f"“{self.name}” takes a date such as 2026-03-29.") from None
        return datetime.combine(day, time(), UTC)


def at_account(column: Any) -> Condition:
    """Return the condition that a row belongs to the account with a handle."""
    return lambda handle: (
        column == select(Account.id).where(Account.handle == handle).scalar_subquery()
    )


def in_branch(column: Any) -> Condition:
    """Return the condition that a row belongs to the account with a handle or one below it."""
    below = select(AccountClosure.descendant_id).join(
        Account, Account.id == AccountClosure.ancestor_id
    )
    return lambda handle: column.in_(below.where(Account.handle == handle))


def of(*pairs: tuple[str, str]) -> Callable[[], Options]:
    """Return fixed choices."""
    return lambda: list(pairs)
