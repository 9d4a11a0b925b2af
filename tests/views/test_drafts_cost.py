"""What the editor's pages cost does not grow with what was typed, named or saved."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from portal.content import clean_html
from portal.content.drafting import Text, create_page
from portal.content.filing import tags_named
from portal.content.terms import Term
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.fixtures.statements import listening
from tests.views.test_drafts import TYPED, address
from tests.views.test_pages import edited
from tests.views.test_revisions import of_page

OLD, NEW = {"title": "Opening hours"}, {"title": "Opening times"}
PARTS = ("", "history", "compare", "unsaved")
MOST, MOST_OF_A_LIST = 12, 8
FEW, MANY = 3, 60


def counted(app: Flask, act: Callable[[], object]) -> list[str]:
    """The statements of the last transaction that something makes."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, sql: str, *_rest: object) -> None:
        sent.append(sql)

    def begin(_c: object) -> None:
        sent.clear()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "begin", begin)
    try:
        with listening(app, note):
            act()
    finally:
        event.remove(engine, "begin", begin)
    return sent


def test_no_page_costs_more_for_more_in_it(app: Flask, client: FlaskClient, cast: Cast):
    url = address(app, cast)
    sign_in(client, cast.editor)

    def more(times: int) -> None:
        for _ in range(times):
            for text in (OLD, NEW):
                client.post(url, data=edited(client, url, tags=f"t{times}", **text))
            revision = of_page(app, cast)[-1]
            client.post(f"{url}name", data={"revision": revision.id, "name": f"No. {times}"})
            client.post(f"{url}autosave", data=TYPED | {"copy": str(uuid.uuid4())})

    def costs() -> list[int]:
        return [len(counted(app, lambda part=part: client.get(url + part))) for part in PARTS]  # type: ignore[misc]

    more(1)
    first = costs()
    more(3)
    assert costs() == first


def filed(app: Flask, cast: Cast) -> dict[str, Any]:
    """A page below another one, in a category, with a tag and a picture: what costs most."""
    acme = cast.acme
    with app.app_context(), acting_in(tenant_scope(acme.tenant_id)):
        keys = {"tenant_id": acme.tenant_id, "account_id": acme.id}
        term = Term(**keys, taxonomy="category", slug="news", name="News")
        db.session.add(term)
        above = make_page(acme, "Above", state="live")
        tag = tags_named(acme, ["seasons"])[0]
        said = Text(
            title="Costs", body="<p>Much.</p>", parent_id=above.id,
            term_ids=(str(term.id), str(tag.id)),
        )  # fmt: skip
        page, _saved = create_page(acme, "page", said, by=TESTS)
        found = {
            "id": page.id, "title": "Costs", "tags": "seasons", "parent": str(above.id),
            "categories": [str(term.id)],
        }  # fmt: skip
        db.session.commit()
    return found


@both_databases
def test_saving_and_publishing_cost_a_handful(app: Flask, client: FlaskClient, cast: Cast):
    said = filed(app, cast)
    url = f"/a/acme/pages/{said.pop('id')}/"
    sign_in(client, cast.editor)
    data = edited(client, url, copy=TYPED["copy"]) | said | {"title": "Costs more"}
    first = counted(app, lambda: client.post(f"{url}autosave", data=data))
    again = counted(app, lambda: client.post(f"{url}autosave", data=data | {"body": "<p>A.</p>"}))
    answers = []
    saving = counted(app, lambda: answers.append(client.post(url, data=data)))
    sign_in(client, cast.publisher)
    going_live = f"{url}publish"
    publishing = counted(app, lambda: answers.append(client.post(going_live, data={})))
    data = edited(client, url) | said | {"title": "Elsewhere", "slug": "elsewhere"}
    answers.append(sign_in(client, cast.editor).post(url, data=data))
    sign_in(client, cast.publisher)
    moving = counted(app, lambda: answers.append(client.post(going_live, data={})))
    assert [answer.status_code for answer in answers] == [302] * 4
    costs = [len(sent) for sent in (first, again, saving, publishing, moving)]
    assert max(costs) <= MOST, costs


@both_databases
def test_the_list_costs_as_much_for_many(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)

    def started(number: int) -> list[str]:
        with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
            for each in range(number):
                make_page(cast.acme, f"Number {each}", kind="post")
            db.session.commit()
        return counted(app, lambda: client.get("/a/acme/pages/"))

    few, many = started(FEW), started(MANY - FEW)
    assert len(few) == len(many) <= MOST_OF_A_LIST


def test_what_did_not_change_is_not_cleaned(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    url = address(app, cast)
    sign_in(client, cast.editor)
    said = [f"<p>Paragraph {number}.</p>" for number in range(100)]
    data = edited(client, url, copy=TYPED["copy"])
    client.post(url, data=data | {"body": "".join(said)})
    read: list[str] = []
    by_bleach = clean_html._by_bleach

    def noted(html: str) -> str:
        read.append(html)
        return by_bleach(html)

    monkeypatch.setattr(clean_html, "_by_bleach", noted)

    def bleached(path: str, body: list[str]) -> list[str]:
        read.clear()
        sent = edited(client, url, copy=str(uuid.uuid4()), body="".join(body))
        assert client.post(url + path, data=sent).status_code < 400
        return [each for each in read if each]

    changed = [*said[:50], "<p>Another one.</p>", *said[50:]]
    assert bleached("", said) == []
    assert bleached("autosave", changed) == ["<p>Another one.</p>"]
    assert bleached("", changed) == ["<p>Another one.</p>"]
    oddly = [*changed[:-1], "<p>Not&nbsp;ours<script>fire()</script>.</p>"]
    assert bleached("", oddly) == ["<p>Not\u00a0ours.</p>"]
    sign_in(client, cast.publisher)
    read.clear()
    client.post(f"{url}publish", data={})
    client.get(f"{url}preview")
    assert read == []
