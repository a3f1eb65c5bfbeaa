"""Answers what verdicts rest on: the sources and their moment, who saw or marked it, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from scheduler.models.attendance import Attendance, Presence
from scheduler.models.db import db
from scheduler.models.registrations import Registration
from scheduler.models.staff import Staff


@dataclass(frozen=True)
class Basis:
    """What one verdict rests on."""

    sources: tuple[str, ...]
    # Seconds that the tool saw, also where they did not decide.
    seconds: int
    # When it was seen, marked or told; None for the tool's.
    at: datetime | None = None
    # The member who saw or marked it; for an absence contact or staff, whoever told us.
    by: str = ""
    reason: str = ""


def of(rows: Iterable[Attendance]) -> dict[tuple[int, int], Basis]:
    """Return what these verdicts rest on, by lecture and contact; in three statements at the most."""
    known = [row for row in rows if row.verdict != "unknown"]
    seen = _seen([row for row in known if {"checkin", "code"} & set(row.sources)])
    told = _told([row for row in known if row.sources == ["absence"]])
    members = _members(known)
    found = {}
    for row in known:
        key = (row.lecture_id, row.contact_id)
        at, by = None, ""
        if row.sources == ["manual"]:
            at, by = row.decided_at, members.get(row.marked_by_id or 0, "")
        elif row.sources == ["absence"]:
            at, by = told.get(key, (None, ""))
        else:
            at, by = seen.get((*key, next(iter(row.sources), "")), (None, ""))
        found[key] = Basis(tuple(row.sources), row.seconds, at, by, row.reason)
    return found


def _seen(rows: list[Attendance]) -> dict[tuple[int, int, str], tuple[datetime, str]]:
    """Return when and by whom people were seen first, by lecture, contact and source."""
    if not rows:
        return {}
    query = (
        select(Presence.lecture_id, Presence.contact_id, Presence.source, Presence.recorded_at, Staff.name)
        .outerjoin(Staff, Staff.id == Presence.staff_id)
        .where(
            Presence.lecture_id.in_({row.lecture_id for row in rows}),
            Presence.contact_id.in_({row.contact_id for row in rows}),
            Presence.source.in_(("checkin", "code")),
        )
        .order_by(Presence.recorded_at.desc(), Presence.id.desc())
    )
    return {
        (lecture_id, contact_id, source): (at, name or "")
        for lecture_id, contact_id, source, at, name in db.session.execute(query)
        if contact_id is not None
    }


def _told(rows: list[Attendance]) -> dict[tuple[int, int], tuple[datetime | None, str]]:
    """Return when and by whom we were told of absences, by lecture and contact."""
    if not rows:
        return {}
    query = select(
        Registration.lecture_id, Registration.contact_id, Registration.absence_told_at, Registration.absence_told_by
    ).where(
        Registration.lecture_id.in_({row.lecture_id for row in rows}),
        Registration.contact_id.in_({row.contact_id for row in rows}),
        Registration.absence_told_at.is_not(None),
    )
    return {(lecture_id, contact_id): (at, by) for lecture_id, contact_id, at, by in db.session.execute(query)}


def _members(rows: list[Attendance]) -> dict[int, str]:
    numbers = {row.marked_by_id for row in rows if row.marked_by_id is not None}
    if not numbers:
        return {}
    return dict(db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(numbers))).all())
