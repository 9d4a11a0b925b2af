"""A real SMTP server that behaves as a test says: accept, refuse, hang up, say nothing."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.infra.ports import free_port


class Sink:
    """Keeps what arrives. `at_recipient` and `at_data` are the answers it gives."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.at_recipient = "250 OK"
        self.at_data = "250 OK"
        self.hang_up = False

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.at_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.hang_up and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        if self.at_data.startswith("250"):
            self.recipients.append(envelope.rcpt_tos)
            assert isinstance(envelope.content, bytes)
            letter = BytesParser(EmailMessage, policy=default).parsebytes(envelope.content)
            self.letters.append(letter)
        return self.at_data


@contextmanager
def smtp_server() -> Iterator[tuple[Sink, str]]:
    """A running server and its SMTP_URL."""
    sink = Sink()
    port = free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield sink, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@contextmanager
def silent_server() -> Iterator[str]:
    """The SMTP_URL of a server that takes connections and never says a word."""
    held: list[socket.socket] = []
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(20)

        def accept() -> None:
            try:
                held.append(listening.accept()[0])
            except OSError:
                """Nobody came."""

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()
    for each in held:
        each.close()
