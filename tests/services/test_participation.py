"""Who has attended what: the best a person has to show for each course."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.services import participation
from tests.factories import NOW, a_contact, a_course, a_lecture, a_registration, an_account
from tests.statements import noted

pytestmark = pytest.mark.usefixtures("database")

WEEK = timedelta(days=7)


def judged(contact_id: int, lecture: Lecture, verdict: str) -> None:
    with db.writing():
        db.session.add(Attendance(lecture_id=lecture.id, contact_id=contact_id, verdict=verdict, decided_at=NOW))


@pytest.mark.parametrize(
    ("verdicts", "booked", "state"),
    [
        ([], None, "none"),
        ([], "booked", "booked"),
        ([], "waitlisted", "waitlisted"),
        ([], "cancelled", "none"),
        (["missed"], None, "missed"),
        (["missed"], "booked", "booked"),
        (["attended", "missed"], None, "attended"),
        (["missed", "attended"], "booked", "attended"),
        (["partial", "missed"], None, "missed"),
    ],
)
def test_the_cell_shows(now: datetime, verdicts: list[str], booked: str | None, state: str) -> None:
    a_course("basic")
    contact = a_contact()
    for number, verdict in enumerate(verdicts):
        judged(contact.id, a_lecture(starts_at=now - WEEK * (5 - number)), verdict)
    if booked:
        a_registration(contact, a_lecture(starts_at=now + WEEK), status=booked)
    courses, (row,) = participation.of_account(contact.account_id, now)
    assert [course.key for course in courses] == ["basic"]
    assert row.cells[0].state == state


def test_the_next_of_several_dates_is_shown_and_past_or_cancelled_ones_are_not(now: datetime) -> None:
    contact = a_contact()
    for weeks in (-1, 3, 2):
        a_registration(contact, a_lecture(starts_at=now + WEEK * weeks))
    a_registration(contact, a_lecture(starts_at=now + WEEK, status="cancelled"))
    _courses, (row,) = participation.of_account(contact.account_id, now)
    assert row.cells[0].lecture is not None
    assert row.cells[0].lecture.starts_at == now + WEEK * 2


def test_coordinators_stand_first_and_other_customers_people_do_not_stand_there(now: datetime) -> None:
    a_course("basic")
    a_course("advanced", position=1)
    account = an_account()
    member = a_contact(account, role="member")
    coordinator = a_contact(account, role="coordinator")
    a_contact()
    courses, rows = participation.of_account(account.id, now)
    assert len(courses) == 2
    assert [row.contact.id for row in rows] == [coordinator.id, member.id]
    assert all(len(row.cells) == 2 for row in rows)


def test_many_people_take_no_more_statements_than_one(now: datetime) -> None:
    def statements(people: int) -> int:
        account = an_account()
        account_id = account.id
        for _ in range(people):
            a_registration(a_contact(account), a_lecture())
        db.session.rollback()
        db.session.expunge_all()
        with noted() as seen:
            participation.of_account(account_id, now)
        return len(seen)

    assert statements(12) == statements(2)


def test_a_persons_own_list_holds_registrations_and_walk_ins_latest_first(now: datetime) -> None:
    contact = a_contact()
    past, walked_in, coming = (a_lecture(starts_at=now + WEEK * weeks) for weeks in (-2, -1, 1))
    a_registration(contact, past)
    judged(contact.id, past, "missed")
    judged(contact.id, walked_in, "attended")
    a_registration(contact, coming)
    parts = participation.of_contact(contact.id)
    assert [(part.lecture.id, part.verdict, part.registration is None) for part in parts] == [
        (coming.id, "", False),
        (walked_in.id, "attended", True),
        (past.id, "missed", False),
    ]
