"""Answers how what is said of a set-up step becomes a row: who may say it, what changes, and what the history keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from scheduler.models.db import db, table
from scheduler.models.setup import Completion, SetupStep
from scheduler.services import history
from scheduler.services.actors import Actor
from scheduler.services.inserting import add_missing
from scheduler.services.refusals import Invalid, StepNotYours, TickNotAllowed

# Who does a step, and on whom it may wait.
DOERS = ("customer", "us", "third_party")
# Who may say that a step is done.
TICKERS = ("customer", "staff", "api")
STATES = ("open", "waiting", "done", "not_needed")
# What counts as seen to.
SETTLED = ("done", "not_needed")
LONGEST_REASON = 500
# Accounts looked at in one statement.
BATCH = 500

_EVENTS = {
    "open": "setup_undone",
    "waiting": "setup_waiting",
    "done": "setup_done",
    "not_needed": "setup_not_needed",
}
_rows = table(Completion)
_DELETE = delete(_rows).where(_rows.c.id == bindparam("row_id"))
_UPDATE = update(_rows).where(_rows.c.id == bindparam("row_id"))


@dataclass(frozen=True)
class Tick:
    """What is said of a step of an account, or of one of its stores; `at` since when, aware."""

    account_id: int
    step_id: int
    step_key: str
    store_id: int | None
    # One of STATES.
    state: str
    at: datetime
    # One of DOERS where it waits.
    waiting_on: str | None = None
    reason: str = ""
    # Whose word it is (kind and id), where somebody only puts back what that one had said.
    by: tuple[str, int | None] | None = None

    @property
    def place(self) -> Place:
        """Return what it is said of."""
        return self.account_id, self.step_id, self.store_id


# Account, step and store (None: once for the account).
Place = tuple[int, int, int | None]


@dataclass(frozen=True)
class Row:
    """A completion as it stands."""

    id: int
    state: str
    waiting_on: str | None
    reason: str
    done_at: datetime
    by_kind: str
    by_id: int | None


def is_asked(step: SetupStep, created_at: datetime) -> bool:
    """Tell whether a step in use is asked of an account that was added at this moment."""
    return step.asked_from is None or created_at >= step.asked_from


def check(state: str, waiting_on: str | None, reason: str) -> None:
    """Raise Invalid(field, why) for what cannot be said: an unknown state, nobody to wait on, no reason for 対象外."""
    if state not in STATES:
        raise Invalid(field="state", why="unknown_state", value=state)
    if state == "waiting" and waiting_on not in DOERS:
        raise Invalid(field="waiting_on", why="waiting_on_nobody", value=waiting_on or "", choices=", ".join(DOERS))
    if state != "waiting" and waiting_on:
        raise Invalid(field="waiting_on", why="not_waiting")
    if state == "not_needed" and not reason.strip():
        raise Invalid(field="reason", why="reason_missing")
    if len(reason) > LONGEST_REASON:
        raise Invalid(field="reason", why="too_long", maximum=LONGEST_REASON)


def check_may(tickers: Iterable[str], state: str, row: Row | None, actor: Actor) -> None:
    """Raise StepNotYours or TickNotAllowed where somebody may not say this of a step that stands so.

    Who may tick a step is written on it. Of staff it only says who may call it done: that it waits on somebody, or is not
    needed, is theirs to judge. A customer says done, and takes back only what the customer's side said.
    """
    if actor.kind == "contact":
        if "customer" not in tickers or state not in ("open", "done"):
            raise StepNotYours()
        if state == "open" and row is not None and row.by_kind != "contact":
            raise StepNotYours()
    elif actor.kind == "api":
        if "api" not in tickers:
            raise TickNotAllowed()
    elif "staff" not in tickers and "done" in (state, row.state if row is not None and state == "open" else ""):
        raise TickNotAllowed()


def stands(account_ids: Iterable[int]) -> dict[Place, Row]:
    """Return how everything stands that was ever said of these accounts; what is open has no row."""
    c = _rows.c
    columns = (
        c.account_id,
        c.step_id,
        c.store_id,
        c.id,
        c.state,
        c.waiting_on,
        c.reason,
        c.done_at,
        c.by_kind,
        c.by_id,
    )
    ids, found = sorted(set(account_ids)), {}
    for start in range(0, len(ids), BATCH):
        query = select(*columns).where(c.account_id.in_(ids[start : start + BATCH]))
        for account_id, step_id, store_id, *rest in db.session.execute(query):
            found[(account_id, step_id, store_id)] = Row(*rest)
    return found


def changes(tick: Tick, row: Row | None, actor: Actor) -> bool:
    """Tell whether a tick says something new of a place that stands so.

    A customer's "done" adds nothing to what the vendor has settled.
    """
    if row is None:
        return tick.state != "open"
    if actor.kind == "contact" and tick.state == "done" and row.by_kind != "contact" and row.state in SETTLED:
        return False
    if tick.state != row.state:
        return True
    return tick.state in ("waiting", "not_needed") and (tick.waiting_on, tick.reason) != (row.waiting_on, row.reason)


def write(ticks: Sequence[Tick], rows: dict[Place, Row], now: datetime, actor: Actor) -> None:
    """Within the open transaction, write ticks that change something (`rows`: how the places stand), and the history.

    The accounts are locked by the caller, so that nobody writes the same place meanwhile; no place comes twice.
    """
    new = [_values(tick, actor) for tick in ticks if tick.place not in rows]
    kept = [tick for tick in ticks if tick.place in rows]
    add_missing(Completion, new)
    ended = [{"row_id": rows[tick.place].id} for tick in kept if tick.state == "open"]
    if ended:
        db.core(_DELETE, ended)
    changed = [{"row_id": rows[tick.place].id} | _said(tick, actor) for tick in kept if tick.state != "open"]
    if changed:
        db.core(_UPDATE, changed)
    history.record_many([_line(tick) for tick in ticks], now, actor)


def _line(tick: Tick) -> dict[str, Any]:
    params: dict[str, Any] = {"step": tick.step_key, "store_id": tick.store_id}
    if tick.state == "waiting":
        params["waiting_on"] = tick.waiting_on
    return history.about_one(_EVENTS[tick.state], account_id=tick.account_id, **params)


def _values(tick: Tick, actor: Actor) -> dict[str, Any]:
    return {"account_id": tick.account_id, "step_id": tick.step_id, "store_id": tick.store_id} | _said(tick, actor)


def _said(tick: Tick, actor: Actor) -> dict[str, Any]:
    # Whoever brings a file in by the command line is one of ours.
    ours = ("staff", None) if actor.kind in ("cli", "worker") else (actor.kind, actor.id)
    by_kind, by_id = tick.by or ours
    values = {"state": tick.state, "waiting_on": tick.waiting_on, "reason": tick.reason, "done_at": tick.at}
    return values | {"by_kind": by_kind, "by_id": by_id}
