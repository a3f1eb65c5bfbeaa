"""Answers what mails the tests of replies take in: real shapes from tests/data/replies, and SendGrid's form of them."""

from __future__ import annotations

import email
import json
from email import policy
from pathlib import Path

from tests.servers import ROOT

FOLDER = ROOT / "tests" / "data" / "replies"
# What all of them answer.
UID = "4f6a1c52-8a0e-4a8d-9a53-0c2f6e1d7b11@tasuki.example"
SENDER = "hanako@customer.example"
NAMES = sorted(path.name for path in FOLDER.iterdir())
BOUNDARY = "xYzZY"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def raw(name: str) -> bytes:
    """Return one of the mails as a server hands it to a pipe."""
    return Path(FOLDER / name).read_bytes()


def form(parts: dict[str, bytes], files: dict[str, tuple[str, str, bytes]] | None = None) -> bytes:
    """Write a form as SendGrid does: fields without a type, files (filename, type, content) with theirs."""
    written = b""
    for name, data in parts.items():
        written += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + data + b"\r\n"
    for name, (filename, kind, data) in (files or {}).items():
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        written += f"{head}Content-Type: {kind}\r\n\r\n".encode() + data + b"\r\n"
    return written + f"--{BOUNDARY}--\r\n".encode()


def whole(mail: bytes, **more: bytes) -> bytes:
    """Write the form of a mail that SendGrid posts whole ("POST the raw, full MIME message")."""
    envelope = json.dumps({"to": ["lectures@tasuki.example"], "from": SENDER}).encode()
    return form(
        {
            "dkim": b"{@customer.example : pass}",
            "email": mail.replace(b"\n", b"\r\n"),
            "to": b"lectures@tasuki.example",
            "from": f"Hanako <{SENDER}>".encode(),
            "sender_ip": b"198.51.100.7",
            "envelope": envelope,
            "subject": b"x",
            "charsets": b'{"to":"UTF-8","subject":"UTF-8","from":"UTF-8"}',
            "SPF": b"pass",
        }
        | more
    )


def in_pieces(mail: bytes, **more: bytes) -> bytes:
    """Write the form of a mail that SendGrid took apart: headers, text, html, and every other part as an attachment."""
    message = email.message_from_bytes(mail, policy=policy.compat32)
    fields = {"headers": "".join(f"{name}: {value}\n" for name, value in message.items()).encode()}
    charsets = {"to": "UTF-8", "subject": "UTF-8", "from": "UTF-8"}
    files: dict[str, tuple[str, str, bytes]] = {}
    told = {}
    for part in message.walk():
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes):
            continue
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html"):
            fields[kind.partition("/")[2].replace("plain", "text")] = data
            charsets[kind.partition("/")[2].replace("plain", "text")] = str(part.get_content_charset())
        else:
            name = f"attachment{len(files) + 1}"
            files[name] = (part.get_filename() or "", str(part["Content-Type"]).replace("\n", " "), data)
            told[name] = {"filename": part.get_filename() or "", "name": part.get_filename() or "", "type": kind}
    fields |= {
        "attachments": str(len(files)).encode(),
        "attachment-info": json.dumps(told).encode(),
        "charsets": json.dumps(charsets).encode(),
        "envelope": json.dumps({"to": ["lectures@tasuki.example"], "from": SENDER}).encode(),
        "from": str(message["From"]).encode(),
        "SPF": b"pass",
        "dkim": b"{@customer.example : pass}",
    }
    return form(fields | more, files)
