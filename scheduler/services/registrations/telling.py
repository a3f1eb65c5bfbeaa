"""Answers what a change of a registration sets going: the mail it owes and the judging of its account's way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.services import readiness
from scheduler.services.outbox.owe import owe


def tell(
    row: Registration, kind: str, now: datetime, *, account_id: int, sequence: int | None = None, **facts: str
) -> None:
    if not row.mails:
        return
    starts_at = db.session.get_one(Lecture, row.lecture_id).starts_at
    number = row.sequence if sequence is None else sequence
    owe_about(kind, row.id, number, row.contact_id, account_id, row.lecture_id, starts_at, now, **facts)


def owe_about(
    kind: str,
    registration_id: int,
    sequence: int,
    contact_id: int,
    account_id: int,
    lecture_id: int,
    starts_at: datetime,
    now: datetime,
    **facts: str,
) -> None:
    owe(
        kind,
        f"{kind}:{registration_id}:{sequence}",
        now=now,
        # A cancellation takes the entry out of the calendar whenever it comes; all else is no news once the lecture began.
        expires_at=None if kind == "cancelled" else starts_at,
        contact_id=contact_id,
        account_id=account_id,
        registration_id=registration_id,
        lecture_id=lecture_id,
        params={"sequence": sequence, **facts},
    )


def refresh_if_it_matters(account_id: int, now: datetime) -> None:
    knots, level = db.session.execute(select(Account.knots, Account.level).where(Account.id == account_id)).one()
    if it_matters(knots, level):
        readiness.refresh(account_id, now)


def it_matters(knots: list[dict[str, Any]], level: str) -> bool:
    """Tell whether a registration can change the account's way: as the first one, or when somebody waits for a sign of
    life (behind, stuck)."""
    registered = next((knot for knot in knots if knot["key"] == "registered"), None)
    return registered is None or registered["state"] != "met" or level != "on_track"
