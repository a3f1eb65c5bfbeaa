"""Answers who of an account has attended what, and who is booked: people × courses, and one person's registrations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration
from scheduler.services import courses


@dataclass(frozen=True)
class Cell:
    """How a person stands with a course: a verdict, booked, waitlisted or none; and the lecture it is about."""

    state: str
    lecture: Lecture | None


@dataclass(frozen=True)
class Row:
    """One person with a cell for each course, in the order of the courses."""

    contact: Contact
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Part:
    """One registration of a person, or a lecture attended without one, with its verdict."""

    lecture: Lecture
    registration: Registration | None
    verdict: str


_ROLES = {"coordinator": 0, "manager": 1, "member": 2}
_NONE = Cell("none", None)


def of_account(account_id: int, now: datetime) -> tuple[list[Course], list[Row]]:
    """List an account's people, coordinators first and who left last, with how each stands with every course; in four statements."""
    taught = courses.in_order()
    query = select(Contact).where(Contact.account_id == account_id).options(selectinload(Contact.stores))
    people = sorted(db.session.scalars(query), key=lambda one: (one.left_on is not None, _ROLES[one.role], one.id))
    mine = Contact.account_id == account_id
    booked: dict[tuple[int, int], Cell] = {}
    live = select(Registration).join(Registration.contact).join(Registration.lecture).order_by(Lecture.starts_at.desc())
    live = live.where(mine, Registration.status != "cancelled", Lecture.status == "scheduled", Lecture.ends_at > now)
    for registration in db.session.scalars(live.options(contains_eager(Registration.lecture))):
        cell = Cell(registration.status, registration.lecture)
        booked[(registration.contact_id, registration.lecture.course_id)] = cell
    judged: dict[tuple[int, int], Cell] = {}
    verdicts = select(Attendance).join(Attendance.contact).join(Attendance.lecture).order_by(Lecture.starts_at)
    for verdict in db.session.scalars(verdicts.where(mine).options(contains_eager(Attendance.lecture))):
        key = (verdict.contact_id, verdict.lecture.course_id)
        if key not in judged or judged[key].state != "attended":
            judged[key] = Cell(verdict.verdict, verdict.lecture)
    return taught, [
        Row(person, tuple(_cell(booked.get((person.id, one.id)), judged.get((person.id, one.id))) for one in taught))
        for person in people
    ]


def of_contact(contact_id: int) -> list[Part]:
    """List a person's registrations and attended lectures, the latest first."""
    course = joinedload(Registration.lecture).joinedload(Lecture.course)
    registrations = db.session.scalars(
        select(Registration).where(Registration.contact_id == contact_id).options(course)
    ).all()
    verdicts = db.session.scalars(
        select(Attendance)
        .where(Attendance.contact_id == contact_id)
        .options(joinedload(Attendance.lecture).joinedload(Lecture.course))
    ).all()
    of_lecture = {verdict.lecture_id: verdict.verdict for verdict in verdicts}
    parts = [Part(row.lecture, row, of_lecture.get(row.lecture_id, "")) for row in registrations]
    registered = {row.lecture_id for row in registrations}
    parts += [Part(row.lecture, None, row.verdict) for row in verdicts if row.lecture_id not in registered]
    return sorted(parts, key=lambda part: part.lecture.starts_at, reverse=True)


def _cell(booked: Cell | None, judged: Cell | None) -> Cell:
    """Choose what matters: attended, else the next date, else the last verdict."""
    if judged is not None and judged.state == "attended":
        return judged
    return booked or judged or _NONE
