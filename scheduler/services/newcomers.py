"""Answers who may take a course and was never invited to it, and invites them all at one press of a button."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select

from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.mails import GOING, Mail, Suppression
from scheduler.models.registrations import Registration
from scheduler.services import courses, history, introductions, mail_batches, readiness, spared
from scheduler.services.actors import Actor
from scheduler.services.outbox.owe import owe_many
from scheduler.services.refusals import Invalid
from scheduler.services.suppressions import stopping


@dataclass
class Plan:
    """Who would get the invitation to a course, and who would not and why (contact ids)."""

    invited: list[int] = field(default_factory=list)
    # Reached by phone.
    without_email: list[int] = field(default_factory=list)
    unsubscribed: list[int] = field(default_factory=list)


def usual_audience(course: Course) -> str:
    """Say whom the page proposes: everyone who attended the prerequisite, else the coordinators only."""
    return "everyone" if course.prerequisite_id is not None else "coordinator"


def plan(course_key: str, audience: str, now: datetime) -> Plan:
    """Say how many mails the button would send to whom, without sending; raise NotFound, Invalid(audience)."""
    if audience not in introductions.AUDIENCES:
        raise Invalid(field="audience", why="unknown_audience", value=audience)
    course = courses.by_key(course_key)
    result = Plan()
    left = exists().where(Suppression.list.in_(stopping("invitations")), Suppression.address == Contact.email)
    people = db.session.execute(
        select(Contact.id, Contact.email, left)
        .join(Account, Account.id == Contact.account_id)
        .where(
            Contact.role.in_(introductions.AUDIENCES[audience]),
            *_may_take(course),
            spared.there(),
            spared.going_on(now),
        )
        .order_by(Contact.account_id, Contact.id)
    )
    for number, email, unsubscribed in people:
        if email is None:
            result.without_email.append(number)
        elif unsubscribed:
            result.unsubscribed.append(number)
        else:
            result.invited.append(number)
    return result


def invite(course_key: str, audience: str, now: datetime, actor: Actor) -> tuple[int, bool]:
    """Invite the newcomers of a course, each once whatever their account's stage.

    Returns how many mails are owed, and whether they wait five minutes, in which they can be called back. Pressing again,
    or by two members at once, invites only who is new.
    Raises NotFound, Invalid(audience).
    """
    with db.writing():
        wanted = plan(course_key, audience, now).invited
        course = courses.by_key(course_key)
        people = _accounts(wanted)
        press = mail_batches.press([account_id for _contact, account_id, _stage in people], now)
        lost = introductions.queue_again(course.key, wanted, now, press)
        told = owe_many(
            [
                {
                    "kind": "invitation",
                    "key": introductions.key(course.key, contact_id),
                    "contact_id": contact_id,
                    "account_id": account_id,
                    "params": {"course_id": course.id, "any_stage": True},
                    "due_at": press.due_at,
                    "batch": press.batch,
                }
                for contact_id, account_id, _stage in people
            ],
            now,
        )
        for account_id, count in Counter(account_id for _contact, account_id, _stage in people).items():
            history.record(
                "course_invited", now=now, actor=actor, account_id=account_id, course=course.key, count=count
            )
        db.session.flush()
        readiness.refresh_many({account_id for _contact, account_id, _stage in people}, now)
        return told + lost, press.batch is not None


def _may_take(course: Course) -> list[ColumnElement[bool]]:
    """Match contacts of accounts in any stage after sales who may take the course and were never on it or invited.

    Whoever is still to be introduced to the first course is left to 案内を開始.
    """
    registered = exists().where(
        Registration.contact_id == Contact.id,
        Registration.status != "cancelled",
        Lecture.id == Registration.lecture_id,
        Lecture.course_id == course.id,
    )
    invited = exists().where(
        Mail.contact_id == Contact.id,
        Mail.kind == "invitation",
        Mail.key.startswith(f"invitation:{course.key}:", autoescape=True),
        Mail.state.in_(GOING),
    )
    wanted = [Account.stage != "sales", ~Account.undecided, ~registered, ~invited, ~_attended(course.id)]
    if course.prerequisite_id is not None:
        wanted.append(_attended(course.prerequisite_id))
    if course.key == introductions.COURSE:
        wanted.append(
            (Account.stage != "onboarding") | (Account.introduced_at.is_not(None) & ~introductions.only_greeted())
        )
    return wanted


def _attended(course_id: int) -> ColumnElement[bool]:
    return exists().where(
        Attendance.contact_id == Contact.id,
        Attendance.verdict == "attended",
        Lecture.id == Attendance.lecture_id,
        Lecture.course_id == course_id,
    )


def _accounts(contact_ids: Sequence[int]) -> list[tuple[int, int, str]]:
    rows = db.session.execute(
        select(Contact.id, Contact.account_id, Account.stage)
        .join(Account, Account.id == Contact.account_id)
        .where(Contact.id.in_(contact_ids))
        .order_by(Contact.id)
    )
    return [(contact, account, stage) for contact, account, stage in rows]
