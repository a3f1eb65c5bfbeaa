"""Answers what SendGrid would say to a request of POST /v3/mail/send, by its published rules."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

KEY = "SG.testing.key"
_TOP = {
    *("personalizations", "from", "reply_to", "reply_to_list", "subject", "content", "attachments", "template_id"),
    *("headers", "categories", "custom_args", "send_at", "batch_id", "asm", "ip_pool_name", "mail_settings"),
    "tracking_settings",
}
_PERSON = {
    *("from", "to", "cc", "bcc", "subject", "headers", "substitutions", "dynamic_template_data", "custom_args"),
    "send_at",
}
_RESERVED = {
    *("x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding", "to", "from"),
    *("subject", "reply-to", "cc", "bcc"),
}
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf'(?:{_ATOM}(?:\.{_ATOM})*|"[^"]+")@[A-Za-z0-9.-]+')


def complaints(body: Any, size: int) -> list[str]:
    """List what is wrong with a request's body; nothing when SendGrid would queue it."""
    if not isinstance(body, dict):
        return ["the body must be an object"]
    found = [f"unknown field {name}" for name in body.keys() - _TOP]
    if size > 30 * 1024 * 1024:
        found.append("the request is over 30 MB")
    people = body.get("personalizations") or []
    if not 1 <= len(people) <= 1000:
        found.append("personalizations: 1 to 1000")
    if sum(len(person.get(field, [])) for person in people for field in ("to", "cc", "bcc")) > 1000:
        found.append("more than 1000 recipients")
    found += [complaint for person in people for complaint in _of_person(person)]
    found += _of_mailboxes("from", [body.get("from") or {}])
    found += _of_mailboxes("reply_to", [body["reply_to"]] if "reply_to" in body else [])
    if not body.get("subject"):
        found.append("subject is missing")
    categories = body.get("categories", [])
    if len(categories) > 10 or len(set(categories)) != len(categories) or any(len(name) > 255 for name in categories):
        found.append("categories: at most 10, each once, up to 255 characters")
    found += _of_content(body.get("content") or [])
    found += [complaint for file in body.get("attachments", []) for complaint in _of_file(file)]
    return found


def _of_person(person: dict[str, Any]) -> list[str]:
    found = [f"personalizations: unknown field {name}" for name in person.keys() - _PERSON]
    found += _of_mailboxes("to", person.get("to") or [{}])
    addresses = [mailbox.get("email", "").lower() for field in ("to", "cc", "bcc") for mailbox in person.get(field, [])]
    if len(set(addresses)) != len(addresses):
        found.append("an address twice in one personalization")
    for name, value in person.get("headers", {}).items():
        if name.lower() in _RESERVED:
            found.append(f"header {name} is reserved")
        if not isinstance(value, str) or not value.isascii() or not value.isprintable():
            found.append(f"header {name} must be a string of ASCII")
    arguments = person.get("custom_args", {})
    if len(json.dumps(arguments).encode()) > 10_000 or not all(isinstance(value, str) for value in arguments.values()):
        found.append("custom_args: strings, at most 10,000 bytes")
    return found


def _of_mailboxes(field: str, mailboxes: list[dict[str, Any]]) -> list[str]:
    return [f"{field}: not an address" for mailbox in mailboxes if not _ADDRESS.fullmatch(mailbox.get("email", ""))]


def _of_content(content: list[dict[str, str]]) -> list[str]:
    types = [part.get("type", "") for part in content]
    found = [] if all(part.get("value") for part in content) and content else ["content must not be empty"]
    if types[:2] != ["text/plain", "text/html"]:
        found.append("text/plain must come first, then text/html")
    if any(re.search(r"[\r\n]|charset", name) for name in types) or len(set(types)) != len(types):
        found.append("content types must be unique and without line breaks")
    return found


def _of_file(file: dict[str, str]) -> list[str]:
    try:
        base64.b64decode(file.get("content", ""), validate=True)
    except binascii.Error:
        return ["an attachment's content must be base64"]
    if not file.get("filename") or re.search(r"[;\r\n]", file.get("type", "")):
        return ["an attachment needs a filename, and its type no parameters"]
    return []


class SendGrid:
    """What the server has seen, and what it is told to answer."""

    def __init__(self) -> None:
        self.url = ""
        self.bodies: list[dict[str, Any]] = []
        self.connections: set[tuple[str, int]] = set()
        # An answer to give instead: status, headers, body; "hang" keeps silent, "drop" hangs up.
        self.instead: tuple[int, dict[str, str], str] | str | None = None


class _Desk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    sendgrid: SendGrid

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self.sendgrid.connections.add(self.client_address)
        instead = self.sendgrid.instead
        if isinstance(instead, str):
            if instead == "hang":
                time.sleep(1)
            self.close_connection = True
        elif instead is not None:
            self._answer(*instead)
        else:
            self._answer(*self._judged(raw))

    def _judged(self, raw: bytes) -> tuple[int, dict[str, str], str]:
        if self.path != "/v3/mail/send":
            return 404, {}, _errors("not found")
        if self.headers["Authorization"] != f"Bearer {KEY}":
            return 401, {}, _errors("The provided authorization grant is invalid, expired, or revoked")
        if self.headers["Content-Type"] != "application/json":
            return 415, {}, _errors("Content-Type should be application/json.")
        body = json.loads(raw)
        found = complaints(body, len(raw))
        if found:
            return 400, {}, _errors(*found)
        self.sendgrid.bodies.append(body)
        return 202, {"X-Message-Id": f"id-{len(self.sendgrid.bodies)}"}, ""

    def _answer(self, status: int, headers: dict[str, str], body: str) -> None:
        # Sends Date too.
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        content = body.encode()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _errors(*messages: str) -> str:
    return json.dumps({"errors": [{"field": None, "message": message} for message in messages]})


@contextmanager
def serving() -> Iterator[SendGrid]:
    """Run the server on loopback."""
    sendgrid = SendGrid()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Desk", (_Desk,), {"sendgrid": sendgrid}))
    server.daemon_threads = True
    sendgrid.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield sendgrid
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
