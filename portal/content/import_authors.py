"""Whose texts they are: members of the account by their e-mail, names for everybody else.

And who answers for them.
"""

import uuid
from collections import Counter
from dataclasses import dataclass

from portal.content.drafting import TITLE_LENGTH
from portal.content.import_plan import Line
from portal.content.import_standing import Standing
from portal.content.wordpress.documents import Document, Export
from tenants.people import BadEmail, normal_email

UNSEEN = "nobody is looked up by e-mail for you, since you may not see people here"


@dataclass(frozen=True, slots=True)
class Credit:
    """Who a text is by: a member of the account, or only a name."""

    person_id: uuid.UUID | None
    byline: str


class Authors:
    """Credits texts, and tells how many each author got.

    Only the account's own members are known here, so nothing is said of anybody else.
    """

    def __init__(self, export: Export, standing: Standing) -> None:
        self._standing = standing
        self._keeps_bylines = export.bundle is not None
        self._authors = {author.login: author for author in export.authors}
        self._texts: Counter[str] = Counter()
        self._without_owner: list[Line] = []

    def credit(self, document: Document) -> Credit:
        """Return who the document is by, and count it."""
        self._texts[document.author_login] += 1
        author = self._authors.get(document.author_login)
        member = self._member(author.email) if author else None
        if member is not None:
            said = document.byline[:TITLE_LENGTH] if self._keeps_bylines else ""
            return Credit(member[0], said or member[1])
        return Credit(None, document.byline[:TITLE_LENGTH])

    def owner(self, document: Document) -> tuple[uuid.UUID, str] | None:
        """Return who is to answer for the document, id and name; a line tells if nobody is."""
        owner = document.owner
        member = self._member(owner.email)
        if member is not None or not (owner.name or owner.email):
            return member
        named = (owner.name or owner.email)[:80]
        said = f"Its owner there, {named}, is not known here by e-mail; it has none."
        if not self._standing.sees_people:
            said = f"Its owner there is {named}; {UNSEEN}, so it has none."
        title = document.title or f"(no title, number {document.source_id})"
        self._without_owner.append(Line("authors", "owner", title, said))
        return None

    def lines(self) -> list[Line]:
        """Return a line for each author with texts, and for each text whose owner is not known."""
        authors = [self._line(login, count) for login, count in self._texts.items() if login]
        return [*authors, *self._without_owner]

    def known(self) -> int:
        """Return how many authors with texts are members of the account."""
        return sum(
            login in self._authors and self._member(self._authors[login].email) is not None
            for login in self._texts
        )

    def names_only(self) -> int:
        """Return how many authors with texts are kept as names."""
        return sum(bool(login) for login in self._texts) - self.known()

    def _member(self, email: str) -> tuple[uuid.UUID, str] | None:
        try:
            return self._standing.people.get(normal_email(email))
        except BadEmail:
            return None

    def _line(self, login: str, count: int) -> Line:
        author = self._authors.get(login)
        name = author.name if author else login
        texts = "1 text" if count == 1 else f"{count} texts"
        member = self._member(author.email) if author else None
        if member is not None:
            return Line("authors", "author", name, f"Is {member[1]} here: author of {texts}.")
        why = "No member of this account has the e-mail address in the export"
        if not self._standing.sees_people:
            why = f"{UNSEEN[:1].upper()}{UNSEEN[1:]}"
        elif author is None or not author.email:
            why = "The export gives no e-mail address"
        kept = "the byline stays in" if self._keeps_bylines else "the name stays as the byline of"
        return Line("authors", "author", name, f"{why}; {kept} {texts}.")
