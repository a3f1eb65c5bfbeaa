"""Series and lectures over the API: made, listed by start, moved, cancelled with a reason, brought back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture, Series
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from tests.factories import a_contact, a_course, a_lecture, a_registration, an_account
from tests.web.api.conftest import Program, both

LECTURE: dict[str, Any] = {
    "course": "basic",
    "starts_at": "2026-04-08T05:00:00Z",
    "ends_at": "2026-04-08T06:00:00Z",
    "capacity": 30,
    "host": "misaki@vendor.example",
    "join_url": "https://meet.example/basic",
    "meeting_id": "987 6543 2100",
    "passcode": "481516",
}
SERIES: dict[str, Any] = {
    "course": "basic",
    "rrule": "FREQ=WEEKLY;BYDAY=MO,FR",
    "starts_at": "2026-04-03T14:00",
    "time_zone": "Asia/Tokyo",
    "holidays": "skip",
    "capacity": 30,
    "host": "misaki@vendor.example",
    "join_url": "https://meet.example/basic",
    "meeting_id": "987 6543 2100",
    "passcode": "481516",
}


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def kinds() -> list[str]:
    return list(db.session.scalars(select(Mail.kind).order_by(Mail.id)))


@both
def test_a_one_off_lecture_is_made_and_its_host_becomes_a_member_without_a_password(program: Program) -> None:
    a_course("basic")
    made = program.post("/lectures", LECTURE)
    assert made.status_code == 201
    lecture = made.json
    assert made.headers["Location"] == f"http://127.0.0.1:8000/api/v1/lectures/{lecture['id']}"
    assert LECTURE.items() <= lecture.items()
    assert (lecture["seats_taken"], lecture["status"], lecture["sequence"], lecture["series"]) == (
        0,
        "scheduled",
        0,
        None,
    )
    assert program.get(f"/lectures/{lecture['id']}").json == lecture
    host = db.session.scalars(select(Staff)).one()
    assert (host.email, host.team, host.password_hash) == ("misaki@vendor.example", "onboarding", None)


@both
def test_a_moment_with_another_offset_means_the_same_instant(program: Program) -> None:
    a_course("basic")
    sent = LECTURE | {"starts_at": "2026-04-08T14:00:00.250+09:00", "ends_at": "2026-04-08T15:00+09:00"}
    lecture = program.post("/lectures", sent).json
    assert (lecture["starts_at"], lecture["ends_at"]) == ("2026-04-08T05:00:00Z", "2026-04-08T06:00:00Z")


@both
def test_a_past_lecture_can_be_recorded_and_the_course_says_how_long_it_was(program: Program) -> None:
    a_course("basic", minutes=90)
    sent = {"course": "basic", "starts_at": "2026-03-02T05:00:00Z", "capacity": 30}
    assert program.post("/lectures", sent).json["ends_at"] == "2026-03-02T06:30:00Z"


@both
def test_a_lecture_for_one_account_needs_no_capacity(program: Program) -> None:
    a_course("basic")
    an_account(external_id="A-1")
    sent = {"course": "basic", "starts_at": "2026-04-08T05:00:00Z", "account": "A-1"}
    lecture = program.post("/lectures", sent).json
    assert (lecture["account"], lecture["capacity"]) == ("A-1", 1)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"course": "unknown"}, 404, "course"),
        ({"account": "nobody"}, 404, "account"),
        ({"course": None}, 422, "course"),
        ({"starts_at": "2026-04-08T14:00:00"}, 422, "starts_at"),
        ({"starts_at": "2026-04-08"}, 422, "starts_at"),
        ({"starts_at": "2026-02-30T05:00:00Z"}, 422, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, 422, "starts_at"),
        ({"starts_at": 1_775_000_000}, 422, "starts_at"),
        ({"ends_at": "2026-04-08T05:00:00Z"}, 422, "ends_at"),
        ({"ends_at": "2026-04-09T05:00:00Z"}, 422, "ends_at"),
        ({"capacity": 0}, 422, "capacity"),
        ({"capacity": 2.5}, 422, "capacity"),
        ({"capacity": None}, 422, "capacity"),
        ({"host": "nobody"}, 422, "host"),
        ({"join_url": "javascript:alert(1)"}, 422, "join_url"),
        ({"meeting_id": "1" * 61}, 422, "meeting_id"),
        ({"passcode": "12\n34"}, 422, "passcode"),
        ({"time_zone": "Mars/Base"}, 422, "time_zone"),
        ({"seats_taken": 5}, 422, "seats_taken"),
    ],
)
def test_a_lecture_that_cannot_be_is_refused_and_nothing_is_written(
    program: Program, change: dict[str, Any], status: int, field: str
) -> None:
    a_course("basic")
    refused = program.post("/lectures", LECTURE | change)
    assert (refused.status_code, refused.json["field"]) == (status, field), refused.text
    assert (count(Lecture), count(Staff)) == (0, 0)


@both
def test_capacity_may_be_left_out_for_one_account_only(program: Program) -> None:
    a_course("basic")
    refused = program.post("/lectures", {"course": "basic", "starts_at": "2026-04-08T05:00:00Z"})
    assert (refused.status_code, refused.json["field"]) == (422, "capacity")


@both
def test_lectures_are_listed_by_start_between_two_moments_and_by_course(program: Program, now: datetime) -> None:
    basic, advanced = a_course("basic"), a_course("advanced")
    late, early = a_lecture(basic, now + timedelta(days=9)), a_lecture(basic, now + timedelta(days=2))
    past, other = a_lecture(basic, now - timedelta(days=3)), a_lecture(advanced, now + timedelta(days=2))

    def found(**query: Any) -> list[int]:
        return [lecture["id"] for lecture in program.get("/lectures", **query).json["items"]]

    assert found() == [past.id, early.id, other.id, late.id]
    assert found(from_="2026-04-01T00:00:00Z") == [early.id, other.id, late.id]
    assert found(from_="2026-04-03T09:00:00+09:00", to="2026-04-10T00:00:00Z") == [early.id, other.id]
    assert found(course="advanced") == [other.id]
    assert found(course="unknown") == []


@both
def test_a_plus_sign_that_nobody_escaped_is_still_an_offset(program: Program) -> None:
    assert program("GET", "/lectures?from=2026-04-03T09:00:00+09:00").status_code == 200
    naive = program("GET", "/lectures?from=2026-04-03T09:00:00")
    assert (naive.status_code, naive.json["field"]) == (422, "from")


@both
def test_lectures_at_the_same_moment_are_all_there_once_over_pages(program: Program, now: datetime) -> None:
    ids = [a_lecture(starts_at=now + timedelta(days=number // 3)).id for number in range(7)]
    found, cursor = [], None
    while True:
        piece = program.get("/lectures", limit=2, **({"cursor": cursor} if cursor else {})).json
        found += [lecture["id"] for lecture in piece["items"]]
        cursor = piece["next"]
        if cursor is None:
            break
    assert found == ids


@both
def test_moving_a_lecture_tells_its_people_and_keeps_its_length(program: Program) -> None:
    lecture = a_lecture()
    a_registration(a_contact(), lecture)
    moved = program.patch(
        f"/lectures/{lecture.id}", {"starts_at": "2026-04-09T05:00:00Z", "reason": {"ja": "都合により"}}
    )
    assert moved.status_code == 200
    assert (moved.json["starts_at"], moved.json["ends_at"]) == ("2026-04-09T05:00:00Z", "2026-04-09T06:00:00Z")
    assert (moved.json["sequence"], moved.json["uid"]) == (1, lecture.uid)
    assert kinds() == ["changed"]


@both
def test_an_empty_lecture_can_become_one_of_another_course_for_one_account_and_back(program: Program) -> None:
    lecture = a_lecture()
    a_course("advanced")
    an_account(external_id="A-1")
    path = f"/lectures/{lecture.id}"
    changed = program.patch(path, {"course": "advanced", "account": "A-1", "host": "ken@vendor.example"}).json
    assert (changed["course"], changed["account"], changed["host"]) == ("advanced", "A-1", "ken@vendor.example")
    again = program.patch(path, {"account": None, "host": None}).json
    assert (again["account"], again["host"], again["sequence"]) == (None, None, 0)


@both
def test_cancelling_with_a_reason_tells_its_people_and_it_can_be_brought_back(program: Program) -> None:
    lecture = a_lecture()
    a_registration(a_contact(), lecture)
    path = f"/lectures/{lecture.id}"
    cancelled = program.patch(path, {"status": "cancelled", "reason": "講師の都合により"}).json
    assert (cancelled["status"], cancelled["reason"], cancelled["seats_taken"]) == (
        "cancelled",
        {"ja": "講師の都合により"},
        1,
    )
    again = program.patch(path, {"status": "scheduled"}).json
    assert (again["status"], again["sequence"]) == ("scheduled", 2)
    assert kinds() == ["lecture_cancelled", "confirmation"]


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({"status": "cancelled"}, 422, "reason"),
        ({"status": "cancelled", "reason": "  "}, 422, "reason"),
        ({"status": "cancelled", "reason": "x", "capacity": 3}, 422, "status"),
        ({"status": "postponed"}, 422, "status"),
        ({"capacity": 0}, 422, "capacity"),
        ({"starts_at": "2026-03-01T00:00:00Z"}, 422, "starts_at"),
        ({"reason": "x"}, 422, "reason"),
        ({"course": "unknown"}, 404, "course"),
        ({"course": "advanced"}, 422, "course"),
        ({"account": "A-1"}, 422, "account"),
        ({"uid": "other"}, 422, "uid"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_nobody_is_told(
    program: Program, sent: dict[str, Any], status: int, field: str
) -> None:
    lecture = a_lecture()
    a_course("advanced")
    a_registration(a_contact(an_account(external_id="A-1")), lecture)
    refused = program.patch(f"/lectures/{lecture.id}", sent)
    assert (refused.status_code, refused.json["field"]) == (status, field), refused.text
    assert kinds() == []


@both
def test_a_capacity_below_the_people_booked_is_a_conflict_with_the_number(program: Program) -> None:
    lecture = a_lecture()
    for _number in range(2):
        a_registration(a_contact(), lecture)
    refused = program.patch(f"/lectures/{lecture.id}", {"capacity": 1})
    assert (refused.status_code, refused.json["reason"]) == (409, "capacity_below_booked")
    assert refused.json["params"] == {"taken": 2}


@both
def test_a_lecture_that_is_over_cannot_be_cancelled(program: Program, now: datetime) -> None:
    lecture = a_lecture(starts_at=now - timedelta(days=1))
    refused = program.patch(f"/lectures/{lecture.id}", {"status": "cancelled", "reason": "x"})
    assert (refused.status_code, refused.json["reason"]) == (409, "lecture_over")


@both
def test_an_empty_change_changes_nothing(program: Program) -> None:
    lecture = a_lecture()
    assert program.patch(f"/lectures/{lecture.id}", {}).json["sequence"] == 0


@pytest.mark.parametrize("path", ["/lectures/999999", "/lectures/99999999999999999999", "/lectures/abc"])
def test_an_unknown_lecture_is_404(program: Program, path: str) -> None:
    assert program.get(path).status_code == 404
    assert program.patch(path, {"capacity": 3}).status_code == 404


@both
def test_a_series_makes_its_lectures_at_once_and_leaves_out_holidays(program: Program) -> None:
    a_course("basic")
    made = program.post("/series", SERIES)
    assert made.status_code == 201
    series = made.json
    assert (SERIES | {"starts_at": "2026-04-03T14:00:00", "minutes": 60}).items() <= series.items()
    lectures = program.get("/lectures", limit=200).json["items"]
    assert lectures[0]["starts_at"] == "2026-04-03T05:00:00Z"
    assert {lecture["series"] for lecture in lectures} == {series["id"]}
    assert {lecture["host"] for lecture in lectures} == {"misaki@vendor.example"}
    starts = {lecture["starts_at"][:10] for lecture in lectures}
    assert "2026-05-04" not in starts  # a public holiday, a Monday
    assert 20 <= len(starts) <= 26
    assert program.get(f"/series/{series['id']}").json == series
    assert program.get("/series").json["items"] == [series]


@both
def test_ending_a_series_takes_its_empty_lectures_away_and_keeps_the_booked_one(program: Program) -> None:
    a_course("basic")
    series = program.post("/series", SERIES).json
    first = program.get("/lectures").json["items"][0]
    program.post(f"/lectures/{first['id']}/registrations", {"contact": str(a_contact().id)})
    ended = program.delete(f"/series/{series['id']}")
    assert (ended.status_code, ended.data) == (204, b"")
    assert [lecture["id"] for lecture in program.get("/lectures").json["items"]] == [first["id"]]
    assert program.get(f"/series/{series['id']}").json["ended_at"] == "2026-04-01T00:00:00Z"
    assert program.delete(f"/series/{series['id']}").status_code == 204
    assert program.delete("/series/999999").status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"course": "unknown"}, 404, "course"),
        ({"rrule": "EVERY MONDAY"}, 422, "rrule"),
        ({"rrule": "FREQ=SECONDLY"}, 422, "rrule"),
        ({"rrule": ""}, 422, "rrule"),
        ({"starts_at": "2026-04-03T14:00:00+09:00"}, 422, "starts_at"),
        ({"starts_at": "2026-04-03T14:00:00Z"}, 422, "starts_at"),
        ({"starts_at": "tomorrow"}, 422, "starts_at"),
        ({"time_zone": "Mars/Base"}, 422, "time_zone"),
        ({"holidays": "move"}, 422, "holidays"),
        ({"capacity": -1}, 422, "capacity"),
        ({"minutes": 0}, 422, "minutes"),
        ({"locale": "fr"}, 422, "locale"),
    ],
)
def test_a_series_that_cannot_be_is_refused_and_nothing_is_written(
    program: Program, change: dict[str, Any], status: int, field: str
) -> None:
    a_course("basic")
    refused = program.post("/series", SERIES | change)
    assert (refused.status_code, refused.json["field"]) == (status, field), refused.text
    assert (count(Series), count(Lecture), count(Staff)) == (0, 0, 0)


@both
def test_a_lecture_for_one_person_is_that_accounts_and_says_whose(program: Program) -> None:
    a_course("basic")
    contact = a_contact(account := an_account())
    made = program.post("/lectures", {"course": "basic", "starts_at": LECTURE["starts_at"], "contact": contact.email})
    assert made.status_code == 201
    assert (made.json["account"], made.json["contact"], made.json["capacity"]) == (
        account.external_id,
        contact.email,
        1,
    )
    other = program.post("/lectures", LECTURE | {"contact": contact.email, "account": an_account().external_id})
    assert other.status_code == 404


@both
def test_kind_and_limit_are_given_and_changed_without_a_mail(program: Program) -> None:
    a_course("basic")
    lecture = program.post("/lectures", LECTURE | {"kind": "meeting", "account_limit": 2}).json
    assert (lecture["kind"], lecture["account_limit"]) == ("meeting", 2)
    a_registration(lecture=db.session.get_one(Lecture, lecture["id"]))
    changed = program.patch(f"/lectures/{lecture['id']}", {"kind": "webinar", "account_limit": None}).json
    assert (changed["kind"], changed["account_limit"], kinds()) == ("webinar", None, [])
    assert program.patch(f"/lectures/{lecture['id']}", {"kind": "party"}).status_code == 422
    assert program.patch(f"/lectures/{lecture['id']}", {"account_limit": 0}).status_code == 422


@both
def test_an_urgent_cancellation_is_a_calling_off(program: Program) -> None:
    row = a_registration()
    path, reason = f"/lectures/{row.lecture_id}", {"ja": "急病のため"}
    assert program.patch(path, {"urgent": True}).json["field"] == "urgent"
    called_off = program.patch(path, {"status": "cancelled", "reason": reason, "urgent": True}).json
    assert (called_off["status"], called_off["called_off_at"]) == ("cancelled", "2026-04-01T00:00:00Z")
    assert kinds() == ["called_off"]
    assert program.patch(path, {"status": "scheduled"}).json["called_off_at"] is None


def test_a_lecture_for_one_person_is_made_public_only_as_a_whole(program: Program) -> None:
    contact = a_contact(an_account(external_id="P-1"))
    a_course()
    body = {"course": "basic", "starts_at": "2026-04-08T05:00:00Z", "contact": contact.id}
    made = program.post("/lectures", body)
    assert made.status_code == 201
    assert (made.json["account"], made.json["contact"], made.json["capacity"]) == ("P-1", contact.email, 1)
    other = program.post("/lectures", body | {"account": an_account(external_id="P-2").external_id})
    assert other.status_code == 404
    opened = program.patch(f"/lectures/{made.json['id']}", {"account": None})
    assert (opened.json["account"], opened.json["contact"]) == (None, None)
