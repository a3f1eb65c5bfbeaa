"""Answers what the tests of changed series change: one on Mondays and Fridays at two, its dates, people and mails."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.rules.recurrence import SeriesRule
from scheduler.services.actors import Actor
from scheduler.services.registrations import booking
from scheduler.services.series import making
from tests.factories import a_contact, a_course

STAFF = Actor("staff", None, "page")
TOKYO = ZoneInfo("Asia/Tokyo")
RULE = SeriesRule("FREQ=WEEKLY;BYDAY=MO,FR", datetime(2026, 4, 3, 14, 0), "Asia/Tokyo", "skip")
AT_THREE = datetime(2026, 4, 3, 15, 0)


def create(now: datetime, rule: SeriesRule = RULE, **values: Any) -> int:
    a_course()
    link = {"join_url": "https://meet.example/1"}
    return making.create("basic", rule, **{"capacity": 30, **link, **values}, now=now, actor=STAFF)


def lectures(series_id: int | None = None) -> list[Lecture]:
    query = select(Lecture).order_by(Lecture.starts_at, Lecture.id)
    return list(db.session.scalars(query if series_id is None else query.where(Lecture.series_id == series_id)))


def register(lecture: Lecture, now: datetime, people: int = 1) -> list[int]:
    return [booking.register(a_contact().id, lecture.id, now, STAFF) for _ in range(people)]


def mails(kind: str = "changed") -> list[Mail]:
    return list(db.session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)))


def shown(lecture: Lecture) -> str:
    return lecture.starts_at.astimezone(TOKYO).strftime("%m-%d %H:%M")
