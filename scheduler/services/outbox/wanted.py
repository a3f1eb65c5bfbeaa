"""Answers whether a mail is still wanted at the moment it would leave, and if not, why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import exists, select

from emails import KINDS
from scheduler.models.accounts import Account
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail, Suppression
from scheduler.models.registrations import Registration


def unwanted(mail: Mail, now: datetime) -> tuple[str, str] | None:
    """Return (state, reason) when the mail is not to be sent: ("missed", …) too late, ("dropped", …) no longer wanted."""
    if mail.expires_at is not None and now >= mail.expires_at:
        return "missed", "too_late"
    person = mail.contact or mail.staff
    if person is None or not person.email:
        return "dropped", "no_address"
    if mail.staff is not None and not mail.staff.active:
        return "dropped", "member_left"
    wanted_list = KINDS[mail.kind].subscription
    if wanted_list and suppressed(person.email, wanted_list):
        return "dropped", "unsubscribed"
    reason = _CHECKS.get(mail.kind, _always)(mail)
    return ("dropped", reason) if reason else None


def suppressed(address: str, wanted_list: str) -> bool:
    """Tell whether this address gets none of this list's mails."""
    return bool(
        db.session.scalar(
            select(exists().where(Suppression.address == address.lower(), Suppression.list == wanted_list))
        )
    )


def _always(_mail: Mail) -> str:
    return ""


def _registration(mail: Mail) -> Registration:
    return db.session.get_one(Registration, mail.registration_id, populate_existing=True)


def _lecture(mail: Mail) -> Lecture:
    return db.session.get_one(Lecture, mail.lecture_id, populate_existing=True)


def _booked(mail: Mail) -> str:
    """A later change owes a mail of its own, which says it all."""
    row = _registration(mail)
    if row.sequence != mail.params["sequence"]:
        return "superseded"
    return "" if row.status == "booked" and _lecture(mail).status == "scheduled" else "cancelled"


def _waitlisted(mail: Mail) -> str:
    return "" if _registration(mail).status == "waitlisted" else "superseded"


def _cancelled(mail: Mail) -> str:
    return "" if _registration(mail).sequence == mail.params["sequence"] else "superseded"


def _lecture_cancelled(mail: Mail) -> str:
    return _cancelled(mail) or ("" if _lecture(mail).status == "cancelled" else "brought_back")


def _reminder(mail: Mail) -> str:
    row, lecture = _registration(mail), _lecture(mail)
    if row.status != "booked" or row.lecture_id != lecture.id or lecture.status != "scheduled":
        return "cancelled"
    return "" if lecture.starts_at.isoformat() == mail.params["starts_at"] else "moved"


def _invitation(mail: Mail) -> str:
    account = db.session.get_one(Account, mail.account_id, populate_existing=True)
    if account.stage != "onboarding":
        return "stage_changed"
    return "already_registered" if _has_another(mail, mail.params["course_id"]) else ""


def _missed(mail: Mail) -> str:
    """New dates are no help to whoever has taken one already."""
    return _verdict("missed")(mail) or ("already_registered" if _has_another(mail, _lecture(mail).course_id) else "")


def _has_another(mail: Mail, course_id: int) -> bool:
    """Tell whether the contact is on another lecture of this course than the mail is about."""
    has_one = exists().where(
        Registration.contact_id == mail.contact_id,
        Registration.status != "cancelled",
        Registration.lecture_id != (mail.lecture_id or 0),
        Lecture.id == Registration.lecture_id,
        Lecture.course_id == course_id,
        Lecture.starts_at > mail.created_at,
    )
    return bool(db.session.scalar(select(has_one)))


def _verdict(expected: str) -> Callable[[Mail], str]:
    def check(mail: Mail) -> str:
        verdict = db.session.scalar(
            select(Attendance.verdict).where(
                Attendance.lecture_id == mail.lecture_id, Attendance.contact_id == mail.contact_id
            )
        )
        return "" if verdict == expected else "verdict_changed"

    return check


def _ready(mail: Mail) -> str:
    account = db.session.get_one(Account, mail.account_id, populate_existing=True)
    return "" if account.ready_since is not None and account.stage == "onboarding" else "no_longer_ready"


def _handover(state: str) -> Callable[[Mail], str]:
    def check(mail: Mail) -> str:
        handover = db.session.get_one(Handover, mail.handover_id, populate_existing=True)
        return "" if handover.state == state else "handover_changed"

    return check


_CHECKS: dict[str, Callable[[Mail], str]] = {
    "invitation": _invitation,
    "confirmation": _booked,
    "promoted": _booked,
    "changed": _booked,
    "waitlisted": _waitlisted,
    "cancelled": _cancelled,
    "lecture_cancelled": _lecture_cancelled,
    "reminder_day": _reminder,
    "reminder_hour": _reminder,
    "thanks": _verdict("attended"),
    "missed": _missed,
    "staff_ready": _ready,
    "staff_handover_requested": _handover("requested"),
    "staff_handover_accepted": _handover("accepted"),
    "staff_handover_returned": _handover("returned"),
    "handover_letter": _handover("accepted"),
}
