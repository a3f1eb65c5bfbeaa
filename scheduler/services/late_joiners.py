"""Answers who was added to an account after 案内を開始, and invites them like the others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, and_, exists, or_, select

from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail, Suppression
from scheduler.models.registrations import Registration
from scheduler.services import boundaries, courses, spared, vendor
from scheduler.services.installation import here
from scheduler.services.introductions import AUDIENCES, COURSE, only_greeted
from scheduler.services.outbox.owe import owe_many
from scheduler.services.refusals import NotFound
from scheduler.services.suppressions import stopping


def invite(now: datetime) -> int:
    """Owe the invitation to people who came after their account was introduced; return how many. Only on working days.

    Whoever is registered, has attended, left the list or was ever sent an invitation gets none.
    """
    if not vendor.working_days().is_working_day(now.astimezone(here().tz).date()):
        return 0
    try:
        course = courses.by_key(COURSE)
    except NotFound:
        return 0
    with db.writing():
        people = db.session.execute(_wanted(course.id, now)).all()
        return owe_many(
            [
                {
                    "kind": "invitation",
                    "key": f"invitation:{COURSE}:{contact_id}",
                    "contact_id": contact_id,
                    "account_id": account_id,
                    "params": {"course_id": course.id},
                }
                for contact_id, account_id in people
            ],
            now,
        )


def _wanted(course_id: int, now: datetime) -> Select[int, int]:
    audience = or_(*(and_(Account.introduced_to == name, Contact.role.in_(roles)) for name, roles in AUDIENCES.items()))
    of_course = Lecture.course_id == course_id
    registered = exists().where(
        Registration.contact_id == Contact.id,
        Registration.status != "cancelled",
        Lecture.id == Registration.lecture_id,
        of_course,
    )
    attended = exists().where(
        Attendance.contact_id == Contact.id,
        Attendance.verdict == "attended",
        Lecture.id == Attendance.lecture_id,
        of_course,
    )
    invited = exists().where(Mail.contact_id == Contact.id, Mail.kind == "invitation")
    left = exists().where(Suppression.list.in_(stopping("invitations")), Suppression.address == Contact.email)
    return (
        select(Contact.id, Contact.account_id)
        .join(Account, Account.id == Contact.account_id)
        .where(
            Account.stage.in_(boundaries.beginning()),
            Account.undecided.is_(False),
            Contact.created_at > Account.introduced_at,
            ~only_greeted(),
            Contact.email.is_not(None),
            spared.there(),
            spared.going_on(now),
            audience,
            ~registered,
            ~attended,
            ~invited,
            ~left,
        )
        .order_by(Contact.id)
    )
