"""Answers what an account has set up: records what is done, not needed or waiting, and tells what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.db import db
from scheduler.models.setup import SetupStep
from scheduler.services import locking, readiness, ticks, wanted_steps
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.ticks import Place, Row, Tick

# How far another program's clock may be ahead of ours.
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True)
class StepItem:
    """One thing to set up: the step for the account, or in one of its stores."""

    store_id: int | None
    store_code: str
    store_name: str
    # open, waiting, done or not_needed
    state: str
    # Since when it stands so.
    at: datetime | None
    reason: str
    # Who said so: contact, staff or api, and the id.
    by_kind: str
    by_id: int | None
    # On whom it waits: customer, us or third_party; empty: it does not.
    waiting_on: str = ""

    @property
    def settled(self) -> bool:
        """Tell whether nothing of it is left to do: done or not needed."""
        return self.state in ticks.SETTLED


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
    # Who may say that it is done: of customer, staff and api.
    tickers: tuple[str, ...] = ticks.TICKERS
    # The last day on time; None without one, or before the planned start is known.
    due_on: date | None = None
    guide_url: str = ""

    @property
    def total(self) -> int:
        """Count what there is to do: once, or once in each store in scope."""
        return len(self.items)

    @property
    def closed(self) -> int:
        """Count what is done or not needed."""
        return sum(item.settled for item in self.items)

    @property
    def waiting(self) -> int:
        """Count what waits on somebody."""
        return sum(item.state == "waiting" for item in self.items)

    @property
    def done(self) -> bool:
        """Tell whether nothing of the step is open."""
        return self.closed == self.total

    @property
    def at(self) -> datetime | None:
        """Return when the last of it was done; None while something is open."""
        moments = [item.at for item in self.items if item.at]
        return max(moments) if self.done and moments else None

    def is_late(self, today: date) -> bool:
        """Tell whether it should have been done before `today` (a day of the vendor)."""
        return self.due_on is not None and self.due_on < today and not self.done


@dataclass(frozen=True)
class _Asked:
    """What of an account its steps depend on: when it was added, its planned start, its stores in scope by code."""

    created_at: datetime
    start_on: date | None
    # Id, code and name.
    stores: list[tuple[int, str, str]] = field(default_factory=list)


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
    waiting_on: str | None = None,
    reason: str = "",
) -> bool:
    """Record that a step is done, not needed or waiting on somebody (`state`), or with `done=False` that it is open again.

    `store_code` names the store for a step that is done per store. Returns whether anything changed: the same again
    writes nothing. Raises NotFound (account, step; also one that is not asked of this account), Invalid(field, why),
    StepNotYours and TickNotAllowed.
    """
    more: dict[str, Any] = {"state": state if done else "open", "at": at, "waiting_on": waiting_on, "reason": reason}
    return complete_in(account_id, step_key, [store_code], now, actor, **more) > 0


def complete_in(
    account_id: int,
    step_key: str,
    store_codes: Iterable[str | None],
    now: datetime,
    actor: Actor,
    *,
    state: str,
    at: datetime | None = None,
    waiting_on: str | None = None,
    reason: str = "",
) -> int:
    """Like `complete`, in several stores at once (None: once for the account), all or none; return in how many that changed."""
    when = moment(at, now)
    ticks.check(state, waiting_on, reason)
    with db.writing():
        account = locking.account(account_id)
        step = db.session.scalar(select(SetupStep).where(SetupStep.key == step_key, SetupStep.active))
        if step is None or not ticks.is_asked(step, account.created_at):
            raise NotFound(what="step")
        _check_own(account_id, actor)
        rows = ticks.stands([account_id])
        said = []
        for code in dict.fromkeys(store_codes):
            store_id = _store_id(account_id, step, code)
            tick = Tick(account_id, step.id, step.key, store_id, state, when, waiting_on, reason.strip())
            row = rows.get(tick.place)
            ticks.check_may(step.tickers, state, row, actor)
            if ticks.changes(tick, row, actor):
                said.append(tick)
        if said:
            ticks.write(said, rows, now, actor)
            wanted_steps.settle([account_id], now)
            readiness.refresh(account_id, now)
        return len(said)


def progress(account_id: int) -> list[StepProgress]:
    """Tell how an account stands with every step asked of it, in the order of pages."""
    return progress_of_many([account_id])[account_id]


def progress_of_many(account_ids: Iterable[int]) -> dict[int, list[StepProgress]]:
    """Tell how many accounts stand with every step asked of them, in three statements."""
    ids = sorted(set(account_ids))
    asked = _steps(SetupStep.active)
    accounts = _accounts(ids)
    rows = ticks.stands(ids)
    found: dict[int, list[StepProgress]] = {number: [] for number in ids}
    for number, account in accounts.items():
        steps = [step for step in asked if ticks.is_asked(step, account.created_at)]
        found[number] = [_progress(number, account, step, rows) for step in steps]
    return found


def earlier(account_id: int) -> list[StepProgress]:
    """Tell what was said of steps that are no longer asked of an account; only where something was said."""
    rows = ticks.stands([account_id])
    said = {step_id for _account_id, step_id, _store_id in rows}
    if not said:
        return []
    account = _accounts([account_id])[account_id]
    names = db.session.execute(select(Store.id, Store.code, Store.name).where(Store.account_id == account_id)).all()
    stores = {number: (number, code, name) for number, code, name in names}
    found = []
    for step in _steps(SetupStep.id.in_(said)):
        if not step.active or not ticks.is_asked(step, account.created_at):
            places = [place for place in rows if place[1] == step.id]
            items = tuple(_item(stores.get(place[2] or 0), rows[place]) for place in places)
            found.append(_of(step, items, None))
    return found


def moment(at: datetime | None, now: datetime) -> datetime:
    """Return since when something is so: as said, now where nothing is; raise Invalid for what cannot be."""
    if at is None:
        return now
    if at.tzinfo is None:
        raise Invalid(field="at", why="zone_missing")
    if at > now + AHEAD:
        raise Invalid(field="at", why="in_the_future")
    return min(at, now)


def _accounts(ids: Sequence[int]) -> dict[int, _Asked]:
    """Return of each account what its steps depend on, by id."""
    found: dict[int, _Asked] = {}
    in_scope = (Store.account_id == Account.id) & (Store.scope == "in")
    query = select(
        Account.id, Account.created_at, Account.planned_start_on, Store.id, Store.code, Store.name
    ).outerjoin(Store, in_scope)
    found_rows = db.session.execute(query.where(Account.id.in_(ids)).order_by(Store.code))
    for number, created_at, start_on, store_id, code, name in found_rows:
        account = found.setdefault(number, _Asked(created_at, start_on))
        if store_id is not None:
            account.stores.append((store_id, code, name))
    return found


def _steps(which: Any) -> Sequence[SetupStep]:
    return db.session.scalars(select(SetupStep).where(which).order_by(SetupStep.position, SetupStep.id)).all()


def _progress(number: int, account: _Asked, step: SetupStep, rows: Mapping[Place, Row]) -> StepProgress:
    # An account without stores in scope does a step per store once.
    places: Sequence[tuple[int, str, str] | None] = account.stores if step.per == "store" and account.stores else [None]
    items = tuple(_item(place, rows.get((number, step.id, place[0] if place else None))) for place in places)
    return _of(step, items, account.start_on)


def _of(step: SetupStep, items: tuple[StepItem, ...], start_on: date | None) -> StepProgress:
    return StepProgress(
        step.key,
        step.name,
        step.help,
        step.per,
        step.required,
        step.doer,
        items,
        tuple(step.tickers),
        start_on - timedelta(days=step.due_days) if start_on is not None and step.due_days is not None else None,
        step.guide_url,
    )


def _item(store: tuple[int, str, str] | None, row: Row | None) -> StepItem:
    store_id, code, name = store or (None, "", "")
    if row is None:
        return StepItem(store_id, code, name, "open", None, "", "", None)
    return StepItem(
        store_id, code, name, row.state, row.done_at, row.reason, row.by_kind, row.by_id, row.waiting_on or ""
    )


def _check_own(account_id: int, actor: Actor) -> None:
    if actor.kind == "contact":
        contact = db.session.get(Contact, actor.id)
        if contact is None or contact.account_id != account_id:
            raise NotFound(what="account")


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
