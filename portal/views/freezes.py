"""Freezes: which hold at an account, setting one, lifting one."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from portal.content.freeze_effects import Inside, inside
from portal.content.freeze_setting import (
    edge,
    freeze,
    freeze_by_id,
    lift,
    own_freezes,
    refuse_bad_span,
)  # fmt: skip
from portal.content.freezing import freezes_ahead
from portal.content.moments import Moment, moment_at
from portal.content.planned import sight_of
from portal.content.problems import BadTime, Problem
from portal.forms.base import add_error
from portal.forms.freezes import FreezeForm
from portal.forms.pages import ReasonForm
from portal.guards import permission
from portal.once import once
from portal.requests import current
from tenants.clock import now
from tenants.permissions import Permission as P
from tenants.scope import across_tenants

bp = Blueprint("freezes", __name__, url_prefix="/a/<handle>/freezes")


@bp.get("/")
@permission(P.SCHEDULE_VIEW)
def index() -> str:
    moment = now()
    held = freezes_ahead(current.here)
    over = [f for f in own_freezes(current.here) if f.lifted_at or f.until <= moment]
    return render_template(
        "freezes/index.html", here=current.here, held=held, over=over, moment=moment
    )


@bp.route("/new", methods=["GET", "POST"])
@permission(P.FREEZE_MANAGE)
@once
def new() -> Any:
    _reach_the_house()
    form = FreezeForm(zone=current.here.zone)
    span = _span(form) if form.validate_on_submit() else None
    if span is not None and "confirmed" in request.form:
        try:
            row = freeze(
                current.here, form.name.data or "", *span, by=current.person,
                reason=form.reason.data or "",
            )  # fmt: skip
        except BadTime as problem:
            add_error(form.until, str(problem))
        except Problem as problem:
            add_error(form.name, str(problem))
        else:
            flash(f"“{row.name}” holds from {span[0].sentence} until {span[1].sentence}.", "good")
            return redirect(url_for("freezes.index", handle=current.here.handle))
    ready = span if not form.errors else None
    return render_template(
        "freezes/new.html", form=form, span=ready, inside=_inside(*ready) if ready else None
    ), 422 if form.errors else 200


@bp.route("/<uuid:freeze_id>/lift", methods=["GET", "POST"])
@permission(P.FREEZE_MANAGE)
def undo(freeze_id: uuid.UUID) -> Any:
    _reach_the_house()
    row = freeze_by_id(freeze_id, current.here.id) or abort(404)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            lift(row, current.here, by=current.person, reason=form.reason.data or "")
        except Problem as problem:
            add_error(form.reason, str(problem))
        else:
            flash(f"“{row.name}” is lifted.", "good")
            return redirect(url_for("freezes.index", handle=current.here.handle))
    ends = moment_at(row.until, row.zone)
    return render_template(
        "freezes/lift.html", row=row, form=form, since=moment_at(row.since, row.zone), until=ends
    ), 422 if form.is_submitted() else 200


def _span(form: FreezeForm) -> tuple[Moment, Moment] | None:
    if form.since.data is None or form.until.data is None:
        return None
    try:
        since = edge(form.since.data, form.zone.data, last=False)
        until = edge(form.until.data, form.zone.data, last=True)
        refuse_bad_span(since.at, until.at)
    except BadTime as problem:
        add_error(form.until, str(problem))
        return None
    return since, until


def _inside(since: Moment, until: Moment) -> Inside:
    sight = sight_of(current.person, current.here, below=True)
    return inside(sight, since.at, until.at, everywhere=current.here.kind == "house")


def _reach_the_house() -> None:
    """Let the house's freezes, which belong to no tenant, be written at the house."""
    if current.here.kind == "house" and request.method == "POST":
        current.stack.enter_context(across_tenants("the house’s freezes hold for every tenant"))
