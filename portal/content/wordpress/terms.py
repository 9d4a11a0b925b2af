"""Authors, categories, tags and other terms of an export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from portal.content.wordpress.documents import Author, Term
from portal.content.wordpress.losses import Losses
from portal.content.wordpress.names import decoded, plain_text
from portal.content.wordpress.numbers import number
from portal.content.wordpress.source import Node

CATEGORY, TAG, MENU, FORMAT = "category", "post_tag", "nav_menu", "post_format"


def authors(channel: Node, logins: Iterable[str]) -> tuple[Author, ...]:
    """The listed authors, then one for every other login that an item names."""
    found: dict[str, Author] = {}
    for node in channel.all("wp", "author"):
        login = node.value("wp", "author_login").strip()
        if login and login not in found:
            found[login] = _author(node, login)
    for login in logins:
        if login and login not in found:
            found[login] = Author(login=login, name=plain_text(login), listed=False)
    return tuple(found.values())


def _author(node: Node, login: str) -> Author:
    first = plain_text(node.value("wp", "author_first_name"))
    last = plain_text(node.value("wp", "author_last_name"))
    name = plain_text(node.value("wp", "author_display_name")) or f"{first} {last}".strip(" ")
    return Author(
        login=login,
        name=name or plain_text(login),
        email=node.value("wp", "author_email").strip(),
        first_name=first,
        last_name=last,
        source_id=number(node.value("wp", "author_id")),
    )


def terms(channel: Node, losses: Losses) -> tuple[Term, ...]:
    """All terms of the file's head, each once by taxonomy and nicename, without parent loops."""
    found: dict[tuple[str, str], Term] = {}
    for term in _listed(channel):
        known = found.setdefault((term.taxonomy, term.nicename), term)
        if known is not term and (known.name, known.parent) != (term.name, term.parent):
            losses.add("term", term.taxonomy, "A term is listed twice; the first is kept")
    return tuple(_with_sound_parent(term, found, losses) for term in found.values())


def _listed(channel: Node) -> Iterator[Term]:
    for node in channel.children:
        if node.family != "wp":
            continue
        if node.name == "category":
            yield _term(node, CATEGORY, "category_nicename", "cat_name", "category_")
        elif node.name == "tag":
            yield _term(node, TAG, "tag_slug", "tag_name", "tag_")
        elif node.name == "term":
            taxonomy = node.value("wp", "term_taxonomy").strip() or "term"
            yield _term(node, taxonomy, "term_slug", "term_name", "term_")


def _term(node: Node, taxonomy: str, slug: str, name: str, prefix: str) -> Term:
    shown = plain_text(node.value("wp", name))
    nicename = decoded(node.value("wp", slug))
    return Term(
        taxonomy=taxonomy,
        nicename=nicename or shown or "untitled",
        name=shown or nicename or "untitled",
        parent=decoded(node.value("wp", f"{prefix}parent")),
        description=plain_text(node.value("wp", f"{prefix}description")),
        source_id=number(node.value("wp", "term_id")),
    )


def _with_sound_parent(term: Term, found: dict[tuple[str, str], Term], losses: Losses) -> Term:
    if not term.parent:
        return term
    seen, parent = {term.nicename}, term.parent
    while parent:
        above = found.get((term.taxonomy, parent))
        if above is None or parent in seen:
            why = "is not in the file" if above is None else "is below it"
            losses.add("term", term.taxonomy, f"A term's parent {why}; it is put on the top level")
            return replace(term, parent="")
        seen.add(parent)
        parent = above.parent
    return term


def missing(used: Iterable[Term], known: Iterable[Term]) -> tuple[Term, ...]:
    """The terms that items use and the file's head does not list, each once."""
    names = {(term.taxonomy, term.nicename) for term in known}
    found: dict[tuple[str, str], Term] = {}
    for term in used:
        if (term.taxonomy, term.nicename) not in names:
            found.setdefault((term.taxonomy, term.nicename), term)
    return tuple(found.values())


def used_by(item: Node) -> tuple[Term, ...]:
    """The terms on one item, in order, each once; old exports name a term without nicename."""
    found: dict[tuple[str, str], Term] = {}
    for node in item.all("", "category"):
        taxonomy = {"": CATEGORY, "tag": TAG}.get(
            node.attributes.get("domain", ""), node.attributes.get("domain", "")
        )
        name = plain_text(node.text)
        nicename = decoded(node.attributes.get("nicename", "")) or name
        if nicename:
            term = Term(taxonomy, nicename, name or nicename, listed=False)
            found.setdefault((taxonomy, nicename), term)
    return tuple(found.values())
