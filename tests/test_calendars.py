"""What calendar programs read in our events and feeds."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import recurring_ical_events
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from scheduler.calendars import LectureEvent, etag, feed, vevent

BASIC = LectureEvent(
    uid="lecture-1@tasuki.example.jp",
    sequence=2,
    revised_at=datetime(2026, 11, 20, 1, 2, 3, 456, tzinfo=UTC),
    starts_at=datetime(2026, 12, 7, 5, 0, tzinfo=UTC),
    ends_at=datetime(2026, 12, 7, 6, 0, tzinfo=UTC),
    summary="基本操作編レクチャー",
    description="画面を共有しながら進めます。\n所要時間は60分です。",
    location="オンライン",
    url="https://tasuki.example.jp/join/abc",
)
CANCELLED = replace(BASIC, uid="lecture-2@tasuki.example.jp", sequence=3, status="cancelled")


def read(*events: LectureEvent) -> list[Event]:
    return list(Calendar.from_ical(feed("レクチャー", map(vevent, events))).walk("VEVENT"))


def lines(data: bytes) -> list[str]:
    """Unfold as RFC 5545, 3.1 says, by hand: no library in between may heal what is wrong."""
    return data.decode().replace("\r\n ", "").split("\r\n")


def test_an_event_carries_its_lecture() -> None:
    (event,) = read(BASIC)
    assert event["UID"] == "lecture-1@tasuki.example.jp"
    assert event["SEQUENCE"] == 2
    assert event.decoded("DTSTART") == BASIC.starts_at
    assert event.decoded("DTEND") == BASIC.ends_at
    assert event["SUMMARY"] == "基本操作編レクチャー"
    assert event["LOCATION"] == "オンライン"
    assert event["URL"] == "https://tasuki.example.jp/join/abc"
    assert event["STATUS"] == "CONFIRMED"
    assert event["TRANSP"] == "OPAQUE"


def test_an_event_is_stamped_with_its_revision_and_not_with_the_present() -> None:
    (event,) = read(BASIC)
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") == datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)


def test_times_are_written_in_utc_whatever_zone_they_come_in() -> None:
    tokyo = timezone(timedelta(hours=9))
    moved = replace(
        BASIC,
        starts_at=BASIC.starts_at.astimezone(tokyo),
        ends_at=BASIC.ends_at.astimezone(tokyo),
        revised_at=BASIC.revised_at.astimezone(tokyo),
    )
    assert vevent(moved) == vevent(BASIC)
    assert "DTSTART:20261207T050000Z\r\n" in vevent(BASIC)


@pytest.mark.parametrize(
    ("locale", "title"), [("ja", "【中止】基本操作編レクチャー"), ("en", "Cancelled: 基本操作編レクチャー")]
)
def test_a_cancelled_lecture_stays_and_says_so_in_its_title(locale: str, title: str) -> None:
    (event,) = read(replace(CANCELLED, locale=locale))
    assert (event["STATUS"], event["TRANSP"], event["SUMMARY"]) == ("CANCELLED", "TRANSPARENT", title)


def test_the_link_also_stands_in_the_description_because_programs_hide_it_elsewhere() -> None:
    (event,) = read(BASIC)
    assert event["DESCRIPTION"] == f"{BASIC.description}\n{BASIC.url}"
    (once,) = read(replace(BASIC, description=f"参加: {BASIC.url}"))
    assert once["DESCRIPTION"] == f"参加: {BASIC.url}"
    (bare,) = read(replace(BASIC, description="", location="", url=""))
    assert not {"DESCRIPTION", "LOCATION", "URL"} & set(bare)


def test_the_way_into_the_meeting_is_also_where_programs_look_for_a_call() -> None:
    joined = replace(
        BASIC, conference="https://meet.example/j/1?a=1,2", url="https://tasuki.example.jp/staff/lectures/1"
    )
    assert "CONFERENCE;FEATURE=VIDEO;VALUE=URI:https://meet.example/j/1?a=1,2" in lines(vevent(joined).encode())
    (event,) = read(joined)
    assert event["DESCRIPTION"].split("\n")[-2:] == [joined.conference, joined.url]
    assert "CONFERENCE" not in vevent(BASIC)


def test_a_feed_says_its_name_and_how_often_to_come_back() -> None:
    head = lines(feed("レクチャー, みほん; 1", [vevent(BASIC)]))
    assert head[0] == "BEGIN:VCALENDAR"
    assert "NAME:レクチャー\\, みほん\\; 1" in head
    assert "X-WR-CALNAME:レクチャー\\, みほん\\; 1" in head
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in head
    assert "X-PUBLISHED-TTL:PT1H" in head
    assert "VERSION:2.0" in head
    assert head[-2:] == ["END:VCALENDAR", ""]


def test_a_feed_has_no_method_and_no_identity_that_programs_would_mistake() -> None:
    calendar = Calendar.from_ical(feed("レクチャー", [vevent(BASIC), vevent(CANCELLED)]))
    assert "METHOD" not in calendar
    assert "UID" not in calendar
    assert not list(calendar.walk("VTIMEZONE"))


def test_an_empty_feed_is_a_calendar_all_the_same() -> None:
    calendar = Calendar.from_ical(feed("レクチャー", []))
    assert not list(calendar.walk("VEVENT"))
    assert len(calendar.subcomponents) == 1


def test_a_feed_read_by_another_program_shows_each_lecture_once() -> None:
    events = [
        replace(BASIC, uid=f"{n}@x", starts_at=BASIC.starts_at + timedelta(days=n), ends_at=BASIC.ends_at + timedelta(days=n))
        for n in range(20)
    ]  # fmt: skip
    calendar = Calendar.from_ical(feed("レクチャー", map(vevent, [*events, CANCELLED])))
    found = recurring_ical_events.of(calendar).between(date(2026, 12, 1), date(2027, 1, 31))
    assert sorted(str(event["UID"]) for event in found) == sorted(event.uid for event in [*events, CANCELLED])
    assert {event.decoded("DTSTART") for event in found} == {event.starts_at for event in events}


def test_the_same_lectures_always_give_the_same_bytes() -> None:
    assert feed("レクチャー", [vevent(BASIC)]) == feed("レクチャー", iter([vevent(replace(BASIC))]))
    assert feed("レクチャー", [vevent(BASIC)]) != feed("レクチャー", [vevent(replace(BASIC, sequence=3))])


def test_a_feed_of_another_day_or_revision_has_another_tag() -> None:
    tag = etag(12, date(2026, 11, 22))
    assert tag == "12-20261122"
    assert len({tag, etag(13, date(2026, 11, 22)), etag(12, date(2026, 11, 23))}) == 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("基本; 操作, 編", "基本; 操作, 編"),
        ("一行目\r\n二行目\r三行目", "一行目\n二行目\n三行目"),
        ("見え\x00ない\x07字\x1b", "見えない字"),
        ("\ufeff先頭", "先頭"),
        ("区切り\u2028線", "区切り\n線"),
        ("半分\ud83d", "半分"),
        ("髙𠮷🎉①", "髙𠮷🎉①"),
        ('"引用" C:\\data', '"引用" C:\\data'),
        ("END:VEVENT\nBEGIN:VEVENT", "END:VEVENT\nBEGIN:VEVENT"),
    ],
)
def test_whatever_people_type_arrives_as_text(text: str, shown: str) -> None:
    (event,) = read(replace(BASIC, summary=text, location=text))
    assert event["SUMMARY"] == event["LOCATION"] == shown


TEXTS = st.text(max_size=300) | st.text(alphabet='あ漢🎉a ,;:\\"\r\n\x00', max_size=300)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_no_text_breaks_the_calendar(name: str, summary: str, description: str, url: str) -> None:
    event = vevent(replace(BASIC, summary=summary, description=description, location=description, url=url))
    data = feed(name, [event, vevent(CANCELLED)])
    physical = data.split(b"\r\n")
    assert all(len(line) <= 75 for line in physical)
    assert b"".join(physical).decode() == "".join(line.decode() for line in physical)  # folded between code points
    assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", b"".join(physical))
    assert all(physical[:-1])
    assert [line for line in lines(data) if line.startswith(("BEGIN:", "END:"))] == [
        "BEGIN:VCALENDAR",
        *["BEGIN:VEVENT", "END:VEVENT"] * 2,
        "END:VCALENDAR",
    ]
    assert len(list(Calendar.from_ical(data).walk("VEVENT"))) == 2
