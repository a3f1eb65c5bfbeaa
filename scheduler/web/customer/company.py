"""Answers how far a company's stores and their people have come, for its coordinator (窓口)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from scheduler.models.accounts import Contact, Store, contact_stores
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration
from scheduler.services.participation import Row

# People by store, None for those of no store; and how many each stands for with those before the same screen.
_Heads = dict[int | None, dict[int, int]]


@dataclass(frozen=True)
class StoreLine:
    """One store with the number of its people who registered and who attended; no name: people of no store.

    Colleagues who watch along count for the store of whoever registered.
    """

    name: str
    registered: int
    attended: int


@dataclass(frozen=True)
class Place:
    """One store, or none, with its people and how each stands with every course."""

    name: str
    rows: list[Row]


def store_lines(account_id: int, course: Course) -> list[StoreLine]:
    """Count, for each store in scope, who registered for a course and who attended it."""
    seat = (Registration.companions, Registration.unnamed_companions)
    booked = _people(
        select(contact_stores.c.store_id, Registration.contact_id, *seat), Registration, account_id, course
    )
    came = _people(select(contact_stores.c.store_id, Attendance.contact_id, *seat), Attendance, account_id, course)
    came = came.outerjoin(
        Registration,
        (Registration.lecture_id == Attendance.lecture_id)
        & (Registration.contact_id == Attendance.contact_id)
        & (Registration.status == "booked"),
    )
    registered = _heads(booked.where(Registration.status == "booked"))
    attended = _heads(came.where(Attendance.verdict == "attended"))
    stores = select(Store.id, Store.name).where(Store.account_id == account_id, Store.scope == "in")
    lines = [
        StoreLine(name, sum(registered[number].values()), sum(attended[number].values()))
        for number, name in db.session.execute(stores.order_by(Store.code))
    ]
    if registered.get(None) or attended.get(None):
        lines.append(StoreLine("", sum(registered[None].values()), sum(attended[None].values())))
    return lines


def by_place(account_id: int, rows: Sequence[Row]) -> list[Place]:
    """Group people by store, by the stores' codes; who works in several stands in each, who works in none last."""
    stores = select(Store.id, Store.name).where(Store.account_id == account_id, Store.scope != "out")
    placed = [
        Place(name, [row for row in rows if any(store.id == number for store in row.contact.stores)])
        for number, name in db.session.execute(stores.order_by(Store.code))
    ]
    nowhere = [row for row in rows if not row.contact.stores]
    return [*placed, Place("", nowhere)] if nowhere else placed


def _people(
    query: Select[Any], model: type[Registration] | type[Attendance], account_id: int, course: Course
) -> Select[Any]:
    return (
        query.select_from(model)
        .join(Lecture, Lecture.id == model.lecture_id)
        .join(Contact, Contact.id == model.contact_id)
        .outerjoin(contact_stores, contact_stores.c.contact_id == model.contact_id)
        .where(Contact.account_id == account_id, Lecture.course_id == course.id)
    )


def _heads(query: Select[Any]) -> _Heads:
    """Count each person once, however many dates, with the most who watched along."""
    heads: _Heads = defaultdict(dict)
    for store_id, contact_id, companions, unnamed in db.session.execute(query):
        size = 1 + len(companions or ()) + (unnamed or 0)
        heads[store_id][contact_id] = max(size, heads[store_id].get(contact_id, 0))
    return heads
