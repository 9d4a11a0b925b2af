"""An account's logo: shown in the shell and on the site; given and taken away in the settings."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from portal.brand import logo_of
from portal.content.logos import give_logo, logo_key, logo_mime, remove_logo
from portal.content.problems import Problem
from portal.content.storage import NotStored, StoreDown
from portal.files import file_answer, files
from portal.forms.base import add_error
from portal.forms.media import LogoForm
from portal.guards import permission
from portal.requests import current
from portal.templating import static_url
from tenants.permissions import Permission as P

bp = Blueprint("logo", __name__, url_prefix="/a/<handle>")


@bp.get("/logo")
@permission(P.ACCOUNT_VIEW)
def show() -> Any:
    """Give the logo of the account, or of the nearest above, or else ours.

    Its address changes with it.
    """
    owner, name = logo_of([*current.ancestors, current.here])
    if owner is None:
        return redirect(static_url("img/mark.svg"))
    try:
        data = files().read(logo_key(owner, name))
    except (NotStored, StoreDown):
        abort(404)
    keeping = "private, max-age=31536000, immutable"
    return file_answer(data, logo_mime(name), name, name.partition("-")[0], keeping)


@bp.route("/settings/logo", methods=["GET", "POST"])
@permission(P.ACCOUNT_EDIT)
def edit() -> Any:
    form = LogoForm()
    if form.validate_on_submit():
        try:
            give_logo(current.here, form.file.data.read(), by=current.person, files=files())
        except (Problem, StoreDown) as problem:
            add_error(form.file, str(problem))
        else:
            flash("The logo is shown here and on the site from now on.", "good")
            return _back()
    status = 422 if form.is_submitted() else 200
    owner, _ = logo_of([*current.ancestors, current.here])
    return render_template("settings/logo.html", form=form, owner=owner), status


@bp.post("/settings/logo/remove")
@permission(P.ACCOUNT_EDIT)
def remove() -> Any:
    if remove_logo(current.here, by=current.person, files=files()):
        flash("The logo is gone.", "good")
    else:
        flash("The account has no logo of its own.", "info")
    return _back()


def _back() -> Any:
    return redirect(url_for("logo.edit", handle=current.here.handle))
