"""Settings, read once from the environment. `docs/operations.md` lists them all."""

import hashlib
import hmac
import logging
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import load_dotenv
from limits import parse_many
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from portal.file_settings import FileSettings, file_settings

WATCH_SECONDS = 20
ROOT = Path(__file__).resolve().parent.parent


class BadConfig(RuntimeError):
    """The environment does not make a working configuration; the message says what to change."""


@dataclass(frozen=True)
class Config:
    """How one process of the portal is set up. Durations are seconds, sizes bytes."""

    secret_key: str
    database_url: str
    redis_url: str
    var: Path
    base_url: str = "http://127.0.0.1:8000"
    production: bool = False
    owner_database_url: str = ""
    replica_url: str = ""
    web_role: str = "portal_web"
    smtp_url: str = ""
    mail_from: str = "portal@localhost"
    trusted_hosts: tuple[str, ...] = ()
    proxies: int = 0
    session_idle: int = 14 * 24 * 3600
    session_absolute: int = 30 * 24 * 3600
    staff_session_idle: int = 3600
    staff_session_absolute: int = 12 * 3600
    max_request: int = 32 * 1024 * 1024
    sign_in_limit: str = "10 per minute;60 per hour"
    log_level: str = "INFO"
    audit_key: str = ""
    watch_seconds: int = 0
    site_memory: int = 64 * 1024 * 1024
    site_seconds: float = 0.25
    files: FileSettings = field(default_factory=FileSettings)

    @property
    def https(self) -> bool:
        """Tell whether people reach the portal over HTTPS, from the base URL."""
        return self.base_url.startswith("https://")

    @property
    def seal_key(self) -> bytes:
        """Return the key of the trail's checkpoints, from AUDIT_KEY or else SECRET_KEY."""
        root = (self.audit_key or self.secret_key).encode()
        return hmac.new(root, b"portal: checkpoints of the trail", hashlib.sha256).digest()

    @property
    def migrations_url(self) -> str:
        """Return the database URL that owns the tables."""
        return self.owner_database_url or self.database_url


def from_env(env: Mapping[str, str] | None = None) -> Config:
    """Read the configuration. Raises BadConfig with one sentence that says what to do."""
    env = os.environ if env is None else env
    var = Path(env.get("PORTAL_VAR") or ROOT / "var")
    stage = _stage(env.get("APP_ENV", ""))
    production = stage == "production"
    port = env.get("PORT", "8000")
    config = Config(
        secret_key=env.get("SECRET_KEY") or _stored_secret(var, production),
        database_url=database_url(env.get("DATABASE_URL") or f"sqlite:///{var}/portal.sqlite3"),
        owner_database_url=database_url(env.get("DATABASE_OWNER_URL", "")),
        replica_url=database_url(env.get("DATABASE_REPLICA_URL", "")),
        web_role=env.get("DATABASE_WEB_ROLE", "portal_web"),
        redis_url=redis_url(env.get("REDIS_URL") or f"unix://{redis_socket(var)}"),
        var=var,
        base_url=_base_url(env.get("PORTAL_URL") or f"http://127.0.0.1:{port}"),
        production=production,
        smtp_url=env.get("SMTP_URL", ""),
        mail_from=env.get("MAIL_FROM", "portal@localhost"),
        trusted_hosts=_trusted(env, production),
        **_numbers(env),
        sign_in_limit=_limits(env.get("SIGN_IN_LIMIT") or Config.sign_in_limit),
        log_level=_level(env.get("LOG_LEVEL") or "INFO"),
        audit_key=env.get("AUDIT_KEY", ""),
        watch_seconds=_number(env, "WATCH_SECONDS", 0 if stage == "testing" else WATCH_SECONDS),
        files=_files(env),
        site_memory=_number(env, "SITE_MEMORY_MB", 64) * 1024 * 1024,
    )  # fmt: skip
    if production and config.database_url.startswith("sqlite") and not env.get("ALLOW_SQLITE"):
        raise BadConfig(
            "APP_ENV=production wants PostgreSQL: set DATABASE_URL, or ALLOW_SQLITE=1 to insist."
        )
    if config.replica_url and "sqlite" in config.database_url[:6] + config.replica_url[:6]:
        raise BadConfig("DATABASE_REPLICA_URL needs PostgreSQL, there and in DATABASE_URL.")
    if _number(env, "WEB_CONCURRENCY", 2) < 1:
        raise BadConfig("WEB_CONCURRENCY must be 1 or more.")
    return config


