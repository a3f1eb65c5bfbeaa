"""Answers how mails leave through an SMTP server."""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from emails.headers import BadAddress, sendable
from emails.message import Message, build_mime
from emails.transports.base import LONGEST_SECONDS, OneByOne, Refused, Sent, TransportDown, TryAgain
from emails.transports.deadline import Deadline
from emails.transports.kept import Kept

# Seconds to wait for each answer of the server, and for all of them until it is ready to take the mail.
TIMEOUT = 10.0
TALK_SECONDS = 25.0
# Seconds for handing the mail over and for the word that it was taken: given up too early, it would arrive twice.
ANSWER_SECONDS = LONGEST_SECONDS - TALK_SECONDS
TOO_SLOW = "smtp: the server is too slow"
# RFC 4954 and RFC 3207: the server wants a login or encryption first, whichever command it says so to.
_LOCKED = {530, 534, 535, 538}
# RFC 1870 and RFC 3463: this mail is too large, other mails are not.
_TOO_LARGE = {523, 552}


@dataclass(frozen=True)
class SmtpServer:
    """Where the server is, whether TLS is spoken from the first byte, and with what to sign in (empty: without)."""

    host: str
    port: int
    tls: bool = False
    user: str = ""
    password: str = ""


class _Connection(smtplib.SMTP):
    """A connection that a deadline can cut from its very first answer on."""

    def __init__(self, server: SmtpServer, deadline: Deadline, **options: Any) -> None:
        self.deadline = deadline
        super().__init__(server.host, server.port, timeout=TIMEOUT, **options)

    def getreply(self) -> tuple[int, bytes]:
        """Wait for an answer, at most as long as the deadline allows."""
        if self.sock is not None:
            # Anew each time: TLS puts another socket in its place.
            self.deadline.watch(self.sock)
        return super().getreply()


class _TlsConnection(_Connection, smtplib.SMTP_SSL):
    """The same, speaking TLS from the first byte."""

    def __init__(self, server: SmtpServer, deadline: Deadline) -> None:
        super().__init__(server, deadline, context=ssl.create_default_context())


