"""Our own files: packed once, asked for again without being sent again."""

from __future__ import annotations

import gzip

import brotli
import pytest
from flask import Flask
from werkzeug.test import Client

SHEET = "/static/css/site.css"


@pytest.mark.parametrize(
    ("accepted", "unpacked"),
    [("", bytes), ("gzip", gzip.decompress), ("gzip, br", brotli.decompress)],
)
def test_a_stylesheet_is_sent_packed_to_who_takes_that(app: Flask, accepted: str, unpacked):
    client = Client(app)
    plain = client.get(SHEET)
    sent = client.get(SHEET, headers={"Accept-Encoding": accepted})
    assert unpacked(sent.data) == plain.data
    assert sent.headers["Content-Type"] == plain.headers["Content-Type"]
    assert "Accept-Encoding" in sent.headers["Vary"]
    assert sent.headers["Cache-Control"] == plain.headers["Cache-Control"]
    if accepted:
        assert len(sent.data) < len(plain.data) / 2
    again = {"If-None-Match": sent.headers["ETag"], "Accept-Encoding": accepted}
    assert client.get(SHEET, headers=again).status_code == 304
    assert client.head(SHEET, headers={"Accept-Encoding": accepted}).data == b""


def test_a_part_is_a_part_of_what_is_not_packed(app: Flask):
    client = Client(app)
    part = client.get(SHEET, headers={"Range": "bytes=0-9", "Accept-Encoding": "br"})
    assert (part.status_code, part.data) == (206, client.get(SHEET).data[:10])
    assert "Content-Encoding" not in part.headers


def test_what_is_not_there_is_nobodys(app: Flask):
    assert Client(app).get("/static/css/none.css").status_code == 404
    assert Client(app).post(SHEET).status_code == 405
