"""What is read out of the form that SendGrid's Inbound Parse posts, whole or in pieces."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emails import inbound, replies
from emails.replies import Unreadable
from tests.emails.replies import FORM, NAMES, SENDER, UID, form, in_pieces, raw, whole

ANSWERS = [name for name in NAMES if replies.read(raw(name)).answer]


@pytest.mark.parametrize("name", NAMES)
def test_a_mail_posted_whole_is_the_mail(name: str) -> None:
    assert inbound.read(FORM, whole(raw(name))) == replies.read(raw(name).replace(b"\n", b"\r\n"))


@pytest.mark.parametrize("name", ANSWERS)
def test_a_mail_posted_in_pieces_says_the_same(name: str) -> None:
    posted, piped = inbound.read(FORM, in_pieces(raw(name))), replies.read(raw(name))
    assert posted.answer == piped.answer
    assert (posted.sender, posted.subject) == (SENDER, piped.subject)
    assert not posted.doubtful


@pytest.mark.parametrize("name", ["person_iso2022jp.eml", "out_of_office.eml", "mailing_list.eml"])
def test_the_text_is_in_the_charset_that_the_form_tells(name: str) -> None:
    posted, piped = inbound.read(FORM, in_pieces(raw(name))), replies.read(raw(name))
    assert posted == piped


@pytest.mark.parametrize("filename", ["", "invite.ics", "ATT00001"])
@pytest.mark.parametrize("kind", ["text/calendar; charset=UTF-8; method=REPLY", "application/octet-stream"])
def test_a_calendar_is_found_under_whatever_name_it_comes(filename: str, kind: str) -> None:
    ics = f"BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:{UID}\nEND:VEVENT\nEND:VCALENDAR\n".encode()
    body = form({"headers": f"From: {SENDER}\n".encode()}, {"attachment1": (filename, kind, ics)})
    answer = inbound.read(FORM, body).answer
    assert answer is not None
    assert answer.uid == UID


def test_a_calendar_that_came_as_the_text_is_found() -> None:
    ics = f"BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:{UID}\nEND:VEVENT\nEND:VCALENDAR\n".encode()
    assert inbound.read(FORM, form({"headers": f"From: {SENDER}\n".encode(), "text": ics})).answer is not None


def test_an_empty_sender_in_the_envelope_is_a_bounce() -> None:
    bounced = whole(raw("person_iso2022jp.eml"), envelope=b'{"to":["a@b"],"from":""}')
    assert inbound.read(FORM, bounced).automatic
    assert not inbound.read(FORM, whole(raw("person_iso2022jp.eml"))).automatic


@pytest.mark.parametrize(
    ("spf", "dkim", "doubtful"),
    [
        (b"pass", b"none", False),
        (b"fail", b"none", True),
        (b"fail", b"{@customer.example : pass}", False),
        (b"fail", b"{@customer.example : fail}", True),
        (b"softfail", b"none", False),
        (b"", b"", False),
    ],
)
def test_a_mail_is_doubted_when_it_did_not_come_from_where_its_author_sends(
    spf: bytes, dkim: bytes, doubtful: bool
) -> None:
    for body in (whole, in_pieces):
        assert inbound.read(FORM, body(raw("gmail_declined.eml"), SPF=spf, dkim=dkim)).doubtful is doubtful


def test_the_same_mail_without_a_message_id_is_the_same_when_it_comes_again() -> None:
    first = inbound.read(FORM, in_pieces(raw("bare_declined.eml"), spam_score=b"0.1"))
    assert first.message_id.startswith("sha256:")
    assert first.message_id == inbound.read(FORM, in_pieces(raw("bare_declined.eml"), spam_score=b"0.2")).message_id


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        (FORM, b"", "no_mail"),
        (FORM, form({}), "empty"),
        (FORM, form({"text": b"hello"}), "no_mail"),
        (FORM, b"--xYzZY\r\nno head", "no_mail"),
        ("application/json", b"{}", "no_mail"),
        ("multipart/form-data", b"{}", "no_mail"),
        ("", b"", "no_mail"),
        (FORM, form({f"field{number}": b"" for number in range(600)}), "too_large"),
    ],
)
def test_what_is_no_mail_is_refused_by_its_reason(kind: str, body: bytes, key: str) -> None:
    with pytest.raises(Unreadable) as refused:
        inbound.read(kind, body)
    assert refused.value.key == key


def test_a_calendar_with_halves_of_characters_breaks_nothing() -> None:
    kind = "text/calendar; charset=utf-7; method*=idna''x"
    body = form({"headers": f"From: {SENDER}\n".encode()}, {"attachment1": ("a.ics", kind, b"+2AA-")})
    assert inbound.read(FORM, body).answer is None


@given(st.sampled_from(NAMES), st.sampled_from([whole, in_pieces]), st.data())
def test_a_damaged_form_never_breaks_anything(name: str, shape: object, data: st.DataObject) -> None:
    body = bytearray(shape(raw(name)))  # type: ignore[operator]
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    with suppress(Unreadable):
        inbound.read(FORM, bytes(body))


@given(
    st.dictionaries(st.sampled_from(["headers", "text", "from", "charsets", "envelope", "SPF", "email"]), st.binary())
)
def test_no_field_breaks_anything(fields: dict[str, bytes]) -> None:
    with suppress(Unreadable):
        inbound.read(FORM, form(fields))
