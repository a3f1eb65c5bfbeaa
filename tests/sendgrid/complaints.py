"""Answers what SendGrid would find wrong with a request of POST /v3/mail/send, by its published rules."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

MOST_PEOPLE = 1000
MOST_BYTES = 30_000_000
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
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def complaints(body: Any, size: int) -> list[str]:
    """List what is wrong with a request's body of so many bytes; nothing when SendGrid would queue it."""
    if not isinstance(body, dict):
        return ["the body must be an object"]
    found = [f"unknown field {name}" for name in body.keys() - _TOP]
    if size >= MOST_BYTES:
        found.append("the request is over 30 MB")
    found += _of_people(body.get("personalizations") or [])
    found += _of_mailboxes("from", [body.get("from") or {}])
    found += _of_mailboxes("reply_to", [body["reply_to"]] if "reply_to" in body else [])
    if not body.get("subject") or _CONTROL.search(body["subject"]):
        found.append("subject is missing or has line breaks")
    categories = body.get("categories", [])
    if len(categories) > 10 or len(set(categories)) != len(categories) or any(len(name) > 255 for name in categories):
        found.append("categories: at most 10, each once, up to 255 characters")
    found += _of_content(body.get("content") or [])
    found += [complaint for file in body.get("attachments", []) for complaint in _of_file(file)]
    return found


def _of_people(people: list[dict[str, Any]]) -> list[str]:
    found = [] if 1 <= len(people) <= MOST_PEOPLE else ["personalizations: 1 to 1000"]
    addresses = [
        box.get("email", "").lower() for one in people for to in ("to", "cc", "bcc") for box in one.get(to, ())
    ]
    if len(addresses) > MOST_PEOPLE:
        found.append("more than 1000 recipients")
    if len(set(addresses)) != len(addresses):
        found.append("an address twice in one request")
    return found + [complaint for person in people for complaint in _of_person(person)]


def _of_person(person: dict[str, Any]) -> list[str]:
    found = [f"personalizations: unknown field {name}" for name in person.keys() - _PERSON]
    found += _of_mailboxes("to", person.get("to") or [{}])
    for name, value in person.get("headers", {}).items():
        if name.lower() in _RESERVED:
            found.append(f"header {name} is reserved")
        if not isinstance(value, str) or not value.isascii() or not value.isprintable():
            found.append(f"header {name} must be a string of ASCII")
    arguments = person.get("custom_args", {})
    if len(json.dumps(arguments)) > 10_000 or not all(isinstance(value, str) for value in arguments.values()):
        found.append("custom_args: strings, at most 10,000 bytes")
    substitutions = person.get("substitutions", {})
    if not all(isinstance(value, str) for value in substitutions.values()):
        found.append("substitutions must be strings")
    elif sum(len(name.encode()) + len(value.encode()) for name, value in substitutions.items()) > 10_000:
        found.append("substitutions: at most 10,000 bytes a personalization")
    return found


def _of_mailboxes(field: str, mailboxes: list[dict[str, Any]]) -> list[str]:
    found = [f"{field}: not an address" for mailbox in mailboxes if not _ADDRESS.fullmatch(mailbox.get("email", ""))]
    return found + [f"{field}: a name on two lines" for box in mailboxes if _CONTROL.search(box.get("name", ""))]


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
