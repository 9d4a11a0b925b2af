"""Groups of people: who is in them, since when, and what they hold."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from portal.forms.base import PortalForm
from portal.forms.people_found import offer_people
from portal.forms.roles import ConfirmForm, GroupForm, MemberForm
from portal.guards import permission
from portal.once import once
from portal.requests import current
from portal.views.trying import PROBLEMS, done, tried
from tenants.db import db
from tenants.decisions import can
from tenants.defining import UNDO
from tenants.grouping import (
    add_member,
    delete,
    grants_of,
    group_refusal,
    make,
    remove_member,
    rename,
)
from tenants.groups import Group, GroupMember, group_by_id, groups_at
from tenants.inventory import (
    any_group,
    grants_by_group,
    happened_to,
    member_by_id,
    members,
    members_by_group,
)
from tenants.people import person_by_id
from tenants.permissions import Permission as P
from tenants.restoring import restore_group

bp = Blueprint("groups", __name__, url_prefix="/a/<handle>/groups")


@bp.get("/")
@permission(P.ACCESS_VIEW)
def index() -> str:
    current.look_with(P.ACCESS_VIEW)
    here = current.here
    groups = groups_at(here, deleted=True)
    ids = [group.id for group in groups]
    return render_template(
        "groups/index.html", undo=UNDO, sizes=members_by_group(ids), held=grants_by_group(ids),
        own=[g for g in groups if g.account_id == here.id and g.deleted_at is None],
        above=[g for g in groups if g.account_id != here.id],
        deleted=[g for g in groups if g.deleted_at is not None],
        origins={account.id: account.name for account in current.ancestors},
    )  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@permission(P.GROUP_MANAGE)
@once
def new() -> Any:
    form = GroupForm()
    found: list[Group] = []
    if form.validate_on_submit() and done(
        form, lambda: found.append(make(current.here, *_words(form), by=current.person))
    ):
        flash(f"The group {found[0].name} is made; put people into it.", "good")
        return _to(found[0].id)
    return render_template("groups/edit.html", form=form, group=None), _status(form)


@bp.get("/<uuid:group_id>/")
@permission(P.ACCESS_VIEW)
def show(group_id: uuid.UUID) -> str:
    return _page(_own(group_id), MemberForm())


@bp.post("/<uuid:group_id>/members")
@permission(P.GROUP_MANAGE)
@once
def add(group_id: uuid.UUID) -> Any:
    group, form = _own(group_id), MemberForm()
    _offer(form)
    if form.validate():
        person = person_by_id(uuid.UUID(form.person.data)) or abort(404)
        why, by = form.because.data or "", current.person
        if done(form, lambda: add_member(group, person, current.here, by=by, because=why)):
            flash(f"{person.name} is in {group.name} from now on.", "good")
            return _to(group_id)
    return _page(_own(group_id), form), 422 if form.is_submitted() else 200


@bp.route("/<uuid:group_id>/members/<uuid:member_id>/remove", methods=["GET", "POST"])
@permission(P.GROUP_MANAGE)
def remove(group_id: uuid.UUID, member_id: uuid.UUID) -> Any:
    here, by, form = current.here, current.person, ConfirmForm()
    row = _member(member_id, _own(group_id))
    fine, why = form.validate_on_submit(), form.reason.data or ""

    def act() -> None:
        again = group_by_id(group_id) or abort(404)
        remove_member(_member(member_id, again), again, here, by=by, reason=why)

    seen, shown = tried(form, act)
    row, group = _member(member_id, _own(group_id)), _own(group_id)
    name = row.person.name
    if fine and shown is not None and form.seen.data == seen and done(form, act):
        flash(f"{name} is not in {group.name} any more.", "good")
        return _to(group_id)
    form.seen.data = seen
    return render_template(
        "groups/remove.html", form=form, group=group, name=name, preview=shown
    ), _status(form)


@bp.route("/<uuid:group_id>/edit", methods=["GET", "POST"])
@permission(P.GROUP_MANAGE)
def edit(group_id: uuid.UUID) -> Any:
    group = _own(group_id)
    form = GroupForm(obj=group)
    if form.validate_on_submit() and done(
        form, lambda: rename(group, current.here, *_words(form), by=current.person)
    ):
        flash(f"The group is called {group.name}.", "good")
        return _to(group_id)
    return render_template("groups/edit.html", form=form, group=_own(group_id)), _status(form)


@bp.route("/<uuid:group_id>/delete", methods=["GET", "POST"])
@permission(P.GROUP_MANAGE)
def delete_group(group_id: uuid.UUID) -> Any:
    here, by, form = current.here, current.person, ConfirmForm()
    _own(group_id)
    fine, why = form.validate_on_submit(), form.reason.data or ""

    def act() -> None:
        delete(group_by_id(group_id) or abort(404), here, by=by, reason=why)

    seen, shown = tried(form, act)
    group = _own(group_id)
    if fine and shown is not None and form.seen.data == seen and done(form, act):
        flash(f"The group {group.name} is deleted. It can be restored for 30 days.", "good")
        return redirect(url_for("groups.index", handle=here.handle))
    form.seen.data = seen
    return render_template("groups/delete.html", form=form, group=group, preview=shown), _status(
        form
    )


@bp.post("/<uuid:group_id>/restore")
@permission(P.GROUP_MANAGE)
def restore(group_id: uuid.UUID) -> Any:
    group = any_group(group_id)
    if group is None or group.account_id != current.here.id or group.deleted_at is None:
        abort(404)
    try:
        lines = restore_group(group, current.here, by=current.person)
    except PROBLEMS as problem:
        db.session.rollback()
        flash(str(problem), "warn")
        return redirect(url_for("groups.index", handle=current.here.handle))
    return render_template(
        "roles/restored.html", lines=lines, title=f"The group {group.name} is back",
        back=url_for("groups.show", handle=current.here.handle, group_id=group.id),
    )  # fmt: skip


def _page(group: Group, form: MemberForm) -> str:
    here, by = current.here, current.person
    grants = grants_of(group)
    _offer(form)
    return render_template(
        "groups/show.html", group=group, form=form,
        grants=[g for g in grants if can(by, P.ACCESS_VIEW, g[1]).allowed],
        members=members(group.id),
        no={
            act: group_refusal(here, grants, by=by, act=right)
            for act, right in (
                ("add", P.GRANT_GIVE), ("remove", P.GRANT_END), ("edit", P.GROUP_MANAGE)
            )
        },
        events=happened_to(group_id=group.id) if current.can(P.TRAIL_VIEW).allowed else [],
    )  # fmt: skip


def _offer(form: MemberForm) -> None:
    offer_people(form.person, current.here, current.person)


def _words(form: GroupForm) -> tuple[str, str]:
    return (form.name.data or "").strip(), (form.sentence.data or "").strip()


def _own(group_id: uuid.UUID) -> Group:
    """Return a group the account itself made, or 404."""
    group = group_by_id(group_id)
    if group is None or group.account_id != current.here.id:
        abort(404)
    return group


def _member(member_id: uuid.UUID, group: Group) -> GroupMember:
    return member_by_id(member_id, group.id) or abort(404)


def _status(form: PortalForm) -> int:
    return 422 if form.is_submitted() and form.errors else 200


def _to(group_id: uuid.UUID) -> Any:
    return redirect(url_for("groups.show", handle=current.here.handle, group_id=group_id))
