"""People and groups to choose from, however many there are."""

from collections.abc import Collection, Iterable
from typing import Any

from portal.content.fields import as_id
from portal.forms.finding import OFFERED, fits, held, offer, words_for
from tenants.accounts import AccountRef
from tenants.decisions import Actor
from tenants.groups import Group
from tenants.offers import people_to_give
from tenants.people import Person

CHOOSE = (("", "Choose…"),)


def offer_people(
    field: Any, account: AccountRef, by: Actor, groups: Iterable[Group] = (),
    besides: Iterable[tuple[str, str]] = (), first: Collection[tuple[str, str]] = CHOOSE,
) -> dict[str, Person]:  # fmt: skip
    """Offer groups, people who can be given a role, and people `besides`; return the people by id.

    What the field holds already is among them if it may be. One statement.
    """
    chosen = {known for each in held(field) if (known := as_id(each))}
    words = words_for(field)
    found = people_to_give(account, by, search=words, chosen=chosen, most=OFFERED + 1)
    people = {str(person.id): person for person in found[:OFFERED]}
    named = {str(group.id): f"{group.name} (a group)" for group in groups}
    named |= dict(besides)
    kept = {k: name for k, name in named.items() if k in held(field) or fits(name, words)}
    pairs = kept | {key: f"{person.name} ({person.email})" for key, person in people.items()}
    offer(field, pairs.items(), first, cut=len(found) > OFFERED)
    return people
