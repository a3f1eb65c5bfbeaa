"""Answers what the public form does: it keeps what a visitor wrote and mails a link, whoever that visitor may be.

Nothing here looks at who is known, so that neither an answer nor the time it takes can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from scheduler.models.applications import Application
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.services import account_fields, eligibility
from scheduler.services.inserting import add_missing
from scheduler.services.outbox.owe import owe
from scheduler.services.refusals import NotFound

# How long a link can be used.
OPEN_FOR = timedelta(days=7)
# How soon another link goes to the same address, and the most within a day: the form is no way to fill a mailbox.
BETWEEN = timedelta(minutes=10)
DAY = timedelta(days=1)
A_DAY = 10
LIVE = ("sent", "waiting")


def open_to_all(lecture_id: int, now: datetime) -> Lecture:
    """Return a lecture that anybody may apply for; raise NotFound, LectureOver, LectureCancelled.

    One that is held for one company or one person does not exist for others, nor one of which it is not yet decided
    whether it will be held.
    """
    lecture = db.session.get(Lecture, lecture_id)
    if lecture is None or lecture.account_id is not None or lecture.contact_id is not None:
        raise NotFound()
    eligibility.check_open(lecture, now)
    if lecture.stray_since is not None:
        raise NotFound()
    return lecture


def apply(lecture_id: int, form: Mapping[str, Any], now: datetime) -> None:
    """Keep an application (company, store, name, email, phone, locale, zone) and owe the link that completes it.

    The same address on the same date is one application: what was written last counts until it is completed. At most
    one link goes to an address within ten minutes, so that of another date follows later. Raises Invalid and what
    `open_to_all` raises.
    """
    values = account_fields.application(form)
    with db.writing():
        lecture = open_to_all(lecture_id, now)
        blank = {"created_at": now, "state": "sent"}
        add_missing(Application, [{"lecture_id": lecture_id, **values, **blank}])
        row = db.session.scalar(
            select(Application)
            .where(
                Application.lecture_id == lecture_id,
                Application.email == values["email"],
                Application.state.in_(LIVE),
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if row is None:
            # It was completed at this very moment.
            return
        if row.state == "sent":
            for key, value in values.items():
                setattr(row, key, value)
        _owe_link(row, lecture, now)


def ends_at(row: Application, lecture: Lecture) -> datetime:
    """Return until when an application's link can be used."""
    return min(row.created_at + OPEN_FOR, lecture.starts_at)


def _owe_link(row: Application, lecture: Lecture, now: datetime) -> None:
    mails = (
        select(Mail.application_id, Mail.due_at)
        .join(Application, Application.id == Mail.application_id)
        .where(Application.email == row.email, Mail.due_at > now - DAY)
        .order_by(Mail.due_at.desc())
    )
    earlier = db.session.execute(mails).all()
    own = next((due_at for number, due_at in earlier if number == row.id), None)
    if len(earlier) >= A_DAY or (own is not None and own > now - BETWEEN):
        return
    due_at = max(now, earlier[0].due_at + BETWEEN) if earlier else now
    if row.state == "sent":
        # The newest link is the one that counts.
        row.created_at = now
    db.session.flush()
    owe(
        "application",
        f"application:{_occasion(row.email, due_at)}",
        now=now,
        due_at=due_at,
        expires_at=ends_at(row, lecture),
        application_id=row.id,
        lecture_id=lecture.id,
    )


def _occasion(email: str, due_at: datetime) -> str:
    """Name ten minutes of an address: of two forms sent at the same instant only one owes a mail."""
    return f"{sha256(email.encode()).hexdigest()[:16]}:{int(due_at.timestamp() // BETWEEN.total_seconds())}"
