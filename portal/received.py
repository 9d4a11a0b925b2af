"""What a browser sent: taken whole or not at all, and without what no page may say again."""

from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property

from portal.printable import without_unprintable

KEYS = frozenset({"after", "before"})


class NamedParts(FormDataParser):
    """Reads forms. A part without a name is part of none."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """Return stream, form and files. Raises BadRequest when a part has no name."""
        stream, form, files = super().parse(*args, **kwargs)
        if None in form or None in files:
            raise BadRequest()
        return stream, form, files


class Received(Request):
    """A request as the portal takes it."""

    form_data_parser_class = NamedParts

    def __init__(self, environ: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        # Web servers end a body where the connection broke. Counted, half a form is refused:
        # it would be saved as if the rest had been deleted.
        if environ.get("CONTENT_LENGTH"):
            environ.pop("wsgi.input_terminated", None)
        super().__init__(environ, *args, **kwargs)

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """Return the parameters of the query without characters that HTML forbids.

        Pages say them again. A list's keys stay as they came: they may hold such characters, and no
        page shows them. A NUL stays for each screen to refuse.
        """
        return ImmutableMultiDict(
            (name, text if name in KEYS else "\0".join(map(without_unprintable, text.split("\0"))))
            for name, text in super().args.items(multi=True)
        )
