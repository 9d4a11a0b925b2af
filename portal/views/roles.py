"""The roles there are at an account: what each comes to, side by side, and who holds it."""

import uuid
from collections.abc import Iterable

from flask import Blueprint, abort, render_template, request

from portal.guards import permission
from portal.requests import current
from tenants.defining import UNDO
from tenants.inventory import grants_by_role, grants_of_role, happened_to
from tenants.permissions import Permission as P
from tenants.roles import Role, contents, role_by_id, roles_at

bp = Blueprint("roles", __name__, url_prefix="/a/<handle>/roles")


@bp.get("/")
@permission(P.ACCESS_VIEW)
def index() -> str:
    here = current.here
    roles = roles_at(here, deleted=True)
    found = contents()
    return render_template(
        "roles/index.html", origins=origins(),
        own=[r for r in roles if r.account_id == here.id and r.deleted_at is None],
        above=[r for r in roles if r.account_id not in {here.id, None}],
        built_in=[r for r in roles if r.built_in],
        deleted=[r for r in roles if r.deleted_at is not None], undo=UNDO,
        names={r.id: r.name for r in roles}, parents=found.parents,
        sizes={r.id: len(found.permissions(r.id)) for r in roles},
        held=grants_by_role([r.id for r in roles]),
    )  # fmt: skip


@bp.get("/<uuid:role_id>/")
@permission(P.ACCESS_VIEW)
def show(role_id: uuid.UUID) -> str:
    role = role_here(role_id)
    found = contents()
    line = [each for each in map(role_by_id, found.line(role.id)) if each is not None]
    heirs = set(found.heirs(role.id))
    return render_template(
        "roles/show.html", role=role, origins=origins(), line=line,
        groups=by_noun(), found=found, names={each.id: each.name for each in line},
        heirs=[r for r in roles_at(current.here) if r.id in heirs],
        grants=grants_of_role(role.id),
        events=happened_to(role.id) if current.can(P.TRAIL_VIEW).allowed else [],
    )  # fmt: skip


@bp.get("/compare")
@permission(P.ACCESS_VIEW)
def compare() -> str:
    roles = roles_at(current.here)
    chosen = [next((r for r in roles if str(r.id) == request.args.get(side)), None)
              for side in ("left", "right")]  # fmt: skip
    return render_template(
        "roles/compare.html", roles=roles, chosen=chosen, columns=_columns(chosen, roles),
        found=contents(), groups=by_noun(), names={r.id: r.name for r in roles},
    )  # fmt: skip


def _columns(chosen: list[Role | None], roles: list[Role]) -> list[Role]:
    """Return what is set side by side: the two chosen, or all when none is."""
    if not any(chosen):
        return roles
    return [role for role in chosen if role is not None]


def origins() -> dict[uuid.UUID | None, str]:
    """Return where a role can have been defined, by account."""
    accounts = (current.here, *current.ancestors)
    return {None: "built in"} | {account.id: account.name for account in accounts}


def by_noun(among: Iterable[P] = P) -> dict[str, list[P]]:
    """Return permissions under what they are about."""
    found: dict[str, list[P]] = {}
    for each in among:
        found.setdefault(each.partition(".")[0].capitalize(), []).append(each)
    return found


def role_here(role_id: uuid.UUID, *, deleted: bool = True) -> Role:
    """Return a role there is at the account, or 404."""
    roles = roles_at(current.here, deleted=deleted)
    return next((role for role in roles if role.id == role_id), None) or abort(404)


def own_role(role_id: uuid.UUID, *, deleted: bool = False) -> Role:
    """Return a role the account itself defined, deleted or not as asked, or 404."""
    role = role_here(role_id)
    if role.account_id != current.here.id or (role.deleted_at is not None) != deleted:
        abort(404)
    return role
