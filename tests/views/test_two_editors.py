"""Two people at one page: who is there, whose it is, and both their texts brought together."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content import locking, locks
from portal.content.drafting import save_draft, text_of
from portal.content.locks import PageLock
from portal.content.pages import Page, revision_by_id
from portal.content.problems import Locked
from portal.content.restoring import restore
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import Browser, sign_in
from tests.fixtures.pages import TESTS
from tests.views.test_drafts import MARK, TYPED, address, copies
from tests.views.test_pages import edited, last_event, revisions

OURS = {"Sec-Fetch-Site": "same-origin"}


def two(app: Flask, cast: Cast) -> tuple[FlaskClient, FlaskClient]:
    app.test_client_class = Browser
    return (sign_in(app.test_client(), cast.editor), sign_in(app.test_client(), cast.publisher))


def later(monkeypatch: pytest.MonkeyPatch, span: timedelta) -> None:
    for module in (locks, locking):
        monkeypatch.setattr(module, "now", lambda: now() + span)


@both_databases
def test_each_sees_the_other_without_reloading(app: Flask, cast: Cast):
    url, (edda, pia) = address(app, cast), two(app, cast)
    assert "Nobody else" in edda.post(f"{url}presence", audit=False).text
    assert "Edda Editor" in pia.post(f"{url}presence", audit=False).text
    assert "Pia Publisher" in edda.post(f"{url}presence", audit=False).text
    assert "Edda Editor" in pia.get(url).text, "without scripts it is said at load"
    assert edda.post(f"{url}leave", audit=False).status_code == 204
    assert "Nobody else" in pia.post(f"{url}presence", audit=False).text


def test_who_shows_no_sign_of_life_is_gone(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    url, (edda, pia) = address(app, cast), two(app, cast)
    edda.post(f"{url}presence", audit=False)
    later(monkeypatch, locks.HERE_FOR)
    assert "Nobody else" in pia.post(f"{url}presence", audit=False).text


def test_typing_takes_the_page_and_every_door_asks(app: Flask, cast: Cast):
    url, (edda, pia) = address(app, cast), two(app, cast)
    edda.post(f"{url}autosave", data=TYPED)
    assert "Edda Editor is writing on this page" in pia.get(url).text
    kept = pia.post(f"{url}autosave", data=TYPED | {"copy": "pia"})
    assert kept.json["says"].endswith("for you alone: Edda Editor is writing on this page")  # type: ignore[index]
    refused = pia.post(url, data=edited(pia, url, body="<p>Careful words.</p>"))
    assert refused.status_code == 409
    assert "Careful words." in refused.text
    assert "Take over and save" in refused.text
    asked = pia.post(f"{url}restore", data={"revision": revisions(app, cast)[0].id})
    assert asked.status_code in {404, 409}
    assert pia.post(f"{url}lock", data=TYPED).status_code == 409


def test_the_actions_themselves_ask(app: Flask, cast: Cast):
    url, (edda, _) = address(app, cast), two(app, cast)
    edda.post(f"{url}lock")
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        page = db.session.get_one(Page, page_id_in(cast))
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        with pytest.raises(Locked):
            save_draft(page, text_of(draft), cast.acme, by=TESTS, based_on=draft.id)
        with pytest.raises(Locked):
            restore(page, draft, "", cast.acme, by=TESTS, based_on=draft.id)


def page_id_in(cast: Cast) -> Any:
    query = select(Page.id).where(Page.account_id == cast.acme.id, Page.title == "Welcome")
    return db.session.scalars(query).one()


@both_databases
def test_nobody_takes_a_page_away_from_under_the_one_who_writes(app: Flask, cast: Cast):
    url, (edda, pia) = address(app, cast), two(app, cast)
    edda.post(f"{url}autosave", data=TYPED)
    for act, sent in (("trash", {}), ("move", {"to": "acme-berlin"})):
        refused = pia.post(f"{url}{act}", data={"reason": "Kept reason."} | sent)
        assert (refused.status_code, "Kept reason." in refused.text) == (422, True)
        assert "Edda Editor is writing on this page" in refused.text
    page = url.rstrip("/").rpartition("/")[2]
    outcome = pia.post("/a/acme/pages/many/trash", data={"pages": page}, follow_redirects=True)
    assert "Edda Editor is writing on this page" in outcome.text
    assert edda.get(url).status_code == 200


def test_taking_over_tells_the_loser_and_is_recorded(app: Flask, cast: Cast):
    url, (edda, pia) = address(app, cast), two(app, cast)
    edda.post(f"{url}autosave", data=TYPED)
    taken = pia.post(f"{url}take-over", data=edited(pia, url, title="Pia’s", copy="pia"))
    assert taken.status_code == 302
    assert 'value="Pia’s"' in pia.get(taken.location).text, "what stood in the form is there again"
    event = last_event(app, cast)
    assert (event.event, event.actor_label) == ("page.taken_over", cast.publisher.email)
    assert "Edda Editor" in event.sentence
    told = edda.post(f"{url}presence", audit=False).text
    assert "Pia Publisher took this page over from you" in told
    assert "Take back" in told
    mine = edda.post(url, data=edited(edda, url, title="Edda’s"))
    assert mine.status_code == 409
    assert "Edda’s" in mine.text
    assert [copy.first("title") for copy in copies(app, cast)] == ["Half a tit", "Pia’s"]
    both = edited(edda, url, title="Edda’s", act="take_over")
    assert edda.post(url, data=both).status_code == 302


def test_a_lock_ends_by_itself_and_by_saving(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    url, (edda, pia) = address(app, cast), two(app, cast)
    edda.post(f"{url}autosave", data=TYPED)
    edda.post(url, data=edited(edda, url, title="Saved", copy=MARK))
    assert "is writing on this page" not in pia.get(url).text
    edda.post(f"{url}lock")
    assert "is writing on this page" in pia.get(url).text
    later(monkeypatch, locking.ON_REQUEST)
    assert pia.post(url, data=edited(pia, url, title="Mine now")).status_code == 302


def test_a_lock_of_ones_own_lasts_while_one_is_there_and_can_be_given_back(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    url, (edda, pia) = address(app, cast), two(app, cast)
    edda.post(f"{url}lock")
    assert "It is yours until" in edda.get(url).text
    later(monkeypatch, locking.ON_REQUEST - timedelta(seconds=1))
    edda.post(f"{url}presence", audit=False)
    later(monkeypatch, locking.ON_REQUEST + timedelta(seconds=30))
    assert "is writing on this page" in pia.get(url).text
    assert edda.post(f"{url}unlock").status_code == 302
    assert "is writing on this page" not in pia.get(url).text


@pytest.mark.parametrize("path", ["presence", "leave", "lock", "take-over", "unlock", "merge"])
def test_each_door_has_its_guard(app: Flask, client: FlaskClient, cast: Cast, path: str):
    url = f"{address(app, cast)}{path}"
    assert sign_in(client, cast.editor).get(url).status_code == 405
    assert sign_in(client, cast.viewer).post(url).status_code == 403
    assert sign_in(client, cast.bolt_editor).post(url).status_code == 404
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        assert db.session.scalars(select(PageLock)).all() == []


def conflict(app: Flask, cast: Cast, mine: dict[str, Any], theirs: dict[str, Any]) -> Any:
    """What Edda is shown when Pia saved first, and the hidden fields of it."""
    url, (edda, pia) = address(app, cast), two(app, cast)
    start = "<p>One.</p><p>Two.</p><p>Three.</p>"
    edda.post(url, data=edited(edda, url, title="Start", slug="start", body=start))
    typed = edited(edda, url, title="Start", slug="start", body=start) | mine
    pia.post(url, data=edited(pia, url, title="Start", slug="start", body=start) | theirs)
    shown = edda.post(url, data=typed)
    assert shown.status_code == 409
    found = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', shown.text)
    hidden = {name: value.replace("&lt;", "<").replace("&gt;", ">") for name, value in found}
    del hidden["csrf_token"]
    return edda, shown, hidden


@both_databases
def test_changes_that_do_not_overlap_come_together_at_once(app: Flask, cast: Cast):
    edda, shown, hidden = conflict(
        app, cast, {"body": "<p>One!</p><p>Two.</p><p>Three.</p>", "tags": "spring"},
        {"body": "<p>One.</p><p>Two.</p><p>Three!</p>", "excerpt": "Pia’s summary"},
    )  # fmt: skip
    assert "both changes fit together" in shown.text
    assert edda.post(f"{address_of(app, cast)}merge", data=hidden).status_code == 302
    saved = revisions(app, cast)[-1]
    assert saved.body == "<p>One!</p><p>Two.</p><p>Three!</p>"
    assert (saved.excerpt, len(saved.term_ids)) == ("Pia’s summary", 1)
    event = last_event(app, cast)
    assert (event.event, event.actor_label) == ("page.changed", cast.editor.email)
    assert "Merged with revision" in event.reason


def address_of(app: Flask, cast: Cast) -> str:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        ours = Page.account_id == cast.acme.id, Page.live_revision_id.is_not(None)
        return f"/a/acme/pages/{db.session.scalars(select(Page.id).where(*ours)).one()}/"


def test_what_both_changed_has_to_be_chosen(app: Flask, cast: Cast):
    edda, shown, hidden = conflict(app, cast, {"title": "Mine"}, {"title": "Theirs"})
    url = f"{address_of(app, cast)}merge"
    assert "One has to be chosen" in shown.text
    open_still = edda.post(url, data=hidden)
    assert open_still.status_code == 422
    assert "Choose one, or write it by hand." in open_still.text
    by_hand = hidden | {"choice-title": "hand", "hand-title": "Of both"}
    assert edda.post(url, data=by_hand).status_code == 302
    assert revisions(app, cast)[-1].title == "Of both"


def test_somebody_saves_once_more_and_nothing_chosen_is_lost(app: Flask, cast: Cast):
    edda, _, hidden = conflict(app, cast, {"title": "Mine"}, {"title": "Theirs"})
    url, (_, pia) = address_of(app, cast), two(app, cast)
    pia.post(url, data=edited(pia, url, title="Theirs again", slug="start"))
    by_hand = hidden | {"choice-title": "hand", "hand-title": "Of both"}
    again = edda.post(f"{url}merge", data=by_hand)
    assert again.status_code == 409
    assert "Somebody saved once more" in again.text
    assert 'value="Of both"' in again.text
    assert "Theirs again" in again.text
    newest = re.search(r'name="theirs" value="([^"]+)"', again.text)
    assert newest
    assert edda.post(f"{url}merge", data=by_hand | {"theirs": newest[1]}).status_code == 302


@pytest.mark.parametrize(
    "bad",
    [{"theirs": "nothing"}, {"choice-title": "nobody's"}, {"title": "x" * 1000},
     {"choice-title": "hand", "hand-title": "x" * 1000}, {"parent": "odd"}, {"based_on": "odd"},
     {"choice-body": "hand", "hand-body": "<div>" * 5000}, {"tags": "x" * 200}],
)  # fmt: skip
def test_bad_input_to_a_merge_keeps_everything(app: Flask, cast: Cast, bad: dict[str, str]):
    mine = {"title": "Mine", "body": "<p>Careful words.</p>"}
    edda, _, hidden = conflict(app, cast, mine, {"title": "Theirs"})
    answer = edda.post(f"{address_of(app, cast)}merge", data=hidden | bad, headers=OURS)
    assert answer.status_code in {409, 422}
    assert "Careful words." in answer.text
    assert revisions(app, cast)[-1].title == "Theirs"


def test_hostile_html_in_a_merge_is_cleaned(app: Flask, cast: Cast):
    edda, _, hidden = conflict(app, cast, {"title": "Mine"}, {"title": "Theirs"})
    sent = hidden | {
        "choice-title": "mine", "choice-body": "hand",
        "body": "<p>Typed<script>alert(1)</script></p>",
        "hand-body": "<p onclick=x()>Hand<script>alert(1)</script></p>",
    }  # fmt: skip
    assert edda.post(f"{address_of(app, cast)}merge", data=sent).status_code == 302
    assert revisions(app, cast)[-1].body == "<p>Hand</p>"
