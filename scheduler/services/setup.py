"""Answers what an account has set up: records what is done or not needed, and tells what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from scheduler.models.accounts import Contact, Store
from scheduler.models.db import db
from scheduler.models.setup import Completion, SetupStep
from scheduler.services import history, locking, readiness
from scheduler.services.actors import Actor
from scheduler.services.inserting import add_missing
from scheduler.services.refusals import Invalid, NotFound, StepNotYours

# How far another program's clock may be ahead of ours.
AHEAD = timedelta(minutes=5)
LONGEST_REASON = 500


@dataclass(frozen=True)
class StepItem:
    """One thing to set up: the step for the account, or in one of its stores."""

    store_id: int | None
    store_code: str
    store_name: str
    # open, done or not_needed
    state: str
    at: datetime | None
    reason: str
    # Who said so: contact, staff or api, and the id.
    by_kind: str
    by_id: int | None


@dataclass(frozen=True)
class StepProgress:
    """A set-up step as an account stands with it; its names are {"ja", "en"}."""

    key: str
    name: dict[str, Any]
    help: dict[str, Any]
    per: str
    required: bool
    doer: str
    items: tuple[StepItem, ...]

    @property
    def total(self) -> int:
        """Count what there is to do: once, or once in each store in scope."""
        return len(self.items)

    @property
    def closed(self) -> int:
        """Count what is done or not needed."""
        return sum(item.state != "open" for item in self.items)

    @property
    def done(self) -> bool:
        """Tell whether nothing of the step is open."""
        return self.closed == self.total

    @property
    def at(self) -> datetime | None:
        """Return when the last of it was done; None while something is open."""
        moments = [item.at for item in self.items if item.at]
        return max(moments) if self.done and moments else None


def complete(
    account_id: int,
    step_key: str,
    now: datetime,
    actor: Actor,
    *,
    store_code: str | None = None,
    done: bool = True,
    at: datetime | None = None,
    state: str = "done",
    reason: str = "",
) -> bool:
    """Record that a step is done or not needed (`state`), or with `done=False` that it is open again.

    `store_code` names the store for a step that is done per store. Returns whether anything changed: the same state
    again writes nothing. Customers may tick what is theirs to do, and untick what they ticked: what the vendor said
    stands. Raises NotFound (account, step), Invalid(field, why) and StepNotYours.
    """
    when = _moment(at, now)
    _check_state(state, reason)
    with db.writing():
        locking.account(account_id)
        step = db.session.scalar(select(SetupStep).where(SetupStep.key == step_key, SetupStep.active))
        if step is None:
            raise NotFound(what="step")
        _check_actor(account_id, step, state, actor)
        store_id = _store_id(account_id, step, store_code)
        if actor.kind == "contact" and _said_by_us(account_id, step.id, store_id):
            if done:
                return False
            raise StepNotYours()
        if done:
            fields = {"state": state, "reason": reason.strip(), "done_at": when}
            changed = _close(account_id, step.id, store_id, fields | {"by_kind": actor.kind, "by_id": actor.id})
            key = "setup_done" if state == "done" else "setup_not_needed"
        else:
            changed = _reopen(account_id, step.id, store_id)
            key = "setup_undone"
        if changed:
            history.record(key, now=now, actor=actor, account_id=account_id, step=step_key, store_id=store_id)
            readiness.refresh(account_id, now)
        return changed


def progress(account_id: int) -> list[StepProgress]:
    """Tell how an account stands with every step asked of it, in the order of pages."""
    return progress_of_many([account_id])[account_id]


def progress_of_many(account_ids: Iterable[int]) -> dict[int, list[StepProgress]]:
    """Tell how many accounts stand with every step, in three statements."""
    ids = sorted(set(account_ids))
    steps = db.session.scalars(select(SetupStep).where(SetupStep.active).order_by(SetupStep.position, SetupStep.id))
    asked = list(steps)
    stores: dict[int, list[Store]] = {number: [] for number in ids}
    in_scope = select(Store).where(Store.account_id.in_(ids), Store.scope == "in").order_by(Store.code)
    for store in db.session.scalars(in_scope):
        stores[store.account_id].append(store)
    closed = {
        (row.account_id, row.step_id, row.store_id): row
        for row in db.session.scalars(select(Completion).where(Completion.account_id.in_(ids)))
    }
    return {number: [_progress(number, step, stores[number], closed) for step in asked] for number in ids}


def _progress(
    account_id: int, step: SetupStep, stores: Sequence[Store], closed: dict[tuple[int, int, int | None], Completion]
) -> StepProgress:
    places: Sequence[Store | None] = stores if step.per == "store" and stores else [None]
    items = tuple(
        _item(place, closed.get((account_id, step.id, place.id if place is not None else None))) for place in places
    )
    return StepProgress(step.key, step.name, step.help, step.per, step.required, step.doer, items)


def _item(store: Store | None, row: Completion | None) -> StepItem:
    return StepItem(
        store_id=store.id if store is not None else None,
        store_code=store.code if store is not None else "",
        store_name=store.name if store is not None else "",
        state=row.state if row is not None else "open",
        at=row.done_at if row is not None else None,
        reason=row.reason if row is not None else "",
        by_kind=row.by_kind if row is not None else "",
        by_id=row.by_id if row is not None else None,
    )


def _moment(at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now
    if at.tzinfo is None:
        raise Invalid(field="at", why="zone_missing")
    if at > now + AHEAD:
        raise Invalid(field="at", why="in_the_future")
    return min(at, now)


def _check_state(state: str, reason: str) -> None:
    if state not in ("done", "not_needed"):
        raise Invalid(field="state", why="unknown_state", value=state)
    if state == "not_needed" and not reason.strip():
        raise Invalid(field="reason", why="reason_missing")
    if len(reason) > LONGEST_REASON:
        raise Invalid(field="reason", why="too_long", maximum=LONGEST_REASON)


def _check_actor(account_id: int, step: SetupStep, state: str, actor: Actor) -> None:
    if actor.kind != "contact":
        return
    contact = db.session.get(Contact, actor.id)
    if contact is None or contact.account_id != account_id:
        raise NotFound(what="account")
    if step.doer != "customer" or state != "done":
        raise StepNotYours()


def _store_id(account_id: int, step: SetupStep, code: str | None) -> int | None:
    """Find the store a step is done in; an account without stores in scope does a step per store once."""
    if not code:
        in_scope = select(Store.id).where(Store.account_id == account_id, Store.scope == "in").limit(1)
        if step.per == "store" and db.session.scalar(in_scope) is not None:
            raise Invalid(field="store", why="store_missing")
        return None
    if step.per == "account":
        raise Invalid(field="store", why="step_per_account")
    store_id = db.session.scalar(select(Store.id).where(Store.account_id == account_id, Store.code == code))
    if store_id is None:
        raise Invalid(field="store", why="unknown_store", value=code)
    return store_id


def _said_by_us(account_id: int, step_id: int, store_id: int | None) -> bool:
    said = select(Completion.id).where(*_of(account_id, step_id, store_id), Completion.by_kind != "contact")
    return db.session.scalar(said) is not None


def _close(account_id: int, step_id: int, store_id: int | None, fields: dict[str, Any]) -> bool:
    row = {"account_id": account_id, "step_id": step_id, "store_id": store_id} | fields
    if add_missing(Completion, [row]):
        return True
    other = update(Completion).where(*_of(account_id, step_id, store_id), Completion.state != fields["state"])
    return db.session.scalar(other.values(fields).returning(Completion.id)) is not None


def _reopen(account_id: int, step_id: int, store_id: int | None) -> bool:
    statement = delete(Completion).where(*_of(account_id, step_id, store_id))
    return db.session.scalar(statement.returning(Completion.id)) is not None


def _of(account_id: int, step_id: int, store_id: int | None) -> tuple[ColumnElement[bool], ...]:
    place = Completion.store_id.is_(None) if store_id is None else Completion.store_id == store_id
    return Completion.account_id == account_id, Completion.step_id == step_id, place
