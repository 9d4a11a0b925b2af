"""What keeps the portal from starting is said in one line, before anything is started."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from portal.cli import embedded_redis, start_checks
from portal.cli.start_checks import CannotStart
from portal.config import Config


def config(url: str, var: Path = Path("/nowhere")) -> Config:
    return Config(secret_key="x", database_url=url, redis_url="", var=var)


def refusal(error: pytest.ExceptionInfo[CannotStart]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert "; " in text, "says what to do"
    return text


@pytest.mark.parametrize("port", ["eight", "-1", "65536", "80.5"])
def test_a_port_that_is_no_port(port: str):
    with pytest.raises(CannotStart) as error:
        start_checks.listen({"PORT": port})
    assert f"“{port}”" in refusal(error)


def test_a_taken_port_names_another(port: int):
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(CannotStart) as error,
        start_checks.listen({"PORT": str(port)}),
    ):
        pass
    assert f"port {port} on 127.0.0.1 is taken; choose another, as in PORT=" in refusal(error)


def test_an_address_that_is_not_ours():
    with pytest.raises(CannotStart) as error, start_checks.listen({"HOST": "192.0.2.1"}):
        pass
    assert "cannot listen on 192.0.2.1" in refusal(error)


def test_a_folder_is_held_once(tmp_path: Path):
    with start_checks.lock_folder(tmp_path):
        with pytest.raises(CannotStart) as error, start_checks.lock_folder(tmp_path):
            pass
        assert f"(process {os.getpid()})" in refusal(error)
        with start_checks.lock_folder(tmp_path / "another"):
            pass
    with start_checks.lock_folder(tmp_path):
        pass


def test_a_folder_that_cannot_be_made(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart) as error, start_checks.lock_folder(tmp_path / "file" / "var"):
        pass
    assert "PORTAL_VAR" in refusal(error)


@pytest.mark.sockets
@pytest.mark.parametrize("url", ["redis://127.0.0.1:{port}", "unix:///no/such.sock", "http://x"])
def test_a_redis_that_does_not_answer(url: str, port: int):
    with pytest.raises(CannotStart) as error:
        start_checks.answering_redis(url.format(port=port))
    assert "REDIS_URL" in refusal(error)


def test_a_redis_that_answers(redis_url: str):
    start_checks.answering_redis(redis_url)


def test_a_database_server_that_is_not_there(port: int):
    url = f"postgresql+psycopg://someone:secret@127.0.0.1:{port}/portal"
    with pytest.raises(CannotStart) as error:
        start_checks.reachable_database(config(url))
    text = refusal(error)
    assert "DATABASE_URL" in text
    assert "secret" not in text
    assert str(port) in text


def test_a_file_that_is_not_a_database(tmp_path: Path):
    (tmp_path / "db").write_text("this is a letter to my aunt, not a database; " * 50)
    with pytest.raises(CannotStart) as error:
        start_checks.reachable_database(config(f"sqlite:///{tmp_path}/db"))
    assert "not a database" in refusal(error)


def test_a_database_in_a_folder_that_is_not_there():
    with pytest.raises(CannotStart) as error:
        start_checks.reachable_database(config("sqlite:////no/such/folder/db"))
    assert "unable to open" in refusal(error)


def test_a_socket_path_is_short_and_found_again(tmp_path: Path):
    deep = tmp_path.joinpath(*["a-rather-long-folder-name"] * 5)
    deep.mkdir(parents=True)
    path = embedded_redis.socket_path(deep)
    try:
        assert len(os.fsencode(path)) <= embedded_redis.LONGEST_SOCKET_PATH
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert embedded_redis.socket_path(deep) == path
        assert (deep / "socket").read_text() == str(path)
    finally:
        path.parent.rmdir()


def test_a_socket_folder_that_is_open_to_others_is_not_trusted(tmp_path: Path):
    deep = tmp_path.joinpath(*["a-rather-long-folder-name"] * 5)
    deep.mkdir(parents=True)
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o777)
    shared.chmod(0o777)
    (deep / "socket").write_text(str(shared / "redis.sock"))
    path = embedded_redis.socket_path(deep)
    assert path.parent != shared
    path.parent.rmdir()
