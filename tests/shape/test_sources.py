"""What the source may not say, and where it may."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from tenants.event_types import EventType
from tenants.events import Event
from tests.isolation.world import scoped_classes

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
# Who may cross tenants, and why.
MAY_CROSS = {
    "portal/cli/": "commands of the operator",
    "portal/content/due.py": "carries out what is due in every tenant",
    "portal/content/release_run.py": "carries out releases that are due in every tenant",
    "portal/content/due_ahead.py": "reads the texts of what is due soon in every tenant",
    "portal/content/due_world.py": "carries out what is due in every tenant",
    "portal/content/export_runs.py": "finds the export that waits, in whichever tenant",
    "portal/content/import_runs.py": "finds the import that waits, in whichever tenant",
    "portal/jobs/": "periodic jobs",
    "portal/site/host_map.py": "whose site a host name means, before there is a scope",
    "portal/schema.py": "built-in roles belong to everybody",
    "portal/staff/": "the staff console",
    "portal/treework.py": "a new account is in nobody's scope; a master is a tenant of its own",
    "portal/views/freezes.py": "the house's freezes belong to no tenant",
    "portal/views/policies.py": "the house's policies belong to no tenant",
    "tenants/scope.py": "where the word is defined",
    "tenants/trial.py": "tries a change out, sees what it does to anybody, and rolls it back",
}
MAY_USE_DIRECTORY = {
    "portal/content/site_changes.py": "answers of all sites, before anybody knows whose they are",
    "portal/requests.py": "one read for all that a request must know before it has a scope",
    "tenants/access_requests.py": "what a person asked for stands in many tenants",
    "tenants/branches.py": "lists the accounts below one: masters, each its own tenant, too",
    "tenants/directory.py": "what it is for",
    "tenants/nearest.py": "lists the accounts somebody can go to, in all tenants",
    "tenants/looks.py": "who of the staff looks where, seen across tenants",
    "tenants/past.py": "where accounts stood, asked of any instant",
    "tenants/grant_log.py": "somebody's own grants, in all tenants",
    "tenants/questions.py": "asks who may do what in all tenants; the doors say who may ask",
    "tenants/scope.py": "where the word is defined",
}
MAY_SEE_THE_TENANT = {
    "tenants/allotting.py": "how limits stand, also those of accounts above",
    "tenants/colleagues.py": "who is told and can be chosen, wherever above his role stands",
    "tenants/delegation.py": "waits for whoever moves accounts of the tenant",
    "tenants/limiting.py": "counts what a pool holds, whoever may see it",
    "tenants/policies.py": "names the accounts above that set a policy",
    "portal/content/release_looks.py": "counts the pages of a release that its approver cannot see",
    "portal/content/release_undoing.py": "likewise, of one that is undone",
    "portal/content/freezing.py": "names the accounts above that froze time",
    "portal/content/type_effects.py": "counts what is written with a type",
}
# Files that may speak to the database past the mapped classes, and why.
MAY_USE_SQL = {
    "portal/__init__.py": "opens the engine",
    "portal/cli/web_server.py": "gives back a forked parent's connections",
    "portal/content/site_changes.py": "a copy waits neither for the disk nor for locks",
    "portal/health.py": "asks the database whether it answers",
    "portal/jobs/base.py": "gives back a forked parent's connections",
    "portal/jobs/stalled.py": "asks the server which transactions stand still, and ends them",
    "portal/staff/health.py": "reads the schema's version",
    "tenants/db.py": "says which engine a session's transaction begins on",
    "tenants/prepared.py": "how statements are planned, and a LIMIT that the planner knows",
    "tenants/replicas.py": "asks both servers how far their logs are",
    "tenants/beginnings.py": "tells PostgreSQL the scope",
    "tenants/ddl.py": "row-level security and triggers",
    "tenants/ddl_erasing.py": "a trigger",
    "tenants/ddl_search.py": "the full-text index and its triggers",
    "tenants/ddl_sites.py": "triggers",
    "tenants/engines.py": "opens each connection",
    "tenants/scope.py": "opens a session aside",
    "tenants/scope_conditions.py": "asks the closure for the accounts below",
    "tenants/scope_hooks.py": "asks the closure which accounts are reached",
    "tenants/telling.py": "adds many events by one statement, after checking each",
}


@cache
def trees() -> dict[str, ast.Module]:
    """Every source file of the application, parsed, by its path."""
    paths = [path for folder in ("portal", "tenants") for path in (ROOT / folder).rglob("*.py")]
    return {str(p.relative_to(ROOT)): ast.parse(p.read_text()) for p in sorted(paths)}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the dotted name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def named(path: str, allowed: dict[str, str] | set[str]) -> bool:
    return any(path == name or (name.endswith("/") and path.startswith(name)) for name in allowed)


def callers(word: str) -> set[str]:
    """The files that call something by this name."""
    last = [
        (path, name.split(".")[-1]) for path, tree in trees().items() for name, _ in calls(tree)
    ]
    return {path for path, name in last if name == word}


def test_tenants_are_crossed_only_where_listed():
    assert {path for path in callers("across_tenants") if not named(path, MAY_CROSS)} == set()


def test_a_whole_tenant_is_counted_only_where_listed():
    assert callers("tenant_at_large") == set(MAY_SEE_THE_TENANT)


def test_the_directory_is_opened_only_where_listed():
    assert {p for p in callers("directory") if not named(p, MAY_USE_DIRECTORY)} == set()


def test_a_scope_is_not_made_by_hand_in_a_door():
    kinds = {"across", "directory"}
    found = {
        path
        for path, tree in trees().items()
        for name, call in calls(tree)
        if name.split(".")[-1] == "Scope" and call.args
        and isinstance(call.args[0], ast.Constant) and call.args[0].value in kinds
    }  # fmt: skip
    assert found == {"tenants/scope.py"}


def test_nothing_goes_past_the_mapped_classes():
    words = {
        "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings", "exec_driver_sql",
        "text", "connection", "get_bind", "raw_connection", "from_statement", "literal_column",
        "exec_",
    }  # fmt: skip
    found = {
        f"{path}: {name}"
        for path, tree in trees().items()
        for name, _ in calls(tree)
        if name.split(".")[-1] in words and not named(path, MAY_USE_SQL)
    }
    found -= {
        "portal/content/search_index.py: db.session.get_bind",
        "portal/content/trail_places.py: db.session.get_bind",
        "portal/answers.py: session.get_bind",
        "portal/heartbeats.py: session.get_bind",
        "tenants/clock.py: session.get_bind",
        "tenants/given.py: session.get_bind",
        "tenants/purging.py: session.get_bind",
    }  # ask for the dialect's name
    assert found == set()


def test_no_table_or_engine_is_taken_by_hand():
    found = {
        f"{path}: {ast.unparse(node)}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and (node.attr in {"__table__", "engine"} or ast.unparse(node).endswith("metadata.tables"))
        and not named(path, MAY_USE_SQL)
    }
    found -= {
        f"tenants/{name}.py: AccountClosure.__table__" for name in ("closure", "reaching")
    }  # leads only to scoped rows
    found -= {
        "portal/content/trail_activity.py: AuditEvent.__table__",
        "portal/content/waiting.py: Review.__table__",
        "tenants/walking.py: rows.entity.__table__",
    }  # where to look; no row of it is given
    assert found == set()


def test_doors_load_tenant_rows_through_the_content_layer():
    scoped = {cls.__name__ for cls in scoped_classes()}
    doors = ("portal/views/", "portal/site/", "portal/cli/")
    found = {
        f"{path}: {ast.unparse(call)[:80]}"
        for path, tree in trees().items()
        if path.startswith(doors)
        for name, call in calls(tree)
        if name.endswith((".get", ".get_one", ".query")) and "session" in name
        and call.args and ast.unparse(call.args[0]) in scoped
    }  # fmt: skip
    assert found == set()


def test_markup_is_made_in_one_place():
    found = {p for p, tree in trees().items() for name, _ in calls(tree) if "Markup" in name}
    assert found <= {"portal/content/clean_html.py"}


def test_every_event_is_recorded_somewhere():
    catalogue = {name for name in dir(Event) if isinstance(getattr(Event, name), EventType)}
    used = {
        node.attr
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Event"
    }
    assert catalogue - used == set(), "nothing records these events"
    assert used - catalogue == set()


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: str(p.name))
def test_a_template_says_nothing_forbidden(path: Path):
    source = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    for pattern, why in (
        (r"\|\s*safe\b", "|safe lets anything through"),
        (r"\{%-?\s*autoescape\s+false", "autoescape stays on"),
        (r"\sstyle\s*=", "no inline style"),
        (r"\son[a-z]+\s*=", "no inline handler"),
        (r"<style\b", "no inline style"),
        (r"<script(?![^>]*\bsrc\s*=)(?! type=.application/ld\+json.>)", "no inline script"),
        (r"javascript:", "no script addresses"),
    ):
        if path.parent.name != "mail":
            assert not re.search(pattern, source, re.IGNORECASE), why


def test_every_template_compiles(app: Flask):
    for name in app.jinja_env.list_templates(extensions=["html", "txt", "xml"]):
        app.jinja_env.get_template(name)


def test_layers_are_checked():
    assert "lint-imports" in (ROOT / "Makefile").read_text()
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    names = " ".join(contract["name"] for contract in contracts["contracts"])
    for word in ("never back", "Layers of the portal", "Layers of tenants", "No web framework"):
        assert word in names
