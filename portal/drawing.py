"""Parts of pages that many requests share: drawn once for equal contents.

Such a template sees what it is given and what is the same for everybody, nothing of the request.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable

from flask import Flask
from jinja2 import Environment
from markupsafe import Markup

ROOM, LONGEST = 2_000_000, 24_000
"""How many characters of a template's drawings a process keeps, and the most of each."""
FREE = frozenset({"static_url", "icon"})
"""Globals that such templates may use: they say the same to everybody."""


class _Shelf:
    """The drawings of one template, the oldest of which go when there is no more room."""

    def __init__(self, room: int) -> None:
        self.drawn: OrderedDict[tuple[Hashable, ...], Markup] = OrderedDict()
        self._room, self._used = room, 0
        self._lock = threading.Lock()

    def keep(self, key: tuple[Hashable, ...], found: Markup) -> None:
        with self._lock:
            self._used += len(found) - len(self.drawn.pop(key, ""))
            self.drawn[key] = found
            while self._used > self._room:
                self._used -= len(self.drawn.popitem(last=False)[1])


class Drawings:
    """What was drawn last, by the template's name and all that it was given."""

    def __init__(self, env: Environment, room: int = ROOM) -> None:
        self._env, self._room = env, room
        self._kept: dict[str, _Shelf] = {}

    def __call__(self, template: str, /, **parts: Hashable) -> Markup:
        """Return a template drawn with these parts. Raises TypeError for one that may change."""
        shelf = self._kept.get(template)
        if shelf is None:
            shelf = self._kept.setdefault(template, _Shelf(self._room))
        # Marked-up text equals plain text of the same letters, and is drawn as something else.
        key = (*parts.items(), *map(type, parts.values()))
        found = shelf.drawn.get(key)
        if found is None:
            found = self._env.get_template(template).make_module(parts).__html__()
            if not self._env.auto_reload and len(found) <= LONGEST:
                shelf.keep(key, found)
        return found

    def icon(self, name: str, label: str = "", size: int = 16) -> Markup:
        """Return an icon that decorates a text; with a `label` it carries its own name."""
        return self("components/icon.html", name=name, label=label, size=size)


def init_app(app: Flask) -> None:
    """Let every template draw parts by `draw`, and icons by `icon`."""
    draw = Drawings(app.jinja_env)
    app.jinja_env.globals.update(draw=draw, icon=draw.icon)
