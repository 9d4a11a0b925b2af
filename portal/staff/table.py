"""What each list of the console offers: the list itself, a row's details, CSV, and its acts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response, abort, g, request
from flask_admin import expose

from portal.spreadsheets import to_csv
from portal.staff.acting import Acting
from portal.staff.cells import Cell, plain
from portal.staff.doorway import Console, Told
from portal.staff.engine import LAST_PAGE
from portal.staff.filters import BadFilter
from tenants.clock import now
from tenants.db import db


class Table(Acting):
    """A list of rows of one class, each with its details.

    Cells come from a method `cell_<column>(row)` where there is one, else from the row.
    """

    list_template = "admin/model/list.html"
    details_template = "admin/model/details.html"
    plural = ""
    intro = ""
    icon = "inbox"

    def __init__(self, model: type[Any], name: str, slug: str) -> None:
        super().__init__(model, db, name=name, endpoint=f"console_{slug}", url=slug)
        self.slug = slug
        self.words = f"the list of {self.plural}"

    def target_of(self, row: Any) -> Any:
        """Return what the trail names as looked at: the row itself."""
        return row

    def beside(self, row: Any) -> dict[str, Any]:  # noqa: ARG002 - for subclasses
        """Return what stands beside the facts: `sides` (tables) and `changes`."""
        return {}

    def value(self, row: Any, column: str) -> Any:
        """Return what stands in a column of a row."""
        maker = getattr(self, f"cell_{column}", None)
        return maker(row) if maker else getattr(row, column)

    def _get_list_value(
        self, context: Any, model: Any, name: str, *formatters: Any  # noqa: ARG002 - Flask-Admin's
    ) -> Any:  # fmt: skip
        return self.value(model, name)

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return super()._run_view(fn, *args, **kwargs)
        except BadFilter as problem:
            return self.page("admin/model/refused.html", problem=str(problem)), 422

    def render(self, template: str, **kwargs: Any) -> str:
        if template == self.list_template:
            kwargs |= self._around_list(kwargs)
        return str(super().render(template, **kwargs))

    def _around_list(self, given: dict[str, Any]) -> dict[str, Any]:
        g.console_told = Told(", ".join([self.words, *self._asked()]), Console())
        export_url = self.get_url(
            f"{self.endpoint}.export", export_type="csv", search=given["search"] or None,
            **given["filter_args"],
        )  # fmt: skip
        return {
            "heads": self._heads(given),
            "has_more": g.console_has_more,
            "export_url": export_url,
            "last_page": LAST_PAGE,
            "bulk": self.bulk(given["data"]),
        }

    def _asked(self) -> list[str]:
        """Return the filters and the search asked for, in words."""
        asked = self._get_list_extra_args()
        words = [f"{name} is {value}" for _index, name, value in asked.filters]
        return words + ([f"search is {asked.search}"] if asked.search and self.searched else [])

    def _heads(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        heads = []
        for index, (column, label) in enumerate(self._list_columns):
            head: dict[str, Any] = {"label": label}
            if column in self.sorts:
                here = given["sort_column"] == index
                head["sort_url"] = given["sort_url"](index, here)
                if here:
                    head["sorted"] = "desc" if given["sort_desc"] else "asc"
            heads.append(head)
        return heads

    def _fact(self, row: Any, column: str) -> Any:
        value = self.value(row, column)
        here = isinstance(value, Cell) and value.url == self.row_url(row)
        return replace(value, url="") if here else value

    @expose("/details/")
    def details_view(self) -> str:
        """Show one row. 404 for ids that are none, or nothing's."""
        row = self.get_one(request.args.get("id"))
        self.prepare([row])
        title = self.title_of(row)
        g.console_told = Told(title, self.target_of(row), row)
        facts = [(label, self._fact(row, column)) for column, label in self._details_columns]
        return self.page(
            self.details_template, model=row, facts=facts, title=title,
            return_url=self.list_url(), offered=[*self.offered(row), *self.leads(row)],
            **self.beside(row),
        )  # fmt: skip

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> Response:
        """Send the filtered list as CSV, cut at `export_max_rows`; the file's name says if so."""
        if export_type != "csv":
            abort(404)
        _, rows = self._export_data()
        g.console_told = Told(", ".join([self.plural, *self._asked()]), Console(), rows=len(rows))
        columns = self._export_columns
        text = to_csv(
            [label for _column, label in columns],
            ([plain(self.value(row, column)) for column, _label in columns] for row in rows),
        )
        cut = f"-first-{len(rows)}" if g.console_has_more else ""
        name = f"{self.slug}{cut}-{now():%Y-%m-%dT%H%MZ}.csv"
        headers = {"Content-Disposition": f"attachment; filename={name}"}
        return Response(text, mimetype="text/csv", headers=headers)
