"""The look of a site, as a stylesheet."""

from flask import Response, abort

from portal.guards import public
from portal.site.answers import answer
from portal.site.visit import site


@public("the site's colours, as every reader sees them")
def brand() -> Response:
    """Give what the site's look changes about its theme; 404 when it changes nothing."""
    text = site().stylesheet
    return answer(text, "text/css") if text else abort(404)
