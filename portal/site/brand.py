"""The look of a site, as a stylesheet."""

from flask import Response, abort

from portal.brand import stylesheet
from portal.guards import public
from portal.site.answers import answer
from portal.site.visit import site


@public("the site's colours, as every reader sees them")
def brand() -> Response:
    """Give the stylesheet of the site's accent colour; 404 when it has none."""
    accent = site().accent
    return answer(stylesheet(accent), "text/css") if accent else abort(404)
