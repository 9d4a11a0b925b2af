"""Publishes all the time, one account after another, in a process of its own.

    python -m bench.publisher SECONDS RATE   (the portal's environment; 0 a second: all it can)

Waits for a line before it begins. Saves a draft that says the next number, publishes it, commits,
and prints `[account, number, when]` as JSON; `when` is the monotonic clock's seconds, the same in
all processes of a machine.
"""

import json
import sys
import time

from sqlalchemy import select

from bench import site_world
from portal import create_app
from portal.content.drafting import save_draft, text_of
from portal.content.pages import Page, Revision
from portal.content.publishing import publish
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor
from tenants.directory import account_path
from tenants.scope import acting_in, tenant_scope


def main() -> None:
    """Publish until the time is over."""
    seconds, rate = float(sys.argv[1]), float(sys.argv[2])
    app = create_app()
    with app.app_context():
        by = site_world.admin()
        accounts = [account_path(site_world.handle(n))[-1] for n in range(site_world.ACCOUNTS)]
        db.session.remove()
    print("ready", flush=True)
    sys.stdin.readline()
    begin, number, done = time.monotonic(), int(time.time()), 0
    end = begin + seconds
    while time.monotonic() < end:
        number += 1
        for which, account in enumerate(accounts):
            if time.monotonic() >= end:
                break
            with app.app_context():
                _publish(account, by, number)
            print(json.dumps([which, number, time.monotonic()]), flush=True)
            done += 1
            time.sleep(max(0.0, begin + done / rate - time.monotonic()) if rate else 0)


def _publish(account: AccountRef, by: Actor, number: int) -> None:
    with acting_in(tenant_scope(account.tenant_id)):
        path = site_world.address(0).removeprefix(f"/s/{site_world.handle(0)}")
        query = select(Page).where(Page.account_id == account.id, Page.address == path)
        page = db.session.scalars(query).one()
        before = db.session.get_one(Revision, page.draft_revision_id)
        words = text_of(before)
        changed = words.__class__(**{**words.__dict__, "body": site_world.text(number)})
        saved = save_draft(page, changed, account, by=by, based_on=before.id)
        publish(page, saved.revision, account, by=by)
        db.session.commit()


if __name__ == "__main__":
    main()
