"""What somebody typed into a form that could not be taken, for the error page to give back."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request

NOT_TYPED = frozenset(
    {
        *("csrf_token", "act", "answer", "based_on", "categories", "chosen", "confirmed", "copy"),
        *(
            "field",
            "id",
            "once",
            "parent",
            "person",
            "reach",
            "revision",
            "role",
            "said",
            "theirs",
            "type",
            "what",
        ),
    }
)
SECRET = frozenset({"current", "password", "repeated"})
"""What the fields are called that take passwords. Fields of editors may have any name but these."""
LABELS = {"body": "Text", "excerpt": "Summary", "slug": "Address", "wall": "Date and time"}
MOST = 200


@dataclass(frozen=True)
class Typed:
    """One field and what stood in it."""

    name: str
    label: str
    text: str

    @property
    def rows(self) -> int:
        """Return how many lines to show at once."""
        return min(12, max(1, self.text.count("\n") + len(self.text) // 80 + 1))


def typed() -> list[Typed]:
    """Return the text fields of the request's form.

    Nothing of a form with a password, nor of one sent from another site: its words are not the
    reader's.
    """
    if not _from_here() or any(name in SECRET for name in request.form):
        return []
    return [
        Typed(name, LABELS.get(name, name.replace("_", " ").capitalize()), text)
        for name, text in list(request.form.items())[:MOST]
        if text.strip() and name not in NOT_TYPED
    ]


def resent() -> list[tuple[str, str]]:
    """Return every field of the request's form as it came, for it to be sent once more.

    Nothing of what `typed` gives nothing of, and nothing of a form with files: they are gone.
    """
    if not typed() or request.files:
        return []
    return [(name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"]


def _from_here() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host
