"""The mails the portal writes. Each goes into the outbox, in the transaction that caused it.

Links begin with the configured base URL, whatever host the request named.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app

from portal.config import Config
from portal.content.caring import PageCare
from portal.content.missing import Miss
from portal.content.pages import Page
from portal.content.site_hosts import SiteHost
from portal.identity import email_change
from portal.identity.tokens import LIFE
from portal.outbox import post
from portal.times import local_time
from tenants.access_requests import AccessRequest
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.colleagues import Colleague
from tenants.decisions import Actor
from tenants.holdings import Held
from tenants.invitations import Invitation
from tenants.notices import Ending, Told
from tenants.people import Person
from tenants.permissions import Permission
from tenants.support import SupportSession

LONGEST_SUBJECT = 200


def address_of(endpoint: str, **values: Any) -> str:
    """Return the absolute address of a view, from the base URL alone."""
    config: Config = current_app.config["PORTAL"]
    path = current_app.url_map.bind("localhost").build(endpoint, values)
    return config.base_url + path


def password_reset(person: Person, token: str) -> None:
    """Send the link that lets the person set a new password."""
    _write(
        person, "password_reset",
        link=address_of("reset.open_link", token=token),
        minutes=int(LIFE.total_seconds() // 60),
    )  # fmt: skip


def password_changed(person: Person, how: str) -> None:
    """Tell the person that the password is another one now, and what to do if it was not them."""
    _write(
        person, "password_changed",
        how=how, at=local_time(now(), person.zone), link=address_of("reset.ask"),
    )  # fmt: skip


def invitation(row: Invitation, account: AccountRef, token: str, *, by: Actor) -> None:
    """Send the link that lets whoever holds the address accept an invitation."""
    write(
        row.email, "invitation", account.tenant_id,
        link=address_of("joining.open_link", token=token), role=row.role, account=account,
        inviter=by.name, expires=local_time(row.expires_at, account.zone),
    )  # fmt: skip


def request_made(row: AccessRequest, account: AccountRef, recipient: str, *, by: Actor) -> None:
    """Tell somebody who can give it that access is asked for; the reason is read in the portal."""
    write(
        recipient, "request_made", account.tenant_id, f"request:{row.id}",
        asker=by, account=account, wanted=row.words,
        link=address_of("requests.answer", handle=account.handle, request_id=row.id),
    )  # fmt: skip


def request_answered(row: AccessRequest, account: AccountRef) -> None:
    """Tell whoever asked what the answer is."""
    write(
        row.person.email, "request_answered", account.tenant_id, f"request:{row.id}",
        person=row.person, account=account, wanted=row.words, granted=row.answer == "granted",
        reason=row.answer_reason, answerer=row.answered_by_label, link=address_of("me.show"),
    )  # fmt: skip


def email_confirm(person: Person, email: str, token: str) -> None:
    """Send the link that confirms a new address, to that address."""
    write(
        email, "email_confirm", person=person, email=email,
        link=address_of("address.open_confirm", token=token),
        hours=int(email_change.CONFIRM.total_seconds() // 3600),
    )  # fmt: skip


def email_taken(email: str) -> None:
    """Tell whoever has an address already that somebody wanted it. It names nobody."""
    write(email, "email_taken", email=email, link=address_of("reset.ask"))


def email_stop(person: Person, email: str, token: str) -> None:
    """Send the link that stops or undoes the change, to the address as it is."""
    _write(
        person, "email_stop", email=email, at=local_time(now(), person.zone),
        link=address_of("address.open_stop", token=token), days=email_change.UNDO.days,
    )  # fmt: skip


def email_changed(person: Person, old: str, new: str) -> None:
    """Tell both addresses that the change happened."""
    at = local_time(now(), person.zone)
    for recipient in (old, new):
        write(
            recipient, "email_changed", person=person, old=old, new=new, at=at,
            days=email_change.UNDO.days,
        )  # fmt: skip


def grant_ends(ending: Ending, person: Told) -> None:
    """Tell somebody that his role, or that of a group he is in, ends soon."""
    write(
        person.email, "grant_ends", ending.account.tenant_id,
        ending=ending, person=person, until=local_time(ending.until, person.zone),
        link=address_of("dashboard.show", handle=ending.account.handle),
    )  # fmt: skip


def given_grant_ends(ending: Ending) -> None:
    """Tell whoever gave a role that it ends soon, with the way to give it again."""
    write(
        ending.giver_email or "", "given_grant_ends", ending.account.tenant_id,
        ending=ending, until=local_time(ending.until, ending.account.zone),
        link=address_of(
            "people.give_role", handle=ending.account.handle,
            person=ending.person_id or ending.group_id, role=ending.role_id,
        ),
    )  # fmt: skip


def notifications(
    person: Actor, told: dict[str, list[tuple[str, str]]], *, digest: bool
) -> None:  # fmt: skip
    """Tell somebody what happened: sentences with their links, by the account's name."""
    count = sum(len(each) for each in told.values())
    first = next(iter(next(iter(told.values()))))[0]
    write(
        person.label, "notifications", None, f"notices:{person.person_id}",
        person=person, told=told, digest=digest, count=count,
        first=first, settings=address_of("me.show"),
    )  # fmt: skip


