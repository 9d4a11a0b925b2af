"""Folders of files, and who sees those that are restricted."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from portal.content.media_foldering import (
    Bearer,
    access_by_id,
    bearers,
    change_folder,
    delete_folder,
    let_in,
    make_folder,
    take_out,
)
from portal.content.media_folders import MediaFolder, access_to, folder_by_id, folders_of
from portal.content.media_list import as_id, counts_by_folder
from portal.content.media_tree import FolderTree
from portal.content.moments import end_of_day
from portal.content.problems import Problem
from portal.errors import Conflict
from portal.forms.base import add_error
from portal.forms.finding import OFFERED, fits, held, narrow, offer, words_for
from portal.forms.media import FolderForm, LetInForm
from portal.guards import permission
from portal.once import once
from portal.requests import current
from tenants.permissions import Permission as P

bp = Blueprint("media_folders", __name__, url_prefix="/a/<handle>/media/folders")
ON_TOP = ("", "No other folder")


@bp.route("/", methods=["GET", "POST"])
@permission(P.MEDIA_MANAGE)
@once
def index() -> Any:
    form, tree = FolderForm(), FolderTree(folders_of(current.here, current.person))
    narrow(form.parent, tree.choices(), [ON_TOP])
    if form.validate_on_submit():
        name, restricted, parent = form.name.data or "", form.restricted.data, _parent(form)
        try:
            folder = make_folder(
                current.here, name, restricted=restricted, by=current.person, parent=parent
            )
        except Problem as problem:
            add_error(form.name, str(problem))
        else:
            flash(f"The folder “{folder.name}” is made.", "good")
            return _to(folder) if folder.restricted else redirect(_list())
    return render_template(
        "media/folders.html", form=form, folders=tree.placed,
        counts=counts_by_folder(current.here, by=current.person),
    ), 422 if form.is_submitted() else 200  # fmt: skip


@bp.route("/<uuid:folder_id>/", methods=["GET", "POST"])
@permission(P.MEDIA_MANAGE)
def show(folder_id: uuid.UUID) -> Any:
    folder = _folder(folder_id)
    form = FolderForm(obj=folder, parent=str(folder.parent_id or ""))
    tree = FolderTree(folders_of(current.here, current.person))
    narrow(form.parent, tree.choices(), [ON_TOP])
    if form.validate_on_submit():
        name, restricted, parent = form.name.data or "", form.restricted.data, _parent(form)
        try:
            change_folder(
                folder, current.here, name, restricted=restricted, by=current.person, parent=parent
            )
        except Problem as problem:
            add_error(form.parent if form.parent.data else form.name, str(problem))
        else:
            flash("Saved.", "good")
            return _to(folder)
    return _page(folder, form, LetInForm()), 422 if form.is_submitted() else 200


@bp.post("/<uuid:folder_id>/people")
@permission(P.MEDIA_MANAGE)
@once
def add(folder_id: uuid.UUID) -> Any:
    folder, form = _folder(folder_id), LetInForm()
    known = _offer(form)
    if form.validate():
        bearer, because = known[form.bearer.data], form.because.data or ""
        day = form.until.data
        until = end_of_day(day, current.person.zone) if day else None
        try:
            let_in(folder, current.here, bearer, by=current.person, until=until, because=because)
        except Problem as problem:
            add_error(form.bearer, str(problem))
        else:
            flash(f"{bearer.name} sees “{folder.name}” from now on.", "good")
            return _to(folder)
    kept = FolderForm(formdata=None, obj=folder, parent=str(folder.parent_id or ""))
    return _page(folder, kept, form), 422 if form.is_submitted() else 200


@bp.post("/<uuid:folder_id>/people/<uuid:access_id>")
@permission(P.MEDIA_MANAGE)
def remove(folder_id: uuid.UUID, access_id: uuid.UUID) -> Any:
    folder = _folder(folder_id)
    access = access_by_id(access_id, folder) or abort(404)
    try:
        take_out(access, folder, current.here, by=current.person)
    except Problem as problem:
        raise Conflict(str(problem)) from problem
    flash(f"{access.bearer_label} does not see “{folder.name}” any more.", "good")
    return _to(folder)


@bp.post("/<uuid:folder_id>/delete")
@permission(P.MEDIA_MANAGE)
def delete(folder_id: uuid.UUID) -> Any:
    folder = _folder(folder_id)
    try:
        delete_folder(folder, current.here, by=current.person)
    except Problem as problem:
        raise Conflict(str(problem)) from problem
    flash(f"The folder “{folder.name}” is deleted.", "good")
    return redirect(_list())


def _page(folder: MediaFolder, form: FolderForm, adding: LetInForm) -> str:
    _offer(adding)
    tree = FolderTree(folders_of(current.here, current.person))
    narrow(form.parent, tree.choices(without=folder.id), [ON_TOP])
    above = tree.above(folder.id)[:-1]
    return render_template(
        "media/folder.html", folder=folder, form=form, adding=adding, named=access_to(folder),
        above=above, closed=[each for each in above if each.restricted],
    )  # fmt: skip


def _offer(form: LetInForm) -> dict[str, Bearer]:
    """Offer roles, groups and people; return them by their keys."""
    chosen, words = held(form.bearer), words_for(form.bearer)
    ids = {found for each in chosen if (found := as_id(each.partition(":")[2]))}
    most = OFFERED + 1
    known = bearers(current.here, current.person, search=words, chosen=ids, most=most)
    pairs = [(key, f"{each.name} ({key.partition(':')[0]})") for key, each in known.items()]
    people = sum(key.startswith("person:") for key in known)
    kept = [each for each in pairs if each[0] in chosen or _fits(each, words)]
    offer(form.bearer, kept, cut=people > OFFERED)
    return known


def _fits(pair: tuple[str, str], words: str) -> bool:
    """Tell whether a role or group has the words; people were searched for."""
    return pair[0].startswith("person:") or fits(pair[1], words)


def _parent(form: FolderForm) -> MediaFolder | None:
    return folder_by_id(as_id(form.parent.data), current.here, current.person)


def _folder(folder_id: uuid.UUID) -> MediaFolder:
    return folder_by_id(folder_id, current.here, current.person) or abort(404)


def _to(folder: MediaFolder) -> Any:
    return redirect(url_for("media_folders.show", handle=current.here.handle, folder_id=folder.id))


def _list() -> str:
    return url_for("media_folders.index", handle=current.here.handle)
