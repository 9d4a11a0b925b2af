"""Pages of types that an account defined: equal where the type is there, left out where not."""

from __future__ import annotations

import pytest

from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.type_scene import VALUES, event, event_type
from tests.exchange.hostile import packed
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


NOWHERE = "11111111-1111-4111-8111-111111111111"
STRANGE = {
    f"part-of: {NOWHERE}": "“Part of” refers to content that is not there",
    "part-of: nowhere": "“Part of” refers to content that is not there",
    f"notice: {NOWHERE}": "“Notice” refers to content that is not there",
    f"venue: {'x' * 100_000}": "“Venue” takes at most 500 characters",
    f"programme: '{'<div>' * 5_000}'": "“Programme” cannot be kept like this",
    f"speakers: [{','.join(['{name: a}'] * 999)}]": "“Speakers” takes at most",
}


def test_what_a_field_cannot_keep_is_left_out_and_told_before(cast: Cast):
    by = as_actor(cast.admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        event_type(cast.acme)
        db.session.commit()
    for number, (said, sentence) in enumerate(STRANGE.items()):
        text = f"---\ntitle: Fair {number}\ntype: event\nfields: {{seats: 5, {said}}}\n---\nx"
        data = packed({f"{number}.md": text})
        for dry_run in (True, False):
            outcome = bring(cast.acme, by, data, dry_run=dry_run)
            told = [line["sentence"] for line in outcome["lines"] if line["group"] == "bodies"]
            assert (outcome["state"], outcome["error"], len(told)) == ("done", "", 1), said[:40]
            assert told[0].startswith(sentence)
        kept = said_of(cast.acme)[f"Fair {number}"]["fields"]
        assert kept == "[('seats', '5')]"


def test_pages_of_one_file_may_refer_to_each_other(cast: Cast):
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        event_type(cast.acme)
        db.session.commit()
    ids = [f"{n}1111111-1111-4111-8111-111111111111" for n in (1, 2)]
    files: dict[str, str | bytes] = {
        f"{own}.md": f"---\nid: {own}\ntitle: {own}\ntype: event\nfields: {{part-of: {to}}}\n---\n"
        for own, to in (ids, reversed(ids))
    }
    outcome = bring(cast.acme, as_actor(cast.admin), packed(files))
    assert (outcome["state"], outcome["error"]) == ("done", "")
    assert said_of(cast.acme)[ids[0]]["fields"] == f"[('part-of', 'page-{ids[1]}')]"
