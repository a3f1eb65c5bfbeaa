"""Answers what happens when a destination gets no more signals: what waits is dropped, and somebody is asked to look."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from scheduler.models.db import db
from scheduler.models.signals import Delivery, Destination
from scheduler.models.staff import Staff
from scheduler.models.tasks import Task
from scheduler.services import history, tasks
from scheduler.services.actors import WORKER, Actor
from scheduler.services.signals import claims


def end(destination: Destination, why: str, now: datetime, actor: Actor = WORKER) -> None:
    """Let a destination that is locked get no more: by_hand, gone or failing; the last two make a task."""
    destination.ended_at, destination.ended_why = now, why
    db.session.flush()
    waiting = (Delivery.destination_id == destination.id, Delivery.state.in_(claims.WAITING))
    # In the order of their ids, as everybody locks them.
    ids = db.session.scalars(select(Delivery.id).where(*waiting).order_by(Delivery.id).with_for_update()).all()
    dropped = update(Delivery).where(Delivery.id.in_(ids)).values(state="dropped", claimed_by=None)
    db.session.execute(dropped.execution_options(synchronize_session=False))
    history.record("destination_ended", now=now, actor=actor, destination_id=destination.id, why=why)
    if why != "by_hand":
        tasks.add(
            f"destination_ended:{destination.id}:{now.isoformat()}",
            "destination_ended",
            now=now,
            account_id=None,
            params={"destination_id": destination.id, "why": why},
            words=destination.name,
            owner_id=_who_looks(destination),
        )


def settle_tasks(destination_id: int, now: datetime, actor: Actor) -> None:
    """Within the open transaction note that somebody has seen to a destination that ended."""
    mine = Task.key.startswith(f"destination_ended:{destination_id}:")
    for number in db.session.scalars(select(Task.id).where(mine, Task.done_at.is_(None))).all():
        tasks.done(number, now, actor)


def _who_looks(destination: Destination) -> int | None:
    """Return whoever set it up, else the first of operations."""
    maker = db.session.get(Staff, destination.created_by_id) if destination.created_by_id is not None else None
    if maker is not None and maker.active:
        return maker.id
    operations = select(Staff.id).where(Staff.team == "operations", Staff.active)
    return db.session.scalar(operations.order_by(Staff.id).limit(1))
