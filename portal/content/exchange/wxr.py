"""An account's content as WordPress's own XML (WXR 1.2), for leaving to there.

Files are named by their addresses, as WordPress does it. Its format has no place for further
fields and values for search engines. Whoever signs a text is one of its authors there.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from email.utils import format_datetime

from portal.content.exchange.gathering import Whole
from portal.content.exchange.model import TermName
from portal.content.exchange.saying import Terms
from portal.content.exchange.signers import Signers
from portal.content.html_shown import linked
from portal.content.html_writer import escape
from tenants.accounts import AccountRef

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
"""
_FOOT = "</channel>\n</rss>\n"
_DOMAINS = {"category": "category", "tag": "post_tag"}


def wxr_of(
    account: AccountRef, wholes: Iterable[Whole], terms: Terms, ids: list[uuid.UUID],
    addresses: Mapping[str, str], signers: Signers,
) -> Iterator[str]:  # fmt: skip
    """Yield the file in parts. `ids` are all pages in order, `addresses` where each page stands."""
    numbers = {page_id: number for number, page_id in enumerate(ids, 1)}
    yield _HEAD
    yield f"<title>{_text(account.name)}</title>\n<wp:wxr_version>1.2</wp:wxr_version>\n"
    yield f"<wp:base_blog_url>https://{account.handle}.invalid</wp:base_blog_url>\n"
    yield from _head_authors(signers)
    yield from _head_terms(terms)
    for whole in wholes:
        yield _item(account, whole, terms, numbers, addresses, signers)
    yield _FOOT


def _head_authors(signers: Signers) -> Iterator[str]:
    for number, (person, login) in enumerate(signers.logins.items(), 1):
        yield (
            f"<wp:author><wp:author_id>{number}</wp:author_id>"
            f"<wp:author_login>{_cdata(login)}</wp:author_login>"
            f"<wp:author_email>{_cdata(person.email)}</wp:author_email>"
            f"<wp:author_display_name>{_cdata(_text(person.name))}</wp:author_display_name></wp:author>\n"
        )


def _head_terms(terms: Terms) -> Iterator[str]:
    for taxonomy, term in {(taxonomy, term) for taxonomy, term in terms.values()}:
        if taxonomy == "tag":
            yield (
                f"<wp:tag><wp:tag_slug>{_text(term.slug)}</wp:tag_slug>"
                f"<wp:tag_name>{_cdata(term.name)}</wp:tag_name></wp:tag>\n"
            )
            continue
        above = term.above[-1].slug if term.above else ""
        yield (
            f"<wp:category><wp:category_nicename>{_text(term.slug)}</wp:category_nicename>"
            f"<wp:category_parent>{_text(above)}</wp:category_parent>"
            f"<wp:cat_name>{_cdata(term.name)}</wp:cat_name></wp:category>\n"
        )


def _item(
    account: AccountRef, whole: Whole, terms: Terms, numbers: Mapping[uuid.UUID, int],
    addresses: Mapping[str, str], signers: Signers,
) -> str:  # fmt: skip
    page, revision = whole.page, whole.revision
    open_to_all = page.access_password_hash is None and not page.for_members
    live = whole.state == "live" and open_to_all
    when = (page.published_at if live else None) or page.created_at
    parent = numbers.get(revision.parent_id, 0) if revision.parent_id else 0
    body = linked(revision.body, addresses)
    parts = {
        "title": _text(revision.title),
        "link": _text(f"https://{account.handle}.invalid{page.address or ''}"),
        "pubDate": format_datetime(when),
        "dc:creator": _cdata(signers.login_of(whole)),
        "content:encoded": _cdata(f"<!-- wp:html -->\n{body}\n<!-- /wp:html -->"),
        "excerpt:encoded": _cdata(revision.excerpt),
        "wp:post_id": str(numbers[page.id]),
        "wp:post_date": _wall(when), "wp:post_date_gmt": _wall(when),
        "wp:post_name": _text(revision.slug), "wp:status": "publish" if live else "draft",
        "wp:post_parent": str(parent), "wp:menu_order": str(page.position),
        "wp:post_type": page.type,
    }  # fmt: skip
    said = "".join(f"<{name}>{value}</{name}>\n" for name, value in parts.items())
    filed = "".join(_filed(*terms[each]) for each in revision.term_ids if each in terms)
    return f"<item>\n{said}{filed}</item>\n"


def _filed(taxonomy: str, term: TermName) -> str:
    domain = _DOMAINS[taxonomy]
    slug = escape(_sound(term.slug))
    return f'<category domain="{domain}" nicename="{slug}">{_cdata(term.name)}</category>\n'


def _wall(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S}"


def _sound(text: str) -> str:
    return _NOT_XML.sub("", text)


def _text(text: str) -> str:
    return escape(_sound(text))


def _cdata(text: str) -> str:
    return f"<![CDATA[{_sound(text).replace(']]>', ']]]]><![CDATA[>')}]]>"
