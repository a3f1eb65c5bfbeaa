"""Answers what an answer means for a delivery: arrived, tried again later, given up; and for its destination."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.signals import Delivery, Destination
from scheduler.services.signals import claims, ending
from scheduler.services.signals.parcels import Parcel
from scheduler.services.signals.posting import Answer

# Seconds to wait after each try that failed, in all three days: what Standard Webhooks gives as an example.
BACKOFF = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 20 * 3600)
# Longer than this nobody may ask us to wait.
LONGEST_WAIT = 24 * 3600


def record(parcel: Parcel, holder: str, answer: Answer, now: datetime) -> datetime | None:
    """Record what became of a delivery, as far as it is still this holder's; return when it is tried again, if it is.

    410 ends the destination; so does a delivery that is given up when nothing else arrived there meanwhile. A test message
    is tried once.
    """
    with db.writing():
        # The destination first, whoever records or ends it: nobody waits for the other in a circle.
        destination = db.session.get_one(
            Destination, parcel.destination_id, populate_existing=True, with_for_update=True
        )
        row = claims.held(parcel.delivery_id, holder)
        if row is None:
            return None
        row.claimed_by, row.status, row.error = None, answer.status, answer.error
        if answer.is_taken:
            row.state, row.delivered_at = "delivered", now
            return None
        if answer.is_gone:
            row.state = "failed"
            ending.end(destination, "gone", now)
        elif row.attempts > len(BACKOFF) or row.signal.kind == "test":
            row.state = "failed"
            if row.signal.kind != "test" and not _has_arrived_since(row):
                ending.end(destination, "failing", now)
        else:
            row.state, row.next_try_at = "queued", now + _wait(row.attempts, answer)
            return row.next_try_at
        return None


def _wait(attempts: int, answer: Answer) -> timedelta:
    """Say how long to wait, with jitter so that what failed together does not come back together; longer if asked to."""
    wait = BACKOFF[attempts - 1] * random.uniform(0.9, 1.1)
    return timedelta(seconds=max(wait, min(answer.retry_after or 0, LONGEST_WAIT)))


def _has_arrived_since(row: Delivery) -> bool:
    """Tell whether anything arrived at the destination since this delivery was first due."""
    arrived = select(Delivery.id).where(
        Delivery.destination_id == row.destination_id, Delivery.delivered_at >= row.created_at
    )
    return db.session.scalar(arrived.limit(1)) is not None
