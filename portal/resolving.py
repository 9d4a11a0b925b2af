"""Asking the DNS. Tests put a resolver of their own into `app.extensions["resolver"]`."""

from collections.abc import Sequence
from typing import Any

from dns import name, rdatatype, resolver
from dns.exception import DNSException
from flask import Flask, current_app

from portal.content.hosting import Resolver, Unanswered

SECONDS = 3.0
"""How long one question may take, with all servers that are tried."""
MOST = 20
"""How many answers of one kind are read."""


class SystemResolver:
    """Asks the servers this machine asks, or those named, and keeps nothing: a new record is seen
    at once."""

    def __init__(self, servers: Sequence[str] = (), port: int = 53) -> None:
        self._servers, self._port = servers, port

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name."""
        found = self._ask(name, rdatatype.TXT)
        return [b"".join(each.strings).decode("utf-8", "replace") for each in found]

    def addresses(self, name: str) -> list[str]:
        """Return the addresses a name leads to, of both kinds."""
        kinds = rdatatype.A, rdatatype.AAAA
        return [str(each.address) for kind in kinds for each in self._ask(name, kind)]

    def _ask(self, host: str, kind: rdatatype.RdataType) -> list[Any]:
        try:
            asking = resolver.Resolver(configure=not self._servers)
            if self._servers:
                asking.nameservers, asking.port = self._servers, self._port
            answer = asking.resolve(
                name.from_text(f"{host}."), kind, lifetime=SECONDS, raise_on_no_answer=False
            )
        except resolver.NXDOMAIN:
            return []
        except (DNSException, OSError, ValueError) as error:
            raise Unanswered(_why(error)) from None
        return list(answer.rrset or ())[:MOST]


def init_app(app: Flask) -> None:
    """Have the machine's own DNS asked."""
    app.extensions["resolver"] = SystemResolver()


def dns() -> Resolver:
    """Return what is to be asked."""
    found: Resolver = current_app.extensions["resolver"]
    return found


def _why(error: Exception) -> str:
    if isinstance(error, resolver.LifetimeTimeout):
        return "its servers did not answer in time."
    if isinstance(error, resolver.NoNameservers):
        return "its servers report a fault."
    return "it cannot be asked."
