"""Answers how many people lectures have, and how many of them a mail can reach."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from scheduler.models.accounts import Contact
from scheduler.models.applications import Application
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.registrations import Registration
from scheduler.services import spared


@dataclass(frozen=True)
class People:
    """Who is on a lecture: booked, waiting, of both those a mail reaches, of the booked those; whether anybody ever was; and who applied and waits
    for an answer."""

    booked: int = 0
    waiting: int = 0
    reachable: int = 0
    booked_reachable: int = 0
    ever: bool = False
    applied: int = 0

    @property
    def live(self) -> int:
        """Count those who are booked or wait, for a seat or for an answer to the public form."""
        return self.booked + self.waiting + self.applied


def of(lecture_ids: Collection[int]) -> dict[int, People]:
    """Count the people of lectures that ever had some, in three statements."""
    if not lecture_ids:
        return {}
    reached = (Registration.status != "cancelled", Registration.mails, Contact.email.is_not(None), spared.there())
    rows = db.session.execute(
        select(
            Registration.lecture_id,
            func.count().filter(Registration.status == "booked"),
            func.count().filter(Registration.status == "waitlisted"),
            func.count().filter(*reached),
            func.count().filter(*reached, Registration.status == "booked"),
        )
        .join(Contact, Contact.id == Registration.contact_id)
        .where(Registration.lecture_id.in_(lecture_ids))
        .group_by(Registration.lecture_id)
    )
    found = {
        number: People(booked, waiting, reachable, seated, True) for number, booked, waiting, reachable, seated in rows
    }
    asked = Application.lecture_id.in_(lecture_ids), Application.state == "waiting"
    applied = select(Application.lecture_id, func.count()).where(*asked).group_by(Application.lecture_id)
    for number, count in db.session.execute(applied):
        found[number] = replace(found.get(number, People(ever=True)), applied=count)
    judged = select(Attendance.lecture_id).where(Attendance.lecture_id.in_(lecture_ids)).distinct()
    for number in db.session.scalars(judged):
        found.setdefault(number, People(ever=True))
    return found
