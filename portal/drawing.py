"""Parts of pages that many requests share: drawn once for equal contents.

Such a template sees what it is given and what is the same for everybody, nothing of the request.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable

from flask import Flask
from jinja2 import Environment
from markupsafe import Markup

KEPT, LONGEST = 512, 24_000
"""How many drawings a process keeps, and the most characters of each."""
FREE = frozenset({"static_url", "icon"})
"""Globals that such templates may use: they say the same to everybody."""


class Drawings:
    """What was drawn last, by the template's name and all that it was given."""

    def __init__(self, env: Environment, kept: int = KEPT) -> None:
        self._env, self._most = env, kept
        self._kept: OrderedDict[tuple[Hashable, ...], Markup] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, template: str, /, **parts: Hashable) -> Markup:
        """Return a template drawn with these parts. Raises TypeError for one that may change."""
        key = (template, *parts.items())
        found = self._kept.get(key)
        if found is None:
            found = self._env.get_template(template).make_module(parts).__html__()
            self._keep(key, found)
        return found

    def _keep(self, key: tuple[Hashable, ...], drawn: Markup) -> None:
        if self._env.auto_reload or len(drawn) > LONGEST:
            return
        with self._lock:
            self._kept[key] = drawn
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def icon(self, name: str, label: str = "", size: int = 16) -> Markup:
        """Return an icon that decorates a text; with a `label` it carries its own name."""
        return self("components/icon.html", name=name, label=label, size=size)


def init_app(app: Flask) -> None:
    """Let every template draw parts by `draw`, and icons by `icon`."""
    draw = Drawings(app.jinja_env)
    app.jinja_env.globals.update(draw=draw, icon=draw.icon)
