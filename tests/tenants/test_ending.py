"""Two who end each other's grants at once: one wins, one is told why."""

from __future__ import annotations

import threading
from typing import Any

from flask import Flask
from sqlalchemy import select

from tenants.db import db
from tenants.delegation import CannotDelegate, bestow
from tenants.ending import end
from tenants.grants import Grant
from tenants.offers import grant_by_id
from tenants.people import Person
from tenants.roles import built_in
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import on_postgres
from tests.fixtures.cast import Cast, Someone, as_actor
from tests.fixtures.pages import TESTS


@on_postgres
def test_of_two_admins_who_end_each_other_one_stays(app: Flask, cast: Cast):
    with app.app_context(), across_tenants("a second admin"):
        person = db.session.get(Person, cast.editor.id)
        assert person is not None
        second = bestow(person, built_in("account-admin"), cast.acme, by=TESTS).id
        first = db.session.scalar(select(Grant.id).where(Grant.person_id == cast.admin.id))
        db.session.commit()
    ready, results = threading.Barrier(2), []

    def work(by: Someone, whose: Any) -> None:
        with app.app_context():
            who = as_actor(by)
            with acting_in(tenant_scope(cast.acme.id)):
                grant = grant_by_id(whose)
                assert grant is not None
                ready.wait()
                try:
                    end(grant, cast.acme, by=who)
                    db.session.commit()
                    results.append("ended")
                except CannotDelegate:
                    results.append("refused")

    threads = [
        threading.Thread(target=work, args=pair)
        for pair in ((cast.admin, second), (cast.editor, first))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["ended", "refused"]
