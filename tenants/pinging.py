"""Asking a kept connection whether its server is still there, but not if it was so a moment ago."""

import time
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event

FRESH_SECONDS = 1.0
"""For how long a connection that was given back is taken to stand without a question."""


def ask_only_the_idle(engine: Engine) -> None:
    """Have an engine that asks each connection it takes out of the pool ask those that lay idle.

    A request begins more than one transaction, and under load each would begin with two messages
    more. A server that went away within the last second is noticed by the first statement, as one
    that goes away in the middle of a request is.
    """
    dialect: Any = engine.dialect
    ask = dialect.do_ping
    given_back: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    def do_ping(connection: Any) -> bool:
        at = given_back.get(connection)
        return (at is not None and time.monotonic() - at < FRESH_SECONDS) or bool(ask(connection))

    def note(connection: Any, _record: Any) -> None:
        if connection is not None:
            given_back[connection] = time.monotonic()

    dialect.do_ping = do_ping
    event.listen(engine, "checkin", note)
