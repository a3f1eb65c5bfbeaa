"""Answers who is invited, or only greeted at first, when an owner presses 案内を開始."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update

from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Course, Lecture
from scheduler.models.mails import GOING, Mail, Suppression
from scheduler.models.registrations import Registration
from scheduler.services import boundaries, courses, history, locking, mail_batches, readiness, spared
from scheduler.services.actors import Actor
from scheduler.services.mail_batches import Press
from scheduler.services.outbox.owe import owe_many
from scheduler.services.refusals import Invalid
from scheduler.services.suppressions import stopping

# Whom an audience names: the coordinators only, the managers too, or everyone.
AUDIENCES: dict[str, tuple[str, ...]] = {
    "coordinator": ("coordinator",),
    "manager": ("coordinator", "manager"),
    "everyone": ("coordinator", "manager", "member"),
}
COURSE = "basic"
# What the press sends: the invitation to the first course, or a greeting that says it is to come.
MAILS = ("invitation", "welcome")


@dataclass
class Plan:
    """Who would get the mail, and who would not and why (contact ids; accounts by id)."""

    accounts: list[int] = field(default_factory=list)
    invited: list[int] = field(default_factory=list)
    # Reached by phone.
    without_email: list[int] = field(default_factory=list)
    # Written to before, or already on a date.
    already: list[int] = field(default_factory=list)
    unsubscribed: list[int] = field(default_factory=list)
    # Accounts not in onboarding, or still to be decided.
    not_introduced: list[int] = field(default_factory=list)
    # Accounts on hold or cancelled.
    spared: list[int] = field(default_factory=list)
    # Accounts in which the audience names nobody.
    nobody: list[int] = field(default_factory=list)
    # Once started: the mails wait five minutes, in which they can be called back.
    waits: bool = False


def plan(account_ids: Sequence[int], audience: str, now: datetime, mail: str = "invitation") -> Plan:
    """Say how many mails 案内を開始 would send to whom, without sending; `mail` is one of MAILS.

    Raises Invalid for an audience or a mail that there is not.
    """
    if audience not in AUDIENCES:
        raise Invalid(field="audience", why="unknown_audience", value=audience)
    if mail not in MAILS:
        raise Invalid(field="mail", why="not_a_choice", value=mail, choices=", ".join(MAILS))
    result, begins = Plan(), boundaries.beginning()
    course = courses.by_key(COURSE)
    rows = db.session.execute(
        select(Account.id, Account.stage, Account.undecided, spared.going_on(now))
        .where(Account.id.in_(account_ids))
        .order_by(Account.id)
    )
    for number, stage, undecided, goes_on in rows:
        if not goes_on:
            result.spared.append(number)
        else:
            (result.accounts if stage in begins and not undecided else result.not_introduced).append(number)
    people = db.session.execute(
        select(Contact.id, Contact.account_id, Contact.email)
        .where(Contact.account_id.in_(result.accounts), Contact.role.in_(AUDIENCES[audience]), spared.there())
        .order_by(Contact.account_id, Contact.id)
    ).all()
    result.nobody = sorted(set(result.accounts) - {account_id for _number, account_id, _email in people})
    already = _already(result.accounts, course)
    if mail == "welcome":
        already |= _welcomed(result.accounts)
    # A greeting belongs to no list that anybody could leave.
    left = _unsubscribed({email for *_ids, email in people if email}) if mail == "invitation" else set()
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


def start(account_ids: Sequence[int], audience: str, now: datetime, actor: Actor, mail: str = "invitation") -> Plan:
    """Invite the people of these accounts to the basic course, each once; pressing again invites only who is new.

    With the mail "welcome" they are only greeted, and are invited when it is pressed again with the invitation. A mass mail
    leaves in five minutes and can be called back until then.
    """
    with db.writing():
        locking.accounts(account_ids)
        result = plan(account_ids, audience, now, mail)
        course = courses.by_key(COURSE)
        wanted = list(db.session.scalars(select(Contact).where(Contact.id.in_(result.invited)).order_by(Contact.id)))
        press = mail_batches.press([contact.account_id for contact in wanted], now)
        result.waits = press.batch is not None
        keys = {number: _key(mail, number) for number in result.invited}
        _queue_again(keys.values(), now, press)
        owe_many(
            [
                {
                    "kind": mail,
                    "key": keys[contact.id],
                    "contact_id": contact.id,
                    "account_id": contact.account_id,
                    "params": {"course_id": course.id},
                    "due_at": press.due_at,
                    "batch": press.batch,
                }
                for contact in wanted
            ],
            now,
        )
        _introduced(result.accounts, audience, now, actor, mail)
        readiness.refresh_many(result.accounts, now)
        return result


def only_greeted() -> ColumnElement[bool]:
    """Match accounts whose people were greeted and not yet invited to anything: who joins them later is not invited."""
    return exists().where(Event.account_id == Account.id, Event.key == "greeted", Event.at == Account.introduced_at)


def key(course_key: str, contact_id: int) -> str:
    """Name the invitation of a person to a course: there is one of each."""
    return f"invitation:{course_key}:{contact_id}"


def queue_again(course_key: str, contact_ids: Sequence[int], now: datetime, press: Press) -> int:
    """Queue once more the invitations that failed or were dropped, and whose people are to be invited now; count them."""
    return _queue_again([key(course_key, number) for number in contact_ids], now, press)


def _key(mail: str, contact_id: int) -> str:
    return key(COURSE, contact_id) if mail == "invitation" else f"welcome:{contact_id}"


def _queue_again(keys: Iterable[str], now: datetime, press: Press) -> int:
    lost = update(Mail).where(Mail.key.in_(list(keys)), Mail.state.in_(("bounced", "failed", "missed", "dropped")))
    fresh = {"state": "queued", "reason": "", "attempts": 0, "created_at": now, "batch": press.batch}
    due = {"due_at": press.due_at, "next_try_at": press.due_at}
    return db.changed(lost.values(**fresh, **due).execution_options(synchronize_session=False))


def _introduced(account_ids: Sequence[int], audience: str, now: datetime, actor: Actor, mail: str) -> None:
    """Note on accounts that they are introduced, from the invitation on where they were only greeted before."""
    greeted = set(db.session.scalars(select(Account.id).where(Account.id.in_(account_ids), only_greeted())))
    event = "introduced" if mail == "invitation" else "greeted"
    for account in db.session.scalars(select(Account).where(Account.id.in_(account_ids)).order_by(Account.id)):
        begins = account.introduced_at is None or (mail == "invitation" and account.id in greeted)
        if begins:
            account.introduced_at = now
        if begins or mail == "invitation" or account.id in greeted:
            account.introduced_to = audience
        history.record(event, now=now, actor=actor, account_id=account.id, audience=audience)
    db.session.flush()


def _welcomed(account_ids: Sequence[int]) -> set[int]:
    query = select(Mail.contact_id).where(
        Mail.kind == "welcome", Mail.account_id.in_(account_ids), Mail.state.in_(GOING)
    )
    return {number for number in db.session.scalars(query) if number is not None}


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
    rows = select(Suppression.address).where(
        Suppression.list.in_(stopping("invitations")), Suppression.address.in_(emails)
    )
    return set(db.session.scalars(rows))
