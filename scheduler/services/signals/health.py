"""Answers whether signals get out: how many are due and since when, what became of today's, and which destinations ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.signals import Delivery, Destination, Signal
from scheduler.services.signals.claims import WAITING


@dataclass(frozen=True)
class Health:
    """How signals leave at a moment (aware UTC)."""

    # How many deliveries a worker may take up now, and when the oldest that has not arrived was first due.
    due: int
    oldest_at: datetime | None
    # Destinations that ended by themselves: gone, or nothing arrived for three days.
    ended: int


def read(now: datetime) -> Health:
    """Look at what waits; what arrived long ago costs nothing."""
    waiting = Delivery.state.in_(WAITING)
    due = select(func.count()).where(waiting, Delivery.next_try_at <= now).scalar_subquery()
    oldest = select(func.min(Delivery.created_at)).where(waiting).scalar_subquery()
    ended = select(func.count()).where(Destination.ended_why.in_(("gone", "failing"))).scalar_subquery()
    return Health(*db.session.execute(select(due, oldest, ended)).one())


def last_day(now: datetime) -> Mapping[tuple[str, str], int]:
    """Count the deliveries of the signals of the last 24 hours, by kind and state."""
    rows = db.session.execute(
        select(Signal.kind, Delivery.state, func.count())
        .join(Delivery, Delivery.signal_id == Signal.id)
        .where(Signal.at > now - timedelta(days=1), Signal.at <= now)
        .group_by(Signal.kind, Delivery.state)
    )
    return {(kind, state): count for kind, state, count in rows}
