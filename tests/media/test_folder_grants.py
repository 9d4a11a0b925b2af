"""Folders in folders: over random ones, nobody sees a file of a folder that is closed to him."""

from __future__ import annotations

import random
import re
import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.choosing import NONE, files_found, with_files
from portal.content.content_types import Definition
from portal.content.exchange.gathering import files_of
from portal.content.fields import Field
from portal.content.history import events_below
from portal.content.media import Media
from portal.content.media_foldering import change_folder, let_in, make_folder, take_out
from portal.content.media_folders import MediaFolder, folder_by_id, folders_of
from portal.content.media_list import Filters, copy_of, counts_by_folder, find_media, media_by_id
from portal.content.media_tree import DEEPEST, FolderTree
from portal.content.media_upload import prepare, upload
from portal.content.problems import Problem
from portal.content.searching import KINDS, Asked, Hit
from portal.content.trail_filters import read_query
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.people import Person
from tenants.roles import Role, built_in
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.media.scene import LIBRARY, picture, send, store
from tests.media.test_folders import FOLDERS, folder

WORLDS = 8
ROLES = {"publisher": "publisher", "editor": "editor", "author": "author", "viewer": "viewer"}


@dataclass
class Truth:
    """What was made, and who was named where: the oracle knows no SQL."""

    folders: dict[uuid.UUID, tuple[uuid.UUID | None, bool]]
    named: dict[uuid.UUID, set[str]]
    files: dict[uuid.UUID, tuple[uuid.UUID | None, str]]

    def sees(self, who: str, folder_id: uuid.UUID | None) -> bool:
        """Tell whether somebody gets through every folder from the top down to one."""
        while folder_id is not None:
            parent, restricted = self.folders[folder_id]
            if restricted and who not in self.named.get(folder_id, set()):
                return False
            folder_id = parent
        return True


def a_world(cast: Cast, rng: random.Random, number: int, files: object) -> Truth:
    made: list[MediaFolder] = []
    truth = Truth({}, {}, {})
    for n in range(7):
        parent = rng.choice([None, *made[-4:]])
        row = make_folder(
            cast.acme, f"{number}-{n}", restricted=rng.random() < 0.5, by=TESTS, parent=parent
        )
        db.session.flush()
        made.append(row)
        truth.folders[row.id] = (row.parent_id, row.restricted)
        for who in ROLES:
            if rng.random() < 0.5:
                _name(row, cast, who, rng, truth)
    for n, place in enumerate([None, *made]):
        data = f"{number}, {n}".encode()
        prepared = prepare(f"f{number}-{n}.txt", data, {"text/plain"})
        media, version = upload(cast.acme, prepared, place, by=TESTS, files=files)  # type: ignore[arg-type]
        truth.files[media.id] = (place.id if place else None, version.source_digest)
    mover = rng.choice(made)
    if mover.parent_id is not None:
        change_folder(mover, cast.acme, mover.name, restricted=mover.restricted, by=TESTS)
        truth.folders[mover.id] = (None, mover.restricted)
    return truth


def _name(row: MediaFolder, cast: Cast, who: str, rng: random.Random, truth: Truth) -> None:
    bearer: Person | Role | None = db.session.get(Person, getattr(cast, who).id)
    if rng.random() < 0.5:
        bearer = built_in(ROLES[who])
    assert bearer is not None
    until = now() + timedelta(days=1) if rng.random() < 0.3 else None
    access = let_in(row, cast.acme, bearer, by=TESTS, until=until)
    if rng.random() < 0.3:
        take_out(access, row, cast.acme, by=TESTS)
    elif until is not None and rng.random() < 0.5:
        access.until = now() - timedelta(minutes=1)
    else:
        truth.named.setdefault(row.id, set()).add(who)


def searched(actor: Actor, here: AccountRef) -> list[Hit]:
    """What the search for files finds, in the scope that is open: it opens none of its own."""
    return KINDS["media"][1](Asked("f", most=1000), here, actor).hits


def told_of(cast: Cast, actor: Actor, ids: set[uuid.UUID], words: str) -> set[uuid.UUID]:
    """The files whose upload the trail tells of by name."""
    asked = read_query(words)
    rows = events_below(cast.acme, asked, None, content=True, most=500, by=actor).rows
    told = " ".join(row.sentence for row in rows)
    names = {each: media.name for each in ids if (media := db.session.get(Media, each))}
    return {each for each, name in names.items() if re.search(rf"\b{name}\b", told)}


