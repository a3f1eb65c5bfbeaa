"""Answers how people and lectures are called on the staff's pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import Contact, Store
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.lectures import Course, Lecture
from scheduler.models.mails import Mail
from scheduler.models.setup import SetupStep
from scheduler.models.signals import Destination
from scheduler.models.staff import ApiToken, Staff
from scheduler.models.tasks import Task
from scheduler.web.words import dates
from scheduler.web.words.texts import plain

Row = TypeVar("Row", Contact, Staff, Store, ApiToken, Task, Destination, Handover)


def called(contact: Contact) -> str:
    """Call a person by name; who has none, a shop's shared mailbox, by address or telephone."""
    return contact.name or contact.email or contact.phone or _("ご担当者様")


def lecture_name(lecture: Lecture) -> str:
    """Name a dated lecture: 基本操作編 12月7日(月) 14:00."""
    return f"{plain(lecture.course.name)} {dates.moment(lecture.starts_at)}"


class Names:
    """What ids are called, read once for a whole page; what is no longer there says so."""

    def __init__(
        self,
        contacts: Iterable[int | None] = (),
        lectures: Iterable[int | None] = (),
        staff: Iterable[int | None] = (),
        stores: Iterable[int | None] = (),
        tokens: Iterable[int | None] = (),
        mails: Iterable[int | None] = (),
        tasks: Iterable[int | None] = (),
        destinations: Iterable[int | None] = (),
        returned: Iterable[int | None] = (),
    ) -> None:
        self._contacts = {row.id: called(row) for row in _rows(Contact, contacts)}
        wanted = select(Lecture).where(Lecture.id.in_(_ids(lectures))).options(joinedload(Lecture.course))
        self._lectures = {row.id: lecture_name(row) for row in db.session.scalars(wanted)}
        self._staff = {row.id: row.name for row in _rows(Staff, staff)}
        self._stores = {row.id: row.name for row in _rows(Store, stores)}
        self._tokens = {row.id: row.name for row in _rows(ApiToken, tokens)}
        mailed = select(Mail.id, Staff.name).join(Mail.staff).where(Mail.id.in_(_ids(mails)))
        self._mailed = dict(db.session.execute(mailed).all())
        self._tasks = {row.id: row.words for row in _rows(Task, tasks) if row.kind == "by_hand"}
        self._destinations = {row.id: row.name for row in _rows(Destination, destinations)}
        self._taken_back = {row.id: row.before.get("taken_back", {}) for row in _rows(Handover, returned)}
        self._courses: dict[str | int, str] = {}
        for row in db.session.scalars(select(Course)):
            self._courses[row.key] = self._courses[row.id] = plain(row.name)
        self._steps = {row.key: plain(row.name) for row in db.session.scalars(select(SetupStep))}

    def course(self, key: str | int) -> str:
        """Name a course, by its key or id."""
        return self._courses.get(key, str(key))

    def contact(self, number: int | None) -> str:
        """Call a person."""
        return self._contacts.get(number or 0) or _("削除された方")

    def lecture(self, number: int | None) -> str:
        """Name a lecture with its date."""
        return self._lectures.get(number or 0) or _("削除された日程")

    def staff(self, number: int | None) -> str:
        """Name a member of staff."""
        return self._staff.get(number or 0) or _("自社担当なし")

    def mailed(self, mail_id: int | None) -> str:
        """Name the member of staff a mail is for; empty when it is for somebody else or no longer kept."""
        return self._mailed.get(mail_id or 0, "")

    def store(self, number: int | None) -> str:
        """Name a store."""
        return self._stores.get(number or 0) or _("削除された店舗")

    def token(self, number: int | None) -> str:
        """Name the program that holds a token."""
        return self._tokens.get(number or 0) or "API"

    def destination(self, number: int | None) -> str:
        """Name a program or chat room that is told what happens."""
        return self._destinations.get(number or 0) or _("削除された連携")

    def task(self, number: int | None) -> str:
        """Return what a member wrote down to be done; empty for a task that a fact made, or one that is gone."""
        return self._tasks.get(number or 0, "")

    def taken_back(self, handover_id: int | None, conditions: Iterable[str]) -> str:
        """Return with which words conditions were taken back that a returned handover had opened again."""
        told = self._taken_back.get(handover_id or 0, {})
        return " / ".join(told[key] for key in conditions if key in told) or "–"

    def step(self, key: str) -> str:
        """Name a set-up step."""
        return self._steps.get(key, key)


def _ids(numbers: Iterable[int | None]) -> list[int]:
    return sorted({number for number in numbers if number is not None})


def _rows(model: type[Row], numbers: Iterable[int | None]) -> list[Row]:
    ids = _ids(numbers)
    return list(db.session.scalars(select(model).where(model.id.in_(ids)))) if ids else []
