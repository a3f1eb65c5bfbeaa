"""What is read out of a mail that came in, whatever program wrote it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emails import answers, replies
from emails.answers import Answer
from emails.replies import Received, Unreadable
from tests.emails.replies import NAMES, SENDER, UID, raw

START = datetime(2026, 4, 8, tzinfo=UTC)


def answer_of(name: str) -> Answer:
    answer = replies.read(raw(name)).answer
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("name", "said", "comment"),
    [
        ("outlook_declined.eml", "declined", ""),
        ("gmail_declined.eml", "declined", "その日は棚卸しです"),
        ("apple_accepted.eml", "accepted", ""),
        ("thunderbird_tentative.eml", "tentative", ""),
    ],
)
def test_each_calendar_program_is_understood(name: str, said: str, comment: str) -> None:
    mail, answer = replies.read(raw(name)), answer_of(name)
    assert mail.sender == SENDER
    assert (answer.method, answer.uid, answer.sequence, answer.starts_at) == ("REPLY", UID, 0, START)
    assert answer.of(SENDER) == said
    assert answer.of("somebody.else@customer.example") is None
    assert answer.comment == comment


def test_line_ends_make_no_difference() -> None:
    for name in NAMES:
        with_crlf = replies.read(raw(name).replace(b"\n", b"\r\n"))
        assert (with_crlf.answer, with_crlf.text) == (replies.read(raw(name)).answer, replies.read(raw(name)).text)


def test_a_message_that_is_nothing_but_a_calendar_is_understood_and_named_by_its_digest() -> None:
    mail = replies.read(raw("bare_declined.eml"))
    assert mail.answer == Answer(
        "REPLY", UID, 0, ((SENDER, "declined"),), None, datetime(2026, 4, 2, 5, 6, 7, tzinfo=UTC), ""
    )
    assert mail.message_id.startswith("sha256:")
    assert mail.message_id == replies.read(raw("bare_declined.eml")).message_id


def test_another_time_that_is_asked_for_is_no_reply() -> None:
    assert answer_of("gmail_counter.eml").method == "COUNTER"


def test_a_person_is_read_in_her_own_charset() -> None:
    mail = replies.read(raw("person_iso2022jp.eml"))
    assert (mail.subject, mail.automatic, mail.answer) == ("遅れて参加します", False, None)
    assert mail.text == "山田です。\n\n開始に10分ほど遅れますが、参加できますか。"


@pytest.mark.parametrize("name", ["out_of_office.eml", "bounce.eml", "mailing_list.eml"])
def test_what_no_person_wrote_is_known_as_such(name: str) -> None:
    assert replies.read(raw(name)).automatic


def test_what_stands_in_a_returned_mail_is_not_an_answer() -> None:
    assert b"method=REPLY" in raw("bounce.eml")
    assert replies.read(raw("bounce.eml")).answer is None


def test_a_page_is_read_as_its_words() -> None:
    assert replies.read(raw("mailing_list.eml")).text == "Spring sale\nAll week"


@pytest.mark.parametrize(
    ("value", "sender"),
    [
        ("hanako@customer.example", SENDER),
        ("Hanako@CUSTOMER.example", SENDER),
        ("<hanako@customer.example>", SENDER),
        ("hanako@customer.example (Hanako)", SENDER),
        ("Yamada Hanako <hanako@customer.example>", SENDER),
        ('"Yamada, Hanako" <hanako@customer.example>', SENDER),
        ('"hanako@customer.example" <evil@elsewhere.example>', "evil@elsewhere.example"),
        ("hanako@customer.example <evil@elsewhere.example>", "evil@elsewhere.example"),
        ("=?UTF-8?B?5bGx55Sw?= <hanako@customer.example>", SENDER),
        ('<"a..b."@docomo.example>', "a..b.@docomo.example"),
        ("a..b.@docomo.example", "a..b.@docomo.example"),
        ("hanako@customer.example, evil@elsewhere.example", ""),
        ("<hanako@customer.example> <evil@elsewhere.example>", ""),
        ("hanako@customer.example<evil@elsewhere.example", ""),
        ("hanako@customer.example@elsewhere.example", ""),
        ("hanako", ""),
        ("", ""),
        ("undisclosed:;", ""),
        ('"' * 5000, ""),
    ],
)
def test_the_author_is_the_one_address_that_can_be_meant(value: str, sender: str) -> None:
    assert replies.author([value]) == sender


def test_two_from_headers_name_nobody() -> None:
    assert replies.author([SENDER, SENDER]) == ""
    assert replies.author([]) == ""


HEAD = f"From: {SENDER}\nMessage-ID: <1@x>\n"


@pytest.mark.parametrize(
    ("line", "automatic"),
    [
        ("Auto-Submitted: auto-replied", True),
        ("Auto-Submitted: auto-generated; owner-email=x", True),
        ("Auto-Submitted: no", False),
        ("Precedence: bulk", True),
        ("Precedence: first-class", False),
        ("List-Id: <news.example>", True),
        ("X-Autoreply: yes", True),
        ("Return-Path: <>", True),
        (f"Return-Path: <{SENDER}>", False),
        ("Content-Type: multipart/report; boundary=b", True),
        ("X-Mailer: Becky!", False),
    ],
)
def test_responders_and_lists_say_what_they_are(line: str, automatic: bool) -> None:
    assert replies.read(f"{HEAD}{line}\n\ntext".encode()).automatic is automatic


@pytest.mark.parametrize(
    ("given", "key"),
    [
        (b"", "empty"),
        (b" \r\n\n", "empty"),
        (b"no header at all", "no_mail"),
        (b"x" * (20 * 1024 * 1024 + 1), "too_large"),
    ],
)
def test_what_is_no_mail_is_refused_by_its_reason(given: bytes, key: str) -> None:
    with pytest.raises(Unreadable) as refused:
        replies.read(given)
    assert refused.value.key == key


def test_the_line_that_mailbox_files_put_first_is_no_part_of_the_mail() -> None:
    assert replies.read(b"From hanako Thu Apr  2 01:02:03 2026\n" + raw("gmail_declined.eml")).sender == SENDER


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("Shift_JIS", "①髙橋です"),
        ("ISO-2022-JP", "山田です"),
        ("EUC-JP", "山田です"),
        ("utf-8", "𠮷野家🎉"),
        ("windows-1252", "“Grüße”"),
        ("gb2312", "朱镕基"),
        ("unknown-8bit", "山田です"),
        ("zlib_codec", "山田です"),
    ],
)
def test_any_charset_is_read(charset: str, text: str) -> None:
    codec = {"Shift_JIS": "cp932", "unknown-8bit": "utf-8", "zlib_codec": "utf-8", "gb2312": "gb18030"}.get(
        charset, charset
    )
    head = f"{HEAD}Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    assert replies.read(head.encode() + text.encode(codec)).text == text


@pytest.mark.parametrize(
    "line",
    [
        "Content-Type: text/plain; charset=utf-7",
        "Content-Type: text/plain; charset*=idna''utf-8",
        "Content-Type: text/plain; charset*=a\0b''utf-8",
        "Content-Type: text/plain; name*=idna''a%20b",
        "Content-Type: text/plain\nContent-Disposition: inline; filename*=a\0b''a%20b",
        "Content-Type: text/plain; charset=punycode",
        "Subject: =?idna?b?YWJj?=",
        "Subject: =?a\0b?b?YWJj?=",
    ],
)
def test_a_charset_that_is_none_or_holds_halves_of_characters_breaks_nothing(line: str) -> None:
    mail = replies.read(f"{HEAD}{line}\n\nhello +2AA- you".encode())
    assert mail.text.startswith("hello")
    mail.text.encode()


@pytest.mark.parametrize("name", ["\x01", "a\x01b", "a\u202eb"])
def test_a_message_id_that_cannot_be_kept_as_it_is_names_no_mail(name: str) -> None:
    """Two mails whose names become the same by cleaning are two."""
    mail = replies.read(f"From: {SENDER}\nMessage-ID: <{name}>\n\nhello".encode())
    assert mail.message_id.startswith("sha256:")


@pytest.mark.parametrize("hidden", ["\u202e", "\x01", "\u2066"])
def test_an_address_with_something_unseen_in_it_is_not_the_one_without(hidden: str) -> None:
    sender = SENDER.replace("hanako", f"hana{hidden}ko")
    assert replies.read(f"From: {sender}\nMessage-ID: <1@x>\n\nhello".encode()).sender == ""


def test_bytes_in_headers_are_read_as_utf_8() -> None:
    mail = replies.read(f"From: 山田 <{SENDER}>\nSubject: 遅れます\n\n".encode())
    assert (mail.sender, mail.subject) == (SENDER, "遅れます")


def test_texts_are_cut_and_hold_nothing_a_database_or_page_cannot() -> None:
    subject, text = "a\x00b\x1b[0m\u202e" + "長" * 999, "a\x00\n\n\n\n" * 9999
    mail = replies.read(f"{HEAD}Subject: {subject}\n\n{text}".encode())
    assert mail.subject.startswith("ab[0m長")
    assert len(mail.subject) == replies.LONGEST["subject"]
    assert mail.text.startswith("a\n\na\n\na")
    assert len(mail.text) <= replies.LONGEST["text"]


def test_a_nesting_without_end_is_read_by_its_headers_only() -> None:
    bomb = HEAD.encode() + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5000)
    )
    assert replies.read(bomb + b"\n" * 100_000).sender == SENDER


ICS = "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:u\nATTENDEE;PARTSTAT=DECLINED:mailto:a@b\n{}END:VEVENT\nEND:VCALENDAR\n"


def test_a_calendar_says_only_what_it_says() -> None:
    assert answers.read(ICS.format("")) == Answer("REPLY", "u", 0, (("a@b", "declined"),), None, None, "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BEGIN:VCALENDAR",
        ICS.format("").replace("REPLY", "REQUEST"),
        ICS.format("").replace("REPLY", "CANCEL"),
        ICS.format("").replace("METHOD:REPLY\n", ""),
        ICS.format("").replace("UID:u\n", ""),
        ICS.format("").replace("UID:u\n", "UID:a\x00b\n"),
        ICS.format("RECURRENCE-ID:20260408T000000Z\n"),
        ICS.format("END:VEVENT\nBEGIN:VEVENT\nUID:v\n"),
        ICS.format("").replace("VEVENT", "VTODO"),
    ],
)
def test_what_is_no_single_answer_to_one_event_is_none(text: str) -> None:
    assert answers.read(text) is None


@pytest.mark.parametrize(
    ("line", "hour"),
    [
        ("DTSTART:20260408T000000Z", 0),
        ("DTSTART;TZID=Asia/Tokyo:20260408T090000", 0),
        ("DTSTART;TZID=Tokyo Standard Time:20260408T090000", 0),
        ('DTSTART;TZID="Europe/Berlin":20260408T020000', 0),
        ("DTSTART;TZID=Custom:20260408T090000", None),
        ("DTSTART:20260408T090000", None),
        ("DTSTART;VALUE=DATE:20260408", None),
        ("DTSTART:20261399T999999Z", None),
        ("DTSTART;TZID=../../etc/passwd:20260408T090000", None),
    ],
)
def test_a_start_counts_only_when_its_zone_is_known(line: str, hour: int | None) -> None:
    answer = answers.read(ICS.format(f"{line}\n"))
    assert answer is not None
    assert answer.starts_at == (None if hour is None else START.replace(hour=hour))


def test_time_zones_of_the_calendars_own_are_not_worked_out() -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:Endless\nBEGIN:STANDARD\nDTSTART:16010101T000000\nRRULE:FREQ=SECONDLY\nEND:STANDARD\n"
    text = ICS.replace("BEGIN:VEVENT", f"{zone}END:VTIMEZONE\nBEGIN:VEVENT")
    answer = answers.read(text.format("DTSTART;TZID=Endless:20260408T000000\n"))
    assert answer is not None
    assert answer.starts_at is None


@pytest.mark.parametrize("run", ["\r", "\r ", "\r\n", "\\", ";", '"', "^^"])
def test_no_run_of_one_sign_keeps_the_reader_busy(run: str) -> None:
    began = time.process_time()
    answers.read(ICS.format("COMMENT:" + run * (answers.LARGEST // len(run))))
    assert time.process_time() - began < 5


def test_lines_folded_after_any_number_of_returns_are_one() -> None:
    answer = answers.read(ICS.format("COMMENT:a\r\r\n b\r\n c\n\td\n"))
    assert answer is not None
    assert answer.comment == "abcd"


def test_a_comment_is_read_as_written() -> None:
    answer = answers.read(ICS.format("COMMENT:棚卸しのため\\, 欠席\\n山\n 田\n"))
    assert answer is not None
    assert answer.comment == "棚卸しのため, 欠席\n山田"


def _tried(data: bytes) -> Received | None:
    try:
        return replies.read(data)
    except Unreadable:
        return None


@given(st.binary(max_size=2000))
def test_garbage_is_refused_or_read_and_never_breaks_anything(data: bytes) -> None:
    _tried(data)


@given(st.sampled_from(NAMES), st.data())
def test_a_damaged_mail_never_breaks_anything(name: str, data: st.DataObject) -> None:
    mail = bytearray(raw(name))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(mail) - 1))
        mail[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    read = _tried(bytes(mail))
    if read is not None:
        for text in (read.message_id, read.sender, read.subject, read.text):
            assert "\x00" not in text
            text.encode()


@given(st.text(max_size=500), st.sampled_from(["", "REPLY"]))
def test_no_calendar_breaks_anything(text: str, method: str) -> None:
    answers.read(text, method)
    answers.read(ICS.format(f"{text}\n"), method)


@given(st.text(max_size=300))
def test_no_header_breaks_anything(text: str) -> None:
    replies.author([text])
    replies.words(text)
    replies.words(f"=?{text}?=")
