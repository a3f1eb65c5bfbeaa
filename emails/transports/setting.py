"""Answers which way out the installation's setting chooses."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from emails.transports.base import BadTransport, Transport
from emails.transports.folder import FolderTransport
from emails.transports.sendgrid import SendGridTransport
from emails.transports.smtp import SmtpServer, SmtpTransport

_FORMS = "folder:PATH, smtp://[USER:PASSWORD@]HOST[:PORT], smtps://[USER:PASSWORD@]HOST[:PORT], sendgrid: or sendgrid:sandbox"


def transport_from(
    url: str, *, api_key: str = "", sendgrid_url: str = "https://api.sendgrid.com", opens: bool = False
) -> Transport:
    """Make the transport that `TASUKI_MAIL` names; nothing is connected yet. Raises BadTransport with one clear line.

    `opens` has SendGrid tell who opened a mail, for whoever reads its events.

    Ports when none is named: smtps 465; smtp 587 with a user, 25 without.
    """
    scheme, _, rest = url.strip().partition(":")
    if scheme == "folder" and rest:
        return FolderTransport(Path(rest))
    if scheme in ("smtp", "smtps"):
        return SmtpTransport(_server(url.strip()))
    if scheme == "sendgrid" and rest in ("", "sandbox"):
        return _sendgrid(api_key.strip(), sendgrid_url.strip(), sandbox=bool(rest), opens=opens)
    raise BadTransport(f"the mail setting must be {_FORMS}")


def _server(url: str) -> SmtpServer:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise BadTransport("the mail setting names a port that is not a number up to 65535") from error
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise BadTransport(f"the mail setting must be {_FORMS} (special characters in a password as %XX)")
    tls = parts.scheme == "smtps"
    return SmtpServer(
        host=parts.hostname,
        port=port or _usual_port(parts),
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _usual_port(parts: SplitResult) -> int:
    if parts.scheme == "smtps":
        return 465
    return 587 if parts.username else 25


def _sendgrid(api_key: str, url: str, *, sandbox: bool, opens: bool) -> Transport:
    if not api_key:
        raise BadTransport("sendgrid: needs an API key")
    if not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise BadTransport("the SendGrid API key must be one word of ASCII")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadTransport("the SendGrid URL must be http(s)://HOST[:PORT]")
    return SendGridTransport(api_key, url, sandbox=sandbox, opens=opens)
