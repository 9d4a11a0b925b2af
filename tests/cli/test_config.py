"""The environment: what makes no sense stops the start with one sentence."""

from pathlib import Path

import pytest

from portal.config import BadConfig, from_env


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("APP_ENV", "Live", "APP_ENV is “Live”"),
        ("SIGN_IN_LIMIT", "lots", "SIGN_IN_LIMIT is “lots”"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL is “LOUD”"),
        ("PORTAL_URL", "garbage", "PORTAL_URL is “garbage”"),
        ("REDIS_URL", "redis://h:abc/0", "port in REDIS_URL"),
        ("REDIS_URL", "http://h", "REDIS_URL must start"),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL"),
        ("WEB_CONCURRENCY", "0", "1 or more"),
        ("WEB_CONCURRENCY", "many", "whole number"),
        ("SESSION_IDLE", "-5", "whole number"),
    ],
)
def test_a_value_without_sense_gets_a_sentence(
    tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    env = {"PORTAL_VAR": str(tmp_path), "SECRET_KEY": "x" * 40, name: value}
    with pytest.raises(BadConfig, match=sentence):
        from_env(env)


def test_production_is_production_however_it_is_spelt(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="SECRET_KEY is not set"):
        from_env({"PORTAL_VAR": str(tmp_path), "APP_ENV": "Production"})


def test_an_empty_secret_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("")
    with pytest.raises(BadConfig, match="is empty"):
        from_env({"PORTAL_VAR": str(tmp_path)})


def test_a_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    var = tmp_path / "var"
    first, second = (from_env({"PORTAL_VAR": str(var)}) for _ in range(2))
    assert first.secret_key == second.secret_key
    assert (var / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_file_in_the_place_of_the_folder_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(BadConfig, match="PORTAL_VAR"):
        from_env({"PORTAL_VAR": str(tmp_path / "var")})
