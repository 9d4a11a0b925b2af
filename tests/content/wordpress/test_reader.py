"""Reading a whole export: every field, every relation, and a note for all that has no field."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from portal.content.wordpress.documents import Export, Moment
from portal.content.wordpress.reader import read
from tests.content.wordpress.exports import (
    Item,
    attachment,
    author,
    category,
    menu_item,
    tag,
    term,
    wxr,
)


def notes(export: Export, kind: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for note in export.notes:
        if note.kind == kind:
            counts[note.name] += note.count
    return dict(counts)


RICH = Item(
    7,
    "A <em>title</em> &amp; more",
    "<p>body</p>",
    excerpt="<b>Short</b> of it",
    link="https://old.example/2024/06/caf%C3%A9/",
    terms=[
        ("category", "news", "News"),
        ("post_tag", "t1", "T1"),
        ("post_format", "post-format-quote", "Quote"),
        ("mood", "glad", "Glad"),
    ],
    meta=[("_thumbnail_id", "9"), ("_wp_old_slug", "coffee"), ("colour", "red")],
    comments=2,
    fields={"post_name": "caf%C3%A9", "is_sticky": "1", "post_password": "enter"},
)


def test_a_post_with_everything():
    head = author("alice", "Alice <b>A</b>", "a@old.example") + category("news", "News") + tag("t1")
    (post,) = read(wxr(RICH, head=head)).posts
    assert (post.kind, post.source_id, post.title) == ("post", 7, "A title & more")
    assert (post.slug, post.source_slug) == ("café", "café")
    assert (post.state, post.status) == ("published", "publish")
    assert post.body.html == "<p>body</p>"
    assert post.excerpt == "Short of it"
    assert (post.author_login, post.byline) == ("alice", "Alice A")
    assert post.published_at == Moment(
        datetime(2024, 6, 5, 18, 4, 48),  # noqa: DTZ001 - wall time has no zone
        datetime(2024, 6, 5, 16, 4, 48, tzinfo=UTC),
        timedelta(hours=2),
    )
    assert post.due_at is None
    assert (post.categories, post.tags, post.format) == (("news",), ("t1",), "quote")
    assert post.other_terms == (("mood", "glad"),)
    assert (post.featured_image, post.comments, post.comments_open) == (9, 2, True)
    assert (post.sticky, post.password) == (True, "enter")
    assert post.old_paths == ("/2024/06/caf%C3%A9/", "/?p=7", "/2024/06/coffee/")


def test_all_that_has_no_place_is_told():
    export = read(wxr(RICH, head="<wp:theme_options>x</wp:theme_options>"))
    kinds = {"comments", "sticky", "password", "format", "term", "image", "meta", "author", "site"}
    assert {note.kind for note in export.notes} == kinds
    assert notes(export, "meta") == {"colour": 1}
    assert notes(export, "comments") == {"post": 2}
    assert (export.title, export.language, export.version) == ("Old & new", "en", "1.2")


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_all_versions_and_both_schemes(version: str, scheme: str):
    export = read(wxr(Item(1), version=version, scheme=scheme))
    assert [post.title for post in export.posts] == ["Title"]


def test_a_mark_of_byte_order_and_utf_16_are_read():
    data = wxr(Item(1, "Grüße 🌲"))
    wide = data.decode().replace("UTF-8", "UTF-16").encode("utf-16")
    for form in (b"\xef\xbb\xbf" + data, wide):
        assert read(form).posts[0].title == "Grüße 🌲"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("publish", "published"),
        ("future", "scheduled"),
        ("draft", "draft"),
        ("pending", "draft"),
        ("private", "draft"),
        ("trash", "trashed"),
        ("wc-completed", "draft"),
        ("", "draft"),
    ],
)
def test_states(status: str, state: str):
    export = read(wxr(Item(1, fields={"status": status})))
    post = export.posts[0]
    assert post.state == state
    assert (post.published_at is not None) == (state == "published")
    assert (post.due_at is not None) == (state == "scheduled")
    assert bool(notes(export, "status")) == (status not in ("publish", "future", "draft", ""))


def test_pages_keep_their_tree_in_any_order_and_lose_loops():
    def page(post_id: int, parent: int) -> Item:
        fields = {"post_type": "page", "post_parent": str(parent), "post_name": f"p{post_id}"}
        return Item(post_id, f"P{post_id}", fields=fields)

    export = read(wxr(page(3, 2), page(2, 1), page(1, 0), page(4, 99), page(5, 6), page(6, 5)))
    parents = {each.source_id: each.parent for each in export.pages}
    assert parents == {3: 2, 2: 1, 1: None, 4: None, 5: None, 6: None}
    assert notes(export, "parent") == {"page": 3}


def test_items_without_an_id_or_with_a_used_one_are_told():
    items = (Item("", "none"), Item(2, "first"), Item(2, "second"), Item("9" * 30, "huge"))
    export = read(wxr(*items))
    assert [post.title for post in export.posts] == ["first"]
    told = [note.sentence for note in export.notes if note.kind == "item"]
    assert len(told) == 3
    assert all("line" in sentence for sentence in told)


def test_unknown_types_are_told():
    product = Item(1, fields={"post_type": "product"})
    export = read(wxr(product, Item(2, fields={"post_type": "product"})))
    assert export.documents == ()
    assert notes(export, "type") == {"product": 2}


def test_terms_with_parents_loops_doubles_and_unlisted_ones():
    head = (
        category("a", "A &amp; A")
        + category("b", parent="a")
        + category("b", "other")
        + category("c", parent="d")
        + category("d", parent="c")
        + category("e", parent="gone")
        + tag("%e2%98%83", "Snow")
        + term("mood", "glad")
        + term("post_tag", "more")
    )
    export = read(wxr(Item(1, terms=[("post_tag", "used", "Used")]), head=head))
    assert {t.nicename: t.parent for t in export.categories} == {
        "a": "",
        "b": "a",
        "c": "",
        "d": "",
        "e": "",
    }
    assert export.categories[0].name == "A & A"
    assert [(t.nicename, t.listed) for t in export.tags] == [
        ("☃", True),
        ("more", True),
        ("used", False),
    ]
    assert [t.taxonomy for t in export.other_terms] == ["mood"]


def test_authors_listed_and_only_named():
    export = read(wxr(Item(1, creator=">alice"), Item(2), head=author("alice", "Alice")))
    assert [(a.login, a.name, a.listed) for a in export.authors] == [
        ("alice", "Alice", True),
        (">alice", ">alice", False),
    ]
    assert [post.byline for post in export.posts] == [">alice", "Alice"]
    assert notes(export, "author") == {">alice": 1}


def test_menus_with_all_targets_and_broken_entries():
    items = (
        Item(1, "Front", fields={"post_type": "page"}),
        menu_item(20, "main", type="post_type", object="page", object_id="1", order="2"),
        menu_item(21, "main", type="taxonomy", object="category", object_id="3", order="1"),
        menu_item(22, "main", type="custom", url="/x", title="X", target="_blank", order="3"),
        menu_item(23, "main", type="post_type", object="page", object_id="77", title="Gone"),
        menu_item(24, "main", type="custom", url="#", title="Y", menu_item_parent="99"),
        menu_item(20, "foot", type="post_type", object="page", object_id="1"),
        menu_item(25, "", type="custom", url="#"),
    )
    head = term("nav_menu", "main", "Main") + term("nav_menu", "empty") + category("c", term_id=3)
    export = read(wxr(*items, head=head))
    assert [(menu.nicename, menu.name, len(menu.items)) for menu in export.menus] == [
        ("main", "Main", 5),
        ("empty", "empty", 0),
        ("foot", "foot", 1),
    ]
    entries = {entry.source_id: entry for entry in export.menus[0].items}
    assert list(entries) == [21, 23, 24, 20, 22]
    assert (entries[20].label, entries[20].target, entries[20].target_id) == (
        "Front",
        "document",
        1,
    )
    assert (entries[21].label, entries[21].target_nicename) == ("c", "c")
    assert (entries[22].url, entries[22].new_window) == ("/x", True)
    assert not entries[23].found
    assert entries[24].parent is None
    assert sum(notes(export, "menu").values()) == 3


def test_attachments_and_galleries():
    post = Item(1, content="[gallery]\n\n[gallery ids='31,30']\n\n[gallery ids='30,99']")
    files = (
        attachment(30, "https://old.example/b.jpg", parent=1, caption="Cap"),
        attachment(31, "https://old.example/c.png?x=1"),
        attachment(32, "https://old.example/d.pdf", parent=1),
    )
    export = read(wxr(post, *files))
    assert [file.filename for file in export.attachments] == ["b.jpg", "c.png", "d.pdf"]
    html = export.posts[0].body.html
    image = '<img src="https://old.example/b.jpg" alt="alt 30">'
    assert html.count(f"<figure>{image}<figcaption>Cap</figcaption></figure>") == 2
    assert html.index("c.png") < html.rindex("b.jpg")
    assert "[gallery ids='30,99']" in html
    assert notes(export, "file") == {"attachment": 3}
