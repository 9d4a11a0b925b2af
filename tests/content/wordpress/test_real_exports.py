"""Exports that others publish for testing. They are not part of this repository.

They are looked for in the folder PORTAL_WXR_DATA, else in ../shared/data/wxr beside it.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from portal.content.wordpress import source
from portal.content.wordpress.documents import Document, Export, NotWordPress
from portal.content.wordpress.reader import read
from portal.content.wordpress.times import zone_for
from tests.content import html_oracle

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("PORTAL_WXR_DATA") or ROOT.parent / "shared" / "data" / "wxr")
THEME = "themeunittestdata.wordpress.xml"
UTF8 = "wxr-utf-8-challenges.xml"

pytestmark = pytest.mark.skipif(
    not (FOLDER / THEME).is_file(),
    reason=f"no published WordPress exports in {FOLDER}; set PORTAL_WXR_DATA to their folder",
)


@cache
def export(name: str) -> Export:
    return read((FOLDER / name).read_bytes())


@cache
def bodies(name: str) -> dict[int, str]:
    """The bodies as they stand in the file, by id."""
    channel = next(source.parse((FOLDER / name).read_bytes()).all("", "channel"))
    items = channel.all("", "item")
    return {int(i.value("wp", "post_id")): i.value("content", "encoded") for i in items}


def by_id(source_id: int) -> Document:
    return next(doc for doc in export(THEME).documents if doc.source_id == source_id)


def test_counts():
    found = export(THEME)
    assert Counter(post.state for post in found.posts) == {
        "published": 56,
        "draft": 1,
        "scheduled": 1,
    }
    assert [page.state for page in found.pages] == ["published"] * 21
    assert len(found.attachments) == 37
    assert sum(len(menu.items) for menu in found.menus) == 70
    assert len(found.categories) == 68
    assert len([tag for tag in found.tags if tag.listed]) == 110
    assert ">themereviewteam" in {author.login for author in found.authors}
    assert {menu.name: len(menu.items) for menu in found.menus} == {
        "All Pages": 18,
        "All Pages Flat": 18,
        "Empty Menu": 0,
        "Short": 6,
        "Testing Menu": 23,
        "Social menu": 5,
    }


def test_the_scheduled_post():
    (post,) = (post for post in export(THEME).posts if post.due_at)
    assert post.due_at
    assert (post.due_at.wall.hour, post.due_at.utc.hour) == (12, 19)
    assert zone_for(post.due_at, "Europe/Berlin") == "Etc/GMT+7"


def test_titles_addresses_and_hierarchy():
    assert by_id(1173).title == "Markup: Title With Markup"
    assert by_id(1174).title.endswith("~`!@#$%^&*()-_=+{}[]/\\;:'\"?,.>")
    assert by_id(1169).title == ""
    assert by_id(1813).slug == "επίπεδο-3"
    assert by_id(1811).old_path == "/greek/%ce%b5%cf%80%ce%af%cf%80%ce%b5%ce%b4%ce%bf-2/"
    assert [by_id(number).parent for number in (172, 173, 174, 1813)] == [173, 174, None, 1811]
    slugs = Counter((doc.kind, doc.parent, doc.slug) for doc in export(THEME).documents)
    assert max(slugs.values()) == 1


def words(html: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", " ".join(html_oracle.texts(html))))


@pytest.mark.parametrize("number", range(79))
def test_every_word_of_every_body_arrives(number: int):
    document = export(THEME).documents[number]
    written = re.sub(
        r"\[(/?caption|gallery|audio)\b[^\]]*\]", " ", bodies(THEME)[document.source_id]
    )
    arrived = re.sub(r"\[gallery\b[^\]]*\]", " ", document.body.html)
    assert words(written) - words(arrived) == Counter()
    assert html_oracle.violations(document.body.html) == []
    assert len(re.findall("<img ", written)) <= len(re.findall("<img ", arrived))


def test_every_shortcode_and_break_is_told():
    lost = Counter[str]()
    for document in export(THEME).documents:
        for each in document.body.lost:
            lost[each.name if each.kind in ("shortcode", "break") else each.kind] += each.count
    assert lost["gallery"] == 12
    assert (lost["more"], lost["nextpage"]) == (4, 6)
    assert lost["embed"] >= 6
    assert lost["block"] >= 70
    assert "simple" not in lost


def test_notes_tell_what_has_no_place():
    notes = Counter[str]()
    for note in export(THEME).notes:
        notes[note.kind] += note.count
    assert notes["comments"] == 33
    assert notes["format"] == 13
    assert (notes["sticky"], notes["password"], notes["image"], notes["file"]) == (1, 1, 6, 37)
    assert notes["item"] == notes["parent"] == notes["type"] == 0


def test_the_malformed_file():
    with pytest.raises(NotWordPress) as refusal:
        read((FOLDER / "malformed.xml").read_bytes())
    assert (refusal.value.line, refusal.value.column) == (90, 3)
    assert "mismatched tag" in str(refusal.value)


def test_utf_8_challenges_survive_to_the_last_code_point():
    (post,) = export(UTF8).posts
    expected = html_oracle.text_as_a_browser_reads(bodies(UTF8)[10])
    arrived = html_oracle.text_as_a_browser_reads(post.body.html)
    squeezed = re.compile(r"[ \t\n]+")
    assert squeezed.sub(" ", arrived).strip(" ") == squeezed.sub(" ", expected).strip(" ")
    assert (
        post.title == '"The Road \u202eNot\u202c Taken" by Rob\u202dert \u202eFrost \u202a🌲\u202c'
    )
    assert post.source_slug == "hello-w\u202eorld\u202c-utf8-💫-test"
    assert post.slug == "hello-world-utf8-test"
    assert post.byline == export(UTF8).authors[0].name
    assert post.old_path.isascii()
    assert post.categories == ("uncat\u202eegorized\u202c",)


@pytest.mark.parametrize("name", ["wxr-simple.xml", "wxr-comprehensive.xml"])
def test_small_exports(name: str):
    found = export(name)
    assert len(found.posts) == 1
    assert all(doc.byline and doc.body.html for doc in found.documents)
