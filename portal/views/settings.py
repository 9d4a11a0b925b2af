"""The account's settings."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from portal.content.sites import change_site, open_site, site_of
from portal.forms.settings import SettingsForm
from portal.guards import permission
from portal.requests import current
from tenants.changing import change_account
from tenants.permissions import Permission as P

bp = Blueprint("settings", __name__, url_prefix="/a/<handle>/settings")


@bp.route("/", methods=["GET", "POST"])
@permission(P.ACCOUNT_EDIT)
def edit() -> Any:
    here = current.here
    site = site_of(here.id)
    form = SettingsForm(
        name=here.name, zone=here.zone, accent=here.accent, title=site.title if site else here.name,
        tagline=site.tagline if site else "", language=site.language if site else "en",
    )  # fmt: skip
    if form.validate_on_submit():
        change_account(
            here, by=current.person, name=form.name.data or "", zone=form.zone.data,
            accent=form.accent.data or "",
        )  # fmt: skip
        site = site or open_site(here, here.name, by=current.person)
        change_site(
            site, here, by=current.person, title=form.title.data or "",
            tagline=form.tagline.data or "", language=form.language.data or "en",
        )  # fmt: skip
        flash("Saved.", "good")
        return redirect(url_for("settings.edit", handle=here.handle))
    return render_template("settings/edit.html", form=form), 422 if form.is_submitted() else 200
