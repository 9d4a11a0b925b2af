"""Who signs texts, as WordPress knows people: by a login, a name to show, and an e-mail or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import select

from portal.content.addresses import slug_of
from portal.content.exchange.gathering import Which, Whole, shown_revision
from portal.content.exchange.model import Named
from portal.content.pages import Page, Revision
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.people import Person


class Signers:
    """Gives each signer a login of his own, the same in every export of the same signers."""

    def __init__(self, named: Iterable[Named]) -> None:
        self.logins: dict[Named, str] = {}
        taken: set[str] = set()
        numbers: Counter[str] = Counter()
        for each in sorted(named, key=lambda each: (each.name, each.email)):
            slug = slug_of(each.name, "author")
            login = plain = slug if slug.isascii() else "author"
            while login in taken:
                numbers[plain] += 1
                login = f"{plain}-{numbers[plain] + 1}"
            taken.add(login)
            self.logins[each] = login

    def login_of(self, whole: Whole) -> str:
        """Return the login of whoever signed a text, or nothing when nobody did."""
        return self.logins.get(_signed(whole.revision.byline, whole.author), "")


def signers_of(account: AccountRef, which: Which, emails: frozenset[str]) -> Signers:
    """Return who signed the texts that are exported, with the addresses among `emails`.

    One statement.
    """
    query = (
        select(Revision.byline, Person.name, Person.email)
        .select_from(Page)
        .join(Revision, Revision.id == shown_revision(which))
        .outerjoin(Person, Person.id == Page.author_id)
        .where(Page.account_id == account.id)
        .distinct()
    )
    found = {
        _signed(byline, Named(name or "", email if email in emails else ""))
        for byline, name, email in db.session.execute(query)
    }
    return Signers(each for each in found if each.name)


def _signed(byline: str, author: Named) -> Named:
    """Return the name below a text, with the author's address where it is the author's name."""
    return author if byline in {"", author.name} else Named(byline)
