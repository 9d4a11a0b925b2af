"""Barring people from signing in, and letting them in again: by staff."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal import signing
from portal.forms.barring import BarForm
from portal.forms.base import add_error
from portal.guards import signed_in
from portal.identity.credentials import deactivate, reactivate
from portal.requests import current
from tenants import directory
from tenants.barring import CannotBar, check_managing
from tenants.decisions import Actor, authorize
from tenants.people import person_by_id
from tenants.permissions import Permission as P

bp = Blueprint("barring", __name__, url_prefix="/house/people/<uuid:person_id>")


@bp.route("/deactivate", methods=["GET", "POST"])
@signed_in
def bar(person_id: uuid.UUID) -> Any:
    """Bar a person from signing in, with a reason."""
    target = _target(person_id)
    alone = directory.run_by_nobody_else(target)
    return _answer(target, deactivate, "barring/bar.html", "cannot sign in any more", alone)


@bp.route("/reactivate", methods=["GET", "POST"])
@signed_in
def let_in(person_id: uuid.UUID) -> Any:
    """Let a barred person sign in again, with a reason."""
    return _answer(_target(person_id), reactivate, "barring/let_in.html", "can sign in again", [])


def _target(person_id: uuid.UUID) -> Actor:
    """Return the person; 404 for whoever is no staff, Denied without the right."""
    house = directory.house()
    if house is None or not current.person.is_member(house):
        abort(404)
    authorize(current.person, P.PERSON_MANAGE, house)
    return directory.person_managed(person_id) or abort(404)


def _answer(
    target: Actor, act: Callable[..., None], template: str, done: str, alone: list[str]
) -> Any:
    form = BarForm()
    house = directory.house() or abort(404)
    try:
        check_managing(target, house, by=current.person)
        refused = ""
    except CannotBar as problem:
        refused = str(problem)
    if not refused and form.validate_on_submit():
        signing.enter_house()
        person = person_by_id(target.person_id) if target.person_id else None
        try:
            act(person or abort(404), by=current.person, reason=form.reason.data)
        except CannotBar as problem:
            add_error(form.reason, str(problem))
        else:
            flash(f"{target.name} {done}.", "good")
            return _back(target)
    status = 422 if form.errors else 409 if form.is_submitted() else 200
    page = render_template(template, form=form, target=target, alone=alone, refused=refused)
    return page, status


def _back(target: Actor) -> Response:
    return redirect(url_for("console_people.details_view", id=target.person_id))
