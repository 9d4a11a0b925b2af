"""Imports, exports, revisions and threads beyond the first page of them, and what has an end."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content import commenting, export_runs, import_runs, media_foldering, scheduling
from portal.content.commenting import comment, resolve
from portal.content.drafting import Text, save_draft
from portal.content.export_rows import ExportRun
from portal.content.media_foldering import let_in, make_folder
from portal.content.moments import moment_at
from portal.content.pages import revision_by_id
from portal.content.problems import Problem
from portal.content.scheduling import schedule
from portal.views import pages as page_views
from tenants.clock import now
from tenants.db import db
from tenants.people import Person
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.views.test_further_pages import walk


@both_databases
def test_all_imports_are_reached(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(import_runs, "LISTED", 3)
    with app.app_context():
        by = as_actor(cast.admin)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            for number in range(7):
                import_runs.hand_in(cast.acme, f"file-{number}.csv", b"title\nA\n", dry_run=True,
                                    by=by)  # fmt: skip
            db.session.commit()
    found = walk(sign_in(client, cast.admin), "/a/acme/imports/", r"file-\d")
    assert found == [["file-6", "file-5", "file-4"], ["file-3", "file-2", "file-1"], ["file-0"]]


@both_databases
def test_all_exports_are_reached(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(export_runs, "LISTED", 3)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        for number in range(7):
            db.session.add(ExportRun(
                tenant_id=cast.acme.tenant_id, account_id=cast.acme.id, person_id=cast.admin.id,
                person_label=f"export-{number}", format="csv", which="drafts", with_files="none",
                state="done", created_at=now() + timedelta(seconds=number),
            ))  # fmt: skip
        db.session.commit()
    found = walk(sign_in(client, cast.admin), "/a/acme/export/", r"export-\d")
    assert [sorted(set(each)) for each in found] == [
        ["export-4", "export-5", "export-6"], ["export-1", "export-2", "export-3"], ["export-0"],
    ]  # fmt: skip


@both_databases
def test_all_revisions_are_reached(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(page_views, "REVISIONS", 3)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu")
        for number in range(6):
            save_draft(page, Text(title="Menu", body=f"<p>{number}</p>"), cast.acme, by=TESTS,
                       based_on=page.draft_revision_id)  # fmt: skip
        db.session.commit()
        at = f"/a/acme/pages/{page.id}/history"
    found = walk(sign_in(client, cast.admin), at, r">Revision (\d)<")
    assert found == [["7", "6", "5"], ["4", "3", "2"], ["1"]]
    for odd in ("0", "-1", "x", "9" * 30):
        assert client.get(f"{at}?below={odd}").status_code == 200


@both_databases
def test_an_old_revision_is_among_those_to_compare(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    from portal.content import pages

    whole = pages.revisions_of
    monkeypatch.setattr("portal.views.revisions.revisions_of", lambda page: whole(page, 2))
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu")
        first = page.draft_revision_id
        for number in range(4):
            save_draft(page, Text(title="Menu", body=f"<p>{number}</p>"), cast.acme, by=TESTS,
                       based_on=page.draft_revision_id)  # fmt: skip
        db.session.commit()
        at = f"/a/acme/pages/{page.id}/compare?left={first}"
    shown = sign_in(client, cast.admin).get(at).text
    assert re.findall(r'value="([^"]*)" selected>Revision 1\b', shown) == [str(first)]


@both_databases
def test_all_threads_are_reached_open_ones_first(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(commenting, "PER_PAGE", 3)
    with app.app_context():
        by = as_actor(cast.editor)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            page = make_page(cast.acme, "Menu")
            first = [comment(page, cast.acme, f"Thread {n}.", by=by) for n in range(7)]
            last = comment(page, cast.acme, "Answer 0.", by=by, thread=first[0])
            for row in first[5:]:
                resolve(row, page, cast.acme, by=by)
            db.session.commit()
            at, oldest, answer = f"/a/acme/pages/{page.id}/comments/", first[0].id, last.id
            newest = first[4].id
    pattern = r'said-text" dir="auto">((?:Thread|Answer) \d)'
    found = walk(sign_in(client, cast.editor), at, pattern)
    assert found == [
        ["Thread 4", "Thread 3", "Thread 2"],
        ["Thread 1", "Thread 0", "Answer 0", "Thread 6"], ["Thread 5"],
    ]  # fmt: skip
    for wanted in (oldest, answer):
        assert f'id="comment-{wanted}"' in client.get(f"{at}?about={wanted}").text
    assert client.get(f"{at}?about={newest}").text.count('rel="prev"') == 0
    for odd in ("x", str(uuid.uuid4())):
        assert re.findall(pattern, client.get(f"{at}?about={odd}").text) == found[0]
    answered = client.post(f"{at}{oldest}/reply", data={"text": "Answer 1."})
    assert "Answer 1." in client.get(answered.location).text
    refused = client.post(f"{at}{oldest}/reply", data={"text": ""})
    assert refused.status_code == 422
    assert f'id="comment-{oldest}"' in refused.text, "what was answered is there to mend it"


def test_a_page_has_so_many_times_ahead(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scheduling, "MOST_AHEAD", 2)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu")
        draft = revision_by_id(page.draft_revision_id, page)

        def ask(days: int) -> None:
            moment = moment_at(now() + timedelta(days=days), "Europe/Berlin")
            schedule(page, "publish", draft, moment, cast.acme, by=TESTS)
            db.session.flush()

        ask(1)
        ask(2)
        with pytest.raises(Problem, match="2 times ahead"):
            ask(3)


def test_so_many_are_let_into_a_folder(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(media_foldering, "MOST_LET_IN", 2)
    with app.app_context(), across_tenants("a test names people"):
        people = [db.session.get_one(Person, each.id) for each in
                  (cast.editor, cast.author, cast.viewer)]  # fmt: skip
        folder = make_folder(cast.acme, "Shut", restricted=True, by=TESTS)
        for person in people[:2]:
            let_in(folder, cast.acme, person, by=TESTS)
        with pytest.raises(Problem, match="2 are let in already"):
            let_in(folder, cast.acme, people[2], by=TESTS)
