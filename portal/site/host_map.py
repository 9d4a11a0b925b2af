"""Which host name means which site: kept in each process, asked of the database every second."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from portal.content.site_hosts import own_base, served, served_mark
from tenants.db import db
from tenants.engines import reading
from tenants.scope import across_tenants

SECONDS = 1.0
WHOLE = 30.0
"""Seconds after which the map is read in whole, whatever was heard: a handle may be another."""
log = structlog.get_logger()


@dataclass(frozen=True)
class HostMap:
    """`sites`: the account's handle of each host that is served. `bases`: where the site of a
    handle is at home, such as `https://www.example.org`, if not on the portal's host."""

    sites: Mapping[str, str] = field(default_factory=dict)
    bases: Mapping[str, str] = field(default_factory=dict)


class Hosts:
    """The map of one process. While the database is away what was known stays.

    In tests it is asked only by `ask`: a statement more or less would stand in their counts.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._map = HostMap()
        self._mark: tuple[Any, ...] | None = None
        self._due = self._whole_due = 0.0
        self._asking = threading.Lock()

    def known(self) -> HostMap:
        """Return the map, at most SECONDS old. One of many threads asks; others do not wait."""
        first = self._mark is None
        if self._is_due() and not self._app.testing and self._asking.acquire(blocking=first):
            try:
                if self._is_due():
                    self.ask()
            finally:
                self._asking.release()
        return self._map

    def ask(self) -> None:
        """Ask the database now: one statement, a second one where something changed."""
        try:
            with self._app.app_context(), reading(), across_tenants("which hosts are served"):
                mark = tuple(db.session.execute(served_mark()).one())
                if mark != self._mark or time.monotonic() >= self._whole_due:
                    self._map, self._mark = self._read(), mark
                    self._whole_due = time.monotonic() + WHOLE
        except SQLAlchemyError as error:
            log.warning("the hosts that are served cannot be asked for", error=str(error))
        self._due = time.monotonic() + SECONDS

    def forget(self) -> None:
        """Know nothing any more, as in a new process."""
        self._map, self._mark, self._due = HostMap(), None, 0.0

    def _is_due(self) -> bool:
        return time.monotonic() >= self._due

    def _read(self) -> HostMap:
        base_url = self._app.config["PORTAL"].base_url
        rows = db.session.execute(served()).all()
        sites = {row.host: row.handle for row in rows}
        bases = {
            row.handle: own_base(base_url, row.host)
            for row in rows
            if row.primary and sites[row.host] == row.handle
        }
        return HostMap(sites, bases)
