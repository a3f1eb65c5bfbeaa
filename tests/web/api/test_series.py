"""Series by program: changed as far as it says, tried first when it likes, ended on a day."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture, Series
from scheduler.models.mails import Mail
from tests.factories import a_course, a_registration, an_account
from tests.web.api.conftest import Program

SERIES = {
    "course": "basic",
    "rrule": "FREQ=WEEKLY;BYDAY=MO,FR",
    "starts_at": "2026-04-03T14:00:00",
    "time_zone": "Asia/Tokyo",
    "capacity": 30,
    "join_url": "https://meet.example/1",
    "meeting_id": "987 6543 2100",
    "passcode": "481516",
}


def made(program: Program, **fields: Any) -> dict[str, Any]:
    a_course("basic")
    answer = program.post("/series", SERIES | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def lectures() -> list[Lecture]:
    return list(db.session.scalars(select(Lecture).order_by(Lecture.starts_at)))


def told() -> int:
    return db.session.scalar(select(func.count()).select_from(Mail).where(Mail.kind == "changed")) or 0


def test_a_change_is_tried_and_then_made_as_it_was_tried(program: Program) -> None:
    series = made(program)
    a_registration(lecture=lectures()[0])
    change = {"scope": "all", "starts_at": "2026-04-03T15:00", "reason": {"ja": "会議室の都合"}}
    tried = program.patch(f"/series/{series['id']}?dry_run=1", change).json
    assert (tried["dry_run"], tried["mails"], tried["starts_at"], told()) == (True, 1, series["starts_at"], 0)
    assert tried["dates"][0]["old_starts_at"] == "2026-04-03T05:00:00Z"
    assert tried["dates"][0]["starts_at"] == "2026-04-03T06:00:00Z"
    done = program.patch(f"/series/{series['id']}", change | {"fingerprint": tried["fingerprint"]}).json
    assert (done["dry_run"], done["mails"], done["starts_at"], told()) == (False, 1, "2026-04-03T15:00:00", 1)
    assert done["id"] == series["id"]


def test_what_changed_since_it_was_tried_is_409_and_nothing_is_done(program: Program) -> None:
    series = made(program)
    change = {"starts_at": "2026-04-03T15:00"}
    tried = program.patch(f"/series/{series['id']}?dry_run=1", change).json
    a_registration(lecture=lectures()[0])
    refused = program.patch(f"/series/{series['id']}", change | {"fingerprint": tried["fingerprint"]})
    assert (refused.status_code, refused.json["reason"], told()) == (409, "changed_meanwhile", 0)


@pytest.mark.parametrize("name", ["id", "2026-04-10", "2026-04-10T14:00"])
def test_from_names_the_date_at_which_another_series_begins(program: Program, name: str) -> None:
    series = made(program)
    start = lectures()[2]
    change = {"scope": "following", "from": start.id if name == "id" else name, "capacity": 10}
    answer = program.patch(f"/series/{series['id']}", change).json
    assert (answer["id"] != series["id"], answer["follows"], answer["capacity"]) == (True, series["id"], 10)
    assert program.get(f"/series/{series['id']}").json["until"] == "2026-04-09"
    db.session.expire_all()
    assert [row.capacity for row in lectures()[:4]] == [30, 30, 10, 10]


def test_one_date_alone_is_changed(program: Program) -> None:
    series = made(program)
    change = {"scope": "this", "from": "2026-04-10", "starts_at": "2026-04-11T10:00", "minutes": 30}
    answer = program.patch(f"/series/{series['id']}", change).json
    assert [date["what"] for date in answer["dates"]] == ["changed"]
    moved = program.get(f"/lectures/{answer['dates'][0]['lecture']}").json
    assert (moved["starts_at"], moved["ends_at"]) == ("2026-04-11T01:00:00Z", "2026-04-11T01:30:00Z")


def test_a_host_is_changed_and_nobody_is_told(program: Program) -> None:
    series = made(program)
    a_registration(lecture=lectures()[0])
    assert program.patch(f"/series/{series['id']}?dry_run=1", {"host": "new@vendor.example"}).json["mails"] == 0
    answer = program.patch(f"/series/{series['id']}", {"host": "new@vendor.example"}).json
    assert (answer["host"], answer["mails"], told()) == ("new@vendor.example", 0, 0)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({}, 422, "scope"),
        ({"scope": "some", "capacity": 3}, 422, "scope"),
        ({"scope": "following", "capacity": 3}, 422, "from"),
        ({"scope": "following", "from": "soon", "capacity": 3}, 422, "from"),
        ({"scope": "following", "from": "2026-04-04", "capacity": 3}, 404, "from"),
        ({"scope": "this", "from": 999999, "capacity": 3}, 404, "from"),
        ({"scope": "this", "from": "2026-04-10", "rrule": "FREQ=DAILY"}, 422, "scope"),
        ({"rrule": "FREQ=SECONDLY"}, 422, "rrule"),
        ({"rrule": "FREQ=DAILY;COUNT=1000000"}, 422, "rrule"),
        ({"time_zone": "Mars/Base"}, 422, "time_zone"),
        ({"starts_at": "2026-03-02T14:00"}, 422, "starts_at"),
        ({"course": "unknown"}, 404, "course"),
        ({"capacity": 0}, 422, "capacity"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_nothing_is_written(
    program: Program, change: dict[str, Any], status: int, field: str
) -> None:
    series = made(program)
    before = [(row.id, row.starts_at, row.capacity) for row in lectures()]
    refused = program.patch(f"/series/{series['id']}", change)
    assert (refused.status_code, refused.json["field"]) == (status, field), refused.text
    assert [(row.id, row.starts_at, row.capacity) for row in lectures()] == before
    assert db.session.scalar(select(func.count()).select_from(Series)) == 1


def test_a_series_that_starts_in_the_past_is_refused(program: Program) -> None:
    a_course("basic")
    refused = program.post("/series", SERIES | {"starts_at": "2026-03-02T14:00"})
    assert (refused.status_code, refused.json["field"]) == (422, "starts_at")
    assert lectures() == []


def test_a_series_ends_on_a_day(program: Program) -> None:
    series = made(program)
    assert program.delete(f"/series/{series['id']}?until=2026-04-10").status_code == 204
    assert len(lectures()) == 3
    ended = program.get(f"/series/{series['id']}").json
    assert (ended["until"], ended["ended_at"]) == ("2026-04-10", None)
    assert program.delete(f"/series/{series['id']}?until=2026-03-10").status_code == 422


def test_a_series_for_one_account_says_whose_it_is(program: Program) -> None:
    account = an_account()
    series = made(program, account=account.external_id, kind="meeting", account_limit=2)
    assert (series["account"], series["kind"], series["account_limit"]) == (account.external_id, "meeting", 2)
    assert {row.account_id for row in lectures()} == {account.id}


@pytest.mark.parametrize("start", ["9" * 12, "9" * 200, 2_147_483_647, "9999-12-31"])
def test_a_change_from_what_is_no_date_of_the_series_finds_none(program: Program, start: str | int) -> None:
    series = made(program)
    for path in (f"/series/{series['id']}", f"/series/{series['id']}?dry_run=1"):
        assert program.patch(path, {"scope": "this", "from": start, "capacity": 3}).status_code == 404


@pytest.mark.parametrize("until", ["9999-12-31", "0001-01-01"])
def test_a_series_does_not_end_on_a_day_nobody_means(program: Program, until: str) -> None:
    series = made(program)
    answer = program.delete(f"/series/{series['id']}?until={until}")
    assert answer.status_code == 422
    assert program.get(f"/series/{series['id']}").json["until"] is None
