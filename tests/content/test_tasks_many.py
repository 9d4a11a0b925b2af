"""What waits for somebody at many accounts: the same whichever way it is found."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.ctx import AppContext
from sqlalchemy import select

from portal.content import waiting
from portal.content.waiting import _tasks, tasks_for
from tenants.accounts import Account, place, ref
from tenants.audit import excuse
from tenants.db import db
from tenants.directory import scope_of
from tenants.permissions import Permission
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.content.review_scene import crew, hand_in, with_workflow
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.pages import make_page
from tests.site.scene import statements


@both_databases
@pytest.mark.parametrize(("few", "near"), [(1000, 500), (0, 500), (0, 9), (0, 8), (0, 0)])
def test_every_way_finds_the_same(
    app: Flask, inside: AppContext, cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int, near: int
):
    """Asked of each account, or of the tenant where no more than nine wait; in one statement."""
    by = crew(cast)
    with across_tenants("some accounts"):
        above = db.session.get(Account, cast.acme.id)
        assert above is not None
        for number in range(8):
            above = place("secondary", f"deep-{number}", f"D {number}", above, "UTC")
            excuse(above, "Made up for a test.")
        db.session.commit()
        every = {each.id: ref(each) for each in db.session.scalars(select(Account))}
    acmes = [each for each in every.values() if each.tenant_id == cast.acme.id]
    places = [cast.acme, cast.berlin, cast.hamburg, cast.mitte, cast.mitte, *acmes[-4:]]
    with acting_in(tenant_scope(cast.acme.id)):
        with_workflow(cast.acme)
        pages = [make_page(at, f"P {n}", by=by.editor) for n, at in enumerate(places)]
        handed = [hand_in(page, at, by.editor).id for page, at in zip(pages, places, strict=True)]
        db.session.commit()
    monkeypatch.setattr(waiting, "FEW", few)
    monkeypatch.setattr(waiting, "NEAR", near)
    _tasks.cache_clear()
    for here in acmes:
        expected = [of for of, at in zip(handed, places, strict=True) if here.id in at.path]
        scope = scope_of(by.publisher, here, Permission.PAGE_VIEW)
        with acting_in(scope), statements(app) as sent:
            assert [task.review.id for task in tasks_for(by.publisher, here)] == expected
        assert sum("state = 'waiting'" in each for each in sent) == 1
    with acting_in(tenant_scope(cast.bolt.id)):
        assert tasks_for(by.publisher, cast.bolt) == []
    _tasks.cache_clear()
