"""The site's look: chosen here, and seen on its real pages before anything is saved."""

from dataclasses import asdict, replace
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.datastructures import ImmutableMultiDict

from portal.brand import accent_of, logo_of
from portal.content.problems import Stale
from portal.content.reading import newest_page
from portal.content.site_look import change_look, standing_of
from portal.content.sites import open_site, site_of
from portal.content.themes import (
    THEMES,
    BadLook,
    Look,
    check_look,
    look_of,
    stylesheet_of,
)  # fmt: skip
from portal.forms.base import add_error
from portal.forms.look import SCHEMES, SHOWN, LookForm
from portal.guards import permission
from portal.headers import for_our_frames
from portal.requests import current
from portal.sitepages import SiteContext, render_page, site_context
from tenants.permissions import Permission as P
from tenants.scope import Scope, acting_in

bp = Blueprint("look", __name__, url_prefix="/a/<handle>/look")
LISTS = {"home": "site.home", "list": "site.posts"}


@bp.route("/", methods=["GET", "POST"])
@permission(P.ACCOUNT_EDIT)
def edit() -> Any:
    """Show, try or save a look. Only `save` changes anything."""
    now = look_of(site_of(current.here.id))
    form = LookForm(**asdict(now), based_on=standing_of(now))
    if not form.is_submitted():
        return _page(form, now)
    look = look_of(_typed(form))
    if not form.validate():
        return _page(form, look), 422
    if request.form.get("act") == "preview":
        status = 422 if _refused(form) else 200
        return _page(form, look), status
    return _save(form, look)


@bp.get("/frame")
@permission(P.ACCOUNT_EDIT)
def frame() -> Response:
    """Give the account's real start page, newest page or list of posts, in the look asked for."""
    only = Scope("tenant", tenant_id=current.here.tenant_id, alone=(current.here.id,))
    current.stack.enter_context(acting_in(only))
    site = _context(look_of(request.args))
    return for_our_frames(_shown(site)) if site.opened else abort(404)


@bp.get("/tokens.css")
@permission(P.ACCOUNT_EDIT)
def tokens() -> Response:
    """Give the stylesheet of the look asked for."""
    response = make_response(stylesheet_of(look_of(request.args), _inherited()))
    response.mimetype = "text/css"
    return response


def _save(form: LookForm, look: Look) -> Any:
    site = site_of(current.here.id) or open_site(current.here, current.here.name, by=current.person)
    try:
        changed = change_look(
            site, current.here, _typed(form), by=current.person, based_on=form.based_on.data or ""
        )
    except BadLook as problem:
        add_error(form[problem.field], str(problem))
        return _page(form, look), 422
    except Stale as stale:
        form.based_on.data = standing_of(look_of(site))
        return _page(form, look, stale=str(stale)), 409
    if changed:
        flash("Saved. Readers see the new look from now on.", "good")
    else:
        flash("Nothing was changed, so there was nothing to save.", "info")
    return redirect(url_for("look.edit", handle=current.here.handle), 303)


def _page(form: LookForm, look: Look, *, stale: str = "") -> str:
    asked = {name: value for name, value in asdict(look).items() if value}
    site = site_of(current.here.id)
    shown = form.shown.data if form.shown.data in dict(SHOWN) else "home"
    return render_template(
        "settings/look.html", form=form, themes=THEMES, look=look, stale=stale,
        opened=site is not None, changed=look != look_of(site),
        frame=url_for(
            "look.frame", handle=current.here.handle, **asked, shown=shown,
            scheme=form.scheme.data or None,
        ),
    )  # fmt: skip


def _typed(form: LookForm) -> dict[str, str]:
    return {name: form[name].data or "" for name in asdict(Look())}


def _refused(form: LookForm) -> bool:
    try:
        check_look(look_of(_typed(form)), _typed(form))
    except BadLook as problem:
        add_error(form[problem.field], str(problem))
    return bool(form.errors)


def _context(look: Look) -> SiteContext:
    line = [*current.ancestors, current.here]
    scheme = request.args.get("scheme", "")
    return replace(
        site_context(current.here, accent_of(line), logo_of(line)[1]), look=look, framed=True,
        scheme=scheme if scheme in dict(SCHEMES) else "",
        sheet_url=url_for("look.tokens", handle=current.here.handle, **asdict(look)),
    )  # fmt: skip


def _shown(site: SiteContext) -> str:
    """Return the page itself: what readers get at this moment, in the frame of this look."""
    found = newest_page(site.account_id) if request.args.get("shown") == "page" else None
    if found is not None:
        return render_page(site, *found, framed=True)
    g.site, g.line = site, (*current.ancestors, current.here)
    endpoint = LISTS.get(request.args.get("shown", ""), "site.home")
    request.args = ImmutableMultiDict()  # a list would take them for its own
    return make_response(current_app.view_functions[endpoint]()).get_data(as_text=True)


def _inherited() -> str:
    return accent_of([*current.ancestors, current.here])
