"""Renditions of pictures, and what is swept away: old trash, old versions, files nobody owns."""

import hashlib
import re
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select

from portal.content.export_rows import ExportRun
from portal.content.media import KEPT, Media, MediaUse, MediaVersion
from portal.content.media_folders import is_restricted
from portal.content.problems import Problem
from portal.content.renditions import renditions_of
from portal.content.storage import KEY, NotStored, Storage, StoreDown
from portal.content.storing import forget_after_commit, keep
from portal.files import files
from tenants.accounts import Account
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import SYSTEM
from tenants.engines import reading
from tenants.events import Event
from tenants.scope import across_tenants, acting_in, tenant_scope

TRIES = 5
BATCH = 100
HEX = re.compile("[0-9a-f]{32}")
LEFT_ALONE = timedelta(hours=1)
"""A file without a row is left alone for so long: its row may be about to be committed."""
log = structlog.get_logger()


def find_unready(limit: int = 20) -> list[uuid.UUID]:
    """Return versions of pictures whose renditions are not made, the oldest first."""
    query = select(MediaVersion.id).where(
        MediaVersion.ready_at.is_(None), MediaVersion.tries < TRIES
    )
    with reading(), across_tenants("looking for pictures without renditions"):
        return list(db.session.scalars(query.order_by(MediaVersion.created_at).limit(limit)))


def make_renditions(version_id: uuid.UUID) -> bool:
    """Make what is missing of a picture's renditions. False when there is nothing to do.

    Run twice it makes the same again. What cannot be made is tried TRIES times; until then, and
    after, readers get the picture itself.
    """
    with reading(), across_tenants("looking for the tenant of a picture"):
        found = db.session.execute(
            select(MediaVersion.tenant_id, MediaVersion.ready_at).where(
                MediaVersion.id == version_id
            )
        ).first()
    if found is None or found.ready_at is not None:
        return False
    with acting_in(tenant_scope(found.tenant_id)):
        query = select(MediaVersion).where(MediaVersion.id == version_id)
        version = db.session.scalar(query.with_for_update())
        if version is None:
            return False
        media = db.session.scalars(select(Media).where(Media.id == version.media_id)).one()
        try:
            _make(version, (media.focal_x, media.focal_y), files())
        except (Problem, NotStored, StoreDown, OSError, ValueError) as problem:
            log.warning("renditions not made", version=str(version_id), error=str(problem))
            db.session.rollback()
            _count_try(version_id)
            return False
        db.session.commit()
    return True


def _make(version: MediaVersion, focus: tuple[int, int], store: Storage) -> None:
    data = store.read(f"{version.key}original")
    made, total = {}, 0
    for name, picture in renditions_of(data, version.mime, focus).items():
        digest = hashlib.sha256(picture.data).hexdigest()
        if version.renditions.get(name, {}).get("digest") != digest:
            keep(store, f"{version.key}{name}-{digest[:16]}", picture.data, picture.mime)
        made[name] = {
            "mime": picture.mime, "width": picture.width, "height": picture.height,
            "size": len(picture.data), "digest": digest,
        }  # fmt: skip
        total += len(picture.data)
    stale = {_name(n, m) for n, m in version.renditions.items()} - {
        _name(n, m) for n, m in made.items()
    }
    forget_after_commit(store, [f"{version.key}{name}" for name in stale])
    version.renditions, version.rendition_size, version.ready_at = made, total, now()


def _name(size: str, made: Mapping[str, Any]) -> str:
    return f"{size}-{made['digest'][:16]}"


def _count_try(version_id: uuid.UUID) -> None:
    version = db.session.scalar(select(MediaVersion).where(MediaVersion.id == version_id))
    if version is not None:
        version.tries += 1
        db.session.commit()


def purge_old() -> int:
    """Erase files that were in the trash, or replaced, for longer than KEPT; return how many."""
    with reading(), across_tenants("looking for files to purge"):
        limit = now() - KEPT
        trashed = select(Media.id, Media.tenant_id).where(Media.trashed_at < limit).limit(BATCH)
        gone = [(row.id, row.tenant_id) for row in db.session.execute(trashed)]
        replaced = select(MediaVersion.id, MediaVersion.tenant_id)
        replaced = replaced.where(MediaVersion.replaced_at < limit).limit(BATCH)
        old = [(row.id, row.tenant_id) for row in db.session.execute(replaced)]
    return sum(_purge_media(*each) for each in gone) + sum(_purge_version(*each) for each in old)


def _purge_media(media_id: uuid.UUID, tenant_id: uuid.UUID) -> bool:
    with acting_in(tenant_scope(tenant_id)):
        query = select(Media).where(Media.id == media_id, Media.trashed_at < now() - KEPT)
        media = db.session.scalar(query.with_for_update())
        if media is None:
            return False
        versions = list(
            db.session.scalars(select(MediaVersion).where(MediaVersion.media_id == media_id))
        )
        for use in db.session.scalars(select(MediaUse).where(MediaUse.media_id == media_id)):
            db.session.delete(use)
        for version in versions:
            _forget(version)
        db.session.flush()
        record(
            Event.MEDIA_PURGED, media, by=SYSTEM, changes={}, versions=len(versions),
            restricted=is_restricted(media.folder_id, media.account_id),
        )  # fmt: skip
        db.session.delete(media)
        db.session.commit()
    return True


def _purge_version(version_id: uuid.UUID, tenant_id: uuid.UUID) -> bool:
    with acting_in(tenant_scope(tenant_id)):
        query = select(MediaVersion).where(
            MediaVersion.id == version_id, MediaVersion.replaced_at < now() - KEPT
        )
        version = db.session.scalar(query.with_for_update())
        if version is None:
            return False
        _forget(version)
        db.session.commit()
    return True


def _forget(version: MediaVersion) -> None:
    names = ["original", *(_name(n, made) for n, made in version.renditions.items())]
    forget_after_commit(files(), [f"{version.key}{name}" for name in names])
    db.session.delete(version)


def sweep_files() -> int:
    """Take out of the store what no row knows: left by a crash, or by an account that was closed.

    Returns how many files went.
    """
    found = files()
    limit = now() - LEFT_ALONE
    old = [key for key, written in found.keys("") if written < limit and KEY.fullmatch(key)]
    left = [key for start in range(0, len(old), 500) for key in _unknown(old[start : start + 500])]
    if left:
        found.delete(left)
        log.info("files without a row were swept away", count=len(left))
    return len(left)


def _unknown(keys: list[str]) -> list[str]:
    owners = {key: key.split("/") for key in keys}
    ids = {uuid.UUID(hex=p[2]) for p in owners.values() if HEX.fullmatch(p[2])}
    accounts = {uuid.UUID(hex=p[1]) for p in owners.values() if HEX.fullmatch(p[1])}
    with reading(), across_tenants("looking for files without a row"):
        versions = select(MediaVersion).where(MediaVersion.id.in_(ids))
        known = {
            f"{row.key}{name}"
            for row in db.session.scalars(versions)
            for name in ("original", *(_name(n, made) for n, made in row.renditions.items()))
        }
        logos = select(Account.id, Account.tenant_id, Account.logo).where(Account.id.in_(accounts))
        for row in db.session.execute(logos):
            known.add(f"{row.tenant_id.hex}/{row.id.hex}/logo/{row.logo}")
        exports = select(ExportRun.key).where(ExportRun.id.in_(ids), ExportRun.key.is_not(None))
        known |= {key for key in db.session.scalars(exports) if key}
    return [key for key in keys if key not in known]
