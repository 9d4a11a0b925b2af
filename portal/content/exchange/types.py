"""Types of content that a bundle names and the account does not have: their pages stay out."""

from __future__ import annotations

from dataclasses import replace

from portal.content.content_types import BUILT_IN, definitions_at
from portal.content.exchange.model import LeftOut
from portal.content.wordpress.documents import Document, Export
from tenants.accounts import AccountRef


def with_known_types(export: Export, account: AccountRef) -> Export:
    """Return the export without the pages whose type cannot be started here, each told of."""
    typed = [document for document in export.documents if document.type]
    if export.bundle is None or not typed:
        return export
    known = BUILT_IN.keys() | {each.key for each in definitions_at(account)}
    strange = [document for document in typed if document.type not in known]
    left = [LeftOut(d.path or d.title, d.title, _sentence(d)) for d in strange]
    keys = {document.key for document in strange}
    bundle = replace(export.bundle, left=(*export.bundle.left, *left))
    pages = tuple(document for document in export.pages if document.key not in keys)
    return replace(export, pages=pages, bundle=bundle)


def _sentence(document: Document) -> str:
    return (
        f"There is no type of content “{document.type}” here that could be started. "
        "Define it first, with the same key."
    )
