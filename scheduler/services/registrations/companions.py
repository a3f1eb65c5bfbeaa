"""Answers who watches the same screen as a registered person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scheduler.models.db import db
from scheduler.services import history, readiness
from scheduler.services.actors import Actor
from scheduler.services.registrations import rows


def set_companions(registration_id: int, companions: Sequence[str], now: datetime, actor: Actor) -> None:
    """Name the colleagues who watch the same screen; each counts for the store."""
    with db.writing():
        row = rows.live(registration_id)
        names = [name.strip() for name in companions if name.strip()]
        if names != row.companions:
            row.companions = names
            account_id = row.contact.account_id
            history.record(
                "companions_changed",
                now=now,
                actor=actor,
                account_id=account_id,
                contact_id=row.contact_id,
                lecture_id=row.lecture_id,
                count=len(names),
            )
            db.session.flush()
            readiness.refresh(account_id, now)
