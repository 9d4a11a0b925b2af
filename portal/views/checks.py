"""Before saving: what would go from a text, what is worth a second look, and what to link to."""

import uuid
from dataclasses import asdict
from typing import Any

from flask import Blueprint, abort, g, jsonify, render_template, request

from portal.brand import accent_of
from portal.content.checks import Report, report
from portal.content.drafting import authorize_edit
from portal.content.html_embeds import SERVICES
from portal.content.linking import broken_links, targets, targets_by_id
from portal.content.pages import page_by_id, revision_by_id
from portal.guards import permission
from portal.requests import current
from portal.views import pages
from portal.views.typed import edit_form, new_form
from tenants.accents import INK, LIGHT, towards, worst
from tenants.permissions import Permission as P

bp = Blueprint("checks", __name__, url_prefix="/a/<handle>/pages")
MOST_IDS = 200


@bp.post("/check")
@permission(P.PAGE_CREATE, P.PAGE_EDIT, P.PAGE_EDIT_OWN)
def check_new() -> Any:
    """Answer what a text that is nowhere yet would come to. Nothing is kept."""
    if _wants_json():
        return _as_json(_report())
    form = new_form(current.here)
    fine = form.validate()
    _show(_report())
    return pages.render_new(form), 200 if fine else 422


@bp.post("/<uuid:page_id>/check")
@permission(P.PAGE_EDIT, P.PAGE_EDIT_OWN)
def check(page_id: uuid.UUID) -> Any:
    """Answer what a page's new text would come to, with everything typed. Nothing is kept."""
    page = page_by_id(page_id, current.here.id) or abort(404)
    authorize_edit(current.person, page, current.here)
    if _wants_json():
        return _as_json(_report())
    form = edit_form(current.here, page, revision_by_id(page.draft_revision_id, page))
    fine = form.validate()
    _show(_report())
    return pages._editor(page, form), 200 if fine else 422


@bp.get("/choose")
@permission(P.PAGE_VIEW)
def choose() -> Any:
    """List pages to link to, as a page or as JSON; with ids only those, whatever their title."""
    search = request.args.get("q", "").replace("\x00", "")[:200]
    ids = [each for each in request.args.getlist("id")[:MOST_IDS] if _is_id(each)]
    found = targets(current.here.id, search)
    if request.args.getlist("id"):
        found = list(targets_by_id(current.here.id, ids).values())
    if _wants_json():
        items = [asdict(target) | {"href": target.href} for target in found]
        return jsonify(items=items)
    return render_template("pages/choose.html", found=found, search=search)


@bp.app_template_global()
def embed_services() -> str:
    """Return the hosts whose videos, sounds and maps may be named."""
    return " ".join(SERVICES)


def _report() -> Report:
    return report(request.form.get("body", ""))


def _show(found: Report) -> None:
    """Have `pages/_findings.html` tell it above the form."""
    g.report, g.broken = found, broken_links(current.here.id, found.html)
    accent = accent_of([*current.ancestors, current.here])
    g.contrast = worst(towards(accent, INK, LIGHT), LIGHT) if accent else None


def _as_json(found: Report) -> Any:
    broken = broken_links(current.here.id, found.html)
    findings = [asdict(each) for each in (*found.findings, *broken)]
    return jsonify({**asdict(found), "findings": findings})


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == (
        "application/json"
    )


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
