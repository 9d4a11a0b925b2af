"""The library of files: looking, uploading, choosing one for a text, the trash."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.utils import redirect

from portal.content.media import KEPT, Media, MediaVersion
from portal.content.media_folders import MediaFolder, folder_by_id, folders_of
from portal.content.media_list import Filters, Found, as_id, counts_by_folder, find_media
from portal.content.media_tree import FolderTree
from portal.content.media_types import TYPES
from portal.content.media_upload import Outcome, allowed_types, upload_many
from portal.content.media_uses import address_of
from portal.files import files
from portal.forms.base import add_error
from portal.forms.finding import narrow
from portal.forms.media import UploadForm
from portal.guards import permission
from portal.jobs.queue import wake_after_commit
from portal.once import once
from portal.requests import current
from tenants.permissions import Permission as P

bp = Blueprint("media", __name__, url_prefix="/a/<handle>/media")
KINDS = {"image": "Pictures", "file": "Other files"}
MOST_AT_ONCE = 50


@bp.get("/")
@permission(P.MEDIA_VIEW)
def index() -> str:
    filters, found = _asked()
    tree = FolderTree(folders_of(current.here, current.person))
    at = as_id(filters.folder)
    return render_template(
        "media/index.html", found=found, filters=filters, kinds=KINDS, folders=tree.inside(at),
        above=tree.above(at), counts=counts_by_folder(current.here, by=current.person),
        names=tree.paths, any_folder=bool(tree.placed),
        view="list" if request.args.get("view") == "list" else "grid",
    )  # fmt: skip


@bp.get("/trash")
@permission(P.MEDIA_VIEW)
def trash() -> str:
    filters = Filters(trashed=True)
    found = find_media(current.here, filters, request.args.get("before"), by=current.person)
    return render_template("media/trash.html", found=found, days=KEPT.days)


@bp.route("/upload", methods=["GET", "POST"])
@permission(P.MEDIA_UPLOAD)
@once
def upload() -> Any:
    form = UploadForm(folder=request.args.get("folder", ""))
    tree = FolderTree(folders_of(current.here, current.person))
    narrow(form.folder, tree.choices(), [("", "No folder")])
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return _json_errors(form) if _wants_json() else _upload_page(form, [], status)
    sent = [(f.filename or "", f.read()) for f in form.files.data or [] if f.filename]
    if not sent or len(sent) > MOST_AT_ONCE:
        most = f"Choose at most {MOST_AT_ONCE} files at once."
        add_error(form.files, most if sent else "Choose at least one file.")
        return _json_errors(form) if _wants_json() else _upload_page(form, [], 422)
    outcomes = _keep(sent, folder_by_id(as_id(form.folder.data), current.here, current.person))
    if _wants_json():
        return _told(outcomes)
    done = [each for each in outcomes if each.done]
    if len(done) == len(outcomes):
        flash("The file is here." if len(done) == 1 else f"{len(done)} files are here.", "good")
        return redirect(_after(done))
    return _upload_page(form, outcomes, 200 if done else 422)


@bp.get("/choose")
@permission(P.MEDIA_VIEW)
def choose() -> Any:
    """Give files to choose from: as JSON for the editor, as a page to everybody else."""
    filters, found = _asked()
    if _wants_json():
        return jsonify(items=[_item(*row) for row in found.rows], older=found.older)
    items = [(row[0], row[1], _item(*row)) for row in found.rows]
    tree, at = FolderTree(folders_of(current.here, current.person)), as_id(filters.folder)
    return render_template(
        "media/choose.html", items=items, filters=filters, older=found.older,
        folders=tree.inside(at), above=tree.above(at),
    )  # fmt: skip


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> Any:
    back = url_for("media.upload", handle=(request.view_args or {}).get("handle", ""))
    if _wants_json():
        return jsonify(error=f"That is too much at once; {_limit()} fit."), 413
    return render_template("errors/413.html", limit=_limit(), back_url=back), 413


def _asked() -> tuple[Filters, Found]:
    kind = request.args.get("kind", "")
    filters = Filters(
        search="".join(c for c in request.args.get("q", "")[:200] if c.isprintable()),
        folder=request.args.get("folder", ""), kind=kind if kind in KINDS else "",
    )  # fmt: skip
    return filters, find_media(current.here, filters, request.args.get("before"), by=current.person)


def _keep(sent: list[tuple[str, bytes]], folder: MediaFolder | None) -> list[Outcome]:
    outcomes = upload_many(current.here, sent, folder, by=current.person, files=files())
    for each in outcomes:
        if each.version is not None and each.version.ready_at is None:
            wake_renditions(each.version)
    return outcomes


def wake_renditions(version: MediaVersion) -> None:
    """Have the renditions of a version made once this request is committed."""
    wake_after_commit("make_renditions", str(version.id), job_id=f"renditions-{version.id.hex}")


def _told(outcomes: list[Outcome]) -> tuple[Response, int]:
    """Tell the script that sent one file what became of it; of more, what became of each."""
    told = [
        {"name": each.label, "done": each.done, "sentence": each.sentence,
         "item": _item(each.media, each.version) if each.media and each.version else None,
         "url": _url(each.media) if each.media else None}
        for each in outcomes
    ]  # fmt: skip
    return jsonify(files=told), 200 if any(each.done for each in outcomes) else 422


def _item(media: Media, version: MediaVersion) -> dict[str, Any]:
    return {
        "id": str(media.id), "src": address_of(current.here.handle, media.id), "alt": media.alt,
        "width": version.width, "height": version.height, "name": media.name,
        "caption": media.caption, "decorative": media.decorative, "kind": media.kind,
        "thumb": address_of(current.here.handle, media.id) + "?size=square",
    }  # fmt: skip


def _url(media: Media) -> str:
    return url_for("media_items.show", handle=current.here.handle, media_id=media.id)


def _after(done: list[Outcome]) -> str:
    if request.form.get("next") == "choose":
        return url_for("media.choose", handle=current.here.handle, kind="image")
    if len(done) == 1 and done[0].media is not None:
        return _url(done[0].media)
    return url_for("media.index", handle=current.here.handle)


def _upload_page(form: UploadForm, outcomes: list[Outcome], status: int) -> tuple[str, int]:
    allowed = allowed_types(current.here)
    return render_template(
        "media/upload.html", form=form, outcomes=outcomes, limit=_limit(), most=MOST_AT_ONCE,
        allowed=[TYPES[mime][1] for mime in TYPES if mime in allowed],
        accept=",".join(mime for mime in TYPES if mime in allowed), address=_url,
    ), status  # fmt: skip


def _json_errors(form: UploadForm) -> tuple[Response, int]:
    words = [str(message) for messages in form.errors.values() for message in messages]
    return jsonify(error=" ".join(words) or "Send a file."), 422


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _limit() -> str:
    return f"{current_app.config['PORTAL'].max_request // 2**20} MB"
