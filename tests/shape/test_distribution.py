"""The tenant is the distribution key: statements carry it, keys hold it or say why they do not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, UniqueConstraint, event

from portal.jobs.periodic import HOUSEKEEPING, ON_TIME, RELEASES, SOON
from tenants import scope_sql
from tenants.db import Base, db
from tenants.scope import current_scope
from tenants.scope_sql import DIRECTORY_TABLES, scoped_tables
from tests.fixtures.app import NO_REDIS, on_postgres
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in

ONE_TENANTS_ID: dict[str, set[tuple[str, ...]]] = {
    "access_request": {("account_id", "person_id", "kind", "wanted")},
    "export_run": {("account_id",)},
    "account_closure": {("ancestor_id", "descendant_id")},
    "audit_waiting": {("event_id",)},
    "grant_notice": {("grant_id",)},
    "group_member": {("group_id", "person_id")},
    "imported_item": {("account_id", "source", "kind", "source_id")},
    "live_words": {("page_id",)},
    "media_folder": {("parent_id", "name"), ("account_id", "name")},
    "media_use": {("page_id", "media_id", "place")},
    "media_version": {("media_id", "number")},
    "menu": {("account_id",), ("account_id", "slug")},
    "page": {("account_id", "address")},
    "page_care": {("page_id",)},
    "page_language": {("page_id",), ("source_id", "language")},
    "page_term": {("page_id", "term_id")},
    "page_use": {("page_id", "used_id", "side")},
    "page_words": {("page_id",)},
    "policy": {("account_id", "key")},
    "quota": {("account_id", "resource")},
    "redirect": {("account_id", "address")},
    "release_item": {("release_id", "page_id")},
    "review": {("page_id",)},
    "revision": {("page_id", "number")},
    "role": {("account_id", "key")},
    "role_parent": {("role_id",)},
    "site": {("account_id",)},
    "site_host": {("account_id",), ("account_id", "host")},
    "term": {("account_id", "taxonomy", "slug")},
    "trail_retention": {("account_id",)},
}
"""They name a row or an account, which is one tenant's: the tenant can be added."""
EVERYWHERE: dict[str, dict[tuple[str, ...], str]] = {
    "account": {("handle",): "one address space for all, asked before the tenant is known"},
    "invitation": {("token_hash",): "found by the secret alone, before the tenant is known"},
    "share_link": {("token_hash",): "likewise"},
    "support_session": {("person_id", "number"): "a person's sessions are numbered over tenants"},
    "live_words": {("number",): "the full-text index refers to its rows by number"},
    "page_words": {("number",): "likewise"},
}
BY_KEY_ALONE = re.compile(r'(UPDATE "?\w+"? SET|DELETE FROM) ')
"""A flush names its row by its key, after it was read and checked in the scope."""
Told = tuple[str, str]


def without_tenant(table: Table) -> set[tuple[str, ...]]:
    keys = [table.primary_key.columns]
    keys += [each.columns for each in table.constraints if isinstance(each, UniqueConstraint)]
    keys += [each.columns for each in table.indexes if each.unique]
    named = {tuple(column.name for column in key) for key in keys}
    return {names for names in named if "tenant_id" not in names}


def test_a_unique_key_holds_the_tenant_or_says_why_not():
    found = {name: without_tenant(Base.metadata.tables[name]) for name in scoped_tables()}
    said = {
        name: {("id",), *ONE_TENANTS_ID.get(name, ()), *EVERYWHERE.get(name, ())} for name in found
    }
    assert {n: keys - said[n] for n, keys in found.items() if keys - said[n]} == {}
    told = {n: said[n] - keys - {("id",)} for n, keys in found.items()}
    assert {n: keys for n, keys in told.items() if keys} == {}, "no longer there"


class Statements:
    """Every statement on a tenant table, by the scope it ran in and whether it told the tenant."""

    def __init__(self, app: Flask) -> None:
        self.seen: dict[Told, set[str]] = defaultdict(set)
        with app.app_context():
            self._engine = db.engine
            event.listen(self._engine, "before_cursor_execute", self._note)

    def _note(self, _c: Any, _cursor: Any, sql: str, parameters: Any, *_more: Any) -> None:
        tables = {name for name in scoped_tables() if re.search(rf'[\s"]{name}[\s".,]', sql)}
        if not tables:
            return
        scope = current_scope()
        kind, told = (scope.kind if scope else "none"), "without"
        if scope and scope.tenant_id and scope.tenant_id.hex in repr(parameters).replace("-", ""):
            told = "told"
        elif BY_KEY_ALONE.match(sql) and kind == "tenant":
            told = "by key"
        self.seen[kind, told] |= {sql} if told == "without" and kind == "tenant" else tables

    def end(self) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)


@on_postgres
def test_what_the_web_asks_carries_the_tenant(app: Flask, client: FlaskClient, cast: Cast):
    """Every page of an account that needs no id, and every page of its site."""
    sign_in(client, cast.admin)
    said = Statements(app)
    pages = [
        str(rule).replace("<handle>", "acme") for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.arguments == {"handle"}
    ]  # fmt: skip
    for page in pages:
        assert client.get(page, audit=False).status_code < 500, page
    client.post("/a/acme/pages/new", data={"type": "page", "title": "Written"})
    said.end()
    assert len(pages) > 40
    assert said.seen["tenant", "told"]
    assert said.seen.pop(("tenant", "without"), set()) == set()
    assert said.seen["directory", "without"] <= DIRECTORY_TABLES
    assert {kind for kind, _ in said.seen} <= {"tenant", "directory"}


@on_postgres
def test_what_jobs_write_carries_the_tenant(app: Flask):
    """They look across tenants for what is to be done, then do it in the scope of its tenant."""
    said = Statements(app)
    for item in (*ON_TIME, *RELEASES, *SOON, *HOUSEKEEPING):
        with app.app_context():
            item.work()
            db.session.remove()
    said.end()
    assert said.seen.pop(("tenant", "without"), set()) == set()
    assert said.seen["tenant", "told"] >= {"audit_event", "audit_seal"}
    assert said.seen["across", "without"]
    assert {kind for kind, _ in said.seen} <= {"tenant", "directory", "across"}


@pytest.mark.parametrize("name", ["replica", None])
def test_every_statement_of_every_engine_is_looked_at(make_app: Callable[..., Flask], name: str):
    """What names a tenant table without the tenant is refused while it runs: see `scope_sql`."""
    url = "postgresql+psycopg://nobody@/nowhere?host=/nonexistent"
    app = make_app(url, replica_url=url, redis_url=NO_REDIS)
    with app.app_context():
        assert event.contains(db.engines[name], "before_cursor_execute", scope_sql._look)
