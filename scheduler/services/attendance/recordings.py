"""Answers who watched the recording of a lecture afterwards: kept beside the verdict on the live one, which it leaves alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Presence
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.services import readiness, seating
from scheduler.services.actors import Actor
from scheduler.services.attendance import evidence, staging

# Whose recordings are offered where somebody was on none of a course's lectures.
RECENT = timedelta(days=180)


def record(lecture_id: int, contact_ids: Sequence[int], now: datetime, actor: Actor) -> int:
    """Note that people watched a lecture's recording; return of how many this was not known. Rules may count it.

    Raises NotFound (also for another account's lecture), LectureCancelled and LectureNotBegun.
    """
    with db.writing():
        lecture = seating.lock(lecture_id)
        staging.check_begun(lecture, now)
        accounts = evidence.people(lecture, contact_ids)
        new = evidence.note(lecture, contact_ids, "recording", now, actor)
        evidence.tell("recording_watched", lecture_id, new, accounts, now, actor)
        readiness.refresh_many({accounts[number] for number in new}, now)
        return len(new)


def undo(lecture_id: int, contact_ids: Sequence[int], now: datetime, actor: Actor) -> int:
    """Take the note back; return of how many there was one. Raises NotFound."""
    with db.writing():
        lecture = seating.lock(lecture_id)
        accounts = evidence.people(lecture, contact_ids)
        gone = evidence.take_back(lecture_id, contact_ids, "recording")
        evidence.tell("recording_undone", lecture_id, gone, accounts, now, actor)
        readiness.refresh_many({accounts[number] for number in gone}, now)
        return len(gone)


def of_contact(contact_id: int) -> dict[int, datetime]:
    """Return when a person's watching was noted, by lecture."""
    query = select(Presence.lecture_id, Presence.recorded_at).where(
        Presence.contact_id == contact_id, Presence.source == "recording"
    )
    return dict(db.session.execute(query).all())


def elsewhere(contact: Contact, own: Collection[Lecture], now: datetime) -> list[Lecture]:
    """List the lectures, beside a person's `own`, whose recording was watched or may have been: each other course's latest."""
    watched = select(Lecture).where(Lecture.id.in_(of_contact(contact.id).keys() - {lecture.id for lecture in own}))
    known = list(db.session.scalars(watched.options(joinedload(Lecture.course)).order_by(Lecture.starts_at)))
    taken = {lecture.course_id for lecture in (*own, *known)}
    return [*known, *(lecture for lecture in _latest(contact, now) if lecture.course_id not in taken)]


def _latest(contact: Contact, now: datetime) -> list[Lecture]:
    """List the last lecture of each course that was open to a person."""
    ours = (
        Lecture.status == "scheduled",
        Lecture.ends_at <= now,
        Lecture.ends_at > now - RECENT,
        or_(Lecture.account_id.is_(None), Lecture.account_id == contact.account_id),
        or_(Lecture.contact_id.is_(None), Lecture.contact_id == contact.id),
    )
    last = select(Lecture.course_id, func.max(Lecture.starts_at).label("starts_at")).where(*ours)
    latest = last.group_by(Lecture.course_id).subquery()
    same = (Lecture.course_id == latest.c.course_id, Lecture.starts_at == latest.c.starts_at)
    query = select(Lecture).join(latest, and_(*same)).where(*ours).options(joinedload(Lecture.course))
    return list({row.course_id: row for row in db.session.scalars(query.order_by(Lecture.id))}.values())
