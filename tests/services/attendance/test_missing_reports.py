"""Attendance that nobody recorded in time: the host gets one mail and a task, which ends when it is settled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.tasks import Task
from scheduler.services import mail_rules, tasks
from scheduler.services.attendance import marks, missing_reports
from scheduler.services.lectures import cancelling
from scheduler.services.outbox import about, wanted
from tests.factories import a_lecture, a_member
from tests.services.attendance.room import EVENING, STAFF, START, Room
from tests.services.attendance.test_record import line, report

pytestmark = pytest.mark.usefixtures("database")

# Wednesday's lecture: 18:00 of Thursday in Tokyo.
DEADLINE = datetime(2026, 4, 16, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def mails(*states: str) -> list[Mail]:
    query = select(Mail).where(Mail.kind == "staff_report_missing", Mail.state.in_(states or ("queued",)))
    return list(db.session.scalars(query.order_by(Mail.id).execution_options(populate_existing=True)))


def the_task() -> Task:
    return db.session.scalars(select(Task).execution_options(populate_existing=True)).one()


@pytest.mark.parametrize(
    ("days", "at", "starts_at", "deadline"),
    [
        ("1", "18:00", START, DEADLINE),
        ("2", "12:00", START, datetime(2026, 4, 17, 3, 0, tzinfo=UTC)),
        # Friday's waits for Monday.
        ("1", "18:00", START + timedelta(days=2), datetime(2026, 4, 20, 9, 0, tzinfo=UTC)),
        # Before the run of holidays.
        ("1", "18:00", datetime(2026, 5, 1, 5, tzinfo=UTC), datetime(2026, 5, 7, 9, 0, tzinfo=UTC)),
    ],
)
def test_the_host_is_reminded_once_from_the_end_of_the_working_day_that_operations_chose(
    days: str, at: str, starts_at: datetime, deadline: datetime
) -> None:
    host = a_member()
    room = Room(host_id=host.id, starts_at=starts_at).book("hayashi")
    figures = {"staff_report_missing.working_days": days, "staff_report_missing.at": at}
    mail_rules.save(figures, starts_at, STAFF)
    assert missing_reports.remind(deadline - MINUTE) == 0
    assert missing_reports.remind(deadline) == 1
    assert missing_reports.remind(deadline + MINUTE) == 0
    assert [(mail.staff_id, mail.lecture_id) for mail in mails()] == [(host.id, room.lecture.id)]
    assert (the_task().owner_id, the_task().lecture_id, the_task().done_at) == (host.id, room.lecture.id, None)


def test_it_ends_with_the_report_and_the_mail_that_has_not_left_is_not_wanted_any_more() -> None:
    room = Room(host_id=a_member().id).book("hayashi")
    missing_reports.remind(DEADLINE)
    room.take(report(line("林 健太")), DEADLINE + MINUTE)
    found = about.read(mails()[0].id)
    assert found is not None
    assert wanted.unwanted(found, DEADLINE + MINUTE) == ("dropped", "attendance_recorded")
    assert the_task().done_at == DEADLINE + MINUTE


def test_it_ends_as_well_where_the_lecture_is_called_off_meanwhile() -> None:
    room = Room(host_id=a_member().id).book("hayashi")
    missing_reports.remind(DEADLINE)
    with db.writing():
        db.session.get_one(Lecture, room.lecture.id).status = "cancelled"
    assert missing_reports.remind(DEADLINE + MINUTE) == 1
    assert the_task().done_at == DEADLINE + MINUTE


def test_it_ends_at_once_with_the_last_mark_by_hand() -> None:
    room = Room(host_id=a_member().id).book("hayashi", "ono")
    missing_reports.remind(DEADLINE)
    marks.mark(room.lecture.id, room.people["hayashi"].id, "attended", "", DEADLINE, STAFF)
    assert the_task().done_at is None
    marks.mark(room.lecture.id, room.people["ono"].id, "missed", "", DEADLINE, STAFF)
    assert the_task().done_at == DEADLINE


def test_no_reminder_where_everybody_has_a_verdict_nobody_was_booked_or_it_was_called_off() -> None:
    room = Room(host_id=a_member().id).book("hayashi")
    marks.mark(room.lecture.id, room.people["hayashi"].id, "attended", "", EVENING, STAFF)
    a_lecture(starts_at=START)
    other = Room(starts_at=START).book("ono")
    cancelling.cancel(other.lecture.id, {"ja": "都合"}, START - timedelta(days=1), STAFF)
    assert missing_reports.remind(DEADLINE) == 0


def test_without_a_host_the_team_that_teaches_is_told_and_finds_the_task_among_its_own() -> None:
    one, two, other = a_member(), a_member(), a_member(team="success")
    gone = a_member(active=False)
    Room(host_id=gone.id).book("hayashi")
    missing_reports.remind(DEADLINE)
    assert {mail.staff_id for mail in mails()} == {one.id, two.id}
    assert the_task().owner_id is None
    assert tasks.count_open(tasks.of_team("onboarding")) == 1
    assert tasks.count_open(tasks.of_team(other.team)) == 0


def test_switched_off_or_long_after_a_pause_there_is_the_task_alone() -> None:
    Room(host_id=a_member().id).book("hayashi")
    missing_reports.remind(DEADLINE + timedelta(days=8))
    assert (mails(), the_task().kind) == ([], "report_missing")
