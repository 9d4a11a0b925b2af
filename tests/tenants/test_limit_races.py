"""Many reach for the last place at once: exactly the limit is reached, never more."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.content.pages import Page
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.delegation import give
from tenants.meters import counted_people
from tenants.opening import open_account
from tenants.people import Person
from tenants.quotas import QuotaReached, Resource
from tenants.roles import built_in
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS
from tests.tenants.limit_scene import add_person, limit, write_page

pytestmark = both_databases
WORKERS = 5


def race(app: Flask, work: Callable[[int], Any]) -> Counter[str]:
    """What came of `work(number)` in threads that start together."""
    ready, results = threading.Barrier(WORKERS), Counter[str]()

    def run(number: int) -> None:
        with app.app_context():
            ready.wait()
            try:
                work(number)
                results["done"] += 1
            except QuotaReached:
                db.session.rollback()
                results["refused"] += 1
            except Exception as error:  # noqa: BLE001 - it is what is looked at
                results[repr(error)] += 1
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def pages_in(cast: Cast) -> int:
    with acting_in(tenant_scope(cast.acme.id)):
        return db.session.scalar(select(func.count(Page.id))) or 0


def test_the_last_places_for_pages(app: Flask, cast: Cast):
    with app.app_context():
        limit(cast, cast.acme, Resource.ITEMS, 14)
        limit(cast, cast.berlin, Resource.ITEMS, 1000)
    accounts = [cast.acme, cast.berlin, cast.mitte, cast.hamburg, cast.berlin]

    def work(number: int) -> None:
        with acting_in(tenant_scope(cast.acme.id)):
            write_page(accounts[number], TESTS, f"Page {number}")
            db.session.commit()

    assert race(app, work) == {"done": 2, "refused": 3}
    with app.app_context():
        assert pages_in(cast) == 14


def test_a_place_given_up_is_left_to_the_next(app: Flask, cast: Cast):
    with app.app_context():
        limit(cast, cast.acme, Resource.ITEMS, 13)

    def work(number: int) -> None:
        with acting_in(tenant_scope(cast.acme.id)):
            write_page(cast.acme, TESTS, f"Page {number}")
            if number:
                db.session.rollback()
            else:
                db.session.commit()

    results = race(app, work)
    assert set(results) <= {"done", "refused"}
    with app.app_context():
        assert pages_in(cast) == 13


def test_the_last_place_for_a_person(app: Flask, cast: Cast):
    with app.app_context():
        limit(cast, cast.acme, Resource.PEOPLE, 8)
        ids = [add_person(f"n{n}@new.example") for n in range(WORKERS)]
        by = as_actor(cast.admin)

    def work(number: int) -> None:
        with acting_in(tenant_scope(cast.acme.id)):
            person = db.session.get(Person, ids[number])
            assert person is not None
            give(person, built_in("viewer"), cast.berlin if number % 2 else cast.hamburg, by=by)
            db.session.commit()

    assert race(app, work) == {"done": 1, "refused": 4}
    with app.app_context(), acting_in(tenant_scope(cast.acme.id)):
        assert len(counted_people(cast.acme.id)) == 8


@pytest.mark.parametrize("below", ["acme", "acme-berlin"])
def test_the_last_place_for_an_account(app: Flask, cast: Cast, below: str):
    parent: AccountRef = cast.accounts[below]
    with app.app_context():
        limit(cast, cast.acme, Resource.SECONDARIES, 4)

    def work(number: int) -> None:
        with across_tenants("opening an account"):
            open_account(parent, f"new-{number}", "New", by=TESTS, admin=None, zone="UTC")
            db.session.commit()

    assert race(app, work) == {"done": 1, "refused": 4}


def test_the_same_person_twice_takes_one_place(app: Flask, cast: Cast):
    with app.app_context():
        limit(cast, cast.acme, Resource.PEOPLE, 8)
        someone = add_person("new@new.example")
        by = as_actor(cast.admin)

    def work(number: int) -> None:
        with acting_in(tenant_scope(cast.acme.id)):
            person = db.session.get(Person, someone)
            assert person is not None
            role = built_in(("viewer", "author", "editor", "publisher", "viewer")[number])
            give(person, role, cast.berlin, by=by)
            db.session.commit()

    assert race(app, work) == {"done": WORKERS}
