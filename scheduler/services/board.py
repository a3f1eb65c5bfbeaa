"""Answers which accounts of each stage need attention, what needs it most first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import STAGES, Account
from scheduler.models.db import db
from scheduler.services import spared
from scheduler.services.directory import owner_is

# In the order in which they need somebody: stuck, behind, ready and not handed on, to be decided, on track, on hold.
STATES = ("stuck", "behind", "ready", "undecided", "on_track", "on_hold")
# How many accounts of a stage are shown, beside others or alone; the rest stands in the list.
MOST, MOST_ALONE = 20, 60


@dataclass(frozen=True)
class Column:
    """One stage: its accounts, what needs attention most first, and how many there are of each of STATES."""

    stage: str
    accounts: Sequence[Account]
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """Count all accounts of the stage that are not cancelled."""
        return sum(self.counts.values())


def columns(now: datetime, owner_id: int | None = None, stage: str = "") -> list[Column]:
    """Count every stage and show the accounts of each, or of one `stage` alone, what needs attention most first.

    `owner_id` keeps the accounts a member looks after. Cancelled accounts stand on no board.
    """
    most = MOST_ALONE if stage else MOST
    rank = _rank(now)
    going = Account.cancelled_on.is_(None) | (Account.cancelled_on > spared.today(now))
    which = [going] if owner_id is None else [going, owner_is(owner_id)]
    counted: dict[str, dict[str, int]] = {name: {} for name in STAGES}
    rows = db.session.execute(select(Account.stage, rank, func.count()).where(*which).group_by(Account.stage, rank))
    for name, number, count in rows:
        counted[name][STATES[number]] = count
    shown = {name: _first(name, rank, which, most) for name in STAGES if stage in ("", name)}
    return [Column(name, shown.get(name, ()), counted[name]) for name in STAGES]


def _first(stage: str, rank: ColumnElement[int], which: Sequence[ColumnElement[bool]], most: int) -> Sequence[Account]:
    query = select(Account).where(Account.stage == stage, *which)
    order = (rank, Account.planned_start_on.asc().nulls_last(), Account.stage_since, Account.id)
    owners = [joinedload(getattr(Account, f"{team}_owner")) for team in STAGES]
    return db.session.scalars(query.order_by(*order).limit(most).options(*owners)).all()


def _rank(now: datetime) -> ColumnElement[int]:
    held = and_(Account.on_hold_until.is_not(None), Account.on_hold_until > spared.today(now))
    return case(
        (Account.undecided, STATES.index("undecided")),
        (held, STATES.index("on_hold")),
        (Account.ready_since >= Account.stage_since, STATES.index("ready")),
        (Account.level == "stuck", STATES.index("stuck")),
        (Account.level == "behind", STATES.index("behind")),
        else_=STATES.index("on_track"),
    )
