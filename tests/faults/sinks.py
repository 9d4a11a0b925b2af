"""A mail server that keeps what it is given, and can be as bad as servers are."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Literal

Mode = Literal["take", "mute", "drip", "postpone", "refuse", "drop", "flood", "hang-up"]
DRIP_SECONDS = 7.0


@dataclass(frozen=True)
class Mail:
    """One mail that the server took, or had in hand when it broke off."""

    message_id: str
    recipient: str
    subject: str
    taken: bool


@dataclass
class MailSink:
    """Listens on 127.0.0.1. `mode` says how it answers:

    mute: nothing at all; drip: every answer after DRIP_SECONDS; postpone: 451; refuse: 550; drop:
    takes the mail and breaks off before saying so; flood: answers without end; hang-up: at once.
    """

    mode: Mode = "take"
    mails: list[Mail] = field(default_factory=list)
    tries: int = 0

    def __post_init__(self) -> None:
        sink, self.ended = self, threading.Event()

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                sink.tries += 1
                with contextlib.suppress(OSError):
                    Talk(sink, self).hold()

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads, block_on_close = True, False

        self._server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._server.server_address[:2]
        return str(host), port

    @property
    def url(self) -> str:
        return "smtp://{}:{}".format(*self.address)

    def end(self) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()

    def taken(self, subject: str = "") -> list[Mail]:
        """What was taken with a good answer."""
        return [mail for mail in self.mails if mail.taken and subject in mail.subject]


class Talk:
    """One connection."""

    def __init__(self, sink: MailSink, line: socketserver.StreamRequestHandler) -> None:
        self._sink, self._line = sink, line
        self._recipient = ""

    def hold(self) -> None:
        mode = self._sink.mode
        if mode == "hang-up":
            return
        if mode == "mute":
            self._sink.ended.wait()
            return
        if mode == "flood":
            while not self._sink.ended.is_set():
                self._line.wfile.write(b"220-" + b"x" * 4000 + b"\r\n")
        self._say("220 sink")
        while words := self._line.rfile.readline().strip().decode():
            if not self._answer(words):
                return

    def _answer(self, words: str) -> bool:
        verb = words.upper()
        if verb.startswith("QUIT"):
            self._say("221 bye")
            return False
        if verb.startswith("RCPT"):
            self._recipient = words.partition(":")[2].strip(" <>")
            return self._say({"postpone": "451 later", "refuse": "550 never"}.get(
                self._sink.mode, "250 ok"))  # fmt: skip
        if verb.startswith("DATA"):
            self._say("354 go on")
            return self._take()
        return self._say("250 ok")

    def _take(self) -> bool:
        lines = []
        while (line := self._line.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        letter = message_from_bytes(b"".join(lines))
        taken = self._sink.mode != "drop"
        self._sink.mails.append(
            Mail(str(letter["Message-ID"]), self._recipient, str(letter["Subject"]), taken)
        )
        return taken and self._say("250 taken")

    def _say(self, words: str) -> bool:
        if self._sink.mode == "drip":
            self._sink.ended.wait(DRIP_SECONDS)
        self._line.wfile.write(words.encode() + b"\r\n")
        return True
