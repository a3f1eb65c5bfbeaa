"""Answers what was sent where, and how that went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from scheduler.models.db import db
from scheduler.models.signals import Delivery, Destination, Signal
from scheduler.services.signals.claims import WAITING

# What the log can be narrowed to, and the states that are meant.
STATES = {"delivered": ("delivered",), "waiting": WAITING, "failed": ("failed",), "dropped": ("dropped",)}


@dataclass(frozen=True)
class Place:
    """A destination, when something arrived there last, and how much waits for it."""

    destination: Destination
    arrived_at: datetime | None
    waiting: int


def places() -> list[Place]:
    """List the destinations, those that have ended last."""
    mine = Delivery.destination_id == Destination.id
    last = (
        select(Delivery.delivered_at)
        .where(mine, Delivery.state == "delivered")
        .order_by(Delivery.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    waiting = select(func.count()).where(mine, Delivery.state.in_(WAITING)).scalar_subquery()
    query = select(Destination, last, waiting).order_by(Destination.ended_at.is_not(None), Destination.name)
    return [Place(row, arrived_at, count) for row, arrived_at, count in db.session.execute(query)]


def deliveries(destination_id: int, narrowed: str, page: int, per_page: int) -> tuple[Sequence[Delivery], int]:
    """List what was sent to a destination, the newest first, with signal and account; and how many there are in all."""
    which = [Delivery.destination_id == destination_id]
    if narrowed in STATES:
        which.append(Delivery.state.in_(STATES[narrowed]))
    rows = (
        select(Delivery)
        .where(*which)
        .options(joinedload(Delivery.signal).joinedload(Signal.account))
        .order_by(Delivery.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return db.session.scalars(rows).all(), db.session.scalar(select(func.count()).where(*which)) or 0
