"""What is taken in, what is left out of it, and what is refused with which sentence."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from portal.content.media_types import sniff
from portal.content.media_upload import name_of
from portal.content.pictures import clean_picture
from portal.content.problems import Problem
from portal.content.renditions import renditions_of
from tenants.db import db
from tenants.policing import set_policy
from tenants.quotas import Resource
from tenants.scope import across_tenants
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.media.scene import (
    CANARY,
    HOSTILE,
    LIBRARY,
    PDF,
    archive,
    kept,
    photo,
    picture,
    send,
    uploaded,
    versions,
)
from tests.tenants.limit_scene import limit


@pytest.fixture
def author(client: FlaskClient, cast: Cast) -> FlaskClient:
    return sign_in(client, cast.author)


def test_what_hurts_is_refused_and_nothing_is_left(author: FlaskClient, app: Flask):
    for name, (data, sentence) in HOSTILE.items():
        answer = send(author, (data, "holiday.jpg"))
        assert answer.status_code == 422, name
        assert sentence in answer.text, name
        assert versions(app) == [], name
        assert kept(app) == [], name


def test_the_type_is_told_from_the_bytes():
    for kind, mime in (("JPEG", "image/jpeg"), ("PNG", "image/png"), ("GIF", "image/gif"),
                       ("WEBP", "image/webp"), ("AVIF", "image/avif")):  # fmt: skip
        assert sniff(picture(kind)) == mime
    assert sniff(PDF) == "application/pdf"
    assert sniff(archive()) == "application/zip"
    assert sniff(b"ID3\x04\0\0" + b"\0" * 50) == "audio/mpeg"
    assert sniff(b"\0\0\0\x18ftypisom" + b"\0" * 20) == "video/mp4"
    assert sniff(b"a,b\n1,2\n") == "text/csv"
    assert sniff("Nur Wörter.".encode()) == "text/plain"


def test_a_photo_is_turned_and_says_nothing_of_its_maker():
    clean = clean_picture(photo(), "image/jpeg")
    assert (clean.width, clean.height) == (40, 60)
    assert CANARY not in clean.data
    with Image.open(io.BytesIO(clean.data)) as image:
        assert not image.getexif()
        assert image.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density",
                                     "progressive", "progression"}  # fmt: skip


def test_what_hangs_on_a_picture_goes():
    for kind in ("JPEG", "PNG", "GIF", "WEBP"):
        data = picture(kind) + b"<script>" + CANARY
        assert CANARY not in clean_picture(data, sniff(data)).data


def test_a_moving_gif_keeps_moving_and_a_long_one_is_refused():
    def gif(count: int, size: tuple[int, int]) -> bytes:
        frames = [Image.new("RGB", size, (n % 250, n // 250, 0)) for n in range(count)]
        file = io.BytesIO()
        frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
        return file.getvalue()

    with Image.open(io.BytesIO(clean_picture(gif(3, (9, 9)), "image/gif").data)) as image:
        assert getattr(image, "n_frames", 1) == 3
    with pytest.raises(Problem, match="Make it shorter"):
        clean_picture(gif(310, (2, 2)), "image/gif")


def test_renditions_are_never_larger_and_keep_the_focal_point():
    data = picture("PNG", (1000, 400), colour="black")
    made = renditions_of(data, "image/png", (0, 50))
    assert {n: p.width for n, p in made.items()} == {
        "w320": 320, "w640": 640, "w960": 960, "square": 320, "social": 762,
    }  # fmt: skip
    for focus, light in ((0, True), (100, False)):
        square = renditions_of(data, "image/png", (focus, 50))["square"]
        with Image.open(io.BytesIO(square.data)) as image:
            assert (image.convert("L").resize((1, 1)).tobytes()[0] > 128) is light
    assert renditions_of(data, "image/png", (0, 50)) == made


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("harbour.png", "harbour"), ("../../etc/passwd", "passwd"), ("C:\\x\\y.png", "y"),
        ("", "Untitled"), (".png", "png"), ("\u202egnp.exe", "gnp"), ("a\x00b\r\n.png", "a b"),
        ("<img src=x>.png", "<img src=x>"), ("x" * 400, "x" * 120), ("v1.2 final", "v1.2 final"),
    ],
)  # fmt: skip
def test_names_are_only_words(filename: str, name: str):
    assert name_of(filename) == name


def test_many_come_at_once_and_one_bad_one_keeps_no_other_away(author: FlaskClient, app: Flask):
    answer = send(author, (picture(), "a.png"), (b"", "b.png"), (PDF, "c.pdf"))
    assert answer.status_code == 200
    assert "0 bytes" in answer.text
    assert answer.text.count("Here now.") == 2
    assert len(versions(app)) == len(kept(app)) == 2


def test_the_script_gets_json_for_each(author: FlaskClient):
    def ask(data: bytes) -> tuple[int, dict[str, object]]:
        answer = author.post(
            f"{LIBRARY}upload", data={"files": (io.BytesIO(data), "a.png")},
            headers={"Accept": "application/json"},
        )  # fmt: skip
        assert answer.json is not None
        return answer.status_code, answer.json["files"][0]

    status, told = ask(picture())
    assert (status, told["done"]) == (200, True)
    status, told = ask(picture())
    assert status == 422
    assert "already here as “a”" in str(told["sentence"])


def test_the_same_file_is_recognised(author: FlaskClient, app: Flask):
    where = uploaded(author)
    again = send(author, (picture(), "another.png"))
    assert again.status_code == 422
    assert "already here as “harbour”" in again.text
    assert where in again.text
    assert len(versions(app)) == 1


def test_policies_and_limits_hold(author: FlaskClient, app: Flask, cast: Cast):
    with app.app_context():
        limit(cast, cast.acme, Resource.STORAGE, 100)
    assert "bytes of files" in send(author, (picture(), "a.png")).text
    with app.app_context(), across_tenants("tests"):
        set_policy(cast.acme, "upload_types", "application/pdf", by=TESTS)
        db.session.commit()
    answer = send(author, (picture(), "a.pdf"))
    assert "PNG pictures are not allowed in this account. Allowed: PDF documents." in answer.text
    assert versions(app) == []


def test_who_may_and_what_is_not_a_file(client: FlaskClient, cast: Cast):
    assert send(sign_in(client, cast.viewer), (picture(), "a.png")).status_code == 403
    assert send(sign_in(client, cast.bolt_editor), (picture(), "a.png")).status_code == 404
    sign_in(client, cast.author)
    assert client.get(f"{LIBRARY}upload").status_code == 200
    assert client.post(f"{LIBRARY}upload", data={"files": "words"}).status_code == 422


def test_a_small_picture_takes_no_hours():
    """A progressive JPEG is gone over once for each layer, and a layer takes thirty bytes."""
    image = Image.new("L", (64, 64), 128)
    file = io.BytesIO()
    image.save(file, "JPEG", progressive=True)
    data = file.getvalue()
    last = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(Problem, match="more than 100 layers"):
        clean_picture(data[:-2] + last * 200 + b"\xff\xd9", "image/jpeg")
    for fine in (data, data + b"\xff\xda" * 300, picture("JPEG", exif=b"Exif\0\0" + last * 300)):
        assert clean_picture(fine, "image/jpeg").mime == "image/jpeg"
