"""An account's logo: a small picture, cleaned like any other, named by what it is."""

import hashlib
import re

from portal.content.media_types import TYPES, kind_of, sniff
from portal.content.media_upload import allowed_types
from portal.content.pictures import clean_picture, dimensions
from portal.content.problems import Problem
from portal.content.renditions import shrunk
from portal.content.storage import Storage
from portal.content.storing import forget_after_commit, keep
from tenants.accounts import AccountRef
from tenants.changing import set_logo
from tenants.decisions import Actor, authorize
from tenants.permissions import Permission

LARGEST = (480, 160)
NAME = re.compile(r"[0-9a-f]{16}-([0-9]{1,4})x([0-9]{1,4})\.(jpg|png|webp)")
_MIMES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def logo_key(account: AccountRef, name: str) -> str:
    """Return where an account's logo stands in the store."""
    return f"{account.tenant_id.hex}/{account.id.hex}/logo/{name}"


def logo_size(name: str) -> tuple[int, int]:
    """Return width and height of a logo in pixels, from its name; 0, 0 when it is none."""
    found = NAME.fullmatch(name)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def logo_mime(name: str) -> str:
    """Return the type of a logo from its name."""
    return _MIMES.get(name.rpartition(".")[2], "application/octet-stream")


def give_logo(account: AccountRef, data: bytes, *, by: Actor, files: Storage) -> str:
    """Give an account a logo and record it; return its name.

    Raises Denied, Problem when it is no picture that can be used, and StoreDown.
    """
    authorize(by, Permission.ACCOUNT_EDIT, account)
    mime = sniff(data)
    if kind_of(mime) != "image":
        raise Problem(f"A logo is a picture; this is one of the {TYPES[mime][1]}.")
    if mime not in allowed_types(account):
        raise Problem(f"{TYPES[mime][1]} are not allowed in this account.")
    dimensions(data, mime)
    picture = shrunk(clean_picture(data, mime), LARGEST)
    digest = hashlib.sha256(picture.data).hexdigest()[:16]
    name = f"{digest}-{picture.width}x{picture.height}.{TYPES[picture.mime][0]}"
    if name == account.logo:
        return name
    keep(files, logo_key(account, name), picture.data, picture.mime)
    _forget(account, set_logo(account, name, by=by), files)
    return name


def remove_logo(account: AccountRef, *, by: Actor, files: Storage) -> bool:
    """Take an account's own logo away and record it; tell whether it had one. Raises Denied."""
    before = set_logo(account, "", by=by)
    _forget(account, before, files)
    return bool(before)


def _forget(account: AccountRef, name: str, files: Storage) -> None:
    if name:
        forget_after_commit(files, [logo_key(account, name)])
