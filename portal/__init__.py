"""The portal's web application. `create_app` is its table of contents."""

from flask import Flask
from sqlalchemy import make_url

from portal import (
    cli,
    errors,
    files,
    headers,
    logs,
    models,
    once,
    requests,
    resolving,
    sign_in_crowds,
    signing,
    templating,
    views,
    watch,
)
from portal.config import ROOT, Config, from_env
from portal.extensions import csrf, limiter, migrate
from portal.jobs import queue
from portal.shared_globals import SharedGlobals
from portal.site import by_host, front
from portal.site import views as site
from portal.staff import console
from tenants import commit_guard, engines, replicas, scope_hooks, scope_sql
from tenants.db import db

MACHINERY = (models, commit_guard, scope_hooks)  # imported for what importing them does


def create_app(config: Config | None = None) -> Flask:
    """Build the application. Raises BadConfig when the environment does not make sense."""
    config = config or from_env()
    logs.configure(config)
    app = Flask(
        "portal", static_folder=str(ROOT / "static"), template_folder=str(ROOT / "templates")
    )
    app.jinja_environment = SharedGlobals
    app.config.from_mapping(_flask_settings(config), PORTAL=config)
    db.init_app(app)
    with app.app_context():
        engines.configure(db.engine, config.web_role)
        scope_sql.watch(db.engine)
        if config.replica_url:
            engines.configure(db.engines[replicas.KEY], config.web_role)
            scope_sql.watch(db.engines[replicas.KEY])
            replicas.attach(db.engine, db.engines[replicas.KEY])
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    headers.init_app(app, config)
    requests.init_app(app)
    once.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    queue.init_app(app, config)
    files.init_app(app, config)
    signing.init_app(app, config)
    templating.init_app(app)
    errors.init_app(app)
    views.init_app(app)
    site.init_app(app)
    console.init_app(app)
    cli.init_app(app)
    watch.init_app(app)
    resolving.init_app(app)
    sign_in_crowds.init_app(app, config)
    front.init_app(app, config)
    by_host.init_app(app)
    headers.behind_proxies(app, config)
    return app


def _flask_settings(config: Config) -> dict[str, object]:
    secure = config.https
    redis = config.redis_url
    return {
        "SECRET_KEY": config.secret_key,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(config),
        "SQLALCHEMY_BINDS": _replica(config),
        "SESSION_COOKIE_NAME": "__Host-portal" if secure else "portal",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": config.max_request,
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        "TRUSTED_HOSTS": list(config.trusted_hosts) or None,
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
        "WTF_CSRF_SSL_STRICT": True,
        "RATELIMIT_STORAGE_URI": "redis+" + redis if redis.startswith("unix") else redis,
        "RATELIMIT_STORAGE_OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        "RATELIMIT_KEY_PREFIX": "portal",
    }


def _replica(config: Config) -> dict[str, object]:
    if not config.replica_url:
        return {}
    patience = {"connect_timeout": 2, "tcp_user_timeout": 3000}
    options = _engine_options(config) | {"connect_args": patience}
    return {replicas.KEY: {"url": config.replica_url, **options}}


def _engine_options(config: Config) -> dict[str, object]:
    if config.database_url.startswith("sqlite"):
        return {"connect_args": {"check_same_thread": False}}
    said = make_url(config.database_url).query
    patience = {name: value for name, value in engines.PATIENCE.items() if name not in said}
    return {
        "pool_pre_ping": True, "pool_use_lifo": True, "pool_size": 5, "max_overflow": 5,
        "connect_args": patience,
    }  # fmt: skip
