"""The ground the other tests stand on."""

from __future__ import annotations

import smtplib
import socket
import sys
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from tests.infra.network import Forbidden
from tests.infra.postgres import Database
from tests.infra.processes import Processes, wait_until
from tests.infra.redis import RedisServer


def test_the_internet_is_out_of_reach():
    with socket.socket() as outside, pytest.raises(Forbidden, match="use no network"):
        outside.connect(("192.0.2.1", 80))


def test_this_machine_needs_a_mark():
    with socket.socket() as inside, pytest.raises(Forbidden, match="sockets"):
        inside.connect(("127.0.0.1", 9))


@pytest.mark.sockets
def test_the_mark_opens_this_machine_only(port: int):
    with socket.socket() as inside, pytest.raises(ConnectionRefusedError):
        inside.connect(("127.0.0.1", port))
    with socket.socket() as outside, pytest.raises(Forbidden):
        outside.connect(("192.0.2.1", 80))


def test_mail_needs_a_mark():
    with pytest.raises(Forbidden, match="mail"):
        smtplib.SMTP("127.0.0.1", 25)


def test_redis_keeps_what_it_was_given_over_a_restart(redis_server: RedisServer):
    with redis_server.client() as client:
        client.set("key", "value")
    redis_server.stop()
    assert not redis_server.alive
    redis_server.start()
    with redis_server.client() as client:
        assert client.get("key") == b"value"


def test_redis_is_empty_for_every_test(redis_url: str):
    with Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0


def test_an_empty_database_belongs_to_the_owner(empty_postgres_database: Database):
    server, name = empty_postgres_database.server, empty_postgres_database.name
    with server.connect(name, "portal_owner") as owner:
        owner.execute("CREATE TABLE kept (text TEXT)")
    with server.connect(name, "portal_web") as web:
        web.execute("INSERT INTO kept VALUES ('written by the web role')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("DROP TABLE kept")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("CREATE TABLE other (text TEXT)")


def test_neither_role_passes_row_level_security(empty_postgres_database: Database):
    with empty_postgres_database.server.connect() as connection:
        query = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'portal%' AND rolbypassrls"
        assert connection.execute(query).fetchall() == []


def test_a_killed_process_leaves_no_children(processes: Processes):
    code = (
        "import os, time\nif os.fork() == 0: os.setpgrp()\nprint('up', flush=True)\ntime.sleep(60)"
    )
    process = processes.start("family", [sys.executable, "-c", code])
    wait_until(lambda: process.log.count("up") == 2, "both are up")
    family = process.family()
    assert len(family) == 2
    process.kill()
    assert not [pid for pid in family if Path(f"/proc/{pid}/cwd").exists()]
