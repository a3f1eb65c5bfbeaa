"""A report handed in: kept with its hash, refused with the reason, and never of another lecture unasked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.uploads import Upload
from scheduler.readers.tables import MAX_BYTES
from scheduler.services import uploads
from scheduler.services.attendance import plan, record, staging
from scheduler.services.refusals import (
    FileTooLarge,
    FileUnreadable,
    LectureCancelled,
    LectureNotBegun,
    NotFound,
    UploadExpired,
)
from tests.services.attendance.room import EVENING, NO_EMAIL, SAMPLES, STAFF, START, Room
from tests.services.attendance.test_record import line, report

pytestmark = pytest.mark.usefixtures("database")

DATA = (SAMPLES / NO_EMAIL).read_bytes()


def test_a_report_is_kept_for_a_day_with_its_hash_and_zone() -> None:
    room = Room()
    upload = db.session.get_one(Upload, room.stage())
    assert (upload.kind, upload.lecture_id, upload.filename) == ("attendance", room.lecture.id, "report.csv")
    assert len(upload.sha256) == 64
    assert upload.expires_at == EVENING + timedelta(hours=24)
    assert upload.choices == {"zone": "Asia/Tokyo", "anyway": False, "people": {}, "walk_ins": {}}
    assert upload.confirmed_at is None


def test_a_confirmed_report_is_kept_and_one_that_nobody_confirmed_is_not() -> None:
    room = Room().book("hayashi")
    room.take()
    forgotten = room.stage(report(line("林 健太")))
    assert uploads.expire(EVENING + timedelta(days=2)) == 1
    assert plan.preview(staging.latest(room.lecture.id).id, EVENING + timedelta(days=2)).people  # type: ignore[union-attr]
    with pytest.raises(UploadExpired):
        plan.preview(forgotten, EVENING + timedelta(days=2))


@pytest.mark.parametrize(
    ("data", "why", "status"),
    [
        (b"", "empty", 422),
        (b"a,b,c\n1,2,3\n", "unknown_columns", 422),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "unknown_encoding", 422),
        (report(), "no_rows", 422),
        (DATA.replace(b"2026/04/15", b"2026/04/08"), "other_lecture", 422),
        (b"x" * (MAX_BYTES + 1), "too_large", 413),
    ],
)
def test_a_file_that_is_no_report_of_the_lecture_is_refused_and_nothing_is_kept(
    data: bytes, why: str, status: int
) -> None:
    room = Room().book("hayashi")
    with pytest.raises(FileUnreadable) as refusal:
        room.stage(data)
    assert (refusal.value.params["why"], refusal.value.params["field"], refusal.value.status) == (why, "file", status)
    assert isinstance(refusal.value, FileTooLarge) == (status == 413)
    assert db.session.scalars(select(Upload)).all() == []
    assert room.verdicts() == {"hayashi": "unknown"}


def test_the_refusal_names_the_headers_seen_and_the_time_of_the_other_lecture() -> None:
    room = Room()
    with pytest.raises(FileUnreadable) as headers:
        room.stage(b"a,b,c\n1,2,3\n")
    assert headers.value.params["headers"] == ["a", "b", "c"]
    with pytest.raises(FileUnreadable) as other:
        room.stage(report(line("林 健太")), zone="UTC")
    assert other.value.params["first_at"] == START + timedelta(hours=9)


def test_a_zone_that_is_none_is_a_fault_of_its_own_field() -> None:
    with pytest.raises(FileUnreadable) as refusal:
        Room().stage(zone="Asia/Atlantis")
    assert (refusal.value.params["why"], refusal.value.params["field"]) == ("unknown_zone", "zone")


def test_times_are_read_in_the_zone_given() -> None:
    room = Room().book("hayashi")
    room.confirm(room.stage(report(line("林 健太", "05:00", "05:45")), zone="UTC"))
    assert room.minutes() == {"hayashi": 45}


def test_a_lecture_held_at_another_hour_counts_by_how_long_people_were_there() -> None:
    room = Room().book("hayashi", "sato", "ono")
    data = report(
        line("林 健太", "09:00", "09:50"), line("佐藤 恵美", "09:00", "09:10"), line("佐藤 恵美", "09:05", "09:20")
    )
    upload_id = room.stage(data, anyway=True)
    room.confirm(upload_id)
    assert room.verdicts() == {"hayashi": "attended", "sato": "partial", "ono": "missed"}
    assert room.minutes() == {"hayashi": 50, "sato": 20, "ono": 0}
    assert room.stage(data, anyway=True) == upload_id


def test_the_export_of_a_whole_week_is_no_report_of_a_lecture() -> None:
    data = report(line("林 健太", "09:00", "09:50"), "佐藤 恵美,,2026/04/17 09:00:00,2026/04/17 10:00:00,60,Yes")
    with pytest.raises(FileUnreadable, match="other_lecture"):
        Room().stage(data, anyway=True)


def test_the_same_file_in_another_zone_is_another_upload() -> None:
    room = Room()
    assert room.stage("meet.csv") != room.stage("meet.csv", zone="Asia/Seoul")


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [({"starts_at": EVENING + timedelta(minutes=1)}, LectureNotBegun), ({"status": "cancelled"}, LectureCancelled)],
)
def test_a_lecture_that_has_not_begun_or_was_cancelled_has_no_report(fields: dict[str, Any], refusal: type) -> None:
    with pytest.raises(refusal):
        Room(**fields).stage("meet.csv")


def test_a_lecture_cancelled_between_preview_and_press_gets_no_attendance() -> None:
    room = Room().book("hayashi")
    upload_id = room.stage()
    with db.writing():
        db.session.get_one(Lecture, room.lecture.id).status = "cancelled"
    with pytest.raises(LectureCancelled):
        record.record(upload_id, None, EVENING, STAFF)
    assert room.verdicts() == {"hayashi": "unknown"}


def test_an_upload_that_is_none_of_a_report_is_not_found(now: datetime) -> None:
    with db.writing():
        values = {"filename": "a.csv", "content": b"", "sha256": "", "created_at": now, "expires_at": now}
        customers = Upload(kind="customers", choices={}, **values)
        db.session.add(customers)
    for number in (customers.id, 999_999):
        with pytest.raises(NotFound):
            plan.preview(number, now)
        with pytest.raises(NotFound):
            record.record(number, None, now, STAFF)
    with pytest.raises(NotFound):
        staging.stage(999_999, DATA, "a.csv", None, now, STAFF)
