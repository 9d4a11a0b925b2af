"""Wagtail's editor, in its own environment: saves and publishes an article when asked to.

    python -m bench.peers.wagtail_site sqlite FILE | postgres FOLDER-OF-SOCKET DATABASE

The settings are those of `wagtail start` with DEBUG off; the person edits one section, as in the
portal's bench. Everything is sent as its own editor sends it, with its CSRF token.
"""

import json
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.peers import talk
from bench.wsgi import Browser, filled

PAGES, NAME, PASSWORD = 200, "editor", "seven green bottles stand"


MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
)


def _database(kind: str, *where: str) -> dict[str, Any]:
    return (
        {"ENGINE": "django.db.backends.sqlite3", "NAME": where[0],
         "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                     "transaction_mode": "IMMEDIATE"}}
        if kind == "sqlite"
        else {"ENGINE": "django.db.backends.postgresql", "HOST": where[0], "NAME": where[1],
              "USER": "postgres", "CONN_MAX_AGE": None}
    )  # fmt: skip


CACHED = ("wagtailcache.cache.UpdateCacheMiddleware", *MIDDLEWARE,
          "wagtailcache.cache.FetchFromCacheMiddleware")  # fmt: skip


def configure(kind: str, *where: str, cache: str = "") -> None:
    """Set Django up over a database, with wagtail-cache when there is a Redis for it."""
    backend = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": cache,
               "KEY_PREFIX": "wagtailcache", "TIMEOUT": 4000}  # fmt: skip
    caching = {"CACHES": {"default": backend}, "WAGTAIL_CACHE": True} if cache else {}
    contrib = ("auth", "contenttypes", "sessions", "messages", "staticfiles")
    parts = ("contrib.forms", "contrib.redirects", "embeds", "sites", "users", "snippets",
             "documents", "images", "search", "admin")  # fmt: skip
    settings.configure(
        SECRET_KEY="for-benches-only", DEBUG=False, ALLOWED_HOSTS=["*"], USE_TZ=True,
        DATABASES={"default": _database(kind, *where)}, ROOT_URLCONF="bench.peers.newsroom.urls",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", STATIC_URL="/static/",
        WAGTAIL_SITE_NAME="bench", WAGTAILADMIN_BASE_URL="http://localhost",
        MIDDLEWARE=CACHED if cache else MIDDLEWARE, **caching,
        INSTALLED_APPS=[
            *(["wagtailcache"] if cache else []), "bench.peers.newsroom",
            *(f"wagtail.{part}" for part in parts), "wagtail",
            "modelcluster", "taggit", "django_filters", *(f"django.contrib.{c}" for c in contrib),
        ],
        TEMPLATES=[{
            "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
            "OPTIONS": {"context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]},
        }],
        LOGGING={"version": 1, "handlers": {"none": {"class": "logging.NullHandler"}},
                 "root": {"handlers": ["none"]}},
    )  # fmt: skip
    django.setup()
    call_command("migrate", verbosity=0)


def section(body: str) -> int:
    """Return the id of the article to edit; makes a section of articles and an editor for it."""
    from django.contrib.auth.models import Group, Permission, User
    from wagtail.models import GroupPagePermission, Page

    from bench.peers.newsroom.models import Article

    if not User.objects.filter(username=NAME).exists():
        home = Page.objects.get(depth=2)
        part = home.add_child(instance=Article(title="Section", slug="section", body="<p>.</p>"))
        for number in range(PAGES):
            article = Article(title=f"Item {number}", slug=f"item-{number}", body=body)
            part.add_child(instance=article).save_revision()
        group = Group.objects.create(name="The section's editors")
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        for right in ("add_page", "change_page", "publish_page"):
            permission = Permission.objects.get(codename=right)
            GroupPagePermission.objects.create(group=group, page=part, permission=permission)
        User.objects.create_user(NAME, "e@bench.example", PASSWORD).groups.add(group)
    return Article.objects.get(slug="item-7").pk


class Editor:
    """A person who is signed in and has the article open."""

    def __init__(self, page_id: int) -> None:
        from django.core.wsgi import get_wsgi_application

        self.browser = Browser(get_wsgi_application())
        door = "/admin/login/"
        form = filled(self.browser.get(door).text, "username", username=NAME, password=PASSWORD)
        if self.browser.post(door, form).status != 302:
            raise RuntimeError("Wagtail's editor could not sign in.")
        self.url = f"/admin/pages/{page_id}/edit/"

    def send(self, body: str, *, publish: bool) -> dict[str, float]:
        """Send the editor's form with a body (HTML) and return what it cost."""
        from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

        from bench.peers.newsroom.models import Article

        features = Article.body.field.features
        typed = ContentstateConverter(features).from_database_format(body)
        changes = {"body": typed} | ({"action-publish": "action-publish"} if publish else {})
        form = filled(self.browser.get(self.url).text, "body", **changes)
        with CaptureQueriesContext(connection) as sent:
            answer = self.browser.post(self.url, form)
        if answer.status != 302:
            raise RuntimeError(f"Wagtail answered {answer.status}.")
        return {"wall": answer.wall, "cpu": answer.cpu, "statements": len(sent)}

    def open(self, what: str) -> dict[str, float]:
        """Look at a page of the editor's once; `cpu` is with the database server's."""
        from wagtail.models import Page

        section = Page.objects.get(slug="section").pk
        path = {"dashboard": "/admin/", "explorer": f"/admin/pages/{section}/", "edit": self.url,
                "history": self.url.replace("edit", "history")}[what]  # fmt: skip
        before = _computed()
        with CaptureQueriesContext(connection) as sent:
            answer = self.browser.get(path)
        if answer.status != 200:
            raise RuntimeError(f"Wagtail answered {answer.status} to {path}.")
        cpu = answer.cpu + _computed() - before
        return {"wall": answer.wall, "cpu": cpu, "statements": len(sent)}

    def schedule(self, number: int) -> dict[str, float]:
        """Have that many articles wait for a moment that has come, and run what publishes them."""
        from django.utils import timezone

        from bench.peers.newsroom.models import Article

        section = Article.objects.get(slug="section")
        for _ in range(number):
            word = uuid4().hex
            article = Article(title=f"Due {word}", slug=word, body="<p>.</p>" * 40, live=False)
            section.add_child(instance=article)
            article.go_live_at = timezone.now() + timedelta(seconds=1)
            article.save_revision(approved_go_live_at=article.go_live_at).publish()
        time.sleep(1.5)
        started = time.perf_counter()
        call_command("publish_scheduled")
        wall = (time.perf_counter() - started) * 1000
        live = Article.objects.filter(title__startswith="Due ", live=False).count()
        if live:
            raise RuntimeError(f"Wagtail left {live} unpublished.")
        return {"wall": wall}

    def body(self) -> dict[str, object]:
        """Return what the newest revision says, and whether it is live: to see that it works."""
        from bench.peers.newsroom.models import Article

        page = Article.objects.get(pk=int(self.url.split("/")[-3]))
        newest = page.get_latest_revision_as_object()
        return {"body": newest.body, "live": page.live_revision_id == newest.latest_revision_id}


def _computed() -> float:
    """Return the milliseconds PostgreSQL's process has computed for this connection so far."""
    if connection.vendor != "postgresql" or connection.connection is None:
        return 0.0
    counted = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(counted.read_text().split()[0]) / 1e6


def main() -> None:
    """Make what is missing, then serve."""
    kind, *where = sys.argv[1:]
    if kind == "sqlite":
        Path(where[0]).parent.mkdir(parents=True, exist_ok=True)
    configure(kind, *where)
    body = json.loads(sys.stdin.readline())["body"]
    editor = Editor(section(body))
    talk.serve({
        "save": lambda body: editor.send(body, publish=False),
        "publish": lambda body: editor.send(body, publish=True),
        "schedule": editor.schedule, "open": editor.open,
        "look": editor.body,
    })  # fmt: skip


if __name__ == "__main__":
    main()
