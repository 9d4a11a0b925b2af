"""Wagtail's public site as a WSGI application, and with arguments what fills its database.

    gunicorn bench.peers.wagtail_web:application
    python -m bench.peers.wagtail_web sqlite FILE | postgres FOLDER-OF-SOCKET DATABASE < BODY

The environment: BENCH_DATABASE as JSON (the words above), BENCH_CACHE a Redis for wagtail-cache or
nothing, BENCH_PADDING how many bytes to add to a page, so that all compared are of one size.
"""

import json
import os
import sys
from typing import Any

from django.conf import settings

from bench.peers import wagtail_site


def site(*where: str) -> Any:
    """Set Wagtail up, before any request, as its documentation and wagtail-cache's have it."""
    wagtail_site.configure(*where, cache=os.environ.get("BENCH_CACHE", ""))
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def fill(body: str) -> None:
    """Make the section and publish its articles, unless they say this already."""
    from wagtail.models import Page

    from bench.peers.newsroom.models import Article

    known = Page.objects.filter(slug="section", show_in_menus=True).exists()
    if known and Article.objects.get(slug="item-7").body == body:
        return
    wagtail_site.section(body)
    for page in Page.objects.filter(slug__startswith="item-", live=True):
        article = page.specific
        article.body = body
        article.save_revision().publish()
    Page.objects.filter(slug="section").update(show_in_menus=True)


if __name__ == "__main__":
    site(*sys.argv[1:])
    fill(sys.stdin.read())
else:
    application = site(*json.loads(os.environ["BENCH_DATABASE"]))
    settings.BENCH_PADDING = "." * int(os.environ.get("BENCH_PADDING", "0"))
