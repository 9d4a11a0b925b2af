"""A page or post at its address, what became of an address, and pages behind a password."""

from urllib.parse import quote

from flask import Response, abort, current_app, g, request
from werkzeug.exceptions import MethodNotAllowed

from portal.content.pages import Page, Revision
from portal.content.reading import Gone, Moved, fate_of, live_page_at, updated_at
from portal.extensions import csrf, limiter
from portal.guards import public
from portal.identity.passwords import verify
from portal.site.answers import answer, moved, private
from portal.site.asked import normal
from portal.site.notes import notes
from portal.site.visit import site
from portal.sitepages import render, render_page

TRIES = "10 per minute;60 per hour"
LONGEST_FORM = 16 * 1024
READ_ONLY = ["GET", "HEAD", "OPTIONS"]


@public("readers have no account; only what is live is shown")
def show(address: str) -> Response:
    """Show the page at an address, or say where it went."""
    here = site()
    asked, wanted = f"/{address}", normal(address)
    found = live_page_at(here.account_id, wanted)
    if found is None:
        return _absent(asked, wanted)
    page, revision = found
    if asked != page.address:
        return moved(here.url(page.address or "/"))
    if page.for_members:
        return private(render("members", here, inside=_inside(wanted)), 403)
    if page.access_password_hash:
        return _locked()
    modified = updated_at(page.published_at or revision.created_at, revision.created_at)
    html = render_page(here, page, revision)
    return answer(html, modified=modified, page_id=page.id)


@csrf.exempt  # changes nothing and readers have no session that another site could ride on
@public("the page's password, if it has one, is what is asked for")
def unlock(address: str) -> Response:
    """Answer the right password with the page itself; nothing is remembered."""
    request.max_content_length = LONGEST_FORM
    _refuse_elsewhere()
    found = live_page_at(site().account_id, f"/{address}")
    if found is None:
        abort(404)
    page, revision = found
    if page.for_members or not page.access_password_hash:
        raise MethodNotAllowed(READ_ONLY)
    g.tried = page.id
    return _open(page, revision)


def _tried() -> str:
    """Return what tries are counted by: a page that is there. Of other addresses is no end."""
    return f"{request.remote_addr}|{g.tried}"


@limiter.limit(TRIES, key_func=_tried)
def _open(page: Page, revision: Revision) -> Response:
    password, stored = request.form.get("password", ""), page.access_password_hash or ""
    if not password:
        return _locked("Type the password, then choose Open.")
    if not verify(password, stored):
        return _locked("This is not the password. Check it and try again.")
    return private(render_page(site(), page, revision))


def _refuse_elsewhere() -> None:
    """Raise MethodNotAllowed where the site itself answers: only a page may ask for a password."""
    endpoint, _ = current_app.create_url_adapter(request).match(method="GET")  # type: ignore[union-attr]
    if endpoint != "site.show":
        raise MethodNotAllowed(READ_ONLY)


def _absent(asked: str, wanted: str) -> Response:
    fate = fate_of(site().account_id, {asked, wanted})
    if not isinstance(fate, Moved):
        abort(410 if isinstance(fate, Gone) else 404)
    notes().kept = asked == wanted  # of other spellings there is no end
    return moved(site().url(fate.address))


def _inside(address: str) -> str:
    """Return the whole address at which members read, signed in, what stands at `address`."""
    base: str = current_app.config["PORTAL"].base_url
    return f"{base}/a/{site().handle}/read{quote(address)}"


def _locked(error: str = "") -> Response:
    return private(render("locked", site(), error=error), 422 if error else 200)
