"""A bundle → the export that the importer writes: bodies cleaned, parents found, loops undone."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from portal.content import clean_html
from portal.content.drafting import BODY_LENGTH
from portal.content.exchange.model import Bundle, Item, LeftOut, Named, TermName
from portal.content.exchange.reading import resolved
from portal.content.wordpress.documents import Author, Body, Document, Export, Moment, Term

INDEXES = ("index.md", "_index.md", "index.markdown")


def export_of(bundle: Bundle) -> Export:
    """Return what a bundle holds, as the importer takes it. Reads and cleans; writes nothing."""
    left = list(bundle.left)
    bodies = [(item, body) for item in bundle.items if (body := _body(item, left))]
    family = _Family([item for item, _ in bodies], guess=bundle.account_id is None)
    documents = [
        _document(number, item, body, family) for number, (item, body) in enumerate(bodies, 1)
    ]
    items = [item for item, _ in bodies]
    nothing = ("", "", "", "", "", "", "", "")
    kept = replace(bundle, items=tuple(items), left=tuple(left))
    return Export(
        *nothing, authors=tuple(_authors(items)), bundle=kept,
        other_terms=(), attachments=(), menus=(), notes=(),
        categories=tuple(_terms("category", (i.categories for i in items))),
        tags=tuple(_terms("post_tag", (i.tags for i in items))),
        posts=tuple(d for d in documents if d.kind == "post"),
        pages=tuple(d for d in documents if d.kind == "page"),
    )  # fmt: skip


def _body(item: Item, left: list[LeftOut]) -> Body | None:
    try:
        cleaned = clean_html.clean(item.body)
    except clean_html.TooDeep as problem:
        left.append(LeftOut(item.where, item.title, f"Its text cannot be kept. {problem}"))
        return None
    if len(cleaned.html) > BODY_LENGTH:
        why = f"Its text has {len(cleaned.html):,} characters; {BODY_LENGTH:,} fit."
        left.append(LeftOut(item.where, item.title, why))
        return None
    return Body(cleaned.html, (), cleaned.removed)


def _document(number: int, item: Item, body: Body, family: _Family) -> Document:
    parent, remark = family.parent_of(number)
    remarks = (*item.remarks, remark) if remark else item.remarks
    return Document(
        kind="post" if item.type == "post" else "page", source_id=number, title=item.title,
        slug=item.slug or item.title, source_slug=item.slug,
        state="published" if item.state == "live" else "draft", status=item.state, body=body,
        old_paths=item.former, author_login=_login(item.author),
        byline=item.byline or item.author.name, owner=item.owner,
        review_by=item.review_by, for_members=item.readers == "members",
        published_at=_moment(item.published_at),
        created_at=_moment(item.created_at), parent=parent, menu_order=item.position,
        excerpt=item.excerpt, categories=tuple(_nicename(each) for each in item.categories),
        tags=tuple(_nicename(each) for each in item.tags), key=item.key, path=item.path,
        type="" if item.type in {"page", "post"} else item.type,
        language=item.language, translates=family.translated(number),
        fields=item.fields, remarks=remarks,
    )  # fmt: skip


def _authors(items: list[Item]) -> Iterator[Author]:
    named = {_login(item.author): item.author for item in items}
    for login, person in named.items():
        if login:
            yield Author(login, person.name or person.email, person.email)


def _login(person: Named) -> str:
    return person.email.casefold() or person.name


def _moment(when: datetime | None) -> Moment | None:
    return Moment(when.replace(tzinfo=None), when, timedelta(0)) if when else None


class _Family:
    """Who stands below whom, by number from 1 on. What would stand below itself does not."""

    def __init__(self, items: list[Item], *, guess: bool) -> None:
        self._items, self._guess = items, guess
        self._by_name: dict[str, int] = {}
        for name_of in (_key, _path, _address, _slug):
            for number, item in enumerate(items, 1):
                if name := name_of(item):
                    self._by_name.setdefault(name, number)
        self._above = {n: self._named(item) for n, item in enumerate(items, 1)}
        self._loops = {n for n in self._above if self._is_in_loop(n)}

    def parent_of(self, number: int) -> tuple[int | None, str]:
        """Return a page's parent, and a sentence when it does not get the one it names."""
        item = self._items[number - 1]
        if item.type == "post":
            remark = "A post has no parent; the one it names is left out." if item.parent else ""
            return None, remark
        if number in self._loops:
            return None, "It would stand below itself, so it stands on the top level."
        if item.parent and self._above[number] is None:
            why = f"Its parent “{item.parent[:80]}” is not in the file; it stands on the top level."
            return None, why
        return self._above[number], ""

    def translated(self, number: int) -> tuple[int, bool] | None:
        """Return the page that one is a translation of, at the end of the way, and if it is up to
        date; None for none.
        """
        seen, item = {number}, self._items[number - 1]
        up_to_date = item.up_to_date
        while item.translates:
            named = self._meant(item, item.translates)
            if named is None or named in seen:
                return None
            seen.add(named)
            number, item = named, self._items[named - 1]
        return (number, up_to_date) if len(seen) > 1 else None

    def _named(self, item: Item) -> int | None:
        return self._meant(item, item.parent) if item.parent else self._by_folder(item)

    def _meant(self, item: Item, name: str) -> int | None:
        names = (name, resolved(item.path, name), name.strip("/"), f"/{name.strip('/')}/")
        return next((self._by_name[name] for name in names if name in self._by_name), None)

    def _by_folder(self, item: Item) -> int | None:
        """Return the page of the folder a Markdown file stands in, where it says no parent."""
        folder, name = posixpath.split(item.path)
        if (
            not self._guess
            or not folder
            or not name.endswith((".md", ".markdown"))
            or item.type == "post"
        ):
            return None
        own = item.path in {posixpath.join(folder, each) for each in INDEXES}
        folder = posixpath.dirname(folder) if own else folder
        names = [posixpath.join(folder, each) for each in INDEXES] if folder else []
        found = (self._by_name.get(each) for each in (*names, f"{folder}.md") if each)
        return next((number for number in found if number), None)

    def _is_in_loop(self, number: int) -> bool:
        seen, above = {number}, self._above[number]
        while above is not None and above not in seen:
            seen.add(above)
            above = self._above[above]
        return above == number


def _key(item: Item) -> str:
    return item.key


def _path(item: Item) -> str:
    return item.path if item.path.endswith((".md", ".markdown")) else ""


def _address(item: Item) -> str:
    return f"/{item.slug}/" if item.slug else ""


def _slug(item: Item) -> str:
    return item.slug


def _terms(taxonomy: str, lists: Iterable[tuple[TermName, ...]]) -> Iterator[Term]:
    seen: set[str] = set()
    for names in lists:
        for name in names:
            above = ""
            for each in (*name.above, name):
                if (nicename := _nicename(each)) not in seen:
                    seen.add(nicename)
                    yield Term(taxonomy, nicename, each.name, above)
                above = nicename


def _nicename(term: TermName) -> str:
    """Return what a term is known by in one export. Slugs are unique in an account."""
    return term.slug
