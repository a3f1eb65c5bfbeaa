"""Answers what became of every mail and what it waits for: set-based reading for pages, the API and the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from emails import FOLLOW_UP
from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import STATES, Mail, MailEvent, Suppression
from scheduler.services import mail_holding, to_come
from scheduler.services.almanac import Almanac
from scheduler.services.outbox import closing
from scheduler.services.planned import Planned

# Loads whom each mail goes to.
WITH_PEOPLE = (joinedload(Mail.contact), joinedload(Mail.staff), joinedload(Mail.application))
# Not come to its end.
TO_COME = ("queued", "sending")
# How far ahead a person's reminders are told.
AHEAD = timedelta(days=31)


@dataclass(frozen=True)
class Wanted:
    """Which mails a list shows; empty fields do not narrow it."""

    state: str = ""
    kind: str = ""
    account_id: int | None = None
    contact_id: int | None = None


def page_of(wanted: Wanted, page: int = 1, per_page: int = 50) -> tuple[list[Mail], int]:
    """List one page (from 1) of the mails, newest first, with their people loaded, and count them all."""
    query = select(Mail)
    for column, value in ((Mail.state, wanted.state), (Mail.kind, wanted.kind)):
        if value:
            query = query.where(column == value)
    if wanted.account_id is not None:
        query = query.where(Mail.account_id == wanted.account_id)
    if wanted.contact_id is not None:
        query = query.where(Mail.contact_id == wanted.contact_id)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = query.options(*WITH_PEOPLE).order_by(Mail.id.desc())
    return list(db.session.scalars(rows.limit(per_page).offset((page - 1) * per_page))), total


def of_contact(contact_id: int, limit: int) -> list[Mail]:
    """List a person's mails: first what is still to come, the next to leave first, then the rest, newest first."""
    query = select(Mail).where(Mail.contact_id == contact_id).options(*WITH_PEOPLE)
    to_come = query.where(Mail.state.in_(TO_COME)).order_by(Mail.next_try_at, Mail.id)
    ended = query.where(Mail.state.not_in(TO_COME)).order_by(Mail.id.desc())
    return [*db.session.scalars(to_come), *db.session.scalars(ended.limit(limit))]


def planned_for(contact_id: int, now: datetime) -> list[Planned]:
    """List the reminders that a person will be owed in the coming weeks if no date changes, the next one first."""
    found = to_come.reminders(now, now + AHEAD, Almanac.read(), contact_id)
    if mail_holding.paused_everything() is not None:
        found = [replace(one, reason="all_paused") for one in found]
    return sorted(found, key=lambda one: one.when)


def counts() -> dict[str, int]:
    """Count the mails of each state."""
    rows = db.session.execute(select(Mail.state, func.count()).group_by(Mail.state))
    return dict.fromkeys(STATES, 0) | dict(rows.all())


def count_queued(account_id: int | None = None) -> int:
    """Count the mails that have not left, all or those to the people of one account."""
    query = select(func.count()).select_from(Mail).where(Mail.state == "queued")
    if account_id is not None:
        query = query.where(Mail.account_id == account_id, Mail.contact_id.is_not(None))
    return db.session.scalar(query) or 0


def events_of(mail_id: int) -> list[MailEvent]:
    """List what the provider told of a mail, in the order in which it happened."""
    query = select(MailEvent).where(MailEvent.mail_id == mail_id)
    return list(db.session.scalars(query.order_by(MailEvent.at, MailEvent.id)))


def suppressions_of(address: str | None) -> list[Suppression]:
    """List why an address gets no mails, or none of a list."""
    if not address:
        return []
    query = select(Suppression).where(Suppression.address == address.lower())
    return list(db.session.scalars(query.order_by(Suppression.list)))


def waits(mails: Sequence[Mail], now: datetime) -> dict[int, str]:
    """Say what each of these mails that has not left waits for, as a key by the mail's id; what only waits for its time is left out.

    What a hand holds back goes before what the outbox noted when it last tried.
    """
    queued = [mail for mail in mails if mail.state == "queued"]
    if not queued:
        return {}
    if mail_holding.paused_everything() is not None:
        return dict.fromkeys((mail.id for mail in queued), "all_paused")
    accounts = select(Account.id).where(Account.mails_paused_at.is_not(None))
    paused = set(db.session.scalars(accounts.where(Account.id.in_({mail.account_id for mail in queued}))))
    lectures = select(Lecture.id).where(Lecture.follow_up_held_at.is_not(None))
    held = set(db.session.scalars(lectures.where(Lecture.id.in_({mail.lecture_id for mail in queued}))))
    closed = closing.state() is not None
    found = {}
    for mail in queued:
        if mail.contact_id is not None and mail.account_id in paused:
            found[mail.id] = "paused"
        elif mail.kind in FOLLOW_UP.values() and mail.lecture_id in held:
            found[mail.id] = "held"
        elif mail.due_at > now:
            found[mail.id] = "press" if mail.batch else ""
        elif closed:
            found[mail.id] = "closed"
        else:
            found[mail.id] = mail.reason
    return {number: reason for number, reason in found.items() if reason}
