"""Answers how a mail is told of that nobody owes yet, and how it becomes one that is owed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services.outbox.owe import owe_many

# So many keys are looked up in one statement.
_TOGETHER = 5000


@dataclass(frozen=True)
class Planned:
    """One mail to come: its key, when it is to leave (aware UTC) and for what it waits until then ("": its time)."""

    kind: str
    key: str
    when: datetime
    reason: str = ""
    account_id: int | None = None
    contact_id: int | None = None
    staff_id: int | None = None
    application_id: int | None = None
    lecture_id: int | None = None
    handover_id: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    # From then on it is of no use.
    expires_at: datetime | None = None
    # The row, where it is owed already.
    mail_id: int | None = None


def owe(mails: Iterable[Planned], now: datetime) -> int:
    """Owe planned mails within the open transaction, each key once; return how many were new."""
    return owe_many(
        [
            {
                "kind": one.kind,
                "key": one.key,
                "due_at": one.when,
                "expires_at": one.expires_at,
                "contact_id": one.contact_id,
                "staff_id": one.staff_id,
                "account_id": one.account_id,
                "handover_id": one.handover_id,
                "params": dict(one.params),
            }
            for one in mails
        ],
        now,
    )


def unknown(mails: Iterable[Planned]) -> list[Planned]:
    """Keep those whose key no mail has, whatever became of it."""
    candidates = list(mails)
    known: set[str] = set()
    for begin in range(0, len(candidates), _TOGETHER):
        keys = [one.key for one in candidates[begin : begin + _TOGETHER]]
        known.update(db.session.scalars(select(Mail.key).where(Mail.key.in_(keys))))
    return [one for one in candidates if one.key not in known]
