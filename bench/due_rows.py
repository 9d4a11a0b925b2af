"""Pages with schedules by the thousand, put into a world for one run of a bench."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from bench.tree import EPOCH
from portal.content.pages import Page, Revision, digest_of
from portal.content.schedules import Schedule
from portal.content.sites import Site
from tenants.accounts import Account
from tenants.db import new_id
from tenants.grants import Grant
from tenants.people import Person
from tenants.roles import Role

BODY = "<p>Slow coffee takes a careful hand and some time; nobody hurries it.</p>" * 40


@dataclass(frozen=True)
class Item:
    """One page that is to go live: where readers will find it, and which schedule does it."""

    schedule_id: uuid.UUID
    tenant_id: uuid.UUID
    url: str


def masters(connection: Connection) -> list[Any]:
    """Return the two tenants with the most accounts, as rows of (id, handle)."""
    of_tenant = Account.__table__.alias()
    size = select(func.count()).where(of_tenant.c.tenant_id == Account.id).scalar_subquery()
    query = select(Account.id, Account.handle).where(Account.kind == "master")
    return list(connection.execute(query.order_by(size.desc(), Account.id).limit(2)).all())


def publisher_at(connection: Connection, account_id: uuid.UUID) -> tuple[uuid.UUID, str]:
    """Add somebody who may publish at an account and all below; return the id and the e-mail."""
    person_id, email = new_id(), f"{uuid.uuid4().hex}@bench.example"
    role_id = connection.scalar(select(Role.id).where(Role.key == "publisher"))
    connection.execute(
        insert(Person).values(id=person_id, email=email, name="Bench", zone="UTC", created_at=EPOCH)
    )
    connection.execute(
        insert(Grant).values(
            id=new_id(), person_id=person_id, account_id=account_id, tenant_id=account_id,
            role_id=role_id, reach="subtree", since=EPOCH, because="", given_by_label="bench",
            ended_by_label="", end_reason="",
        )
    )  # fmt: skip
    return person_id, email


def add(connection: Connection, tenant_id: uuid.UUID, dues: list[datetime], run: str) -> list[Item]:
    """Add a post with a pending schedule for each of the moments, spread over nine accounts."""
    person_id, email = publisher_at(connection, tenant_id)
    query = select(Account.id, Account.handle).where(Account.tenant_id == tenant_id)
    accounts = connection.execute(query.order_by(Account.depth, Account.id).limit(9)).all()
    _open_sites(connection, tenant_id, [account.id for account in accounts])
    rows: dict[Any, list[dict[str, Any]]] = {Page: [], Revision: [], Schedule: []}
    items = []
    for number, due in enumerate(dues):
        account = accounts[number % len(accounts)]
        known = {"tenant_id": tenant_id, "account_id": account.id}
        page_id, revision_id, schedule_id = new_id(), new_id(), new_id()
        slug = f"{run}-{number}"
        said: dict[str, Any] = {
            "title": f"Item {run} {number}", "slug": slug, "body": BODY, "excerpt": "",
            "byline": "", "parent_id": None, "term_ids": [], "fields": {},
        }  # fmt: skip
        digest = digest_of(said)
        rows[Page].append(known | {"id": page_id, "type": "post", "title": said["title"]})
        rows[Revision].append(
            known | said | {
                "id": revision_id, "page_id": page_id, "number": 1, "digest": digest,
                "author_label": email,
            }
        )  # fmt: skip
        rows[Schedule].append(
            known | {
                "id": schedule_id, "page_id": page_id, "page_title": said["title"],
                "what": "publish", "revision_id": revision_id, "revision_digest": digest,
                "due_at": due, "wall_time": due.isoformat(), "zone": "UTC", "offset_minutes": 0,
                "approver_id": person_id, "approver_label": email,
            }
        )  # fmt: skip
        items.append(Item(schedule_id, tenant_id, f"/s/{account.handle}/posts/{slug}/"))
    _insert(connection, rows)
    drafts = select(Revision.id).where(Revision.page_id == Page.id).scalar_subquery()
    mine = Page.title.like(f"Item {run} %")
    connection.execute(update(Page).where(mine).values(draft_revision_id=drafts))
    return items


def set_due(connection: Connection, items: list[Item], dues: list[datetime]) -> None:
    """Have each item due at its moment: known only once they are in, which may take minutes."""
    rows: Any = Schedule.__table__
    query = rows.update().where(rows.c.id == bindparam("which")).values(due_at=bindparam("moment"))
    given = zip(items, dues, strict=True)
    connection.execute(query, [{"which": i.schedule_id, "moment": due} for i, due in given])


def _insert(connection: Connection, rows: dict[Any, list[dict[str, Any]]]) -> None:
    for model, some in rows.items():
        for start in range(0, len(some), 5_000):
            connection.execute(insert(model), some[start : start + 5_000])


def _open_sites(connection: Connection, tenant_id: uuid.UUID, account_ids: list[uuid.UUID]) -> None:
    """Have each account show its site, if it does not yet."""
    known = set(connection.scalars(select(Site.account_id)))
    for account_id in set(account_ids) - known:
        connection.execute(
            insert(Site).values(
                id=new_id(), tenant_id=tenant_id, account_id=account_id, title="Bench"
            )
        )


def forget_pending(connection: Connection) -> None:
    """Cancel what an interrupted run left waiting."""
    connection.execute(text("UPDATE schedule SET state = 'cancelled' WHERE state = 'pending'"))
