"""Answers how the headers of a mail are written, character for character.

The library's own folding spoils some of them: a long List-Unsubscribe becomes an encoded word that nobody reads.
"""

from __future__ import annotations

import re
from email.header import Header

_LINE = 76
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = re.compile(rf"{_ATEXT}(?:\.{_ATEXT})*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_PLAIN_NAME = re.compile(rf"{_ATEXT}(?: {_ATEXT})*")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


class BadAddress(ValueError):
    """No mail can be sent to this address: it has no domain, or its local part is not plain ASCII."""


def sendable(address: str) -> str:
    """Write an address as SMTP wants it: an odd local part in quotes, the domain in its ASCII form; raise BadAddress.

    Addresses that Japanese carriers gave out before 2009 hold dots where RFC 5321 allows them inside quotes only.
    """
    local, _, domain = address.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise BadAddress("bad_address") from error
    if not local or not local.isascii() or not local.isprintable() or not _DOMAIN.fullmatch(domain):
        raise BadAddress("bad_address")
    if _DOT_ATOM.fullmatch(local) or _QUOTED.fullmatch(local):
        return f"{local}@{domain}"
    return f"{_quoted(local)}@{domain}"


def is_sendable(address: str) -> bool:
    """Tell whether mail can be sent to this address."""
    try:
        sendable(address)
    except BadAddress:
        return False
    return True


def mailbox(header: str, name: str, address: str) -> str:
    """Write `header: name <address>`; what is not ASCII becomes encoded words that hold whole characters (RFC 2047)."""
    name, address = one_line(name), sendable(address)
    if not name:
        return f"{header}: {address}"
    if not name.isascii() or "=?" in name or len(name) > _LINE:
        # Also what only looks encoded, which some programs decode even within quotes, and what no line can hold.
        words = _encoded(header, name)
    else:
        words = name if _PLAIN_NAME.fullmatch(name) else _quoted(name)
    start = f"{header}: {words}"
    short = "\r\n" not in words and len(start) + len(address) + 3 <= _LINE
    return f"{start} <{address}>" if short else f"{start}\r\n <{address}>"


def text(header: str, words: str) -> str:
    """Write `header: words`, folded; what is not ASCII becomes encoded words that hold whole characters (RFC 2047)."""
    words = one_line(words)
    plain = words.isascii() and "=?" not in words and len(header) + 2 + len(words) <= _LINE
    return f"{header}: {words}" if plain else f"{header}: {_encoded(header, words)}"


def verbatim(header: str, value: str) -> str:
    """Write `header: value` on one line as it is, however long; raise ValueError when it cannot stand in a header."""
    if not value.isascii() or not value.isprintable():
        raise ValueError(f"{header} must be printable ASCII")
    return f"{header}: {value}"


def one_line(words: str) -> str:
    """Write words so that they fit into a header: breaks and control characters become spaces."""
    return _CONTROLS.sub(" ", words).strip()


def _quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _encoded(header: str, words: str) -> str:
    return Header(words, "utf-8", maxlinelen=_LINE - 1, header_name=header).encode(linesep="\r\n")
