"""A transaction of its own for changes of the account tree."""

from collections.abc import Iterator
from contextlib import contextmanager

from tenants.db import db
from tenants.scope import across_tenants


@contextmanager
def tree_work() -> Iterator[None]:
    """Give the block a transaction over every tenant, committed at its end, dropped if it raises.

    A new account is in nobody's scope yet and a master is a tenant of its own, so the tree is
    changed outside the scope of the request, whose own transaction is ended before.
    """
    db.session.rollback()
    with across_tenants("the tree of accounts is changed"):
        yield
        db.session.commit()
