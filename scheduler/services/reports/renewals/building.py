"""Answers what became of contracts, and how long accounts stay by how their onboarding went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.spans import month_of
from scheduler.rules.attendance_rates import SMALL, rate
from scheduler.rules.reporting import Asked, Column, Note, Part, Plot, Report, Row
from scheduler.rules.survival import Curve
from scheduler.services.installation import here
from scheduler.services.reports import elapsed
from scheduler.services.reports.elapsed import ALL, Days, month_key
from scheduler.services.reports.elapsed import month_of as month_in_row
from scheduler.services.reports.renewals import terms
from scheduler.services.snapshots import making

NAME = "renewals"
# Twelve months, whichever year has them: a contract of a leap year is over on day 366; and six months of the longest days.
YEAR, HALF = 366, 184
# The curve is drawn every thirty days, for three years at most.
MONTH, LAST_DAY = 30, 1080


@dataclass
class Group:
    """Contracts that read alike: how many, of how many the fee is known, and what those pay a month."""

    contracts: int = 0
    known: int = 0
    monthly: int = 0

    def add(self, contracts: int, known: int, monthly: int) -> None:
        """Count contracts in."""
        self.contracts += contracts
        self.known += known
        self.monthly += monthly


@dataclass
class Stays:
    """How long accounts stay, by starting month, by how their onboarding went, and by whether somebody attended."""

    months: dict[str, Days] = field(default_factory=lambda: defaultdict(Days))
    ready: dict[str, Days] = field(default_factory=lambda: defaultdict(Days))
    attended: dict[str, Days] = field(default_factory=lambda: defaultdict(Days))


def build(asked: Asked, now: datetime) -> Report:
    """Count the contracts in force in the period, and how long the accounts stay whose first contract began in it."""
    today = now.astimezone(here().tz).date()
    stays, (outcomes, due) = _stays(asked, today), _contracts(asked, today)
    ready = {key: elapsed.curve(days) for key, days in stays.ready.items()}
    parts = (
        _outcomes_part(outcomes),
        _due_part(due),
        _fees_part(due),
        _retention("retention", "month", {key: elapsed.curve(days) for key, days in sorted(stays.months.items())}),
        _retention("by_ready", "ready", _ordered(ready, terms.READY)),
        _retention("by_attended", "attended", _ordered(_curves(stays.attended), terms.ATTENDED)),
        _curve(ready),
    )
    return Report(NAME, asked, here().zone, making.counted_at(), parts)


def _contracts(asked: Asked, today: date) -> tuple[dict[str, Group], dict[str, dict[str, Group]]]:
    """Count the contracts in force in the period by what became of them, and those that came to their end by its month, too.

    Of the latter all months stand together under ALL.
    """
    row = terms.contracts(asked, today)
    counts = (func.count(), func.count(row.c.fee), func.coalesce(func.sum(row.c.fee), 0))
    outcomes = {state: Group() for state in terms.STATES}
    months: dict[str, dict[str, Group]] = {}
    counted = select(row.c.state, row.c.month, *counts).group_by(row.c.state, row.c.month)
    for state, month, *numbers in db.session.execute(counted):
        outcomes[state].add(*map(int, numbers))
        for key in (ALL, month_key(month)) if month is not None and state != "running" else ():
            months.setdefault(key, {name: Group() for name in terms.STATES})[state].add(*map(int, numbers))
    return outcomes, months


def _stays(asked: Asked, today: date) -> Stays:
    rows = terms.customers(asked, today).subquery()
    month, ended = month_of(rows.c.began_on).label("month"), rows.c.ended_on.is_not(None).label("ended")
    told = select(month, ended, rows.c.days, rows.c.ready, rows.c.attended).subquery()
    stays = Stays()
    for row in db.session.execute(select(*told.c, func.count().label("accounts")).group_by(*told.c)):
        counted = (row.ended, max(0, row.days), row.accounts)
        stays.months[month_key(row.month)].add(*counted)
        for key in (ALL, row.ready):
            stays.ready[key].add(*counted)
        stays.attended[row.attended].add(*counted)
    return stays


def _outcomes_part(found: Mapping[str, Group]) -> Part:
    columns = (
        *(Column("outcome", "code"), Column("contracts", rows=True)),
        *(Column("fee_known", rows=True), Column("monthly", "money")),
    )
    total = sum(group.contracts for group in found.values())
    rows = [Row(state, (state, group.contracts, group.known, group.monthly)) for state, group in found.items() if total]
    return _part("outcomes", columns, rows, plot=Plot("bars", "outcome", ("contracts",)))


def _due_part(found: Mapping[str, Mapping[str, Group]]) -> Part:
    states = ("renewed", "ended", "unsaid")
    columns = (
        *(Column("month", "month"), Column("contracts", rows=True), *(Column(state, rows=True) for state in states)),
        Column("share_renewed", "rate", rows=True),
    )
    rows = []
    for key, groups in sorted(found.items()):
        counts = [groups[state].contracts for state in states]
        renewed = rate(counts[0], counts[0] + counts[1])
        if key != ALL:
            rows.append(Row(key, (month_in_row(key), sum(counts), *counts, renewed), renewed.small))
    return _part("due", columns, rows, plot=Plot("stacked", "month", states))


def _fees_part(found: Mapping[str, Mapping[str, Group]]) -> Part:
    """Tell how much of the fees stayed, of the contracts that were renewed or ended."""
    columns = (
        *(Column("month", "month"), Column("decided", rows=True), Column("share_renewed", "rate", rows=True)),
        *(Column("fee_known", rows=True), Column("fee_due", "money"), Column("fee_kept", "money")),
        Column("share_kept", "share"),
    )
    rows = []
    for key, groups in sorted(found.items(), key=lambda entry: (entry[0] != ALL, entry[0])):
        kept, lost = groups["renewed"], groups["ended"]
        decided, known, fee = kept.contracts + lost.contracts, kept.known + lost.known, kept.monthly + lost.monthly
        share = kept.monthly / fee if fee else None
        values = (month_in_row(key), decided, rate(kept.contracts, decided), known, fee, kept.monthly, share)
        rows.append(Row(key, values, known < SMALL))
    return _part("fees", columns, rows)


def _retention(key: str, of: str, found: Mapping[str, Curve]) -> Part:
    """Tell of every group how many stay beyond six and twelve months, and how long half of them stay."""
    columns = (
        Column(of, "month" if of == "month" else "code"),
        *(Column("accounts", rows=True), Column("ended", rows=True)),
        *(Column(name, "share") for name in ("half", "half_low", "half_high")),
        *(Column(name, "share") for name in ("retained", "retained_low", "retained_high")),
        Column("median", "spread"),
    )
    rows = []
    for group, curve in found.items():
        first = month_in_row(group) if of == "month" else group
        stay = elapsed.spread(curve.median)
        left = (*_left(curve, HALF), *_left(curve, YEAR))
        rows.append(Row(group, (first, curve.people, curve.events, *left, stay), curve.people < SMALL))
    shape = Plot("lines" if of == "month" else "bars", of, ("half", "retained"))
    # Contracts of a year that began in the last twelve months have told nothing yet.
    is_short = bool(rows) and all(row.values[columns.index(Column("retained", "share"))] is None for row in rows)
    return _part(key, columns, rows, "estimate", shape, (Note("look_back", {"days": YEAR}),) if is_short else ())


def _curve(found: Mapping[str, Curve]) -> Part:
    """Draw how many stay, all together and by how their onboarding went."""
    groups = (ALL, *(key for key in ("in_time", "late", "never") if key in found))
    every = found.get(ALL) or elapsed.curve(Days())
    last = every.points[-1].day if every.points else -1
    columns = (
        *(Column("day", "days"), Column("left")),
        *(Column(name, "share") for name in ("retained", "retained_low", "retained_high")),
        *(Column(f"retained_{group}", "share") for group in groups[1:]),
    )
    rows = []
    for day in range(0, min(last + MONTH, LAST_DAY + 1), MONTH) if last >= 0 else ():
        others = (_left(found[group], day)[0] for group in groups[1:])
        rows.append(Row(str(day), (day, elapsed.left_after(every, day), *_left(every, day), *others)))
    series = ("retained", *(f"retained_{group}" for group in groups[1:]))
    return _part("curve", columns, rows, "estimate", Plot("steps", "day", series))


def _left(curve: Curve, day: int) -> tuple[float | None, float | None, float | None]:
    """Return the share that stays beyond a day, with its band."""
    share, point = curve.share_by(day), elapsed.at(curve, day)
    if share is None:
        return None, None, None
    low = None if point is None or point.high is None else 1 - point.high
    high = None if point is None or point.low is None else 1 - point.low
    return 1 - share, low, high


def _curves(found: Mapping[str, Days]) -> dict[str, Curve]:
    return {key: elapsed.curve(days) for key, days in found.items()}


def _ordered(found: Mapping[str, Curve], keys: Sequence[str]) -> dict[str, Curve]:
    """Put groups in order, all together first."""
    return {key: found[key] for key in (ALL, *keys) if key in found}


def _part(
    key: str,
    columns: tuple[Column, ...],
    rows: Sequence[Row],
    measured: Any = "actual",
    plot: Plot | None = None,
    notes: tuple[Note, ...] = (),
) -> Part:
    """Make a part; one without rows has nothing to draw and says so."""
    return Part(key, columns, tuple(rows), measured, plot if rows else None, notes if rows else (Note("no_data"),))
