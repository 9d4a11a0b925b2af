"""What the trail tells of files and folders that are gone for good, and to whom."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import select

from portal.content.history import events_below
from portal.content.media import KEPT, Media
from portal.content.media_foldering import delete_folder, let_in, make_folder
from portal.content.media_folders import MediaFolder
from portal.content.media_upload import prepare, upload
from portal.content.trail_filters import read_query
from portal.jobs.media import purge_old
from tenants.audit import excuse
from tenants.clock import now
from tenants.db import db
from tenants.people import Person
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS
from tests.media.scene import store


def told(app: Flask, cast: Cast, who: str, words: str = "") -> str:
    """What the trail of Acme tells somebody who reads drafts, as one text."""
    with app.app_context():
        by = as_actor(getattr(cast, who))
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            asked = read_query(words)
            rows = events_below(cast.acme, asked, None, content=True, most=200, by=by).rows
            return "\n".join(f"{row.sentence} {row.changes}" for row in rows)


def put_away(app: Flask, cast: Cast) -> None:
    """A file of an open folder and one of a restricted one, purged; then both folders deleted."""
    with app.app_context():
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            for name, restricted in (("Fairs", False), ("Mergers", True)):
                folder = make_folder(cast.acme, name, restricted=restricted, by=TESTS)
                db.session.flush()
                if restricted:
                    inner = make_folder(
                        cast.acme, "Bids", restricted=False, by=TESTS, parent=folder
                    )
                    viewer = db.session.get_one(Person, cast.viewer.id)
                    let_in(folder, cast.acme, viewer, by=TESTS)
                    db.session.flush()
                    folder = inner
                prepared = prepare(f"file of {name}.txt", name.encode(), {"text/plain"})
                upload(cast.acme, prepared, folder, by=TESTS, files=store(app))
            for media in db.session.scalars(select(Media)):
                media.trashed_at = now()
                excuse(media, "Sets the scene.")
            db.session.commit()
        with time_machine.travel(now() + KEPT + timedelta(hours=1), tick=True):
            assert purge_old() == 2


def without_folders(app: Flask, cast: Cast) -> None:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        for name in ("Bids", "Mergers", "Fairs"):
            query = select(MediaFolder).where(MediaFolder.name == name)
            delete_folder(db.session.scalars(query).one(), cast.acme, by=TESTS)
            db.session.commit()


@both_databases
def test_what_was_restricted_stays_so_when_it_is_gone(app: Flask, cast: Cast):
    put_away(app, cast)
    for gone in (False, True):
        if gone:
            without_folders(app, cast)
        for who in ("admin", "publisher"):
            text = told(app, cast, who)
            assert "purged file of Fairs from the trash" in text, "as of a page, the name is kept"
            assert "uploaded file of Fairs" in text
            assert "made the folder Fairs" in text
            hidden = ("file of Mergers", "folder Mergers", "folder Bids")
            shown = [each for each in hidden if each in text]
            assert shown == (list(hidden) if who == "admin" else []), (who, gone)
            found = told(app, cast, who, "mergers")
            assert ("file of Mergers" in found) is (who == "admin")
            given = "(content not shown)" if who == "publisher" else "Mergers"
            assert f"let Vito Viewer see the folder {given}" in text
