"""Answers which worker may deliver a signal just now: claimed with a lease, put back or settled by its holder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update

from scheduler.models.db import db
from scheduler.models.signals import Delivery

# So many to one destination at a time, so that one which answers slowly does not keep the others waiting.
PER_DESTINATION = 5
WAITING = ("queued", "sending")


def claim(now: datetime, holder: str, until: datetime, limit: int) -> list[int]:
    """Claim up to `limit` deliveries that are due at `now`, the oldest first; until `until` nobody else touches them.

    What was being sent when its worker died is taken up when its lease has ended, and goes out with the same message id.
    """
    due = (Delivery.state.in_(WAITING), Delivery.next_try_at <= now)
    if db.session.scalar(select(Delivery.id).where(*due).limit(1)) is None:
        db.session.rollback()
        return []
    place = func.row_number().over(partition_by=Delivery.destination_id, order_by=(Delivery.next_try_at, Delivery.id))
    places = select(Delivery.id, place.label("place")).where(*due).subquery()
    with db.writing():
        query = (
            select(Delivery.id)
            .where(Delivery.id.in_(select(places.c.id).where(places.c.place <= PER_DESTINATION)), *due)
            .order_by(Delivery.next_try_at, Delivery.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed = list(db.session.scalars(query))
        if claimed:
            db.changed(
                update(Delivery)
                .where(Delivery.id.in_(claimed))
                .values(state="sending", claimed_by=holder, next_try_at=until, attempts=Delivery.attempts + 1)
                .execution_options(synchronize_session=False)
            )
        db.session.expire_all()
        return claimed


def is_held(delivery_id: int, holder: str) -> bool:
    """Tell whether a delivery is still this holder's to send."""
    db.session.rollback()
    found = db.session.scalar(select(Delivery.id).where(Delivery.id == delivery_id, *_held(holder))) is not None
    db.session.rollback()
    return found


def held(delivery_id: int, holder: str) -> Delivery | None:
    """Return a delivery, locked for the open transaction, if it is still this holder's to settle."""
    query = select(Delivery).where(Delivery.id == delivery_id, *_held(holder)).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def put_back(delivery_ids: Sequence[int], holder: str, next_try_at: datetime) -> None:
    """Return claimed deliveries as if they had not been tried; they are due at `next_try_at`."""
    if not delivery_ids:
        return
    with db.writing():
        # In the order of their ids, as everybody locks them.
        ours = select(Delivery.id).where(Delivery.id.in_(delivery_ids), *_held(holder))
        ids = db.session.scalars(ours.order_by(Delivery.id).with_for_update()).all()
        values = {"state": "queued", "claimed_by": None, "next_try_at": next_try_at, "attempts": Delivery.attempts - 1}
        changed = update(Delivery).where(Delivery.id.in_(ids)).values(values)
        db.session.execute(changed.execution_options(synchronize_session=False))


def _held(holder: str) -> tuple[ColumnElement[bool], ...]:
    return Delivery.claimed_by == holder, Delivery.state == "sending"
