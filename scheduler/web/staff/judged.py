"""Answers what pages say of verdicts: what each rests on, and whether the person was told something else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.services import rosters
from scheduler.services.attendance import basis, corrections
from scheduler.web.words import attendance as words
from scheduler.web.words import mails as mail_words


def of_lecture(lecture_id: int, seats: Iterable[rosters.Seat]) -> dict[str, Any]:
    """Return, for a lecture's page, what verdicts rest on and which mails are wrong by now, by contact."""
    rows = [seat.attendance for seat in seats if seat.attendance is not None]
    return {
        "rests": {contact_id: words.basis(one) for (_lecture_id, contact_id), one in basis.of(rows).items()},
        "told": corrections.wanted(lecture_id) if rows else {},
        "mail_words": mail_words,
    }


def of_contact(contact_id: int) -> dict[int, str]:
    """Return what the verdicts on a person rest on, by lecture."""
    rows = db.session.scalars(select(Attendance).where(Attendance.contact_id == contact_id)).all()
    return {lecture_id: words.basis(one) for (lecture_id, _contact_id), one in basis.of(rows).items()}
