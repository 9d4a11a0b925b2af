"""The DNS as it is: a server on this machine that says what servers say."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from dns import flags, message, rcode, rrset

from portal import resolving
from portal.content.hosting import Unanswered
from portal.resolving import SystemResolver

pytestmark = pytest.mark.sockets
ANSWERS = {
    "_portal-site.acme.example.": ("TXT", '"v=spf1 -all"', '"portal-" "site=abc"', '"\\255"'),
    "acme.example.": ("A", "192.0.2.1"),
}


def answer_to(wire: bytes) -> bytes | None:
    asked = message.from_wire(wire)
    name = str(asked.question[0].name)
    if name == "silent.example.":
        return None
    answer = message.make_response(asked)
    answer.flags |= flags.RA
    kind, *said = ANSWERS.get(name, ("",))
    if name == "broken.example.":
        answer.set_rcode(rcode.SERVFAIL)
    elif not kind:
        answer.set_rcode(rcode.NXDOMAIN)
    elif asked.question[0].rdtype.name == kind:
        answer.answer.append(rrset.from_text(name, 60, "IN", kind, *said))
    return answer.to_wire()


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[SystemResolver]:
    """Asks that server, and waits half a second at most."""
    monkeypatch.setattr(resolving, "SECONDS", 0.5)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                wire, sender = server.recvfrom(4096)
                answer = answer_to(wire) if wire else None
                if answer is not None:
                    server.sendto(answer, sender)

        thread = threading.Thread(target=serve)
        thread.start()
        port = server.getsockname()[1]
        yield SystemResolver(["127.0.0.1"], port)
        stop.set()
        server.sendto(b"", ("127.0.0.1", port))
        thread.join()


def test_records_are_read_whole_and_absence_is_an_answer(resolver: SystemResolver):
    said = resolver.texts("_portal-site.acme.example")
    assert sorted(said) == ["portal-site=abc", "v=spf1 -all", "\ufffd"]
    assert resolver.addresses("acme.example") == ["192.0.2.1"]
    assert resolver.texts("acme.example") == [], "the name is there, such a record is not"
    assert resolver.texts("nobody.example") == []


@pytest.mark.parametrize("host", ["broken.example", "silent.example", "a" * 64, "a..b"])
def test_what_is_no_answer_is_not_taken_for_absence(resolver: SystemResolver, host: str):
    with pytest.raises(Unanswered):
        resolver.texts(host)
