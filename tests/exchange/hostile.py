"""Files made to hurt, each with a part of the sentence that it gets."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable

GOOD = "---\ntitle: Good\n---\nWords.\n"
Files = dict[str, str | bytes]


def packed(files: Files, change: Callable[[zipfile.ZipFile], None] | None = None) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        if change:
            change(archive)
    return file.getvalue()


def named(name: str) -> bytes:
    """A ZIP whose second file has this name to the letter, whatever the library makes of it."""
    return packed({"good.md": GOOD, "x" * len(name): GOOD}).replace(b"x" * len(name), name.encode())


def linked() -> bytes:
    def add(archive: zipfile.ZipFile) -> None:
        entry = zipfile.ZipInfo("link.md")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")

    return packed({"good.md": GOOD}, add)


def encrypted() -> bytes:
    data = bytearray(packed({"good.md": GOOD}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def twice(first: str, second: str) -> bytes:
    return packed({first: GOOD, second: GOOD})


def packed_oddly() -> bytes:
    return packed({}, lambda z: z.writestr("good.md", GOOD, zipfile.ZIP_LZMA))


def lying(size: int) -> bytes:
    """A ZIP whose file is longer than its table of contents says."""
    data = bytearray(packed({"good.md": b"a" * 5_000_000}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(mark) + offset, size)
    return bytes(data)


def broken_inside() -> bytes:
    data = bytearray(packed({}, lambda z: z.writestr("good.md", GOOD * 9, zipfile.ZIP_STORED)))
    data[60] ^= 0xFF
    return bytes(data)


def overlapping() -> bytes:
    """Two entries that mean the same packed bytes."""
    data = packed({"a.md": "a" * 9000 + GOOD, "b.md": GOOD})
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    changed = bytearray(data)
    first = data.index(b"PK\x01\x02")
    struct.pack_into("<I", changed, first + 20, len(data) * 2)
    del second
    return bytes(changed)


def front(text: str, body: str = "Words.") -> bytes:
    return packed({"good.md": GOOD, "bad.md": f"---\n{text}\n---\n{body}\n"})


BOMB = "\n".join(
    ["a: &a [x,x,x,x,x,x,x,x,x]"] + [f"{c}: &{c} [{','.join([f'*{p}'] * 9)}]"
                                     for p, c in zip("abcdefgh", "bcdefghi", strict=True)]
)  # fmt: skip

# Nothing at all is imported of these.
WHOLE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "blank": (b" \n\t", "empty"),
    "PDF": (b"%PDF-1.4 x", "none of the files"),
    "picture": (b"\x89PNG\r\n\x1a\n", "none of the files"),
    "gzip": (b"\x1f\x8b\x08\0\0", "none of the files"),
    "RAR": (b"Rar!\x1a\x07\0", "none of the files"),
    "ratio bomb": (packed({"a.md": b"\0" * 60_000_000}), "when unpacked"),
    "size bomb": (
        packed({f"{n}.bin": bytes(range(256)) * 40_000 for n in range(30)}),
        "when unpacked",
    ),
    "too many": (packed({f"{n}.md": b"" for n in range(10_001)}), "10,000 are the most"),
    "lying size": (lying(10), "damaged at “good.md”"),
    "one long file": (
        packed({"a.md": hashlib.shake_256(b"").hexdigest(1_600_000)}),
        "3,000,000",
    ),
    "slip": (named("../../etc/cron.md"), "outside of it"),
    "slip with backslashes": (named("..\\..\\evil.md"), "outside of it"),
    "slip inside": (named("a/../../x.md"), "outside of it"),
    "root": (named("/etc/passwd.md"), "outside of it"),
    "drive": (named("C:\\evil.md"), "outside of it"),
    "drive with slash": (named("c:/evil.md"), "outside of it"),
    "share": (named("\\\\host\\x.md"), "outside of it"),
    "dot": (named("a/./x.md"), "outside of it"),
    "no name": (named("a//x.md"), "outside of it"),
    "NUL in a name": (named("a\0.md.exe"), "outside of it"),
    "escape in a name": (named("a\x1b[2J.md"), "outside of it"),
    "direction in a name": (packed({"good.md": GOOD, "a\u202egpj.md": GOOD}), "outside of it"),
    "link": (linked(), "link to another place"),
    "encrypted": (encrypted(), "encrypted"),
    "same but for case": (twice("About.md", "about.md"), "twice"),
    "same but for form": (twice("é.md", "e\u0301.md"), "twice"),
    "odd packing": (packed_oddly(), "packed in a way"),
    "cut off": (packed({"good.md": GOOD})[:60], "damaged or cut off"),
    "only its start": (b"PK\x03\x04", "damaged or cut off"),
    "broken inside": (broken_inside(), "damaged at “good.md”"),
    "overlapping": (overlapping(), "same bytes several times"),
    "nothing in it": (packed({}), "no Markdown files"),
    "nothing of use": (packed({"a.txt": "x"}), "no Markdown files"),
    "WordPress inside": (packed({"a.xml": "<rss/>"}), "Unpack it"),
    "two tables": (packed({"a.csv": "title\nx", "b.csv": "title\ny"}), "2 tables"),
    "manifest of nonsense": (packed({"a.md": GOOD, "export.json": "{"}), "not JSON"),
    "manifest too deep": (packed({"a.md": GOOD, "export.json": "[" * 200_000}), "not JSON"),
    "manifest that is a list": (packed({"a.md": GOOD, "export.json": "[]"}), "does not say"),
    "no header": (b"1,2,3\n4,5,6\n", "no column “title”"),
    "just words": (b"Dear all,\nhello", "no column “title”"),
    "two titles": (b"title,title\na,b\n", "two columns “title”"),
    "Latin-1": ("title\nCafé\n".encode("latin-1"), "line 2 are not UTF-8 (0xE9)"),
    "cut UTF-16": ("\ufefftitle\nx".encode("utf-16-le")[:-1], "not UTF-16-LE"),
    "NUL in a table": (b"title\na\0b\n", "NUL character in line 2"),
    "quote without end": (b'title,body\n"a,b\n', "broken in row"),
    "text after a quote": (b'title,body\n"a"b,c\n', "broken in row"),
    "cell without end": (b"title\n" + b"a" * 2_100_000, "broken in row"),
    "noise": (bytes(range(1, 256)) * 4, "cannot be read"),
}
# Of these one page is left out, and the other comes.
PARTS: dict[str, tuple[bytes, str]] = {
    "YAML bomb": (front(BOMB), "anchor or alias in line 2"),
    "alias": (front("a: &x 1\nb: *x"), "anchor or alias"),
    "merge of itself": (front("a: &x\n  <<: *x"), "anchor or alias"),
    "python tag": (front('a: !!python/object/apply:os.system ["id"]'), "has a tag"),
    "own tag": (front("a: !thing x"), "has a tag"),
    "binary tag": (front("a: !!binary aGk="), "has a tag"),
    "list": (front("- a\n- b"), "not a list of names with values"),
    "one word": (front("hello"), "not a list of names with values"),
    "broken YAML": (front("a: [1"), "not YAML that can be read"),
    "tab in YAML": (front("a:\n\tb: 1"), "not YAML that can be read"),
    "two documents": (front("a: 1\n--- x"), "not YAML that can be read"),
    "key that is a list": (front("? [a]\n: b"), "not YAML that can be read"),
    "deep YAML": (front("a: " + "[" * 500 + "]" * 500), "nested too deep"),
    "very deep YAML": (front("a: " + "[" * 100_000), "nested too deep"),
    "long YAML": (front("a: " + "x" * 1_400_000), "characters; 1,300,000 are the most"),
    "many values": (front("a: [" + "1," * 120_000 + "]"), "nested too deep or too long"),
    "no end": (packed({"good.md": GOOD, "bad.md": "---\ntitle: x\nWords."}), "does not end"),
    "TOML": (packed({"good.md": GOOD, "bad.md": "+++\ntitle = 1\n+++\n"}), "TOML"),
    "not UTF-8": (packed({"good.md": GOOD, "bad.md": b"---\ntitle: Caf\xe9\n---\n"}), "line 2"),
    "NUL": (packed({"good.md": GOOD, "bad.md": "a\nb\0"}), "NUL character in line 2"),
    "NUL escaped": (front('title: "a\\0b"'), "cannot be kept"),
    "unknown type": (front("type: The News"), "“The News” is none"),
    "title that is a list": (front("title: [a]"), "“title” is not a text"),
    "fields that are a list": (front("fields: [1]"), "“fields” are not"),
    "fields with NUL": (front('fields: {a: "\\0"}'), "cannot be kept"),
    "huge fields": (front("fields: {a: " + "x" * 1_100_000 + "}"), "more than 1,000,000"),
    "deep fields": (front("fields: {a: " + "[" * 25 + "]" * 25 + "}"), "nested too deep"),
    "SEO that is a word": (front("seo: hello"), "“seo” is not"),
    "many tags": (front("tags: [" + ",".join(map(str, range(300))) + "]"), "300 tags"),
    "long tag": (front(f"tags: [{'x' * 300}]"), "is too long"),
    "deep category": (
        front("categories: [" + " > ".join(f"c{n}" for n in range(23)) + "]"),
        "“c22” stands below 22 others",
    ),
    "tags that are a mapping": (front("tags: {a: b}"), "are not a list"),
    "long text": (front("title: a", "words " * 200_000), "500,000 fit"),
    "brackets": (front("title: a", "[" * 50_000), "too many brackets"),
    "same id": (
        packed({"good.md": "---\nid: x\n---\n", "bad.md": "---\nid: x\n---\n"}),
        "same id",
    ),
    "deep HTML": (front("title: a", "<div>" * 5_000), "cannot be kept"),
    "cells missing": (b"title,body\ngood,b\nbad\n", "It has 1 cells"),
    "too many cells": (b"title,body\ngood,b\nbad,a,b\n", "It has 3 cells"),
    "fields that are no JSON": (b"title,fields\ngood,\nbad,{a\n", "not JSON"),
    "same slug": (b"title,slug\ngood,a\nbad,a\n", "same id, slug or title as row 2"),
    "unknown type in a row": (b"title,type\ngood,\nbad,e/vent\n", "“e/vent” is none"),
    "deep JSON": (b"title,fields\ngood,\nbad," + b"[" * 100_000 + b"\n", "not JSON"),
}
# These come, without what would hurt; the sentence is a part of the report.
TOLD: dict[str, tuple[bytes, str]] = {
    "script": (front("title: a", "<script>alert(1)</script>\n\n**b**"), "Removed <script>"),
    "handler": (front("title: a", '<img src=x onerror="alert(1)">'), "onerror"),
    "javascript link": (front("title: a", "[a](javascript:alert(1))"), "javascript"),
    "javascript reference": (front("title: a", "[a][b]\n\n[b]: javascript:alert(1)"), "javascript"),
    "data picture": (front("title: a", "![a](data:image/svg+xml,x)"), "begins with data"),
    "frame": (front("title: a", '<iframe src="https://evil.example"></iframe>'), "iframe"),
    "html format": (front("format: html", "<svg onload=alert(1)>x</svg><p>b</p>"), "svg"),
    "html in a cell": (b'title,body\na,"<p onclick=x>b</p><style>*{}</style>"\n', "<style>"),
    "unknown parent": (front("parent: nowhere.md"), "“nowhere.md” is not in the file"),
    "parent of itself": (front("parent: bad.md"), "below itself"),
    "parents in a circle": (
        packed({"a.md": "---\nparent: b.md\n---\n", "b.md": "---\nparent: c.md\n---\n",
                "c.md": "---\nparent: a.md\n---\n"}), "below itself",
    ),
    "parent outside": (front("parent: ../../etc/passwd"), "is not in the file"),
    "circle of rows": (b"title,id,parent\na,1,2\nb,2,1\n", "below itself"),
    "unknown state": (front("state: secret"), "means nothing here"),
    "time that is none": (front("published: tomorrow"), "Its time “tomorrow”"),
    "time of long ago": (front("published: 0001-01-01"), "Its time “0001-01-01”"),
    "position that is none": (front("position: many"), "is no number"),
    "script as an address": (front("seo: {canonical: 'javascript:alert(1)'}"), "is no address"),
    "post with a parent": (front("type: post\nparent: good.md"), "A post has no parent"),
    "column without meaning": (b"title,colour\na,red\n", "No column is called so"),
    "long title": (front(f"title: {'x' * 900}"), "is cut from 900"),
    "reserved address": (front("title: a\nslug: posts"), "is in use"),
    "the home page as an old address": (front("former addresses: [/]"), "used by the site itself"),
    "a list as an old address": (front("former addresses: [/Posts]"), "used by the site itself"),
    "control in an old address": (
        front('former addresses: ["/a\\x1b/"]'), "a character that no address has"
    ),
    "picture that is none": (
        packed({"a.md": "---\ntitle: a\n---\n![x](p.png)", "p.png": b"<svg onload=alert(1)>"}),
        "SVG pictures can carry scripts",
    ),
    "picture bomb": (
        packed({"a.md": "![x](p.png)", "p.png": b"\x89PNG\r\n\x1a\n" + struct.pack(
            ">I4sIIBBBBBI", 13, b"IHDR", 50_000, 50_000, 8, 2, 0, 0, 0, 0)}), "p.png",
    ),
    "forged signature": (
        packed({"a.md": GOOD, "m/p.png": b"\x89PNG\r\n\x1a\n", "export.json": json.dumps(
            {"account": {"id": "x"}, "media": [{"path": "m/p.png", "signature": "ä" * 64, "id": 5,
             "focal": "x", "alt": ["x"]}, 7, None, {"path": "../../x"}]})}), "damaged",
    ),
}  # fmt: skip
