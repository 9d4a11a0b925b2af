"""The workflow of an account: the steps that hold, where each comes from, and adding some."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from portal.content.workflows import set_workflow, who_words, workflow_at
from portal.forms.base import choices
from portal.forms.reviews import BecauseForm, StepForm
from portal.guards import permission
from portal.requests import current
from portal.views.policies import reach_the_house
from tenants.permissions import Permission as P
from tenants.policies import own_policies
from tenants.policy_kinds import BadPolicy
from tenants.step_kinds import Step, steps_in

bp = Blueprint("workflow", __name__, url_prefix="/a/<handle>/workflow")
SPARE = 3
MOST = 10


@bp.get("/")
@permission(P.ACCOUNT_VIEW)
def index() -> str:
    """Show the steps that hold here, and what set them."""
    return render_template(
        "workflow/index.html", here=current.here, flow=workflow_at(current.here),
        who=who_words(current.here), setting=current.can(P.POLICY_SET),
    )  # fmt: skip


@bp.route("/edit", methods=["GET", "POST"])
@permission(P.POLICY_SET)
def edit() -> Any:
    """Set the steps that this account adds to those above."""
    reach_the_house()
    form, problem = BecauseForm(), ""
    rows = _rows(form.is_submitted())
    if form.is_submitted() and all([form.validate(), *(row.validate() for row in rows)]):
        try:
            steps = [Step(**values) for row in rows if (values := row.values())["name"]]
            set_workflow(current.here, steps, by=current.person, because=form.because.data or "")
        except BadPolicy as bad:
            problem = str(bad)
        else:
            flash(f"This holds for {current.here.name} and all below from now on.", "good")
            return redirect(url_for("workflow.index", handle=current.here.handle))
    status = 422 if form.is_submitted() else 200
    return render_template(
        "workflow/edit.html", here=current.here, form=form, rows=rows, problem=problem
    ), status


def _rows(sent: bool) -> list[StepForm]:
    """Return one row for each step, and some to spare."""
    own = [] if sent else _own()
    count = MOST if sent else min(MOST, len(own) + SPARE)
    asked = choices(who_words(current.here).items())
    rows = []
    for number in range(count):
        if sent and f"step-{number}-name" not in request.form:
            break
        values = vars(own[number]) if number < len(own) else {}
        row = StepForm(prefix=f"step-{number}-", data=values)
        row.who.choices = list(asked)
        rows.append(row)
    return rows


def _own() -> tuple[Step, ...]:
    for row in own_policies(current.here):
        if row.key == "workflow" and row.ended_at is None:
            return steps_in(row.value)
    return ()
