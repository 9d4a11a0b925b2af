"""Where the accounts below one are found in the browser, and how a change is confirmed."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tenants.accounts import AccountRef
from tenants.directory import account_path


def path(parent: AccountRef, account: AccountRef, act: str = "") -> str:
    return f"/a/{parent.handle}/accounts/{account.id}/{act}"


def shown(client: FlaskClient, where: str) -> str:
    """What stands on a page beside the frame."""
    return client.get(where).text.partition("<main")[2]


def account(app: Flask, handle: str) -> AccountRef:
    with app.app_context():
        return account_path(handle)[-1]


def confirm(client: FlaskClient, where: str, **data: str) -> TestResponse:
    """Look at what would happen, then confirm just that."""
    looked = client.get(where)
    assert looked.status_code == 200
    found = re.search(r'name="seen"[^>]*value="([^"]*)"', looked.text)
    assert found
    return client.post(where, data={"seen": found[1], **data})
