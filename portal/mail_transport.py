"""Where mail leaves by: an SMTP server, or a folder when none is configured."""

import os
import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

from portal.config import BadConfig, Config

TIMEOUT_SECONDS = 10.0
TOTAL_SECONDS = 30.0
PORTS = {"smtp": 25, "smtps": 465}
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
PERMANENT = 500
log = structlog.get_logger()


class Unreachable(RuntimeError):
    """The server cannot be used now; no other mail would leave either."""


class Postponed(RuntimeError):
    """The server would not take this mail now; it may later."""


class Rejected(RuntimeError):
    """The server will never take this mail."""


class Transport(Protocol):
    """Takes one mail, or raises one of the three errors above."""

    def send(self, letter: EmailMessage, name: str) -> None: ...


class _Limited:
    """Breaks a conversation off after TOTAL_SECONDS, however lively the server keeps it."""

    sock: socket.socket | None
    _watch: threading.Timer | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._watch = threading.Timer(TOTAL_SECONDS, self._break_off)
        self._watch.daemon = True
        self._watch.start()
        return line

    def _break_off(self) -> None:
        with suppress(OSError):
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        super().close()  # type: ignore[misc]


class _Smtp(_Limited, smtplib.SMTP): ...


class _SmtpOverTls(_Limited, smtplib.SMTP_SSL): ...


@dataclass(frozen=True)
class SmtpServer:
    """An SMTP server, as `smtp://user:password@host:port?starttls` or `smtps://…` names it."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    starttls: bool
    greeting: str = "localhost"

    def send(self, letter: EmailMessage, name: str) -> None:
        """Hand the mail over. Connecting and each answer may take TIMEOUT_SECONDS,
        all of it TOTAL_SECONDS."""
        recipient = parseaddr(str(letter["To"]))[1]
        try:
            connection = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(_words(error)) from error
        try:
            _hand_over(connection, letter, recipient)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                connection.quit()
            connection.close()
        log.info("mail sent", mail=name, server=f"{self.host}:{self.port}")

    def _connect(self) -> smtplib.SMTP:
        address = (self.host, self.port, self.greeting)
        if self.tls:
            context = ssl.create_default_context()
            connection: smtplib.SMTP = _SmtpOverTls(
                *address, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            connection = _Smtp(*address, timeout=TIMEOUT_SECONDS)
        try:
            if self.starttls:
                connection.starttls(context=ssl.create_default_context())
            if self.user:
                connection.login(self.user, self.password)
        except BaseException:
            connection.close()
            raise
        return connection


@dataclass(frozen=True)
class Folder:
    """Mails as files, for people who try the portal out. Names sort by time."""

    path: Path

    def send(self, letter: EmailMessage, name: str) -> None:
        """Write the mail, readable by the owner alone, whole or not at all."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.path / f"{name}.eml"
        unfinished = file.with_suffix(f".{os.getpid()}.part")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(letter.as_bytes())
        unfinished.replace(file)
        log.warning("no mail server; mail written to a file", file=str(file), to=str(letter["To"]))


def transport_for(config: Config) -> Transport:
    """Return the configured way out. Raises BadConfig when SMTP_URL does not make sense."""
    if config.smtp_url:
        greeting = urlsplit(config.base_url).hostname or "localhost"
        return smtp_server(config.smtp_url, greeting)
    return Folder(config.var / "mail")


def smtp_server(url: str, greeting: str = "localhost") -> SmtpServer:
    """Read SMTP_URL. Raises BadConfig with what is wrong with it, never with the password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadConfig("SMTP_URL has no proper host and port.") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise BadConfig("SMTP_URL looks like smtp://user:password@host:587?starttls or smtps://….")
    starttls = "starttls" in parse_qs(parts.query, keep_blank_values=True)
    safe = parts.scheme == "smtps" or starttls or parts.hostname in LOCAL
    if parts.password and not safe:
        raise BadConfig(
            "SMTP_URL would send its password in the clear: add ?starttls, or smtps://."
        )
    return SmtpServer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=parts.scheme == "smtps",
        starttls=starttls,
        greeting=greeting,
    )


def _hand_over(connection: smtplib.SMTP, letter: EmailMessage, recipient: str) -> None:
    try:
        connection.send_message(letter, to_addrs=[recipient])
    except smtplib.SMTPRecipientsRefused as error:
        code, text = error.recipients[recipient]
        _refuse(code, f"{code} {text.decode(errors='replace')}", error)
    except smtplib.SMTPDataError as error:
        _refuse(error.smtp_code, _words(error), error)
    except smtplib.SMTPNotSupportedError as error:
        raise Rejected("The mail server takes no addresses with such characters.") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(_words(error)) from error


def _refuse(code: int, words: str, cause: Exception) -> None:
    raise (Rejected if code >= PERMANENT else Postponed)(words) from cause


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        return f"{error.smtp_code} {text}"
    return str(error) or type(error).__name__
