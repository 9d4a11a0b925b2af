"""Importing an export of another system or of this: what would happen, and making it happen.

`plan` only reads; the same export and the same standing give the same report. `carry_out` writes
what a plan says, in the caller's transaction. What was imported before is never touched again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from itertools import chain
from typing import Any

from portal.content import import_files, import_report, import_write
from portal.content.exchange.links import OwnLinks
from portal.content.exchange.shelf import Shelf
from portal.content.exchange.types import with_known_types
from portal.content.freezing import freezes_ahead
from portal.content.import_authors import Authors
from portal.content.import_fields import fitted
from portal.content.import_links import Links
from portal.content.import_menus import Menus
from portal.content.import_pages import Around, Pages
from portal.content.import_plan import Line, Plan, PlannedPage, source_of
from portal.content.import_redirects import Redirects
from portal.content.import_standing import Standing, look
from portal.content.import_terms import Terms
from portal.content.import_tongues import ImportedTongues
from portal.content.languages import account_language
from portal.content.storage import Storage
from portal.content.wordpress.documents import Export
from portal.content.workflows import workflow_at
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.decisions import Actor, authorize, can
from tenants.permissions import Permission


def plan(export: Export, account: AccountRef, *, by: Actor, publish: bool = True) -> Plan:
    """Return what importing would do here. Reads only; needs the whole tenant's scope.

    Whoever may not publish gets drafts, and so does who does not want to `publish`. Raises Denied
    without the right to import.
    """
    authorize(by, Permission.CONTENT_IMPORT, account)
    return _plan(export, account, _look(export, account, by), by, publish)


def carry_out(
    plan: Plan, *, hash_password: Callable[[str], str], files: Storage | None = None
) -> Plan:
    """Write what the plan says and return the plan that was written; flushed, not committed.

    If the account changed since, it is planned again, under a lock that keeps a second import of
    this account waiting. Passwords are hashed before the first statement. `files` is where files of
    the library are kept. Raises Denied, QuotaReached and StoreDown.
    """
    authorize(plan.by, Permission.CONTENT_IMPORT, plan.account)
    hashes = _hashes(plan.export, hash_password)
    import_write.lock(plan.account)
    standing = _look(plan.export, plan.account, plan.by)
    if standing != plan.standing:
        plan = _plan(plan.export, plan.account, standing, plan.by, plan.publish)
    if plan.files and files is not None:
        import_files.write(plan, files)
    import_write.write(plan, hashes)
    return plan


def report_of(plan: Plan) -> dict[str, Any]:
    """Return the report as JSON: `source`, `counts` and `lines`."""
    return {
        "source": plan.told,
        "counts": dict(plan.counts),
        "lines": [asdict(line) for line in plan.lines],
    }


def _look(export: Export, account: AccountRef, by: Actor) -> Standing:
    return look(account, source_of(export), export.bundle, by=by)


def _plan(
    export: Export, account: AccountRef, standing: Standing, by: Actor, publish: bool
) -> Plan:
    export = with_known_types(export, account)
    may_publish = can(by, Permission.PAGE_PUBLISH, account).allowed
    terms, authors = Terms(export, standing), Authors(export, standing)
    around = Around(
        now(), account.zone, may_publish, workflow_at(account).required, publish,
        by.person_id if export.bundle else None, tuple(freezes_ahead(account)),
    )  # fmt: skip
    found = Pages(export, standing, around)
    shelf, links = _links(export, account, standing, found, by)
    pages, unfit = fitted(found.plan(terms, authors, links), account)
    wanted = may_publish and publish
    menus = Menus(export, standing, found.places.of, terms, links, may_publish=wanted)
    redirects = Redirects(pages, standing, may_publish=may_publish)
    tongues = ImportedTongues(pages, account_language(account.id))
    parts = (tongues.lines, found.lines, authors.lines(), terms.lines, menus.lines,
             redirects.lines, shelf.lines, unfit)  # fmt: skip
    lines = _lines(parts, export, pages)
    return Plan(
        account=account, by=by, source=source_of(export), export=export, standing=standing,
        terms=tuple(terms.planned), pages=pages, menus=tuple(menus.planned),
        redirects=redirects.found, lines=lines, files=tuple(shelf.planned),
        publish=publish, tongues=tongues.planned,
        remembered=(
            *found.remembered(), *terms.remembered, *menus.remembered, *shelf.remembered
        ),
        counts={
            **import_report.page_counts(pages),
            "already_there": found.there, "files": len(shelf.planned),
            "left_out": found.left + (len(export.bundle.left) if export.bundle else 0),
            "authors": authors.known(), "bylines": authors.names_only(),
            "categories": terms.created("category"), "tags": terms.created("tag"),
            "menus": len(menus.planned), "redirects": len(redirects.found),
            "links": links.changed, "attachments": len(export.attachments),
            "not_carried": sum(line.group == "bodies" for line in lines),
        },
    )  # fmt: skip


def _lines(
    parts: Iterable[Iterable[Line]], export: Export, pages: tuple[PlannedPage, ...]
) -> tuple[Line, ...]:
    return (
        *chain.from_iterable(parts), *import_report.left_lines(export),
        *import_report.file_lines(export), *import_report.body_lines(pages),
        *import_report.note_lines(export.notes),
    )  # fmt: skip


def _links(
    export: Export, account: AccountRef, standing: Standing, found: Pages, by: Actor
) -> tuple[Shelf, Links | OwnLinks]:
    may_upload = can(by, Permission.MEDIA_UPLOAD, account).allowed
    shelf = Shelf(export.bundle, standing, may_upload=may_upload)
    if export.bundle is None:
        return shelf, Links(export, found.places.of, account.handle)
    return shelf, OwnLinks(export, found.places.of, shelf, account.handle)


def _hashes(export: Export, hash_password: Callable[[str], str]) -> Mapping[int, str]:
    """Return the hash of each protected document's password, by source id."""
    by_password = {d.password: "" for d in export.documents if d.password}
    hashed = {password: hash_password(password) for password in by_password}
    return {d.source_id: hashed[d.password] for d in export.documents if d.password}
