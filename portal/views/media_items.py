"""One file: what it is, where it is used, what it was before; and the file itself."""

import uuid
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for

from portal.content.history import events_about
from portal.content.illustrating import file_name, steady_address
from portal.content.media import Media, MediaVersion
from portal.content.media_changing import (
    Description,
    InUse,
    describe,
    may_change,
    replace,
    restore,
    trash,
    use_again,
)
from portal.content.media_folders import folder_by_id, folders_of
from portal.content.media_list import as_id, media_by_id, version_by_id, versions_of
from portal.content.media_readers import held_by_workflow
from portal.content.media_tree import FolderTree
from portal.content.media_upload import allowed_types, prepare
from portal.content.media_uses import address_of, uses_of
from portal.content.problems import Problem
from portal.content.storage import NotStored, StoreDown
from portal.errors import Conflict
from portal.files import PRIVATE, file_answer, files
from portal.forms.base import add_error
from portal.forms.finding import narrow
from portal.forms.media import DescribeForm, ReplaceForm, TrashForm
from portal.guards import permission
from portal.once import once
from portal.requests import current
from portal.views.media import wake_renditions
from tenants.permissions import Permission as P
from tenants.quotas import QuotaReached

bp = Blueprint("media_items", __name__, url_prefix="/a/<handle>/media/<uuid:media_id>")
CHANGING = (P.MEDIA_EDIT, P.MEDIA_UPLOAD)


@bp.route("/", methods=["GET", "POST"])
@permission(P.MEDIA_VIEW)
def show(media_id: uuid.UUID) -> Any:
    media, version = _row(media_id)
    form = DescribeForm(obj=media, folder=str(media.folder_id or ""))
    tree = FolderTree(folders_of(current.here, current.person))
    narrow(form.folder, tree.choices(), [("", "No folder")])
    if not form.is_submitted():
        return _page(media, version, form)
    if form.validate():
        folder = folder_by_id(as_id(form.folder.data), current.here, current.person)
        said = Description(
            name=form.name.data or "", alt=form.alt.data or "", caption=form.caption.data or "",
            decorative=form.decorative.data, focal_x=form.focal_x.data or 0,
            focal_y=form.focal_y.data or 0, folder_id=folder.id if folder else None,
        )  # fmt: skip
        try:
            changed = describe(media, said, current.here, by=current.person)
        except Problem as problem:
            add_error(form.name, str(problem))
        else:
            return _described(media, version, changed=changed)
    return _page(media, version, form), 422


@bp.get("/file")
@permission(P.MEDIA_VIEW)
def file(media_id: uuid.UUID) -> Response:
    """Give the file, or one of its renditions; the whole picture while those are not made."""
    media, version = _row(media_id)
    if asked := as_id(request.args.get("version")):
        version = version_by_id(asked, media) or abort(404)
    size = request.args.get("size", "")
    made = version.renditions.get(size)
    mime = str(made["mime"]) if made else version.mime
    digest = str(made["digest"]) if made else version.digest
    key = f"{version.key}{size}-{digest[:16]}" if made else f"{version.key}original"
    try:
        data = files().read(key)
    except NotStored:
        abort(404)
    except StoreDown:
        abort(503)
    return file_answer(data, mime, file_name(media, mime), digest, PRIVATE)


@bp.route("/replace", methods=["GET", "POST"])
@permission(*CHANGING)
@once
def replace_file(media_id: uuid.UUID) -> Any:
    media, version = _row(media_id)
    form = ReplaceForm()
    if form.validate_on_submit():
        data, name = form.file.data.read(), form.file.data.filename or ""
        try:
            prepared = prepare(name, data, allowed_types(current.here))
            new = replace(media, prepared, current.here, by=current.person, files=files())
        except (Problem, QuotaReached, StoreDown) as problem:
            add_error(form.file, str(problem))
        else:
            wake_renditions(new)
            flash("It holds the new file now, at the same address.", "good")
            return _back(media)
    status = 422 if form.is_submitted() else 200
    return render_template("media/replace.html", form=form, media=media, version=version), status


@bp.post("/versions/<uuid:version_id>")
@permission(*CHANGING)
def again(media_id: uuid.UUID, version_id: uuid.UUID) -> Any:
    media, _ = _row(media_id)
    version = version_by_id(version_id, media) or abort(404)
    try:
        use_again(media, version, current.here, by=current.person)
    except Problem as problem:
        raise Conflict(str(problem)) from problem
    flash(f"It holds version {version.number} again.", "good")
    return _back(media)


@bp.route("/trash", methods=["GET", "POST"])
@permission(P.MEDIA_DELETE)
def to_trash(media_id: uuid.UUID) -> Any:
    media, version = _row(media_id)
    form, status = TrashForm(), 200
    if form.validate_on_submit():
        reason, force = form.reason.data or "", form.force.data
        try:
            trash(media, current.here, by=current.person, reason=reason, force=force)
        except InUse as problem:
            add_error(form.reason if force else form.force, str(problem))
        except Problem as problem:
            raise Conflict(str(problem)) from problem
        else:
            flash(f"“{media.name}” is in the trash.", "good")
            return redirect(url_for("media.index", handle=current.here.handle))
    if form.is_submitted():
        status = 422
    return render_template(
        "media/delete.html", form=form, media=media, version=version, uses=uses_of(media)
    ), status


@bp.post("/restore")
@permission(P.MEDIA_DELETE)
def from_trash(media_id: uuid.UUID) -> Any:
    media, _ = _row(media_id)
    try:
        restore(media, current.here, by=current.person)
    except Problem as problem:
        raise Conflict(str(problem)) from problem
    flash(f"“{media.name}” is back.", "good")
    return _back(media)


def _described(media: Media, version: MediaVersion, *, changed: bool) -> Any:
    if version.ready_at is None:
        wake_renditions(version)
    flash("Saved." if changed else "Nothing was changed, so there was nothing to save.",
          "good" if changed else "info")  # fmt: skip
    return _back(media)


def _page(media: Media, version: MediaVersion, form: DescribeForm) -> str:
    uses, sees = uses_of(media), current.can(P.PAGE_VIEW).allowed
    shown = any("live" in use.places for use in uses)
    live, publish = shown and media.trashed_at is None, current.can(P.PAGE_PUBLISH)
    delete = current.can(P.MEDIA_DELETE)
    may = may_change(current.person, media, current.here)
    return render_template(
        "media/show.html", media=media, version=version, form=form, uses=uses, live=live,
        versions=versions_of(media), may=may,
        replacing=publish if shown and may.allowed else may,
        deleting=publish if shown and delete.allowed else delete,
        held=may.allowed and held_by_workflow(media, current.here),
        address=address_of(current.here.handle, media.id),
        public=f"/s/{current.here.handle}{steady_address(media, version)}" if live else "",
        sees_pages=sees,
        events=events_about(media, request.args.get("before")) if sees else None,
    )  # fmt: skip


def _row(media_id: uuid.UUID) -> tuple[Media, MediaVersion]:
    return media_by_id(media_id, current.here, by=current.person) or abort(404)


def _back(media: Media) -> Any:
    return redirect(url_for("media_items.show", handle=current.here.handle, media_id=media.id))
