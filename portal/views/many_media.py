"""The same act for many files of the library, what became of each, and undoing it."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from portal.content.bulk import MOST, do_to_many, run_by_id, undo
from portal.content.bulk_acts import Wanted
from portal.content.media import Media
from portal.content.media_bulk import ACTS, MediaAct
from portal.content.media_folders import folder_by_id, folders_of
from portal.content.media_list import as_id, media_by_ids
from portal.content.media_tree import FolderTree
from portal.content.problems import Problem
from portal.errors import Conflict
from portal.forms.base import add_error, choices
from portal.forms.finding import narrow
from portal.forms.many_media import ManyFilesForm, MoveFilesForm, TrashFilesForm
from portal.guards import permission
from portal.once import once
from portal.requests import current
from portal.views.many_pages import MINUTES
from tenants.permissions import Permission as P

bp = Blueprint("many_media", __name__, url_prefix="/a/<handle>/media/many")
FORMS = {"media-move": MoveFilesForm, "media-trash": TrashFilesForm}


def _view(act: MediaAct) -> Callable[[], Any]:
    def view() -> Any:
        form = FORMS[act.name]()
        files = _offer(form)
        if form.validate_on_submit():
            chosen = [files[key] for key in dict.fromkeys(form.files.data)]
            try:
                run = do_to_many(act, chosen, current.here, _wanted(form), by=current.person)
            except Problem as problem:
                add_error(form.files, str(problem))
            else:
                return redirect(_outcomes(run.id), 303)
        status = 422 if form.is_submitted() else 200
        return render_template(
            "many_pages/confirm.html", act=act, form=form, back=_library()
        ), status

    view.__name__ = act.name.partition("-")[2]
    return permission(*act.permissions)(once(view))


for _act in ACTS.values():
    bp.add_url_rule(
        f"/{_act.name.partition('-')[2]}", view_func=_view(_act), methods=["GET", "POST"]
    )


@bp.get("/<uuid:run_id>/")
@permission(P.MEDIA_VIEW)
def show(run_id: uuid.UUID) -> str:
    run = run_by_id(run_id, current.here.id, ACTS, current.person) or abort(404)
    return render_template(
        "many_pages/outcomes.html", run=run, act=ACTS[run.act], minutes=MINUTES, what="File",
        back=_library(),
        undo_url=url_for("many_media.take_back", handle=current.here.handle, run_id=run.id),
        address=lambda key: url_for(
            "media_items.show", handle=current.here.handle, media_id=key
        ),
    )  # fmt: skip


@bp.post("/<uuid:run_id>/undo")
@permission(P.MEDIA_DELETE, P.MEDIA_EDIT, P.MEDIA_UPLOAD)
def take_back(run_id: uuid.UUID) -> Any:
    run = run_by_id(run_id, current.here.id, ACTS, current.person) or abort(404)
    try:
        undone = undo(run, ACTS[run.act], current.here, by=current.person)
    except Problem as problem:
        raise Conflict(str(problem)) from problem
    return redirect(_outcomes(undone.id), 303)


def _offer(form: ManyFilesForm) -> dict[str, Media]:
    """Offer the chosen files for a last look; one that is not seen here is no choice."""
    ids = [found for found in map(as_id, request.values.getlist("files")[: MOST + 1]) if found]
    files = {str(m.id): m for m in media_by_ids(ids, current.here, by=current.person)}
    form.files.choices = choices((key, media.name) for key, media in files.items())
    if not form.is_submitted():
        form.files.data = list(files)
    if isinstance(form, MoveFilesForm):
        tree = FolderTree(folders_of(current.here, current.person))
        narrow(form.folder, tree.choices(), [("", "No folder")])
    return files


def _wanted(form: ManyFilesForm) -> Wanted:
    if isinstance(form, MoveFilesForm):
        folder = folder_by_id(as_id(form.folder.data), current.here, current.person)
        return Wanted(folder=folder)
    return Wanted(reason=form.reason.data or "", force=form.force.data)


def _library() -> str:
    return url_for("media.index", handle=current.here.handle)


def _outcomes(run_id: uuid.UUID) -> str:
    return url_for("many_media.show", handle=current.here.handle, run_id=run_id)
