"""The site's menus: which there are and where they are shown; one, edited as a whole."""

import uuid
from typing import Any, cast

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.menu_adding import Found, add, found_for
from portal.content.menu_desk import (
    BadRows,
    Place,
    change_menu,
    delete_menu,
    menu_by_id,
    menus_listed,
    pages_led_to,
    place_of,
    show_menu,
    standing_of,
    start_menu,
)  # fmt: skip
from portal.content.menu_rows import Row, moved, rows_of
from portal.content.menus import by_itself
from portal.content.problems import Problem, Stale
from portal.content.sites import Menu
from portal.forms.base import add_error
from portal.forms.menus import PLACES, MenuForm, StartMenuForm, typed_rows
from portal.guards import permission
from portal.once import once
from portal.requests import current
from tenants.permissions import Permission as P

bp = Blueprint("menus", __name__, url_prefix="/a/<handle>/menus")
MOVES = frozenset({"up", "down", "in", "out", "remove"})


@bp.get("/")
@permission(P.ACCOUNT_EDIT)
def index() -> str:
    found = menus_listed(current.here.id)
    plain = None if any(menu.primary for menu in found) else by_itself(current.here.id)
    return render_template("menus/index.html", found=found, places=PLACES, plain=plain)


@bp.route("/new", methods=["GET", "POST"])
@permission(P.ACCOUNT_EDIT)
@once
def new() -> Any:
    place = request.args.get("place", "main")
    form = StartMenuForm(place=place, name={"footer": "Footer"}.get(place, "Main menu"))
    if form.validate_on_submit():
        try:
            menu = start_menu(
                current.here, form.name.data or "", cast("Place", form.place.data),
                by=current.person,
            )  # fmt: skip
        except Problem as problem:
            add_error(form.name, str(problem))
        else:
            return _to(menu)
    return render_template("menus/new.html", form=form), 422 if form.is_submitted() else 200


@bp.route("/<uuid:menu_id>/", methods=["GET", "POST"])
@permission(P.ACCOUNT_EDIT)
def edit(menu_id: uuid.UUID) -> Any:
    """Show a menu, rearrange what was sent of it, or save that.

    Only `save` changes anything; each other button gives the form back with its effect.
    """
    menu = _menu(menu_id)
    form = MenuForm(name=menu.name, based_on=standing_of(menu))
    if not form.is_submitted():
        return _page(menu, form, rows_of(menu.items))
    rows, act = typed_rows(), _act(form)
    if not form.validate():
        return _page(menu, form, rows), 422
    return _save(menu, form, rows) if act == "save" else _rearranged(menu, form, rows, act)


@bp.post("/<uuid:menu_id>/place")
@permission(P.ACCOUNT_EDIT)
def put(menu_id: uuid.UUID) -> Response:
    menu, place = _menu(menu_id), request.form.get("place", "")
    if place not in dict(PLACES):
        abort(400)
    try:
        show_menu(menu, current.here, cast("Place", place), by=current.person)
    except Problem as problem:
        flash(str(problem), "warn")
    else:
        flash("Readers see it from now on." if place else "Readers do not see it any more.", "good")
    return redirect(url_for("menus.index", handle=current.here.handle), 303)


@bp.post("/<uuid:menu_id>/delete")
@permission(P.ACCOUNT_EDIT)
def delete(menu_id: uuid.UUID) -> Response:
    menu = _menu(menu_id)
    delete_menu(menu, current.here, by=current.person)
    flash(f"“{menu.name}” is deleted.", "good")
    return redirect(url_for("menus.index", handle=current.here.handle), 303)


def _save(menu: Menu, form: MenuForm, rows: list[Row]) -> Any:
    try:
        changed = change_menu(
            menu, current.here, form.name.data or "", rows, by=current.person,
            based_on=form.based_on.data or "",
        )  # fmt: skip
    except Stale as stale:
        form.based_on.data = standing_of(menu)
        return _page(menu, form, rows, stale=str(stale)), 409
    except BadRows as bad:
        add_error(form.name, str(bad))
        return _page(menu, form, rows, told=bad.told), 422
    except Problem as problem:
        add_error(form.name, str(problem))
        return _page(menu, form, rows), 422
    if not changed:
        flash("Nothing was changed, so there was nothing to save.", "info")
    elif place_of(menu):
        flash("Saved. Readers see it from now on.", "good")
    else:
        flash("Saved. Readers see it once it is shown somewhere.", "good")
    return _to(menu)


def _rearranged(menu: Menu, form: MenuForm, rows: list[Row], act: str) -> Any:
    how, _, what = act.partition(":")
    if how in MOVES:
        at = int(what) if what.isdecimal() and len(what) < 4 else -1
        return _page(menu, form, moved(rows, at, how), focus=_now_at(rows, at, how))
    found = found_for(form.find.data or "", current.here, by=current.person)
    if how == "find":
        return _page(menu, form, rows, found=found)
    try:
        typed = (form.words.data or "", form.address.data or "")
        row = add(how, what, typed, current.here, by=current.person)
    except Problem as problem:
        add_error(form.address, str(problem))
        return _page(menu, form, rows, found=found), 422
    if how == "address":
        form.words.data = form.address.data = ""
    return _page(menu, form, [*rows, row], found=found, focus=len(rows))


def _act(form: MenuForm) -> str:
    """Return what is asked for; the Enter key means what was typed last at the foot of the form."""
    act = request.form.get("act", "save")
    if act != "enter":
        return act
    if (form.find.data or "").strip():
        return "find"
    return "address" if (form.address.data or "").strip() else "save"


def _now_at(rows: list[Row], at: int, how: str) -> int:
    """Return where a moved row stands now, for the focus to follow it."""
    if not 0 <= at < len(rows) or how in {"in", "out", "remove"}:
        return at
    there = moved([Row(str(number), row.to, row.depth) for number, row in enumerate(rows)], at, how)
    return next(number for number, row in enumerate(there) if row.label == str(at))


def _page(
    menu: Menu, form: MenuForm, rows: list[Row], *, told: dict[int, str] | None = None,
    stale: str = "", found: Found | None = None, focus: int | None = None,
) -> str:  # fmt: skip
    stands = rows_of(menu.items)
    pages = pages_led_to([*rows, *stands], current.here, by=current.person)
    return render_template(
        "menus/edit.html", menu=menu, form=form, rows=rows, pages=pages, told=told or {},
        stale=stale, theirs=stands if stale else [], found=found, focus=focus,
        place=place_of(menu), changed=rows != stands,
    )  # fmt: skip


def _menu(menu_id: uuid.UUID) -> Menu:
    return menu_by_id(menu_id, current.here.id) or abort(404)


def _to(menu: Menu) -> Response:
    return redirect(url_for("menus.edit", handle=current.here.handle, menu_id=menu.id), 303)
