"""How search engines and social cards would show a page."""

from dataclasses import dataclass
from typing import Any

from portal.content import clean_html
from portal.content.illustrating import for_card
from portal.content.pages import Page
from portal.content.seo import is_address
from portal.content.teasers import READ, teaser
from portal.forms.seo import typed_seo
from portal.heads import DESCRIPTION_LENGTH
from portal.sitemenus import UNTITLED
from portal.sitepages import bare_context
from tenants.accounts import AccountRef


@dataclass(frozen=True)
class SearchCard:
    """What is shown now, and what would be without the fields of their own."""

    site: str
    address: str
    title: str
    own_title: str
    description: str
    own_description: str
    picture: str


def card_of(form: Any, page: Page | None, account: AccountRef) -> SearchCard:
    """Return the card of what stands in the editor's form."""
    site, seo = bare_context(account), typed_seo(form)
    title = " ".join((form.title.data or "").split()) or UNTITLED
    own = " ".join((form.excerpt.data or _beginning(form.body.data or "")).split())
    own = own[:DESCRIPTION_LENGTH]
    address = page.address if page is not None and page.address else f"/{form.slug.data or '…'}/"
    return SearchCard(
        site=site.title, address=site.absolute(address), own_title=f"{title} – {site.title}",
        title=seo.title or f"{title} – {site.title}", own_description=own,
        description=seo.description or own,
        picture=for_card(seo.picture) if is_address(seo.picture) else "",
    )  # fmt: skip


def _beginning(body: str) -> str:
    if len(body) <= READ or clean_html.is_clean(body):
        return teaser(body[:READ])
    return ""
