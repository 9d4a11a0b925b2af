"""An account with more pages and categories than a select offers: what was chosen stays chosen."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content import filing
from portal.content.drafting import Text, create_page
from portal.content.page_templates import own_templates
from portal.content.starting import save_template, start_from
from portal.content.terms import Term
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.views.test_pages import edited, revisions


@pytest.fixture(autouse=True)
def two_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "OFFERED", 2)


def settled(app: Flask, cast: Cast) -> tuple[str, str, str]:
    """The ids of a page, its parent and its category, which both come last by name."""
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        parent = make_page(cast.acme, "Zebra")
        terms = [
            Term(tenant_id=cast.acme.tenant_id, account_id=cast.acme.id, taxonomy="category",
                 slug=name, name=name)
            for name in ("a", "b", "z")
        ]  # fmt: skip
        db.session.add_all(terms)
        db.session.flush()
        text = Text(
            title="Foal", body="<p>x</p>", parent_id=parent.id, term_ids=(str(terms[2].id),)
        )
        page, _ = create_page(cast.acme, "page", text, by=TESTS)
        save_template(page, cast.acme, "Foals", by=TESTS)
        db.session.commit()
        return str(page.id), str(parent.id), str(terms[2].id)


@pytest.mark.parametrize("fault", [{}, {"title": "x" * 600}])
def test_saving_keeps_what_the_form_showed(
    app: Flask, client: FlaskClient, cast: Cast, fault: dict[str, str]
):
    page, parent, category = settled(app, cast)
    url = f"/a/acme/pages/{page}/"
    sign_in(client, cast.editor)
    shown = client.get(url).text
    chosen = {"title": "Foal", "parent": parent, "categories": category}
    if fault:
        shown = client.post(url, data=edited(client, url, **chosen | fault)).text
    assert re.search(rf'<option selected value="{parent}"', shown)
    assert re.search(rf'<input checked[^>]*value="{category}"', shown)
    assert client.post(url, data=edited(client, url, **chosen, body="<p>y</p>")).status_code == 302
    last = revisions(app, cast)[-1]
    assert (str(last.parent_id), last.term_ids) == (parent, [category])


def test_a_template_finds_its_category(app: Flask, cast: Cast):
    _, _, category = settled(app, cast)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        (template,) = own_templates(cast.acme.id)
        started, _ = start_from(template, cast.acme, by=TESTS)
        db.session.commit()
        draft = started.draft_revision_id
    (revision,) = [each for each in revisions(app, cast) if each.id == draft]
    assert revision.term_ids == [category]
