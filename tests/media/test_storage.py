"""The store: the same four verbs on a disk and behind a real S3 server; failures leave nothing."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.cli.warden import Warden
from portal.content.storage import LocalStorage, NotStored, Storage, StoreDown
from portal.content.storage_s3 import S3Storage
from portal.file_settings import FileSettings, file_settings
from portal.files import storage_for
from tests.fixtures.app import config_for
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.infra.ports import free_port
from tests.media.scene import kept, picture, send, uploaded, versions

FOLDER = "0" * 32 + "/" + "1" * 32 + "/"
KEY = f"{FOLDER}{'2' * 32}/original"
NAMES = {"key_id": "portal-tests", "secret": "only-for-tests"}


@pytest.fixture(scope="module")
def s3_server(tmp_path_factory: pytest.TempPathFactory, process_warden: Warden) -> Iterator[str]:
    """rclone's S3 server over a folder, which checks every signature; its address."""
    program = Path(sys.executable).with_name("rclone")
    found = str(program) if program.exists() else shutil.which("rclone")
    if found is None:
        pytest.skip("rclone is not installed")
    folder, port = tmp_path_factory.mktemp("s3"), free_port()
    (folder / "files").mkdir()
    command = [found, "serve", "s3", "--config", "/dev/null", "--addr", f"127.0.0.1:{port}",
               "--auth-key", ",".join(NAMES.values()), str(folder)]  # fmt: skip
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    process_warden.watch(server.pid)
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait(10)


@pytest.fixture(params=["disk", pytest.param("s3", marks=pytest.mark.sockets)])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "disk":
        return LocalStorage(tmp_path / "media")
    return bucket(request.getfixturevalue("s3_server"))


def bucket(address: str, **more: str) -> S3Storage:
    """The bucket, as soon as the server answers."""
    made = S3Storage("files", endpoint=address, prefix="portal", **(NAMES | more))
    for _ in range(60):
        try:
            list(made.keys("nothing"))
        except StoreDown:
            time.sleep(0.1)
        else:
            break
    return made


def test_what_is_put_is_read_listed_and_forgotten(files: Storage):
    before = datetime.now(UTC) - timedelta(minutes=1)
    files.put(KEY, b"one", "image/png")
    files.put(KEY, b"two", "image/png")
    files.put(f"{FOLDER}logo/a.png", b"logo", "image/png")
    assert files.read(KEY) == b"two"
    found = dict(files.keys(FOLDER))
    assert set(found) == {KEY, f"{FOLDER}logo/a.png"}
    assert all(written > before for written in found.values())
    files.delete([KEY, KEY.replace("2", "3")])
    with pytest.raises(NotStored):
        files.read(KEY)
    files.delete([f"{FOLDER}logo/a.png"])
    assert list(files.keys()) == []


def test_a_large_file_goes_in_and_out_part_by_part(files: Storage):
    data = bytes(range(256)) * 20_000
    files.put_file(KEY, io.BytesIO(data), "application/zip")
    parts = list(files.parts(KEY))
    assert len(parts) > 1
    assert b"".join(parts) == data
    files.delete([KEY])
    with pytest.raises(NotStored):
        files.parts(KEY)


@pytest.mark.parametrize("key", ["", "/etc/passwd", f"{FOLDER}../x", f"{FOLDER}.x", "a/b/c"])
def test_only_our_own_keys_are_keys(files: Storage, key: str):
    for act in (lambda: files.read(key), lambda: files.put(key, b"x", "a/b")):
        with pytest.raises(ValueError, match="not a key"):
            act()


@pytest.mark.sockets
def test_a_wrong_key_or_no_server_is_said_so(s3_server: str):
    for settings in (
        {"endpoint": s3_server, "key_id": NAMES["key_id"], "secret": "wrong"},
        {"endpoint": f"http://127.0.0.1:{free_port()}", **NAMES},
    ):
        away = S3Storage("files", **settings)
        with pytest.raises(StoreDown, match="out of reach"):
            away.put(KEY, b"x", "image/png")


@pytest.mark.sockets
def test_the_library_lives_behind_s3(s3_server: str, client: FlaskClient, cast: Cast, app: Flask):
    app.extensions["files"] = bucket(s3_server)
    where = uploaded(sign_in(client, cast.editor))
    assert len(kept(app)) == 1
    assert client.get(f"{where}file").mimetype == "image/png"
    app.extensions["files"].delete(kept(app))
    assert client.get(f"{where}file").status_code == 404


class Full(LocalStorage):
    """A disk that takes nothing any more."""

    def _write(self, path: Path, data: BinaryIO) -> None:
        raise OSError(28, "No space left on device")


def test_a_full_disk_keeps_no_half(client: FlaskClient, cast: Cast, app: Flask, tmp_path: Path):
    app.extensions["files"] = Full(tmp_path / "full")
    answer = send(sign_in(client, cast.editor), (picture(), "a.png"))
    assert answer.status_code == 422
    assert "The disk that keeps files is full" in answer.text
    assert (versions(app), kept(app)) == ([], [])


def test_a_request_that_fails_late_leaves_no_file(
    client: FlaskClient, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    sign_in(client, cast.editor)

    def fail(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("portal.views.media._after", fail)
    answer = send(client, (picture(), "a.png"))
    assert answer.status_code == 500
    assert (versions(app), kept(app)) == ([], [])


def test_settings_make_sense_or_say_what_to_do():
    assert file_settings({}) == FileSettings()
    for env, words in (
        ({"S3_ENDPOINT_URL": "https://s3.example"}, "name the bucket"),
        ({"S3_BUCKET": "b", "S3_ENDPOINT_URL": "s3.example"}, "must start with"),
        ({"S3_BUCKET": "b", "S3_ACCESS_KEY_ID": "k"}, "or neither"),
    ):
        with pytest.raises(ValueError, match=words):
            file_settings(env)
    assert isinstance(storage_for(config_for("sqlite://")), LocalStorage)
    far = config_for("sqlite://", files=file_settings({"S3_BUCKET": "b"}))
    assert isinstance(storage_for(far), S3Storage)
