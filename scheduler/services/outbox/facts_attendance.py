"""Answers what mails tell of an attendance: how much somebody missed, and which lecture nobody has recorded yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, func, select

from emails import Link
from emails.values import Value
from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.staff import Staff
from scheduler.services import addresses
from scheduler.services.outbox.about import About
from scheduler.services.outbox.offering import free_dates, text


def partial(mail: Mail, contact: Contact, now: datetime) -> dict[str, Value]:
    """Say how many minutes of the lecture the reader was there and how many not, and offer other dates."""
    lecture = db.session.get_one(Lecture, mail.lecture_id)
    mine = (Attendance.lecture_id == lecture.id, Attendance.contact_id == contact.id)
    seconds = db.session.scalar(select(Attendance.seconds).where(*mine)) or 0
    length = int((lecture.ends_at - lecture.starts_at).total_seconds()) // 60
    # A part of a minute was attended as well.
    present = min(length, -(-seconds // 60))
    return {
        "present_minutes": present,
        "missed_minutes": length - present,
        "dates": free_dates(contact, lecture.course, now),
    }


def report_missing(mail: Mail, member: Staff) -> dict[str, Value]:
    """Say which lecture has people booked of whom nobody has recorded whether they came, and how many they are."""
    lecture = db.session.get_one(Lecture, mail.lecture_id)
    return {
        "zone": member.zone,
        "course_name": text(lecture.course.name, member.locale),
        "unsettled_count": unsettled(lecture.id),
        "lecture_url": Link(addresses.lecture(lecture.id)),
    }


def report_wanted(about: About) -> str:
    """Want a lecture that was held, whose people booked still have no verdict."""
    lecture = about.lecture
    if lecture is None or lecture.status != "scheduled" or lecture.reported_at is not None:
        return "attendance_recorded"
    return "" if unsettled(lecture.id) else "attendance_recorded"


def unsettled(lecture_id: int) -> int:
    """Count who is booked on a lecture and has no verdict yet."""
    judged = exists().where(
        Attendance.lecture_id == lecture_id,
        Attendance.contact_id == Registration.contact_id,
        Attendance.verdict != "unknown",
    )
    open_ones = select(func.count()).where(
        Registration.lecture_id == lecture_id, Registration.status == "booked", ~judged
    )
    return db.session.scalar(open_ones) or 0
