"""Whatever comes first, the same evidence comes to the same verdicts, mails and way; told again it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.services import seating
from scheduler.services.attendance import absences, checkins, marks, verdicts
from tests.services.attendance.room import EVENING, STAFF, Room
from tests.services.attendance.test_absences import the
from tests.services.attendance.test_record import line, report

NAMES = ("hayashi", "hasegawa", "ono", "watanabe")


def a_room() -> Room:
    """Book four, of whom two told us before the end that they would not come."""
    room = Room().book(*NAMES)
    for name in ("hayashi", "watanabe"):
        absences.tell(the(room.people[name]).id, room.lecture.ends_at - timedelta(minutes=1), STAFF)
    return room


def a_report(room: Room) -> None:
    room.take(report(line("林 健太"), line("長谷川 美咲", "14:00", "14:10")))


def a_check_in(room: Room) -> None:
    checkins.check_in(room.lecture.id, [room.people[name].id for name in ("ono", "hasegawa")], EVENING, STAFF)


def an_absence(room: Room) -> None:
    absences.settle(EVENING)


def a_mark(room: Room) -> None:
    marks.mark(room.lecture.id, room.people["hasegawa"].id, "attended", "電話が切れただけ", EVENING, STAFF)


FACTS: tuple[Callable[[Room], None], ...] = (a_report, a_check_in, an_absence, a_mark)


def outcome(room: Room) -> tuple[object, ...]:
    rows = db.session.scalars(select(Attendance).order_by(Attendance.contact_id)).all()
    knots = db.session.scalars(select(Account.knots).order_by(Account.id)).all()
    return [(row.verdict, row.seconds, row.sources, row.reason) for row in rows], room.mails(), knots


@pytest.mark.parametrize("order", list(permutations(range(len(FACTS)))), ids=str)
def test_the_order_in_which_evidence_comes_does_not_matter(app: object, order: tuple[int, ...]) -> None:
    room = a_room()
    for number in order:
        FACTS[number](room)
    assert room.verdicts() == {
        "hayashi": "attended",
        "hasegawa": "attended",
        "ono": "attended",
        "watanabe": "excused",
    }
    assert room.mails() == {
        ("thanks", "hayashi"),
        ("thanks", "hasegawa"),
        ("thanks", "ono"),
        ("excused", "watanabe"),
    }
    rows = verdicts.rows_of(room.lecture.id)
    assert {room.name(number): row.sources for number, row in rows.items()} == {
        "hayashi": ["report"],
        "hasegawa": ["manual"],
        "ono": ["checkin"],
        "watanabe": ["absence"],
    }


def test_all_of_it_again_changes_nothing(app: object) -> None:
    room = a_room()
    for fact in FACTS:
        fact(room)
    before = (outcome(room), room.everything())
    for fact in FACTS:
        fact(room)
    with db.writing():
        lecture = seating.lock(room.lecture.id)
        changed = verdicts.rejudge(lecture, [contact.id for contact in room.people.values()], EVENING, STAFF)
    assert changed == set()
    assert (outcome(room), room.everything()) == before


def test_a_mark_taken_back_leaves_what_all_the_evidence_says(app: object) -> None:
    room = a_room()
    for fact in FACTS:
        fact(room)
    marks.unmark(room.lecture.id, room.people["hasegawa"].id, EVENING, STAFF)
    assert room.verdicts()["hasegawa"] == "partial"
    assert ("partial", "hasegawa") in room.mails()
