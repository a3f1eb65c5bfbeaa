"""Answers how mails leave through an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from threading import Lock

from emails.headers import BadAddress, sendable
from emails.message import Message, build_mime
from emails.transports.base import Refused, Sent, TransportDown, TryAgain

# Seconds to wait for each answer of the server.
TIMEOUT = 10.0
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


class SmtpTransport:
    """Sends one mail at a time over one connection that is kept."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server
        self._lock = Lock()
        self._connection: smtplib.SMTP | None = None

    def send(self, message: Message) -> Sent:
        """Hand over one mail to the server; raise TryAgain, Refused or TransportDown."""
        try:
            raw = build_mime(message)
            sender, recipient = sendable(message.from_.address), sendable(message.to.address)
        except BadAddress as error:
            raise Refused(str(error)) from error
        with self._lock:
            connection = self._ready()
            try:
                return _hand_over(connection, sender, recipient, raw)
            except smtplib.SMTPServerDisconnected as error:
                self._drop()
                raise TryAgain("smtp: the connection was lost", doubtful=True) from error
            except OSError as error:
                self._drop()
                raise TryAgain(f"smtp: {error}", doubtful=True) from error
            except TryAgain:
                # A server that closes down says so (421) and hangs up; others lose nothing by a fresh connection.
                self._drop()
                raise

    def close(self) -> None:
        """Say goodbye to the server."""
        with self._lock:
            if self._connection is not None:
                try:
                    self._connection.quit()
                except (smtplib.SMTPException, OSError):
                    self._connection.close()
                self._connection = None

    def _ready(self) -> smtplib.SMTP:
        if self._connection is not None:
            try:
                if self._connection.rset()[0] == 250:
                    return self._connection
            except (smtplib.SMTPException, OSError):
                pass  # A server hangs up on idle connections; the next one is opened below.
            self._drop()
        self._connection = self._opened()
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _opened(self) -> smtplib.SMTP:
        server = self.server
        try:
            connection: smtplib.SMTP
            if server.tls:
                connection = smtplib.SMTP_SSL(
                    server.host, server.port, timeout=TIMEOUT, context=ssl.create_default_context()
                )
            else:
                connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        except ssl.SSLError as error:
            raise TransportDown(f"smtp: no trusted TLS: {error.reason or error}") from error
        except smtplib.SMTPConnectError as error:
            raise _closed(error.smtp_code, _said(error.smtp_error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise TryAgain(f"smtp: cannot connect: {error}") from error
        try:
            self._greeted(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _greeted(self, connection: smtplib.SMTP) -> None:
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
            raise TryAgain(f"smtp: {error}") from error


def _hand_over(connection: smtplib.SMTP, sender: str, recipient: str, raw: bytes) -> Sent:
    try:
        connection.sendmail(sender, [recipient], raw)
    except smtplib.SMTPSenderRefused as error:
        if error.smtp_code in _TOO_LARGE:
            raise Refused(f"smtp {error.smtp_code}: {_said(error.smtp_error)}") from error
        raise _closed(error.smtp_code, _said(error.smtp_error)) from error
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _for_this_mail(code, _said(said)) from error
    except smtplib.SMTPResponseException as error:
        raise _for_this_mail(error.smtp_code, _said(error.smtp_error)) from error
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
