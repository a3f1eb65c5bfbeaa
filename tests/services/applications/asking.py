"""Answers how the tests ask for a seat on the public form, open the link, and look at what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from scheduler.models.applications import Application
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services import addresses
from scheduler.services.actors import Actor
from scheduler.services.applications import applying, completing
from scheduler.services.applications.completing import Completed
from tests.factories import (
    a_member,
    an_application,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FORM = {
    "company": "株式会社みほん",
    "store": "横浜店",
    "name": "山田 花子",
    "email": "hanako@mihon.example",
    "phone": "045-000-0000",
    "locale": "ja",
    "zone": "Asia/Tokyo",
}


def send(lecture: Lecture, now: datetime, **fields: str) -> None:
    applying.apply(lecture.id, FORM | fields, now)


def the_only() -> Application:
    return db.session.scalars(select(Application).execution_options(populate_existing=True)).one()


def links() -> list[Mail]:
    query = select(Mail).where(Mail.kind == "application").order_by(Mail.due_at, Mail.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def press(row: Application, now: datetime, **choice: bool) -> Completed:
    return completing.complete(row.id, addresses.application_version(row), now, **choice)


def waits(lecture: Lecture | None = None, **fields: Any) -> Application:
    return an_application(
        lecture, **{"state": "waiting", "confirmed_at": datetime.fromisoformat("2026-04-01T00:00Z")} | fields
    )


def staff() -> Actor:
    return Actor("staff", a_member().id, "page")


def registrations() -> list[Registration]:
    return list(db.session.scalars(select(Registration).execution_options(populate_existing=True)))
