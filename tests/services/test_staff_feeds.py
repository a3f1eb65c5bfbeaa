"""What stands in the feeds of the staff: whose lectures, until when, and what each entry tells."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from icalendar import Calendar, Event

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services import addresses
from scheduler.services.actors import WORKER
from scheduler.services.feeds import staff
from scheduler.services.feeds.found import Find, Found
from scheduler.services.lectures import cancelling, changing
from scheduler.services.registrations import booking, changes
from tests.factories import NOW, a_contact, a_course, a_lecture, a_member, a_registration, an_account

DAY = timedelta(days=1)


def found(member: Staff, find: Find = staff.find_own, locale: str | None = None) -> Found:
    with db.engine.connect() as connection:
        feed = find(connection, member.id, member.feed_version, locale, NOW)
    assert feed is not None
    return feed


def read(member: Staff, find: Find = staff.find_own, locale: str | None = None) -> list[Event]:
    with db.engine.connect() as connection:
        return list(Calendar.from_ical(found(member, find, locale).write(connection)).walk("VEVENT"))


@pytest.mark.parametrize(
    ("status", "days_ago", "shown"),
    [
        ("scheduled", -80, "CONFIRMED"),
        ("scheduled", 29, "CONFIRMED"),
        ("scheduled", 31, None),
        ("cancelled", -80, "CANCELLED"),
        ("cancelled", 59, "CANCELLED"),
        ("cancelled", 61, None),
    ],
)
def test_which_lectures_stand_in_the_feeds_of_the_staff(
    database: Flask, status: str, days_ago: int, shown: str | None
) -> None:
    host = a_member()
    a_lecture(starts_at=NOW - days_ago * DAY, status=status, host_id=host.id)
    for find in (staff.find_own, staff.find_teams):
        assert [event["STATUS"] for event in read(host, find)] == ([shown] if shown else [])


def test_the_own_feed_has_what_the_member_hosts_and_the_way_into_the_meeting(app: Flask) -> None:
    host = a_member(name="小林 美咲")
    lecture = a_lecture(host_id=host.id, seats_taken=18, sequence=2, meeting_id="987 6543 2100", passcode="481516")
    a_lecture(host_id=a_member().id)
    a_lecture()
    (event,) = read(host)
    assert event["SUMMARY"] == "基本操作編（申込 18/30 名）"
    assert event["SEQUENCE"] == 2
    assert event["LOCATION"] == event.conferences[0].uri == lecture.join_url
    assert event["URL"] == addresses.lecture(lecture.id)
    assert f"会議: {lecture.join_url}\nミーティングID: 987 6543 2100\nパスコード: 481516\n" in event["DESCRIPTION"]
    assert f"名簿: {addresses.lecture(lecture.id)}" in event["DESCRIPTION"]


def test_the_teams_feed_has_the_courses_it_teaches_with_their_hosts_and_no_way_in(app: Flask) -> None:
    member, other = a_member("onboarding"), a_member("success")
    hosted = {"host_id": a_member("success", name="小林 美咲").id}
    basic = a_lecture(**hosted, meeting_id="987 6543 2100", passcode="481516")
    advanced = a_lecture(a_course("advanced", team="success"))
    (event,) = read(member, staff.find_teams)
    assert event["UID"] == basic.uid
    assert event["SUMMARY"] == "基本操作編（申込 0/30 名） 小林 美咲"
    assert not [code for code in ("meet.example", "987 6543", "481516") if code in event.to_ical().decode()]
    assert [event["UID"] for event in read(other, staff.find_teams)] == [advanced.uid]
    assert len(read(a_member("operations"), staff.find_teams)) == 2
    assert read(a_member("sales"), staff.find_teams) == []


def test_a_lecture_for_one_account_is_marked_and_not_named(app: Flask) -> None:
    host, account = a_member(), an_account(name="株式会社さくら不動産")
    a_lecture(host_id=host.id, account_id=account.id)
    for find in (staff.find_own, staff.find_teams):
        (event,) = read(host, find)
        assert "個社開催" in event["DESCRIPTION"]
        assert "さくら" not in event.to_ical().decode().replace("\r\n ", "")


def test_a_feed_speaks_the_members_language_or_the_one_asked_for(app: Flask) -> None:
    host = a_member(locale="en", name="Misaki Kobayashi")
    a_lecture(host_id=host.id, locale="ja")
    (event,) = read(host)
    assert event["SUMMARY"] == "Basics (0/30 registered)"
    assert "Held in Japanese" in event["DESCRIPTION"]
    (japanese,) = read(host, locale="ja")
    assert japanese["SUMMARY"].startswith("基本操作編")
    assert "開催" not in japanese["DESCRIPTION"]


def test_every_seat_makes_a_new_revision_with_the_same_identity(database: Flask) -> None:
    host = a_member()
    lecture, other = a_lecture(host_id=host.id, capacity=1), a_lecture(host_id=host.id, starts_at=NOW + 9 * DAY)
    tags = [found(host).tag]
    row = booking.register(a_contact().id, lecture.id, NOW + timedelta(minutes=1), WORKER)
    tags.append(found(host).tag)
    waiting = booking.register(a_contact().id, lecture.id, NOW + timedelta(minutes=2), WORKER, waitlist=True)
    tags.append(found(host).tag)
    first, _second = read(host)
    assert first["SUMMARY"].startswith("基本操作編（申込 1/1 名）")
    assert "キャンセル待ち 1 名" in first["DESCRIPTION"]
    assert first.decoded("DTSTAMP") == NOW + timedelta(minutes=2)
    assert (first["UID"], first["SEQUENCE"]) == (lecture.uid, 0)
    changes.cancel(waiting, NOW + timedelta(minutes=3), WORKER)
    tags.append(found(host).tag)
    changes.swap(row, other.id, NOW + timedelta(minutes=4), WORKER)
    tags.append(found(host).tag)
    changing.change(other.id, {"starts_at": NOW + 8 * DAY}, NOW + timedelta(minutes=5), WORKER)
    tags.append(found(host).tag)
    cancelling.cancel(lecture.id, {"ja": "講師の都合"}, NOW + timedelta(minutes=6), WORKER)
    tags.append(found(host).tag)
    assert len(set(tags)) == len(tags)
    assert found(host).changed_at == NOW + timedelta(minutes=6)
    assert found(host).tag == tags[-1]


def test_a_feed_of_nothing_yet_is_there(database: Flask) -> None:
    member = a_member("sales")
    assert read(member) == read(member, staff.find_teams) == []
    assert found(member).changed_at == NOW


def test_a_feed_depends_on_the_version_in_its_link_and_on_who_works_here(database: Flask) -> None:
    member, gone = a_member(feed_version=2), a_member(active=False)
    with db.engine.connect() as connection:
        for find in (staff.find_own, staff.find_teams):
            assert find(connection, member.id, 1, None, NOW) is None
            assert find(connection, member.id + 99, 2, None, NOW) is None
            assert find(connection, gone.id, 1, None, NOW) is None


def test_what_waits_is_counted_per_lecture(app: Flask) -> None:
    host = a_member()
    one, two = (a_lecture(host_id=host.id, starts_at=NOW + n * DAY) for n in (1, 2))
    a_registration(a_contact(), one)
    a_registration(a_contact(), two, status="cancelled")
    a_registration(a_contact(), two, status="waitlisted")
    assert ["キャンセル待ち" in event["DESCRIPTION"] for event in read(host)] == [False, True]
