"""Making an export of an account's content, for the browser and for the command line."""

from collections.abc import Callable

from flask import current_app

from portal.content.exchange.exporting import Exported, Wanted, export_content
from portal.files import files
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor
from tenants.engines import reading
from tenants.scope import acting_in, tenant_scope


def make_export(
    account: AccountRef, wanted: Wanted, *, by: Actor,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> Exported:  # fmt: skip
    """Return an account's content as a file, read in a scope of its own that writes nothing.

    `tell` is told how many pages and files are done, of how many. Raises Denied, StoreDown and
    TooMuch. The caller records it and closes the file.
    """
    key = current_app.config["PORTAL"].seal_key
    with reading(), acting_in(tenant_scope(account.tenant_id)):
        done = export_content(account, wanted, by=by, files=files(), key=key, tell=tell)
        db.session.rollback()
        return done
