"""Pages of types that an account defined: equal where the type is there, left out where not."""

from __future__ import annotations

import pytest

from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.type_scene import VALUES, event, event_type
from tests.exchange.scene import bring, said_of, take_along
from tests.fixtures.cast import Cast, as_actor

pytestmark = pytest.mark.usefixtures("inside")


def test_a_type_that_is_there_takes_its_fields_back(cast: Cast):
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        event_type(cast.acme)
        event(cast.acme, **VALUES)
        db.session.commit()
    data = take_along(cast.acme, as_actor(cast.admin))
    outcome = bring(cast.bolt, as_actor(cast.bolt_admin), data)
    (left,) = [line for line in outcome["lines"] if line["group"] == "left"]
    assert "There is no type of content “event” here" in left["sentence"]
    with acting_in(tenant_scope(cast.bolt.tenant_id)):
        event_type(cast.bolt)
        db.session.commit()
    again = bring(cast.bolt, as_actor(cast.bolt_admin), data)
    assert (again["state"], again["counts"]["created"]) == ("done", 1), again["error"]
    assert said_of(cast.bolt)["Summer fair"] == said_of(cast.acme)["Summer fair"]
    assert bring(cast.bolt, as_actor(cast.bolt_admin), data)["counts"]["created"] == 0
