"""Flask-Admin's list engine, without its writes, bounded, and scoped by one query.

Everything it finds comes out of `get_query`: the list, one row, an export, searches and filters.
There is no count over a whole table, no sort and no search but over the columns named, and no
parameter of the address that means anything else.
"""

import uuid
from typing import Any

from flask import abort, g, request
from flask_admin.contrib.sqla import ModelView
from flask_admin.form import BaseForm
from sqlalchemy import or_

from portal.staff.doorway import Doorway
from portal.staff.filters import BadFilter, Filter
from tenants.db import db

LAST_PAGE = 199
SEARCH_LIMIT = 200
SEARCH_TERMS = 5
EXPORT_ROWS = 10_000


class Engine(Doorway, ModelView):
    """Finds rows of one class.

    `sorts` and `searched` are the only columns that can be sorted by and searched in, `filters`
    the only filters. `prepare(rows)` loads what cells need beside their rows, in a number of
    statements that does not depend on how many rows there are.
    """

    can_create = can_edit = can_delete = False
    can_view_details = can_export = True
    export_max_rows = EXPORT_ROWS
    page_size = 50
    simple_list_pager = True
    column_auto_select_related = False
    search_hint = ""
    sorts: dict[str, Any] = {}
    order: tuple[Any, ...] = ()
    searched: tuple[Any, ...] = ()
    filters: tuple[Filter, ...] = ()

    def get_query(self) -> Any:
        return db.session.query(self.model)

    def prepare(self, rows: list[Any]) -> None:
        """Load what the cells of these rows need beside them."""

    def get_count_query(self) -> Any:
        return self.get_query().with_entities(self.model.id)

    def get_one(self, id: Any) -> Any:  # noqa: A002 - Flask-Admin's name
        """Return the row with this id. Aborts with 404 when it is no id, or nothing's."""
        return self.found(_key(id)) or abort(404)

    def found(self, key: uuid.UUID) -> Any:
        """Return the row with this id, or None."""
        return self.get_query().filter(self.model.id == key).first()

    def chosen(self, ids: list[str]) -> list[Any]:
        """Return the rows with these ids. Aborts with 404 when one of them is no row's."""
        keys = {_key(each) for each in ids}
        rows: list[Any] = (
            self.get_query().filter(self.model.id.in_(keys)).order_by(self.model.id).all()
        )
        return rows if len(rows) == len(keys) else abort(404)

    def get_list(
        self, page: int | None, sort_column: Any, sort_desc: Any, search: str | None,
        filters: Any, execute: bool = True, page_size: int | None = None,
    ) -> tuple[None, list[Any]]:  # fmt: skip
        """Return one page of rows; whether there are more stands in `g.console_has_more`."""
        if not 0 <= (page or 0) <= LAST_PAGE:
            abort(404)
        size = page_size or self.page_size
        _, found = super().get_list(
            page, sort_column, bool(sort_desc), search, filters, execute, size
        )
        g.console_has_more = len(found) > size
        rows = list(found[:size])
        self.prepare(rows)
        return None, rows

    def _apply_pagination(self, query: Any, page: int | None, page_size: int | None) -> Any:
        size = page_size or self.page_size
        return query.limit(size + 1).offset((page or 0) * size)

    def _apply_sorting(self, query: Any, joins: Any, sort_column: Any, sort_desc: bool) -> Any:
        wanted = self.sorts.get(sort_column)
        if wanted is not None:
            query = query.order_by(wanted.desc() if sort_desc else wanted.asc())
        return query.order_by(*self.order), joins

    def _apply_search(
        self, query: Any, count_query: Any, joins: Any, count_joins: Any, search: str
    ) -> Any:
        if len(search) > SEARCH_LIMIT or "\x00" in search:
            raise BadFilter(f"A search takes at most {SEARCH_LIMIT} plain characters.")
        for term in search.split()[:SEARCH_TERMS]:
            hits = [column.icontains(term, autoescape=True) for column in self.searched]
            query = query.filter(or_(*hits))
        return query, count_query, joins, count_joins

    def init_search(self) -> bool:
        return bool(self.searched)

    def search_placeholder(self) -> str:
        return self.search_hint

    def get_sortable_columns(self) -> dict[Any, Any]:
        return dict(self.sorts)

    def get_column_names(self, only_columns: Any, excluded_columns: Any) -> list[tuple[Any, str]]:  # noqa: ARG002 - Flask-Admin's signature
        return [(column, self.get_column_name(column)) for column in only_columns]

    def get_filters(self) -> list[Any]:
        return list(self.filters)

    def get_filter_arg(self, index: int, flt: Any) -> str:  # noqa: ARG002 - Flask-Admin's signature
        return str(flt.key)

    def _get_list_filter_args(self) -> list[Any]:
        found = []
        for index, flt in enumerate(self.filters):
            value = request.args.get(flt.key, "").strip()
            if value:
                flt.clean(value)  # raises BadFilter here, before anything is asked
                found.append((index, flt.name, value))
        return found

    def typed(self) -> dict[str, str]:
        """Return what was typed into search and filters, as far as a page can show it."""
        names = ("search", *(flt.key for flt in self.filters))
        given = {name: request.args.get(name, "")[:SEARCH_LIMIT] for name in names}
        return {
            name: "".join(filter(str.isprintable, text)) for name, text in given.items() if text
        }

    def _get_filters(self, filters: Any) -> dict[str, Any]:
        return {self.filters[index].key: value for index, _name, value in filters or ()}

    def _get_list_url(self, view_args: Any) -> str:
        kept = {
            "page": view_args.page or None, "sort": view_args.sort,
            "desc": 1 if view_args.sort_desc else None, "search": view_args.search or None,
        }  # fmt: skip
        return self.list_url(**kept, **self._get_filters(view_args.filters))

    def list_url(self, **args: Any) -> str:
        """Return the address of this list with filters set."""
        return str(self.get_url(f"{self.endpoint}.index_view", **args))

    def row_url(self, row: Any) -> str:
        """Return the address of a row's details."""
        return str(self.get_url(f"{self.endpoint}.details_view", id=row.id))

    def scaffold_form(self) -> Any:
        return BaseForm  # rows are changed by acts only, so no form is drawn from the model


def _key(text: Any) -> uuid.UUID:
    try:
        key = uuid.UUID(text)
    except (ValueError, AttributeError, TypeError):
        abort(404)
    return key if str(key) == text else abort(404)
