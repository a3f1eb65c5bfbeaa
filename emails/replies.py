"""Answers what came back by mail: who wrote, whether a person did, and what a calendar program answered."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from typing import Any

from emails import answers
from emails.answers import Answer

MAX_BYTES = 20 * 1024 * 1024
# What is looked at: replies are small, and of a person's mail the text comes before what is attached.
LOOKED_AT = 512 * 1024
# Every level of nesting makes every line dearer to read.
MOST_BOUNDARIES = 50
LONGEST = {"message_id": 400, "sender": 320, "subject": 300, "text": 2000}

# Characters that the wider encoding of the same name holds too; mail programs write them under the narrow one.
_WIDER = {"shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "sjis": "cp932", "gb2312": "gb18030"}
_ADDRESS = r'(?:"(?:[^"\\]|\\.)+"|[^<>()@\s,;"]+)@[^<>()@\s,;"]+'
_COMMENT = r"\s*(?:\([^()]*\)\s*)?"
_NAMED = re.compile(rf'(?:"(?:[^"\\]|\\.)*"|[^"<>,])*<\s*({_ADDRESS})\s*>{_COMMENT}')
_BARE = re.compile(rf"\s*({_ADDRESS}){_COMMENT}")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_BLANKS = re.compile(r"\n\s*\n\s*")
# Marks of mails that no person wrote (RFC 3834; RFC 2919; what responders wrote before these).
_LISTS = frozenset({"list-id", "list-post", "list-unsubscribe", "x-autoreply", "x-autorespond", "x-auto-reply"})
_BULK = frozenset({"bulk", "list", "junk", "auto_reply", "auto-reply"})
_BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "blockquote"})
_UNSEEN = frozenset({"style", "script", "title"})
_DAEMONS = frozenset({"mailer-daemon", "postmaster"})


class Unreadable(ValueError):
    """What was handed in is no mail; `key` says why: empty, too_large, no_mail."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class Received:
    """One mail that came in, as far as this program looks at it; texts are cut and hold no control characters."""

    # Message-ID without its brackets; the digest of the mail where there is none.
    message_id: str
    # Lower-case address of the one author; empty when there is none, or several.
    sender: str
    subject: str
    text: str
    # An out-of-office note, a bounce, a mailing list: written by no person.
    automatic: bool
    # The receiving server found that the mail did not come from where its author's domain sends.
    doubtful: bool
    answer: Answer | None


def read(raw: bytes, *, bounce: bool = False, doubtful: bool = False) -> Received:
    """Read a message as it came over the wire, in any charset; raises Unreadable.

    `bounce` and `doubtful` are what the receiving server knows: the envelope named no sender, SPF failed.
    """
    if len(raw) > MAX_BYTES:
        raise Unreadable("too_large")
    if not raw.strip():
        raise Unreadable("empty")
    message = parse(raw)
    headers = headers_of(message)
    if not headers:
        raise Unreadable("no_mail")
    parts = list(_parts(message))
    texts = [(part.get_content_type(), _text(part)) for part in parts if _is_text(part)]
    return make(
        headers,
        digest=hashlib.sha256(raw).hexdigest(),
        texts=texts,
        calendars=[(_text(part), str(part.get_param("method") or "")) for part in parts if _is_calendar(part)],
        bounce=bounce or message.get_content_type() == "multipart/report",
        doubtful=doubtful,
    )


def parse(raw: bytes) -> Message:
    """Parse the beginning of a mail; of one nested beyond all use the headers only."""
    raw = raw.lstrip(b"\r\n")
    # What a mailbox file puts before each mail, which some servers pass on through their pipe.
    if raw.startswith(b"From "):
        raw = raw.partition(b"\n")[2]
    raw = raw[:LOOKED_AT]
    if raw.lower().count(b"boundary") > MOST_BOUNDARIES:
        raw = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    return message_from_bytes(raw, policy=policy.compat32)


def headers_of(message: Message) -> dict[str, list[str]]:
    """Return the headers by lower-case name, unfolded, bytes that are not ASCII read as UTF-8."""
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        text = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        found.setdefault(name.lower(), []).append(re.sub(r"[\r\n]+\s*", " ", text).strip())
    return found


def make(
    headers: dict[str, list[str]],
    *,
    digest: str,
    texts: list[tuple[str, str]],
    calendars: list[tuple[str, str]],
    bounce: bool,
    doubtful: bool,
) -> Received:
    """Put a mail together from its headers, its (type, text) parts and its (text, method) calendar parts."""
    answer = next((found for text, method in calendars if (found := answers.read(text, method))), None)
    if answer is not None:
        answer = replace(answer, comment=clean(answer.comment, LONGEST["text"]))
    written = headers.get("message-id", [""])[0].strip("<> ")
    message_id = clean(written, LONGEST["message_id"])
    sender = author(headers.get("from", []))
    if sender != clean(sender, LONGEST["sender"]):
        # What is left of an address without what cannot be seen in it may be somebody else's.
        sender = ""
    plain = next((text for kind, text in texts if kind == "text/plain" and text.strip()), "")
    page = next((text for kind, text in texts if kind == "text/html" and text.strip()), "")
    if not message_id or message_id != written:
        message_id = f"sha256:{digest}"
    return Received(
        message_id=message_id,
        sender=sender,
        subject=clean(words(headers.get("subject", [""])[0]), LONGEST["subject"]).replace("\n", " "),
        text=clean(plain or _without_tags(page), LONGEST["text"]),
        automatic=bounce or _is_automatic(headers, sender),
        doubtful=doubtful,
        answer=answer,
    )