class SmtpTransport(OneByOne):
    """Sends each mail alone over a few connections that are kept, each used by one thread at a time.

    Connecting and agreeing on the mail take at most `talk_seconds`, handing it over and waiting for the word that it was
    taken at most `answer_seconds`. A server too slow for the first has got nothing yet, so that trying again is safe.
    """

    # Mail servers commonly allow a client a handful of connections, and slow it down when it opens more.
    concurrency = 4

    def __init__(
        self, server: SmtpServer, *, talk_seconds: float = TALK_SECONDS, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self.server = server
        self._lines = Kept(lambda: _Line(server, talk_seconds, answer_seconds))

    def send(self, message: Message) -> Sent:
        """Hand over one mail to the server; raise TryAgain, Refused or TransportDown."""
        try:
            raw = build_mime(message)
            sender, recipient = sendable(message.from_.address), sendable(message.to.address)
        except BadAddress as error:
            raise Refused(str(error)) from error
        with self._lines.one() as line:
            return line.send(sender, recipient, raw)

    def close(self) -> None:
        """Say goodbye to the server."""
        for line in self._lines.given_up():
            line.close()


class _Line:
    """One connection to the server, opened when it is needed."""

    def __init__(self, server: SmtpServer, talk_seconds: float, answer_seconds: float) -> None:
        self.server = server
        self._talk_seconds = talk_seconds
        self._answer_seconds = answer_seconds
        self._connection: _Connection | None = None

    def send(self, sender: str, recipient: str, raw: bytes) -> Sent:
        """Hand over one mail; raise TryAgain, Refused or TransportDown."""
        try:
            with Deadline(self._talk_seconds) as talk:
                connection = self._agreed(sender, recipient, len(raw), talk)
            with Deadline(self._answer_seconds) as answer:
                return self._handed_over(connection, raw, answer)
        except (Refused, TransportDown):
            raise
        except BaseException:
            # A server that closes down says so (421) and hangs up; others lose nothing by a fresh connection.
            self._drop()
            raise

    def close(self) -> None:
        """Say goodbye to the server."""
        if self._connection is not None:
            try:
                with Deadline(TIMEOUT) as goodbye:
                    self._attend(self._connection, goodbye, TIMEOUT)
                    self._connection.quit()
            except (smtplib.SMTPException, OSError):
                pass  # The server left first.
            self._drop()

    def _agreed(self, sender: str, recipient: str, size: int, talk: Deadline) -> _Connection:
        """Bring the server to the point where the mail itself may follow."""
        try:
            connection = self._ready(talk)
            _agree(connection, sender, recipient, size)
        except (smtplib.SMTPException, OSError) as error:
            raise TryAgain(TOO_SLOW if talk.passed else f"smtp: {error}") from error
        if talk.passed:
            raise TryAgain(TOO_SLOW)
        return connection

    def _handed_over(self, connection: _Connection, raw: bytes, answer: Deadline) -> Sent:
        """Hand over the mail itself; from here on a broken connection leaves in doubt whether it was taken."""
        try:
            self._attend(connection, answer, self._answer_seconds)
            return _hand_over(connection, raw)
        except (smtplib.SMTPException, OSError) as error:
            slow = answer.passed or isinstance(error, TimeoutError)
            raise TryAgain(TOO_SLOW if slow else "smtp: the connection was lost", doubtful=True) from error

    def _ready(self, deadline: Deadline) -> _Connection:
        if self._connection is not None:
            try:
                self._attend(self._connection, deadline, TIMEOUT)
                if self._connection.rset()[0] == 250:
                    return self._connection
            except (smtplib.SMTPException, OSError):
                pass  # A server hangs up on idle connections; the next one is opened below.
            self._drop()
        if deadline.passed:
            raise TryAgain(TOO_SLOW)
        self._connection = self._opened(deadline)
        return self._connection

    def _attend(self, connection: _Connection, deadline: Deadline, seconds: float) -> None:
        """Have another deadline cut the connection, and wait so many seconds for each answer."""
        connection.deadline = deadline
        if connection.sock is not None:
            connection.sock.settimeout(seconds)
            deadline.watch(connection.sock)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _opened(self, deadline: Deadline) -> _Connection:
        server = self.server
        try:
            connection = (_TlsConnection if server.tls else _Connection)(server, deadline)
        except ssl.SSLError as error:
            raise TransportDown(f"smtp: no trusted TLS: {error.reason or error}") from error
        except smtplib.SMTPConnectError as error:
            if deadline.passed:
                # What came was the beginning of an answer.
                raise TryAgain(TOO_SLOW) from error
            raise _closed(error.smtp_code, _said(error.smtp_error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise TryAgain(TOO_SLOW if deadline.passed else f"smtp: cannot connect: {error}") from error
        try:
            self._greeted(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _greeted(self, connection: _Connection) -> None:
        server = self.server
        try:
            connection.ehlo_or_helo_if_needed()
            encrypted = server.tls
            if not encrypted and connection.has_extn("starttls"):
                connection.starttls(context=ssl.create_default_context())
                connection.ehlo()
                encrypted = True
            if server.user:
                if not encrypted and not _on_this_machine(server.host):
                    raise TransportDown("smtp: the server offers no TLS, so the password is not sent to it")
                connection.login(server.user, server.password)
        except ssl.SSLError as error:
            raise TransportDown(f"smtp: no trusted TLS: {error.reason or error}") from error
        except smtplib.SMTPResponseException as error:
            raise _closed(error.smtp_code, _said(error.smtp_error)) from error
        except smtplib.SMTPNotSupportedError as error:
            raise TransportDown(f"smtp: {error}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise TryAgain(TOO_SLOW if connection.deadline.passed else f"smtp: {error}") from error


def _agree(connection: smtplib.SMTP, sender: str, recipient: str, size: int) -> None:
    """Name sender, size and recipient and ask to go on (RFC 5321 §3.3); what was begun is undone by the next RSET."""
    code, said = connection.mail(sender, [f"size={size}"] if connection.has_extn("size") else [])
    if code in _TOO_LARGE:
        raise Refused(f"smtp {code}: {_said(said)}")
    if code != 250:
        raise _closed(code, _said(said))
    code, said = connection.rcpt(recipient)
    if code not in (250, 251):
        raise _for_this_mail(code, _said(said))
    code, said = connection.docmd("DATA")
    if code != 354:
        raise _for_this_mail(code, _said(said))


def _hand_over(connection: smtplib.SMTP, raw: bytes) -> Sent:
    """Send the mail's lines, those that begin with a dot with another before it (RFC 5321 §4.5.2), and the end mark."""
    connection.send(re.sub(rb"(?m)^\.", b"..", raw) + (b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n"))
    code, said = connection.getreply()
    if code != 250:
        raise _for_this_mail(code, _said(said))
    return Sent()


def _for_this_mail(code: int, said: str) -> TryAgain | Refused | TransportDown:
    if code in _LOCKED:
        return TransportDown(f"smtp {code}: {said}")
    return Refused(f"smtp {code}: {said}") if 500 <= code < 600 else TryAgain(f"smtp {code}: {said}")


def _closed(code: int, said: str) -> TryAgain | TransportDown:
    """Judge a refusal of us, the sender: it would meet every mail alike."""
    reason = f"smtp {code}: {said}"
    return TransportDown(reason) if 500 <= code < 600 else TryAgain(reason)


def _said(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def _on_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
