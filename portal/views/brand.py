"""The portal's look while somebody works in an account."""

from flask import Blueprint, Response, make_response

from portal.brand import accent_of, stylesheet
from portal.guards import permission
from portal.requests import current
from tenants.permissions import Permission as P

bp = Blueprint("brand", __name__, url_prefix="/a/<handle>")


@bp.get("/brand.css")
@permission(P.ACCOUNT_VIEW)
def css() -> Response:
    """Give the stylesheet of the account's accent, empty without one.

    Its address changes with the colour.
    """
    accent = accent_of([*current.ancestors, current.here])
    response = make_response(stylesheet(accent) if accent else "")
    response.mimetype = "text/css"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
