"""Answers what a change of a registration sets going: the mail it owes and the judging of its account's way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.rules.sash import StoredWay
from scheduler.services import readiness
from scheduler.services.outbox.owe import owe


def tell(
    row: Registration,
    kind: str,
    now: datetime,
    *,
    account_id: int,
    sequence: int | None = None,
    wanted: bool | None = None,
    last_at: datetime | None = None,
    **facts: str,
) -> None:
    """Owe the person a mail about a registration, unless none is wanted: `wanted` decides for this once.

    `last_at` is until when it is of use, where that is before the lecture starts.
    """
    if not (row.mails if wanted is None else wanted):
        return
    until = last_at or db.session.get_one(Lecture, row.lecture_id).starts_at
    number = row.sequence if sequence is None else sequence
    owe_about(kind, row.id, number, row.contact_id, account_id, row.lecture_id, until, now, **facts)


def owe_about(
    kind: str,
    registration_id: int,
    sequence: int,
    contact_id: int,
    account_id: int,
    lecture_id: int,
    last_at: datetime,
    now: datetime,
    **facts: str,
) -> None:
    """Owe a mail about a registration as it is at this SEQUENCE, of use until `last_at`; `facts` cannot be read later."""
    owe(
        kind,
        f"{kind}:{registration_id}:{sequence}",
        now=now,
        # A cancellation takes the entry out of the calendar whenever it comes; all else is no news once the lecture began.
        expires_at=None if kind == "cancelled" else last_at,
        contact_id=contact_id,
        account_id=account_id,
        registration_id=registration_id,
        lecture_id=lecture_id,
        params={"sequence": sequence, **facts},
    )


def refresh_if_it_matters(account_id: int, now: datetime) -> None:
    """Bring the account's way up to date after a registration of one of its people."""
    query = select(Account.knots, Account.level, Account.next_step).where(Account.id == account_id)
    readiness.registered(account_id, StoredWay(*db.session.execute(query).one()), now)
