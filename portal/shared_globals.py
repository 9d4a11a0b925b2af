"""Templates that all have the same globals, and so share what they import."""

from collections.abc import MutableMapping
from typing import Any

from flask import templating


class SharedGlobals(templating.Environment):
    """Where templates come from. None has globals of its own.

    Jinja compares those of who imports with those of what is imported, at each import: with one
    mapping for all of them that is quick.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what a template that is loaded finds besides what it is given."""
        return super().make_globals(d) if d else self.globals
