"""The first thing that runs on a new machine says what the machine lacks."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bootstrap.py"
NO_ENSUREPIP = "The virtual environment was not created because ensurepip is not available."


@pytest.fixture
def bootstrap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script as a module, its environment in a folder of the test."""
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv/bin/python")
    return module


@pytest.fixture
def commands(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that were run; none is, really, and all succeed."""
    ran: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(bootstrap.subprocess, "run", run)
    return ran


def test_an_old_python_is_refused(bootstrap, monkeypatch, capsys):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit) as stop:
        bootstrap.make_venv()
    assert stop.value.code == 2
    assert "python 3.10 is too old; install Python 3.11" in capsys.readouterr().err


def test_a_python_without_ensurepip_names_the_package(bootstrap, monkeypatch, capsys):
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, NO_ENSUREPIP, "")

    monkeypatch.setattr(bootstrap, "version_of_venv", lambda: None)
    monkeypatch.setattr(bootstrap.subprocess, "run", run)
    with pytest.raises(SystemExit) as stop:
        bootstrap.make_venv()
    assert stop.value.code == 2
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert f"apt-get install -y python{version}-venv" in capsys.readouterr().err


def test_only_a_changed_list_is_installed(bootstrap, commands, tmp_path):
    (tmp_path / ".venv").mkdir()
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("a==1")
    bootstrap.install(wanted)
    bootstrap.install(wanted)
    assert len(commands) == 1
    assert "--require-hashes" in commands[0]
    wanted.write_text("a==2")
    bootstrap.install(wanted)
    assert len(commands) == 2


def test_a_failed_install_is_tried_again(bootstrap, monkeypatch, tmp_path, capsys):
    failed = subprocess.CompletedProcess([], 1, "", "")
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda *_, **__: failed)
    (tmp_path / ".venv").mkdir()
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("a==1")
    for _ in range(2):
        with pytest.raises(SystemExit):
            bootstrap.install(wanted)
        assert "could not install requirements.txt" in capsys.readouterr().err