def author(values: list[str]) -> str:
    """Return the lower-case address of a mail's one author; empty for none, several, or what can be read in two ways."""
    if len(values) != 1 or len(values[0]) > 1000:
        return ""
    match = _NAMED.fullmatch(values[0]) or _BARE.fullmatch(values[0])
    if match is None:
        return ""
    local, _at, domain = match[1].rpartition("@")
    if local.startswith('"'):
        local = re.sub(r"\\(.)", r"\1", local[1:-1])
    return f"{local}@{domain}".lower()


def words(value: str) -> str:
    """Decode a header's encoded words (RFC 2047); what cannot be decoded stays as it is."""
    try:
        return "".join(
            decoded(part, charset or "utf-8") if isinstance(part, bytes) else part for part, charset in _pieces(value)
        )
    except (HeaderParseError, ValueError):
        return value


def _pieces(value: str) -> list[tuple[Any, str | None]]:
    if "=?" not in value or not value.isascii():
        return [(value, None)]
    return decode_header(value)


def decoded(data: bytes, charset: str) -> str:
    """Decode bytes by what their mail says they are; as UTF-8 where it says nothing that is known.

    No halves of characters come out, which UTF-7 can hold and nothing can encode again.
    """
    charset = charset.strip().strip("\"'").lower()
    try:
        text = data.decode(_WIDER.get(charset, charset), "replace")
    except (LookupError, ValueError):
        text = data.decode("utf-8", "replace")
    return text.encode("utf-8", "replace").decode("utf-8")


def clean(text: str, longest: int) -> str:
    """Make a text fit for a database and a page: no control characters, no halves of characters, not too long."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode("utf-8")
    return _BLANKS.sub("\n\n", _CONTROLS.sub("", text)).strip()[:longest].rstrip()


def _parts(message: Message) -> Iterator[Message]:
    """Yield the parts that are no containers; what is inside a forwarded or returned mail is not this mail's."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.get_content_maintype() == "message":
            continue
        inside = part.get_payload() if part.is_multipart() else None
        if isinstance(inside, list):
            waiting.extend(reversed([child for child in inside if isinstance(child, Message)]))
        else:
            yield part


def _is_text(part: Message) -> bool:
    disposition = str(part.get("Content-Disposition", "")).lower()
    return part.get_content_type() in ("text/plain", "text/html") and not disposition.startswith("attachment")


def _is_calendar(part: Message) -> bool:
    return is_calendar(part.get_content_type(), _told(part.get_filename), _bytes(part))


def is_calendar(kind: str, filename: str, data: bytes) -> bool:
    """Tell whether a part is a calendar: by its type, its file's name, or its first line."""
    named = kind in ("text/calendar", "application/ics") or filename.lower().endswith(".ics")
    return named or data[:64].lstrip(b"\xef\xbb\xbf \r\n").upper().startswith(b"BEGIN:VCALENDAR")


def _bytes(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError):
        return b""
    return data if isinstance(data, bytes) else b""


def _text(part: Message) -> str:
    return decoded(_bytes(part), charset_of(part))


def charset_of(part: Message) -> str:
    """Return the charset a part names, UTF-8 where it names none that can be read."""
    return _told(part.get_content_charset) or "utf-8"


def _told(read_parameter: Callable[[], object]) -> str:
    """Read a parameter of a part's headers; empty when it is written in a charset that is none (RFC 2231)."""
    try:
        return str(read_parameter() or "")
    except ValueError:
        return ""


def _is_automatic(headers: dict[str, list[str]], sender: str) -> bool:
    def first(name: str) -> str:
        return re.split(r"[;\s(]", headers.get(name, [""])[0].strip().lower(), maxsplit=1)[0]

    return (
        first("auto-submitted") not in ("", "no")
        or first("precedence") in _BULK
        or not _LISTS.isdisjoint(headers)
        or first("return-path") == "<>"
        or sender.partition("@")[0] in _DAEMONS
    )


def _without_tags(page: str) -> str:
    """Return what a page says, a line for each block; in one pass, whatever a stranger has put into it."""
    said: list[str] = []
    hidden = ""
    for piece in page.split("<"):
        tag, closed, text = piece.partition(">")
        name = re.match(r"/?\s*(\w*)", tag)[1].lower()  # type: ignore[index]
        if not closed:
            # No tag, but the text before the first one, or a sign of comparison.
            name, text = "", piece
        if name in _UNSEEN:
            hidden = "" if tag.startswith("/") else name
        elif name in _BLOCKS and not tag.startswith("/"):
            said.append("\n")
        if not hidden:
            said.append(re.sub(r"\s+", " ", text))
    return html.unescape("".join(said)).replace("\xa0", " ")
