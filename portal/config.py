"""Settings, read once from the environment. `docs/operations.md` lists them all."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

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

    @property
    def https(self) -> bool:
        """Tell whether people reach the portal over HTTPS, from the base URL."""
        return self.base_url.startswith("https://")

    @property
    def migrations_url(self) -> str:
        """Return the database URL that owns the tables."""
        return self.owner_database_url or self.database_url


def from_env(env: Mapping[str, str] | None = None) -> Config:
    """Read the configuration. Raises BadConfig with one sentence that says what to do."""
    env = os.environ if env is None else env
    var = Path(env.get("PORTAL_VAR") or ROOT / "var")
    production = env.get("APP_ENV", "") == "production"
    port = env.get("PORT", "8000")
    config = Config(
        secret_key=env.get("SECRET_KEY") or _stored_secret(var, production),
        database_url=database_url(env.get("DATABASE_URL") or f"sqlite:///{var}/portal.sqlite3"),
        owner_database_url=database_url(env.get("DATABASE_OWNER_URL", "")),
        web_role=env.get("DATABASE_WEB_ROLE", "portal_web"),
        redis_url=redis_url(env.get("REDIS_URL") or f"unix://{redis_socket(var)}"),
        var=var,
        base_url=(env.get("PORTAL_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
        production=production,
        smtp_url=env.get("SMTP_URL", ""),
        mail_from=env.get("MAIL_FROM", "portal@localhost"),
        trusted_hosts=_trusted(env, production),
        **_numbers(env),
        sign_in_limit=env.get("SIGN_IN_LIMIT", Config.sign_in_limit),
        log_level=env.get("LOG_LEVEL", "INFO"),
    )  # fmt: skip
    if production and config.database_url.startswith("sqlite") and not env.get("ALLOW_SQLITE"):
        raise BadConfig(
            "APP_ENV=production wants PostgreSQL: set DATABASE_URL, or ALLOW_SQLITE=1 to insist."
        )
    return config


def database_url(text: str) -> str:
    """Return a URL SQLAlchemy takes. Raises BadConfig when it cannot be one."""
    if not text:
        return ""
    for short in ("postgres://", "postgresql://"):
        if text.startswith(short):
            text = "postgresql+psycopg://" + text.removeprefix(short)
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
    if text.partition("://")[0] not in {"redis", "rediss", "unix"}:
        raise BadConfig("REDIS_URL must start with redis://, rediss:// or unix://; correct it.")
    return text


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
    named = _names(env.get("TRUSTED_HOSTS", ""))
    host = urlsplit(env.get("PORTAL_URL", "")).hostname if production else None
    return named or ((host,) if host else ())


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
        return path.read_text().strip()
    if production:
        raise BadConfig(
            "SECRET_KEY is not set. Make one with "
            "`python3 -c 'import secrets; print(secrets.token_hex(32))'` and set it."
        )
    var.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_hex(32)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
    return secret
