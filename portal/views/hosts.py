"""Host names of the account's site: claimed, proved, chosen, removed."""

import uuid
from typing import Any

import structlog
from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from portal.config import Config
from portal.content import hosting
from portal.content.hosting import GRACE, MOST, Look, look_up
from portal.content.problems import Problem
from portal.content.site_hosts import SiteHost, host_by_id, hosts_of, own_base
from portal.extensions import limiter
from portal.forms.base import add_error
from portal.forms.hosts import HostForm
from portal.forms.pages import ReasonForm
from portal.guards import permission
from portal.jobs.hosts import names_of_the_portal, portal_host, settle_taken
from portal.once import once
from portal.requests import after_commit, current
from portal.resolving import dns
from tenants.db import db
from tenants.engines import reading
from tenants.permissions import Permission as P

bp = Blueprint("hosts", __name__, url_prefix="/a/<handle>/settings/hosts")
CHECKS = "20 per minute;120 per hour"
log = structlog.get_logger()


@bp.get("/")
@permission(P.ACCOUNT_VIEW)
def index() -> Any:
    here, config = current.here, _config()
    return render_template(
        "hosts/index.html", here=here, hosts=hosts_of(here.id), portal=portal_host(config),
        base=f"{config.base_url}/s/{here.handle}/", most=MOST, zone=current.person.zone,
        days=GRACE.days,
    )  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@permission(P.ACCOUNT_EDIT)
@once
def new() -> Any:
    form = HostForm()
    if form.validate_on_submit():
        try:
            row = hosting.claim(
                current.here, form.host.data or "", names_of_the_portal(), by=current.person
            )  # fmt: skip
        except Problem as problem:
            add_error(form.host, str(problem))
        else:
            return redirect(_url("show", host_id=row.id), 303)
    return render_template("hosts/new.html", form=form), 422 if form.is_submitted() else 200


@bp.get("/<uuid:host_id>/")
@permission(P.ACCOUNT_VIEW)
def show(host_id: uuid.UUID) -> str:
    row = _row(host_id)
    config = _config()
    return render_template(
        "hosts/show.html", row=row, here=current.here, portal=portal_host(config), days=GRACE.days,
        home=own_base(config.base_url, row.host), zone=current.person.zone,
        base=f"{config.base_url}/s/{current.here.handle}/",
    )  # fmt: skip


@bp.post("/<uuid:host_id>/check")
@permission(P.ACCOUNT_EDIT)
@limiter.limit(CHECKS, key_func=lambda: f"hosts|{current.here.id}")
def check(host_id: uuid.UUID) -> Response:
    look = _look(host_id)
    row = _row(host_id)
    follows = hosting.check(row, look, current.here, by=current.person)
    if follows == "proved":
        flash(f"{row.shown} is proved.", "good")
        after_commit(_settle)
    elif look.unanswered or row.verified_at is None or row.missing_since is not None:
        flash(row.problem, "warn")
    else:
        flash("The record is there.", "good")
    return redirect(_url("show", host_id=host_id), 303)


@bp.route("/<uuid:host_id>/primary", methods=["GET", "POST"])
@permission(P.ACCOUNT_EDIT)
def primary(host_id: uuid.UUID) -> Any:
    row, form = _row(host_id), ReasonForm()
    if form.validate_on_submit():
        try:
            hosting.prefer(
                row, current.here, by=current.person, reason=form.reason.data or ""
            )  # fmt: skip
        except Problem as problem:
            add_error(form.reason, str(problem))
        else:
            flash(f"The site is at {row.shown} now.", "good")
            return redirect(_url("index"), 303)
    page = render_template(
        "hosts/primary.html", form=form, row=row, home=own_base(_config().base_url, row.host),
        portal=portal_host(_config()),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@bp.post("/<uuid:host_id>/aside")
@permission(P.ACCOUNT_EDIT)
def aside(host_id: uuid.UUID) -> Response:
    hosting.prefer_none(_row(host_id), current.here, by=current.person)
    flash("The site is at the portal’s own address again.", "good")
    return redirect(_url("index"), 303)


@bp.post("/<uuid:host_id>/remove")
@permission(P.ACCOUNT_EDIT)
def remove(host_id: uuid.UUID) -> Response:
    row = _row(host_id)
    hosting.give_up(row, current.here, by=current.person)
    flash(f"{row.shown} is removed.", "good")
    return redirect(_url("index"), 303)


def _look(host_id: uuid.UUID) -> Look:
    """Ask the DNS with no transaction open: its servers may be slow."""
    with reading():
        row = _row(host_id)
        asked = row.record_name, row.record_value, row.host
        db.session.rollback()
    return look_up(*asked, portal_host(_config()), dns())


def _settle() -> None:
    """Take the name from whoever had it before, at once; the periodic look would do it too."""
    try:
        settle_taken()
    except SQLAlchemyError as error:
        log.warning("hosts are settled later", error=str(error))


def _row(host_id: uuid.UUID) -> SiteHost:
    return host_by_id(host_id, current.here.id) or abort(404)


def _config() -> Config:
    found: Config = current_app.config["PORTAL"]
    return found


def _url(view: str, **values: Any) -> str:
    return url_for(f"hosts.{view}", handle=current.here.handle, **values)