def support_asks(row: SupportSession, account: AccountRef, people: Iterable[Held]) -> None:
    """Tell the account's admins, of `people` who hold something there, that support asks to write.

    The link leads to the page where one click consents.
    """
    _about_support("support_asks", row, account, people, {Permission.SUPPORT_CONSENT})


def support_alarm(row: SupportSession, account: AccountRef, people: Iterable[Held]) -> None:
    """Tell the account's admins and all owners that the glass was broken, and what for."""
    told = {Permission.SUPPORT_CONSENT, Permission.SUPPORT_BREAK_GLASS}
    _about_support("support_alarm", row, account, people, told)


def missed(
    person: Colleague, misses: Sequence[Miss], since: datetime | None, *, silent: bool
) -> UUID:
    """Tell an account's admin what nobody carried out; return the mail's id.

    `since` is when the scheduler was last heard of, `silent` whether that is too long ago.
    """
    lines = [
        {
            "sentence": miss.sentence, "since": local_time(miss.since, person.zone),
            "link": address_of("schedules.index", handle=miss.account.handle),
        }
        for miss in misses
    ]  # fmt: skip
    return write(
        person.email, "missed", misses[0].account.tenant_id, person=person, misses=misses,
        lines=lines, since=local_time(since, person.zone), silent=silent,
    )  # fmt: skip


def missed_in_house(
    email: str, zone: str, misses: Sequence[Miss], tenants: int, since: datetime | None, *,
    silent: bool,
) -> UUID:  # fmt: skip
    """Tell somebody who answers for the house the same, of all tenants; return the mail's id."""
    return write(
        email, "missed_in_house", misses=misses, tenants=tenants, since=local_time(since, zone),
        silent=silent, link=address_of("console_health.show"),
    )  # fmt: skip


def reviews_due(
    owner: Actor, tenant_id: UUID, pages: Iterable[tuple[Page, AccountRef, PageCare]]
) -> None:
    """Tell an owner which of his pages are due for review."""
    lines = [
        {
            "title": page.title, "account": account.name,
            "due": local_time(care.review_by or now(), owner.zone),
            "link": address_of("pages.edit", handle=account.handle, page_id=page.id),
        }
        for page, account, care in pages
    ]  # fmt: skip
    write(owner.label, "reviews_due", tenant_id, owner=owner, lines=lines)


def host_news(who: Colleague, account: AccountRef, row: SiteHost, follows: str, days: int) -> None:
    """Tell an admin that a host name is `proved`, that its record is `missing`, or it is `lost`."""
    write(
        who.email, "host_news", account.tenant_id, f"host:{row.id}", person=who,
        account=account, row=row, follows=follows, days=days,
        link=address_of("hosts.index", handle=account.handle),
    )  # fmt: skip


def _about_support(
    name: str, row: SupportSession, account: AccountRef, people: Iterable[Held],
    permissions: set[Permission],
) -> None:  # fmt: skip
    emails = {who.email for who in people if permissions & who.holding.permissions.keys()}
    link = address_of("support.show", handle=account.handle, session_id=row.id)
    until = local_time(row.expires_at, account.zone)
    for email in sorted(emails):
        write(email, name, account.tenant_id, row=row, account=account, link=link, until=until)


def _write(person: Person, name: str, **values: Any) -> None:
    write(person.email, name, person=person, **values)


def write(
    recipient: str, name: str, tenant_id: UUID | None = None, order_key: str | None = None, /,
    **values: Any,
) -> UUID:  # fmt: skip
    """Put a mail into the outbox; return its id. The template's first line is its subject."""
    template = current_app.jinja_env.get_template(f"mail/{name}.txt")
    subject, _, text = template.render(**values).partition("\n")
    short = _short(" ".join(subject.split()))
    return post(recipient, short, text.strip() + "\n", tenant_id, order_key).id


def _short(subject: str) -> str:
    return subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1]}…"
