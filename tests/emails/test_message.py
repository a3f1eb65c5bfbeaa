"""Answers whether a mail's bytes are what RFC 5322, 2045, 6047 and 8058 ask for."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emails import KINDS, LOCALES, Address, BadAddress, Message, build_mime, render, samples
from emails.kinds import Method
from tests.emails.mails import a_calendar_part, a_message


def parsed(message: Message) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(build_mime(message), policy=default))


def shape(part: EmailMessage) -> object:
    if part.is_multipart():
        return (part.get_content_type(), [shape(cast(EmailMessage, child)) for child in part.iter_parts()])
    return part.get_content_type()


def test_a_plain_mail_offers_text_first_and_html_second() -> None:
    mail = parsed(a_message())
    assert shape(mail) == ("multipart/alternative", ["text/plain", "text/html"])
    text, html = (cast(EmailMessage, part) for part in mail.iter_parts())
    assert text.get_content() == "山田 花子 様\r\n\r\nご案内いたします。\r\n"
    assert html.get_content().strip().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_an_invitation_stands_among_the_alternatives_and_as_a_file(method: Method) -> None:
    part = a_calendar_part(method)
    mail = parsed(a_message(calendar=part))
    assert shape(mail) == (
        "multipart/mixed",
        [("multipart/alternative", ["text/plain", "text/html", "text/calendar"]), "application/ics"],
    )
    calendar = next(found for found in mail.walk() if found.get_content_type() == "text/calendar")
    file = next(found for found in mail.walk() if found.get_content_type() == "application/ics")
    assert calendar.get_param("method") == method
    assert str(calendar.get_param("charset")).upper() == "UTF-8"
    assert "Content-Disposition" not in calendar
    assert file.get_filename() == "invite.ics"
    assert calendar.get_payload(decode=True) == file.get_payload(decode=True) == part.ics


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_goes_over_any_wire(kind: str, locale: str) -> None:
    rendered = render(kind, locale, samples(kind, locale))
    calendar = KINDS[kind].calendar
    raw = build_mime(
        a_message(
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            calendar=a_calendar_part(calendar) if calendar else None,
        )
    )
    assert raw.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))
    encodings = re.findall(rb"Content-Transfer-Encoding: (\w+)", raw)
    assert set(encodings) == {b"base64"}
    mail = cast(EmailMessage, email.message_from_bytes(raw, policy=default))
    assert mail["Subject"] == rendered.subject
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == rendered.text


def test_every_header_stands_once() -> None:
    head = build_mime(a_message(unsubscribe_url="https://tasuki.example/unsubscribe/abc")).partition(b"\r\n\r\n")[0]
    names = re.findall(rb"^([\w-]+):", head, re.MULTILINE)
    assert sorted(names) == sorted(set(names))
    assert {
        *(b"Date", b"Message-ID", b"From", b"To", b"Reply-To", b"Subject", b"MIME-Version", b"Content-Type"),
        *(b"Auto-Submitted", b"List-Unsubscribe", b"List-Unsubscribe-Post"),
    } == set(names)


def test_leaving_a_list_takes_one_click_however_long_the_link() -> None:
    url = f"https://tasuki.example/unsubscribe/{'x' * 200}"
    raw = build_mime(a_message(unsubscribe_url=url))
    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert b"List-Unsubscribe" not in build_mime(a_message())


@pytest.mark.parametrize(("hours", "written"), [(0, "Sun, 22 Nov 2026 03:00:00 +0000"), (9, "Sun, 22 Nov 2026 12:00:00 +0900")])  # fmt: skip
def test_the_date_names_its_offset(hours: int, written: str) -> None:
    date = a_message().date.astimezone(timezone(timedelta(hours=hours)))
    assert f"Date: {written}\r\n".encode() in build_mime(a_message(date=date))


def test_the_same_message_gives_the_same_bytes() -> None:
    message = a_message(calendar=a_calendar_part())
    assert build_mime(message) == build_mime(replace(message))


def test_no_answering_machine_is_asked_for_an_answer() -> None:
    assert parsed(a_message())["Auto-Submitted"] == "auto-generated"


def test_an_old_carrier_address_is_quoted() -> None:
    raw = build_mime(a_message(to=Address("ab..c@docomo.ne.jp", "山田")))
    assert b'<"ab..c"@docomo.ne.jp>' in raw


@pytest.mark.parametrize("field", ["subject", "to", "from_", "reply_to"])
def test_nothing_a_person_entered_becomes_a_header(field: str) -> None:
    words = "x\r\nBcc: all@evil.example\r\n\r\nbody"
    value = words if field == "subject" else Address("a@b.example", words)
    mail = parsed(a_message(**{field: value}))
    assert mail["Bcc"] is None
    assert shape(mail) == ("multipart/alternative", ["text/plain", "text/html"])


def test_an_impossible_address_a_date_without_zone_and_a_broken_identifier_are_refused() -> None:
    with pytest.raises(BadAddress):
        build_mime(a_message(to=Address("nobody")))
    with pytest.raises(ValueError, match="zone"):
        build_mime(a_message(date=datetime(2026, 11, 22)))
    with pytest.raises(ValueError, match="Message-ID"):
        build_mime(a_message(message_id="<a@b>\r\nBcc: c@d"))


@given(text=st.text(st.characters(exclude_categories=("Cs",))))
def test_any_text_arrives(text: str) -> None:
    body = parsed(a_message(text=text)).get_body(("plain",))
    assert body is not None
    content = cast(bytes, body.get_payload(decode=True)).decode().replace("\r\n", "\n").rstrip("\n")
    assert content == text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
