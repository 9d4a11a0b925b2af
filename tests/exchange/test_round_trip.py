"""What is exported and brought into another account is there as it was."""

from __future__ import annotations

import io
import zipfile
from itertools import pairwise

import pytest

from portal.content.drafting import Text, create_page
from portal.content.exchange.exporting import Wanted
from portal.content.terms import Term
from tenants.db import db, new_id
from tenants.scope import acting_in, tenant_scope
from tests.exchange.scene import BODIES, bring, said_of, settle, take_along
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS

pytestmark = pytest.mark.usefixtures("inside")


@both_databases
@pytest.mark.parametrize("form", ["markdown", "csv"])
def test_everything_comes_back_equal(cast: Cast, form: str):
    settle(cast.acme, BODIES)
    data = take_along(cast.acme, as_actor(cast.admin), Wanted(form, media="all"))  # type: ignore[arg-type]
    outcome = bring(cast.bolt, as_actor(cast.bolt_admin), data)
    assert outcome["state"] == "done", outcome["error"]
    assert outcome["counts"]["left_out"] == 0
    before, after = said_of(cast.acme), said_of(cast.bolt)
    for title in BODIES:
        assert after[title] == before[title]
    again = bring(cast.bolt, as_actor(cast.bolt_admin), data)
    assert (again["counts"]["created"], again["counts"]["files"]) == (0, 0)
    assert said_of(cast.bolt) == after
    here = bring(cast.acme, as_actor(cast.admin), data)
    assert (here["counts"]["created"], here["counts"]["files"]) == (0, 0)


def test_most_of_it_is_markdown_that_people_can_read(cast: Cast):
    settle(cast.acme, BODIES)
    data = take_along(cast.acme, as_actor(cast.admin))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = archive.read("pages/x-plain.md").decode()
        html = [n for n in archive.namelist() if b"\nformat: html" in archive.read(n)]
    assert "Two **big** *words*." in text
    assert "(../media/harbour-1.jpg)" in text or "../media/harbour-1.jpg" in text
    assert len(html) == 1


@pytest.mark.parametrize("form", ["markdown", "wordpress"])
def test_categories_may_stand_below_each_other_without_end(cast: Cast, form: str):
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        ids = [new_id() for _ in range(1_200)]
        for above, own in pairwise((None, *ids)):
            db.session.add(Term(
                id=own, tenant_id=cast.acme.tenant_id, account_id=cast.acme.id, parent_id=above,
                taxonomy="category", slug=str(own), name=str(own),
            ))  # fmt: skip
        db.session.flush()
        text = Text(title="Deep", term_ids=(str(ids[-1]),))
        create_page(cast.acme, "page", text, by=TESTS)
        db.session.commit()
    data = take_along(cast.acme, as_actor(cast.admin), Wanted(form, media="none"))  # type: ignore[arg-type]
    outcome = bring(cast.bolt, as_actor(cast.bolt_admin), data)
    assert outcome["state"] == "done", outcome["error"]
    assert [t[1] for t in said_of(cast.bolt)["Deep"]["terms"]] == [str(ids[-1])]
