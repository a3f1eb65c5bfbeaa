"""Answers what a person says of somebody's attendance by hand; it counts before every report and outlives it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.rules.attendance import Outcome, Verdict
from scheduler.services import seating
from scheduler.services.actors import Actor
from scheduler.services.attendance import follow_up, staging, verdicts
from scheduler.services.refusals import Invalid, NotFound

MARKS: tuple[Outcome, ...] = ("attended", "partial", "missed")
LONGEST_REASON = 500


def mark(lecture_id: int, contact_id: int, verdict: str, reason: str, now: datetime, actor: Actor) -> None:
    """Mark somebody booked, or somebody who walked in, as attended, partial or missed, and say why.

    Thanks or new dates follow as after a report. Raises NotFound (also for another account's lecture), LectureCancelled,
    LectureNotBegun, and Invalid: no such verdict, somebody missing who was not booked, a reason too long.
    """
    told = reason.strip()
    if verdict not in MARKS:
        raise Invalid(field="verdict", why="not_a_choice", value=verdict, choices=", ".join(MARKS))
    if len(told) > LONGEST_REASON:
        raise Invalid(field="reason", why="too_long", maximum=LONGEST_REASON)
    with db.writing():
        lecture, contact = _begun(lecture_id, contact_id, now)
        seat = _seat(lecture_id, contact_id)
        if verdict == "missed" and seat is None:
            raise Invalid(field="verdict", why="missed_unbooked")
        row = verdicts.rows_of(lecture_id, [contact_id]).get(contact_id)
        if row is not None and verdicts.is_mark(row) and (row.verdict, row.reason) == (verdict, told):
            return
        seconds = _by_evidence(lecture, contact, seat, now).seconds
        _settle(lecture, contact, seat, Verdict(verdict, seconds, ("manual",)), now, actor)
        by_hand = {"marked_by_id": actor.staff_id, "reason": told}
        mine = (Attendance.lecture_id == lecture_id, Attendance.contact_id == contact_id)
        db.session.execute(
            update(Attendance).where(*mine).values(**by_hand).execution_options(synchronize_session=False)
        )


def unmark(lecture_id: int, contact_id: int, now: datetime, actor: Actor) -> None:
    """Take a mark by hand back, so that the evidence counts again; without one nothing changes.

    Raises NotFound, LectureCancelled and LectureNotBegun.
    """
    with db.writing():
        lecture, contact = _begun(lecture_id, contact_id, now)
        row = verdicts.rows_of(lecture_id, [contact_id]).get(contact_id)
        if row is None or not verdicts.is_mark(row):
            return
        seat = _seat(lecture_id, contact_id)
        _settle(lecture, contact, seat, _by_evidence(lecture, contact, seat, now), now, actor)


def _begun(lecture_id: int, contact_id: int, now: datetime) -> tuple[Lecture, Contact]:
    lecture = seating.lock(lecture_id)
    staging.check_begun(lecture, now)
    contact = db.session.get(Contact, contact_id)
    if contact is None or lecture.account_id not in (None, contact.account_id):
        raise NotFound(what="contact", value=contact_id)
    return lecture, contact


def _seat(lecture_id: int, contact_id: int) -> Registration | None:
    return db.session.scalar(
        select(Registration).where(
            Registration.lecture_id == lecture_id,
            Registration.contact_id == contact_id,
            Registration.status == "booked",
        )
    )


def _by_evidence(lecture: Lecture, contact: Contact, seat: Registration | None, now: datetime) -> Verdict:
    """Judge a contact without the mark; who may be somebody not settled in the last report is not missing."""
    last = staging.latest(lecture.id)
    contested = last is not None and contact.id in (last.result or {})["contested"]
    return verdicts.judge(
        lecture,
        [contact.id],
        verdicts.evidence(lecture.id, [contact.id]),
        {},
        booked={contact.id} if seat is not None and not contested else set(),
        report_present=last is not None,
        now=now,
    )[contact.id]


def _settle(
    lecture: Lecture, contact: Contact, seat: Registration | None, verdict: Verdict, now: datetime, actor: Actor
) -> None:
    last = staging.latest(lecture.id)
    waits = last is not None and contact.account_id in (last.result or {})["held_accounts"]
    rows = verdicts.rows_of(lecture.id, [contact.id])
    verdicts.settle(lecture, {contact.id: verdict}, rows, now, actor)
    mails = follow_up.plan(
        lecture,
        {contact.id: verdict.verdict},
        now,
        silent={contact.id} if seat is not None and not seat.mails else set(),
        held={contact.id} if waits and verdict.sources != ("manual",) else set(),
    )
    follow_up.owe(lecture, mails, now)
    if last is None and lecture.ends_at <= now:
        # Without a report the lecture is settled once everybody booked has a verdict.
        open_ones = any(standing.verdict == "unknown" for standing in verdicts.of(lecture.id))
        lecture.reported_at = None if open_ones else lecture.reported_at or now
