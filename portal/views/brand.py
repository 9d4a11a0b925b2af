"""The portal's look while somebody works in an account."""

from flask import Blueprint, Response, abort, make_response

from portal.brand import accent_of, stylesheet
from portal.guards import permission
from portal.requests import current
from tenants.permissions import Permission as P

bp = Blueprint("brand", __name__, url_prefix="/a/<handle>")


@bp.get("/brand.css")
@permission(P.ACCOUNT_VIEW)
def css() -> Response:
    """Give the stylesheet of the account's accent; its address changes with the colour."""
    accent = accent_of([*current.ancestors, current.here])
    if not accent:
        abort(404)
    response = make_response(stylesheet(accent))
    response.mimetype = "text/css"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