def _files(env: Mapping[str, str]) -> FileSettings:
    try:
        return file_settings(env)
    except ValueError as problem:
        raise BadConfig(str(problem)) from None


def load_env_file() -> None:
    """Put what stands in `.env` into the environment, where that does not set it already."""
    if not os.environ.get("FLASK_SKIP_DOTENV"):
        load_dotenv(ROOT / ".env")


def database_url(text: str) -> str:
    """Return a URL SQLAlchemy takes. Raises BadConfig when it cannot be one."""
    if not text:
        return ""
    text = re.sub("^postgres(ql)?://", "postgresql+psycopg://", text)
    if not text.startswith(("postgresql+psycopg://", "sqlite:///")):
        shown = urlsplit(text).scheme or text[:20]
        raise BadConfig(
            f"DATABASE_URL starts with “{shown}”; use postgresql://… or sqlite:///path."
        )
    try:
        make_url(text)
    except (ArgumentError, ValueError) as problem:
        raise BadConfig(
            "DATABASE_URL cannot be read; write it as postgresql://name:password@host:5432/database."
        ) from problem
    return text


def redis_url(text: str) -> str:
    """Return a URL redis-py takes. Raises BadConfig when it cannot be one."""
    try:
        known = text.partition("://")[0] in {"redis", "rediss", "unix"} and urlsplit(text).port
    except ValueError:
        raise BadConfig("The port in REDIS_URL is not a number; correct it.") from None
    if known is False:
        raise BadConfig("REDIS_URL must start with redis://, rediss:// or unix://; correct it.")
    return text


def _stage(text: str) -> str:
    if text.casefold() not in {"", "development", "testing", "production"}:
        raise BadConfig(f"APP_ENV is “{text}”; use production, development or testing.")
    return text.casefold()


def _limits(text: str) -> str:
    try:
        parse_many(text)
    except ValueError:
        raise BadConfig(
            f"SIGN_IN_LIMIT is “{text}”; write it like “10 per minute;60 per hour”."
        ) from None
    return text


def _level(text: str) -> str:
    if text.upper() not in logging.getLevelNamesMapping():
        raise BadConfig(f"LOG_LEVEL is “{text}”; use DEBUG, INFO, WARNING or ERROR.")
    return text.upper()


def _base_url(text: str) -> str:
    if not re.fullmatch(r"https?://[^/\s]+(/[^\s]*)?", text):
        raise BadConfig(f"PORTAL_URL is “{text}”; write it like https://portal.example.org.")
    return text.rstrip("/")


def redis_socket(var: Path) -> Path:
    """Return where the embedded Redis listens, as `up` recorded it, else the usual place."""
    recorded = var / "redis" / "socket"
    if recorded.is_file():
        return Path(recorded.read_text().strip())
    return var / "redis" / "redis.sock"


NUMBERS = {
    "proxies": "PROXY_COUNT",
    "session_idle": "SESSION_IDLE",
    "session_absolute": "SESSION_ABSOLUTE",
    "staff_session_idle": "STAFF_SESSION_IDLE",
    "staff_session_absolute": "STAFF_SESSION_ABSOLUTE",
    "max_request": "MAX_REQUEST_BYTES",
}


def _numbers(env: Mapping[str, str]) -> dict[str, int]:
    return {field: _number(env, name, getattr(Config, field)) for field, name in NUMBERS.items()}


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _trusted(env: Mapping[str, str], production: bool) -> tuple[str, ...]:
    """Return the hosts answered to. In production, unless told, the one people are sent to."""
    host = urlsplit(env.get("PORTAL_URL", "")).hostname if production else None
    return _names(env.get("TRUSTED_HOSTS", "")) or ((host,) if host else ())


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "")
    if not text:
        return default
    if not text.isdigit():
        raise BadConfig(f"{name} must be a whole number, not “{text}”.")
    return int(text)


def _stored_secret(var: Path, production: bool) -> str:
    path = var / "secret_key"
    if path.is_file():
        if secret := path.read_text().strip():
            return secret
        raise BadConfig(f"{path} is empty; delete it, or set SECRET_KEY.")
    if production:
        raise BadConfig(
            "SECRET_KEY is not set. Make one with "
            "`python3 -c 'import secrets; print(secrets.token_hex(32))'` and set it."
        )
    secret = secrets.token_hex(32)
    try:
        var.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if not var.is_dir():
            raise BadConfig(f"PORTAL_VAR is {var}, which is no folder; correct it.") from None
        return path.read_text().strip()
    except OSError as problem:
        raise BadConfig(f"{path} cannot be written ({problem.strerror}); set PORTAL_VAR.") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
    return secret