def seen_by(actor: Actor, cast: Cast, truth: Truth) -> dict[str, set[uuid.UUID]]:
    """What each door shows of the files made."""
    here, ids = cast.acme, set(truth.files)
    definition = Definition("x", "X", fields=(Field(uuid.uuid4(), "f", "F", "media"),))
    chosen = with_files(NONE, here, definition, by=actor).files
    made = {media.name for each in ids if (media := db.session.get(Media, each))}
    found = {
        "library": {row[0].id for row in find_media(here, Filters(), None, by=actor).rows},
        "by folder": {
            row[0].id
            for folder_id in [*truth.folders, "none"]
            for row in find_media(here, Filters(folder=str(folder_id)), None, by=actor).rows
        },
        "one": {each for each in ids if media_by_id(each, here, by=actor)},
        "copy": {each for each, (_, said) in truth.files.items() if copy_of(said, here, by=actor)},
        "chooser": {each for each in ids if any(str(each) in c.id for c in chosen)},
        "search": {hit.id for hit in searched(actor, here)},
        "export": {row.media.id for row in files_of(here, by=actor)},
        "found": {
            each for each in ids
            if any(str(each) in hit.id for hit in files_found(here, "f", by=actor))
        },
        "trail": told_of(cast, actor, ids, ""),
        "words in the trail": told_of(cast, actor, ids, next(iter(made)).partition("-")[0]),
    }  # fmt: skip
    return {door: shown & ids for door, shown in found.items()}


@both_databases
@pytest.mark.parametrize("number", range(WORLDS))
def test_nobody_sees_a_file_of_a_folder_that_is_closed_to_him(app: Flask, cast: Cast, number: int):
    rng = random.Random(number)  # noqa: S311 - makes worlds up
    with app.app_context():
        actors = {who: as_actor(getattr(cast, who)) for who in ROLES}
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            truth = a_world(cast, rng, number, store(app))
            db.session.flush()
            for who, actor in actors.items():
                visible = {f for f, (place, _) in truth.files.items() if truth.sees(who, place)}
                for door, shown in seen_by(actor, cast, truth).items():
                    assert shown == visible, (who, door)
                inside = {each for each in truth.folders if truth.sees(who, each)}
                assert {each.id for each in folders_of(cast.acme, actor)} == inside
                tried = {e for e in truth.folders if folder_by_id(e, cast.acme, actor)}
                assert tried == inside
                counted = sum(counts_by_folder(cast.acme, by=actor).values())
                assert counted == len(visible)
            db.session.rollback()


def test_a_role_and_a_day(admin: FlaskClient, cast: Cast, app: Flask):
    where = folder(admin)
    hidden = f"{LIBRARY}?folder={where.rstrip('/').rpartition('/')[2]}"
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        role = built_in("editor").id
    late = admin.post(f"{where}people", data={"bearer": f"role:{role}", "until": "2020-01-01"})
    assert late.status_code == 422
    assert "That day is over" in late.text
    sent = {"bearer": f"role:{role}", "until": "2090-01-01", "because": "the fair"}
    assert admin.post(f"{where}people", data=sent).status_code == 302
    assert "the fair" in admin.get(where).text
    for who, sees in ((cast.editor, True), (cast.author, False)):
        assert ("Embargo" in sign_in(admin, who).get(hidden).text) is sees


def test_folders_are_moved_into_each_other_but_never_into_themselves(
    admin: FlaskClient, cast: Cast, app: Flask
):
    outer, inner = folder(admin, "Outer"), folder(admin, "Inner", "")
    ids = [each.rstrip("/").rpartition("/")[2] for each in (outer, inner)]
    assert admin.post(inner, data={"name": "Inner", "parent": ids[0]}).status_code == 302
    send(admin, (picture(), "deep.png"), folder=ids[1])
    for parent in ids:
        answer = admin.post(outer, data={"name": "Outer", "parent": parent, "restricted": "y"})
        assert answer.status_code == 422
        assert "cannot stand in itself" in answer.text
    assert "restricted folder" in admin.get(inner).text
    assert admin.post(f"{outer}delete").status_code == 409
    again = admin.post(FOLDERS, data={"name": "inner", "parent": ids[0]})
    assert "already in it" in again.text
    assert admin.post(FOLDERS, data={"name": "Inner"}).status_code == 302, "another place"
    shown = admin.get(f"{LIBRARY}?folder={ids[1]}").text
    assert "Outer" in shown
    assert "deep" in shown
    sign_in(admin, cast.editor)
    assert "deep" not in admin.get(LIBRARY).text
    assert "Inner" not in admin.get(f"{LIBRARY}?folder={ids[1]}").text


def test_folders_stand_only_so_deep(app: Flask, cast: Cast):
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        parent = None
        for n in range(DEEPEST):
            parent = make_folder(cast.acme, str(n), restricted=False, by=TESTS, parent=parent)
            db.session.flush()
        with pytest.raises(Problem, match="at most 8 deep"):
            make_folder(cast.acme, "too deep", restricted=False, by=TESTS, parent=parent)
        top = FolderTree(folders_of(cast.acme, TESTS)).placed[0]
        other = make_folder(cast.acme, "other", restricted=False, by=TESTS)
        with pytest.raises(Problem, match="at most 8 deep"):
            change_folder(top.folder, cast.acme, "0", restricted=False, by=TESTS, parent=other)
        db.session.rollback()


@pytest.fixture
def admin(client: FlaskClient, cast: Cast) -> FlaskClient:
    return sign_in(client, cast.admin)
