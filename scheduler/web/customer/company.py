"""Answers how far a company's stores have come, for its coordinator (窓口)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from scheduler.models.accounts import Contact, Store, contact_stores
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration


@dataclass(frozen=True)
class StoreLine:
    """One store with the number of its people who registered and who attended; no name: people of no store."""

    name: str
    registered: int
    attended: int


def store_lines(account_id: int, course: Course) -> list[StoreLine]:
    """Count, for each store in scope, who registered for a course and who attended it."""
    booked = _count(Registration, account_id, course).where(Registration.status == "booked")
    came = _count(Attendance, account_id, course).where(Attendance.verdict == "attended")
    registered, attended = _by_store(booked), _by_store(came)
    stores = select(Store.id, Store.name).where(Store.account_id == account_id, Store.scope == "in")
    lines = [
        StoreLine(name, registered.get(number, 0), attended.get(number, 0))
        for number, name in db.session.execute(stores.order_by(Store.code))
    ]
    if registered.get(None) or attended.get(None):
        lines.append(StoreLine("", registered.get(None, 0), attended.get(None, 0)))
    return lines


def _count(model: type[Registration] | type[Attendance], account_id: int, course: Course) -> Select[Any]:
    return (
        select(contact_stores.c.store_id, func.count(model.contact_id.distinct()))
        .select_from(model)
        .join(Lecture, Lecture.id == model.lecture_id)
        .join(Contact, Contact.id == model.contact_id)
        .outerjoin(contact_stores, contact_stores.c.contact_id == model.contact_id)
        .where(Contact.account_id == account_id, Lecture.course_id == course.id)
        .group_by(contact_stores.c.store_id)
    )


def _by_store(query: Select[Any]) -> dict[int | None, int]:
    rows: list[tuple[int | None, int]] = [(store_id, count) for store_id, count in db.session.execute(query)]
    return dict(rows)
