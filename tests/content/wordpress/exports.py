"""Writes WordPress exports for the tests, down to the odd ones that sites really make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

DEFAULTS = {
    "post_date": "2024-06-05 18:04:48",
    "post_date_gmt": "2024-06-05 16:04:48",
    "comment_status": "open",
    "status": "publish",
    "post_parent": "0",
    "menu_order": "0",
    "post_type": "post",
    "post_password": "",
    "is_sticky": "0",
}


def cdata(text: str) -> str:
    """A CDATA section, as WordPress writes it: a ``]]>`` inside is cut in two."""
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


@dataclass
class Item:
    """One item; ``fields`` are its ``wp:`` elements over the defaults."""

    post_id: int | str = 1
    title: str = "Title"
    content: str = "<p>body</p>"
    creator: str = "alice"
    link: str | None = None
    guid: str = ""
    excerpt: str = ""
    terms: Sequence[tuple[str, str, str]] = ()
    meta: Sequence[tuple[str, str]] = ()
    comments: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)

    def xml(self) -> str:
        link = f"https://old.example/{self.post_id}/" if self.link is None else self.link
        values = {"post_id": str(self.post_id), **DEFAULTS, **self.fields}
        parts = [
            f"<title>{cdata(self.title)}</title>",
            f"<link>{escape(link)}</link>",
            "<pubDate>Wed, 05 Jun 2024 16:04:48 +0000</pubDate>",
            f"<dc:creator>{cdata(self.creator)}</dc:creator>",
            f'<guid isPermaLink="false">{escape(self.guid)}</guid>',
            f"<content:encoded>{cdata(self.content)}</content:encoded>",
            f"<excerpt:encoded>{cdata(self.excerpt)}</excerpt:encoded>",
            *(f"<wp:{name}>{cdata(value)}</wp:{name}>" for name, value in values.items()),
            *(
                f"<category domain={quoteattr(domain)} nicename={quoteattr(nicename)}>"
                f"{cdata(name)}</category>"
                for domain, nicename, name in self.terms
            ),
            *(
                f"<wp:postmeta><wp:meta_key>{cdata(key)}</wp:meta_key>"
                f"<wp:meta_value>{cdata(value)}</wp:meta_value></wp:postmeta>"
                for key, value in self.meta
            ),
            "<wp:comment><wp:comment_id>1</wp:comment_id></wp:comment>" * self.comments,
        ]
        return "<item>" + "\n".join(parts) + "</item>"


def author(login: str, name: str = "", email: str = "") -> str:
    return (
        f"<wp:author><wp:author_id>1</wp:author_id><wp:author_login>{cdata(login)}"
        f"</wp:author_login><wp:author_email>{cdata(email)}</wp:author_email>"
        f"<wp:author_display_name>{cdata(name)}</wp:author_display_name></wp:author>"
    )


def category(nicename: str, name: str = "", parent: str = "", term_id: int = 1) -> str:
    return (
        f"<wp:category><wp:term_id>{term_id}</wp:term_id><wp:category_nicename>{cdata(nicename)}"
        f"</wp:category_nicename><wp:category_parent>{cdata(parent)}</wp:category_parent>"
        f"<wp:cat_name>{cdata(name or nicename)}</wp:cat_name></wp:category>"
    )


def tag(slug: str, name: str = "") -> str:
    return (
        f"<wp:tag><wp:term_id>5</wp:term_id><wp:tag_slug>{cdata(slug)}</wp:tag_slug>"
        f"<wp:tag_name>{cdata(name or slug)}</wp:tag_name></wp:tag>"
    )


def term(taxonomy: str, slug: str, name: str = "", parent: str = "") -> str:
    return (
        f"<wp:term><wp:term_id>6</wp:term_id><wp:term_taxonomy>{taxonomy}</wp:term_taxonomy>"
        f"<wp:term_slug>{cdata(slug)}</wp:term_slug><wp:term_parent>{cdata(parent)}"
        f"</wp:term_parent><wp:term_name>{cdata(name or slug)}</wp:term_name></wp:term>"
    )


def menu_item(post_id: int, menu: str, **meta: str) -> Item:
    """An entry of a menu; ``meta`` are its ``_menu_item_`` values, and ``order`` its place."""
    order = meta.pop("order", "1")
    title = meta.pop("title", "")
    values = [(f"_menu_item_{key}", value) for key, value in meta.items()]
    fields = {"post_type": "nav_menu_item", "menu_order": order}
    terms = [("nav_menu", menu, menu)] if menu else []
    return Item(post_id, title, "", terms=terms, meta=values, fields=fields)


def attachment(post_id: int, url: str, parent: int = 0, caption: str = "") -> Item:
    fields = {
        "post_type": "attachment",
        "status": "inherit",
        "attachment_url": url,
        "post_parent": str(parent),
    }
    meta = [("_wp_attachment_image_alt", f"alt {post_id}")]
    return Item(post_id, f"file {post_id}", "", excerpt=caption, meta=meta, fields=fields)


def wxr(
    *items: Item,
    head: str = "",
    version: str = "1.2",
    scheme: str = "http",
    before: str = '<?xml version="1.0" encoding="UTF-8" ?>\n',
) -> bytes:
    """A whole file."""
    base = f"{scheme}://wordpress.org/export/{version}/"
    text = (
        f'{before}<rss version="2.0" xmlns:excerpt="{base}excerpt/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="{base}">\n<channel>'
        "<title>Old &amp; new</title><link>https://old.example</link>"
        "<description>About</description><language>en</language>"
        f"<wp:wxr_version>{version}</wp:wxr_version>"
        "<wp:base_site_url>https://old.example</wp:base_site_url>"
        "<wp:base_blog_url>https://old.example</wp:base_blog_url>\n"
        f"{head}\n" + "\n".join(item.xml() for item in items) + "\n</channel></rss>\n"
    )
    return text.encode("utf-8")
