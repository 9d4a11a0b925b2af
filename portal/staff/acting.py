"""The pages around an act: which rows, what it means, why; then what became of each row."""

import uuid
from typing import Any

from flask import abort, flash, g, redirect, request
from flask_admin import expose

from portal.forms.console import ActForm
from portal.staff.acts import MOST_ROWS, Act, Lead, Outcome, carry_out
from portal.staff.cells import Cell
from portal.staff.doorway import Console, Told
from portal.staff.engine import Engine
from portal.staff.filters import BadFilter


class Acting(Engine):
    """A list that offers the `acts` it names, and nothing where it names none."""

    acts: tuple[Act, ...] = ()

    def offers(self, view: str) -> bool:
        return super().offers(view) and (view != "act" or bool(self.acts))

    def title_of(self, row: Any) -> str:
        """Return how a row is named, on its page and in the trail."""
        raise NotImplementedError

    def fresh(self, key: uuid.UUID) -> Any:
        """Return a row once more, inside its own tenant; the console's scope showed it before."""
        return self.found(key)

    def act_url(self, act: Act, *rows: Any) -> str:
        """Return the address where an act on these rows is confirmed."""
        ids = [row.id for row in rows]
        return str(
            self.get_url(f"{self.endpoint}.act", key=act.key, **({"id": ids} if ids else {}))
        )

    def offered(self, row: Any) -> list[tuple[Act, str, str]]:
        """Return what can be done to a row, with the address, and what cannot, with why."""
        return [(act, self.act_url(act, row), act.refusal(row)) for act in self.acts]

    def leads(self, row: Any) -> list[tuple[Lead, str, Any]]:  # noqa: ARG002 - for subclasses
        """Return the pages elsewhere that change a row, with the address, and why not."""
        return []

    def bulk(self, rows: list[Any]) -> list[tuple[Act, str, str]]:
        """Return the acts for several rows at once, with why one can be done to none of them."""
        found = []
        for act in self.acts:
            refusals = [act.refusal(row) for row in rows]
            words = "" if "" in refusals else next(iter(refusals), "")
            found.append((act, self.act_url(act), words))
        return found

    @expose("/act/<key>/", methods=("GET", "POST"))
    def act(self, key: str) -> Any:
        """Ask for a reason, then act. 404 unless every id is a row's; 422 without a reason."""
        act = next((each for each in self.acts if each.key == key), None) or abort(404)
        ids = (request.form if request.method == "POST" else request.args).getlist("id")
        if not 0 < len(ids) <= MOST_ROWS:
            raise BadFilter(f"Choose between 1 and {MOST_ROWS} of the {self.plural} first.")
        rows = self.chosen(ids)
        self.prepare(rows)
        form = ActForm()
        if form.validate_on_submit():
            reason = form.reason.data or ""
            return self._done(act, carry_out(act, rows, self.fresh, self.title_of, reason))
        g.console_told = Told(f"{self._words(act, len(rows))}, before it is done", Console())
        page = self.page(
            "admin/model/act.html", act=act, form=form, return_url=self.list_url(),
            planned=[(row, Cell(_capital(self.title_of(row)), url=self.row_url(row)),
                      act.account(row).name, act.refusal(row)) for row in rows],
        )  # fmt: skip
        return page, 422 if form.is_submitted() else 200

    def _words(self, act: Act, number: int) -> str:
        return f"“{act.label}” for {number} of the {self.plural}"

    def _done(self, act: Act, outcomes: list[Outcome]) -> Any:
        """Back to the list when all was done, else what became of each row."""
        left = [each for each in outcomes if each.problem]
        done = len(outcomes) - len(left)
        told = f"what came of {self._words(act, len(outcomes))}, {done} done"
        g.console_told = Told(told, Console())
        if not left:
            flash(f"{act.label}: done for {done} of {len(outcomes)}.", "good")
            return redirect(self.list_url())
        page = self.page(
            "admin/model/acted.html", act=act, outcomes=outcomes, done=done,
            return_url=self.list_url(),
        )  # fmt: skip
        return page, 200 if done else 422


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
