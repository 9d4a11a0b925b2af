"""Serves the components with made-up content under the portal's content policy, to look at.

python frontend/preview.py [PORT]      then open http://127.0.0.1:5990/
"""

import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms import fields as f
from wtforms import validators as v

ROOT = Path(__file__).resolve().parent.parent
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
NOW = datetime(2026, 3, 27, 14, 5, tzinfo=UTC)


class Page(Form):
    """The kitchen sink's form: one of every control."""

    title = f.StringField(
        "Title",
        [v.DataRequired("Give the page a title.")],
        description="Shown on top and in lists.",
    )
    address = f.StringField(
        "Address", [v.Length(max=60)], description="The last part of the page's address."
    )
    kind = f.SelectField("Kind", choices=[("page", "Page"), ("post", "Post")])
    at = f.DateTimeLocalField("Goes live", [v.Optional()])
    late = f.RadioField(
        "If it is late", choices=[("publish", "Publish anyway"), ("ask", "Ask me")], default="ask"
    )
    notify = f.BooleanField("Tell the reviewers", description="They get one mail.")
    password = f.PasswordField("Password", [v.InputRequired("Type your password.")])
    file = f.FileField("WordPress export", description="An XML file of up to 20 MB.")
    summary = f.TextAreaField("Summary")
    body = f.TextAreaField("Body", description="Everything between the title and the footer.")


def page_form(bad: bool) -> Page:
    """A filled form; a bad one has been validated and refused."""
    body = (ROOT / "frontend" / "preview" / "body.html").read_text()
    values = {"title": "" if bad else "Autumn in the harbour", "address": "autumn", "body": body}
    form = Page(MultiDict(values))
    if bad:
        form.validate()
    return form


def shell(**changes: object) -> dict[str, object]:
    """What layouts/shell.html reads."""
    accounts = [
        ("Harbour House", "house", 0, "house"),
        ("Acme Publishing Group", "acme", 1, "master"),
        ("Acme Berlin", "acme-berlin", 2, "secondary"),
        ("Berlin Kulturkalender", "kultur", 3, "secondary"),
        ("Bolt", "bolt", 1, "master"),
    ]
    nav = [
        (
            None,
            [
                ("Overview", "gauge"),
                ("Pages", "files"),
                ("Calendar", "calendar-days"),
                ("Media", "image"),
            ],
        ),
        (
            "Account",
            [
                ("People", "users"),
                ("Sub-accounts", "folder-tree"),
                ("History", "scroll-text"),
                ("Settings", "settings"),
            ],
        ),
    ]
    base: dict[str, object] = {
        "person": {"name": "Ada Lindqvist", "email": "ada.lindqvist@acme.example"},
        "account": {"name": "Acme Berlin", "handle": "acme-berlin", "kind": "secondary"},
        "ancestors": [
            {"name": "Harbour House", "handle": "house"},
            {"name": "Acme Publishing Group", "handle": "acme"},
        ],
        "accounts": [
            dict(name=n, handle=h, depth=d, kind=k, current=h == "acme-berlin")
            for n, h, d, k in accounts
        ],
        "nav": [
            {
                "label": label,
                "items": [dict(label=n, url="#", icon=i, current=n == "Pages") for n, i in items],
            }
            for label, items in nav
        ],
        "banner": None,
    }
    return base | changes


def environment() -> Environment:
    """Jinja as the portal has it, with stand-ins for its globals and filters; strict on names."""
    env = Environment(
        loader=FileSystemLoader([ROOT / "templates", ROOT / "frontend" / "preview"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
    )
    env.globals.update(
        static_url=lambda path: "/static/" + path,
        csrf_token=lambda: "made-up",
        now=NOW,
        timedelta=timedelta,
        get_flashed_messages=lambda with_categories=True: [
            ("good", "“Autumn in the harbour” goes live tomorrow at 09:00.")
        ],
    )
    env.filters["local_time"] = lambda moment, zone: moment.strftime("%-d %B %Y, %H:%M ") + zone
    env.filters["ago"] = lambda moment: (
        f"{(NOW - moment).days} days ago" if moment < NOW else "in 2 days"
    )
    return env


SITE = {
    "title": "Berlin Kulturkalender",
    "tagline": "What is on between Wedding and Neukölln",
    "lang": "en",
    "home_url": "/site",
    "menu": [
        {"label": n, "url": "#", "current": n == "Stories"}
        for n in ("Stories", "This week", "Places", "About us")
    ],
    "footer": "© 2026 Berlin Kulturkalender",
    "feed_url": "/feed",
}
PROOF = {
    "permission": "publish pages",
    "account": "Acme Berlin",
    "request_url": "/ask",
    "givers": [
        {"name": "Grace Okafor", "email": "grace@acme.example", "role": "Account admin of Acme"}
    ],
    "steps": [
        {"kind": "person", "label": "Ada Lindqvist", "detail": "ada.lindqvist@acme.example"},
        {
            "kind": "grant",
            "label": "Author at Acme Berlin",
            "detail": "given 2 May 2025 by Grace Okafor, without end",
            "url": "#",
        },
        {"kind": "role", "label": "Author", "detail": "12 permissions", "url": "#"},
        {
            "kind": "permission",
            "label": "page.publish",
            "detail": "Publisher and Account admin contain it",
            "missing": True,
        },
        {"kind": "account", "label": "Acme Berlin", "url": "#"},
    ],
}


class Handler(BaseHTTPRequestHandler):
    """/<name> renders preview/<name>.html, /errors/<code> an error page, /static/… the files."""

    def do_GET(self) -> None:
        """Answer one request."""
        path = self.path.split("?")[0].strip("/") or "kitchen"
        if path.startswith("static/"):
            return self.send(ROOT / path)
        values = dict(
            shell=shell(),
            site=SITE,
            form=page_form(bad="bad" in self.path),
            proof=PROOF,
            request_id="0199-7f3a",
            zone="CET",
            retry_after=40,
        )
        name = path + ".html"
        if name not in environment().list_templates():
            return self.reply(404, "text/plain", b"no such preview")
        self.reply(
            200,
            "text/html; charset=utf-8",
            environment().get_template(name).render(values).encode(),
        )

    def send(self, file: Path) -> None:
        """A static file, or 404."""
        if not file.resolve().is_relative_to(ROOT / "static") or not file.is_file():
            return self.reply(404, "text/plain", b"not found")
        self.reply(200, TYPES.get(file.suffix, "application/octet-stream"), file.read_bytes())

    def reply(self, status: int, kind: str, body: bytes) -> None:
        """Write the answer with the policy."""
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Security-Policy": POLICY,
            "Content-Length": str(len(body)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 5990
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
