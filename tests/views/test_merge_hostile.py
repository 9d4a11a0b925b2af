"""What a merge sends is looked at as anything else: no hidden input breaks a page for all."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask

from portal.content.drafting import Text, save_draft
from portal.content.pages import page_by_id
from portal.content.problems import Problem
from portal.content.trash import put_in_trash
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS, make_page
from tests.views.test_pages import revisions
from tests.views.test_two_editors import conflict

MINE = {"tags": "one", "title": "Mine", "body": "<p>My careful words.</p>"}
THEIRS = {"tags": "two", "title": "Theirs"}


@pytest.mark.parametrize("key", ["parent", "terms", "fields.seo"])
@pytest.mark.parametrize("written", ["garbage", "", "0192f3a4-0000-7000-8000-000000000000"])
def test_only_words_are_written_by_hand(app: Flask, cast: Cast, key: str, written: str) -> None:
    further = {"seo_title": "Short", "parent": _a_parent(app, cast)}
    edda, shown, hidden = conflict(app, cast, MINE | further, THEIRS)
    url = shown.request.path
    assert f'name="choice-{key}"' in shown.text
    sent = hidden | {f"choice-{key}": "hand", f"hand-{key}": written, "choice-title": "mine"}
    answer = edda.post(f"{url}merge", data=sent)
    assert answer.status_code == 422
    assert "My careful words." in answer.text
    assert edda.get(url).status_code == 200


def test_what_is_no_id_is_no_tag_through_any_door(app: Flask, cast: Cast) -> None:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme)
        text = Text(title="A page", term_ids=("garbage",))
        with pytest.raises(Problem, match="choose them anew"):
            save_draft(page, text, cast.acme, by=TESTS, based_on=page.draft_revision_id)


def test_what_is_gone_meanwhile_keeps_no_merge_from_being_saved(app: Flask, cast: Cast) -> None:
    parent = _a_parent(app, cast)
    edda, shown, hidden = conflict(app, cast, MINE | {"parent": parent}, THEIRS)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        row = page_by_id(uuid.UUID(parent), cast.acme.id)
        assert row is not None
        put_in_trash(row, cast.acme, by=TESTS)
        db.session.commit()
    sent = hidden | {"choice-title": "mine", "choice-body": "mine"}
    url = shown.request.path
    answer = edda.post(f"{url}merge", data=sent, follow_redirects=True)
    assert answer.status_code == 200
    assert "is gone, so it stays where it was" in answer.text
    assert revisions(app, cast)[-1].body == "<p>My careful words.</p>"


def _a_parent(app: Flask, cast: Cast) -> str:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Above", state="live")
        db.session.commit()
        return str(page.id)
