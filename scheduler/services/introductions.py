"""Answers who is invited when an owner presses 案内を開始."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update

from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.mails import GOING, Mail, Suppression
from scheduler.models.registrations import Registration
from scheduler.services import courses, history, locking, mail_batches, readiness
from scheduler.services.actors import Actor
from scheduler.services.mail_batches import Press
from scheduler.services.outbox.owe import owe_many
from scheduler.services.refusals import Invalid

# Whom an audience names: the coordinators only, the managers too, or everyone.
AUDIENCES: dict[str, tuple[str, ...]] = {
    "coordinator": ("coordinator",),
    "manager": ("coordinator", "manager"),
    "everyone": ("coordinator", "manager", "member"),
}
COURSE = "basic"


@dataclass
class Plan:
    """Who would get the invitation, and who would not and why (contact ids; accounts by id)."""

    accounts: list[int] = field(default_factory=list)
    invited: list[int] = field(default_factory=list)
    # Reached by phone.
    without_email: list[int] = field(default_factory=list)
    # Invited before, already on a date, or left the list.
    already: list[int] = field(default_factory=list)
    unsubscribed: list[int] = field(default_factory=list)
    # Accounts not in onboarding, or still to be decided.
    not_introduced: list[int] = field(default_factory=list)
    # Accounts in which the audience names nobody.
    nobody: list[int] = field(default_factory=list)


def plan(account_ids: Sequence[int], audience: str) -> Plan:
    """Say how many mails 案内を開始 would send to whom, without sending; raise Invalid for an unknown audience."""
    if audience not in AUDIENCES:
        raise Invalid(field="audience", why="unknown_audience", value=audience)
    result = Plan()
    course = courses.by_key(COURSE)
    rows = db.session.execute(
        select(Account.id, Account.stage, Account.undecided).where(Account.id.in_(account_ids)).order_by(Account.id)
    )
    for number, stage, undecided in rows:
        (result.accounts if stage == "onboarding" and not undecided else result.not_introduced).append(number)
    people = db.session.execute(
        select(Contact.id, Contact.account_id, Contact.email)
        .where(Contact.account_id.in_(result.accounts), Contact.role.in_(AUDIENCES[audience]))
        .order_by(Contact.account_id, Contact.id)
    ).all()
    result.nobody = sorted(set(result.accounts) - {account_id for _number, account_id, _email in people})
    already, left = _already(result.accounts, course), _unsubscribed({email for *_ids, email in people if email})
    for number, _account_id, email in people:
        if number in already:
            result.already.append(number)
        elif email is None:
            result.without_email.append(number)
        elif email in left:
            result.unsubscribed.append(number)
        else:
            result.invited.append(number)
    return result


def start(account_ids: Sequence[int], audience: str, now: datetime, actor: Actor) -> Plan:
    """Invite the people of these accounts to the basic course, each once; pressing again invites only who is new.

    What goes to several people leaves in five minutes and can be called back until then.
    """
    with db.writing():
        locking.accounts(account_ids)
        result = plan(account_ids, audience)
        course = courses.by_key(COURSE)
        press = mail_batches.press(len(result.invited), now)
        queue_again(COURSE, result.invited, now, press)
        wanted = select(Contact).where(Contact.id.in_(result.invited)).order_by(Contact.id)
        owe_many(
            [
                {
                    "kind": "invitation",
                    "key": key(COURSE, contact.id),
                    "contact_id": contact.id,
                    "account_id": contact.account_id,
                    "params": {"course_id": course.id},
                    "due_at": press.due_at,
                    "batch": press.batch,
                }
                for contact in db.session.scalars(wanted)
            ],
            now,
        )
        for account in db.session.scalars(select(Account).where(Account.id.in_(result.accounts)).order_by(Account.id)):
            if account.introduced_at is None:
                account.introduced_at = now
            account.introduced_to = audience
            history.record("introduced", now=now, actor=actor, account_id=account.id, audience=audience)
        db.session.flush()
        readiness.refresh_many(result.accounts, now)
        return result


def key(course_key: str, contact_id: int) -> str:
    """Name the invitation of a person to a course: there is one of each."""
    return f"invitation:{course_key}:{contact_id}"


def queue_again(course_key: str, contact_ids: Sequence[int], now: datetime, press: Press) -> int:
    """Queue once more the invitations that failed or were dropped, and whose people are to be invited now; count them."""
    lost = update(Mail).where(
        Mail.key.in_([key(course_key, number) for number in contact_ids]),
        Mail.state.in_(("bounced", "failed", "missed", "dropped")),
    )
    fresh = {"state": "queued", "reason": "", "attempts": 0, "created_at": now, "batch": press.batch}
    due = {"due_at": press.due_at, "next_try_at": press.due_at}
    return db.changed(lost.values(**fresh, **due).execution_options(synchronize_session=False))


def _already(account_ids: Sequence[int], course: Course) -> set[int]:
    invited = (
        select(Mail.contact_id)
        .where(Mail.kind == "invitation", Mail.key.startswith(f"invitation:{course.key}:", autoescape=True))
        .where(Mail.account_id.in_(account_ids))
        .where(Mail.state.in_(GOING))
    )
    booked = (
        select(Registration.contact_id)
        .join(Contact, Contact.id == Registration.contact_id)
        .join(Lecture, Lecture.id == Registration.lecture_id)
        .where(Contact.account_id.in_(account_ids), Lecture.course_id == course.id, Registration.status != "cancelled")
    )
    attended = (
        select(Attendance.contact_id)
        .join(Contact, Contact.id == Attendance.contact_id)
        .join(Lecture, Lecture.id == Attendance.lecture_id)
        .where(Contact.account_id.in_(account_ids), Lecture.course_id == course.id, Attendance.verdict == "attended")
    )
    return {
        number for query in (invited, booked, attended) for number in db.session.scalars(query) if number is not None
    }


def _unsubscribed(emails: set[str]) -> set[str]:
    rows = select(Suppression.address).where(Suppression.list == "invitations", Suppression.address.in_(emails))
    return set(db.session.scalars(rows))
