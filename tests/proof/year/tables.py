"""Answers what stands in the database, as frames; and what arithmetic the independent counts share: their own, not the program's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import exp, log, sqrt
from typing import Any

import pandas as pd
from sqlalchemy import select

from scheduler.models.db import Base, db
from tests.proof.year.firms import TODAY, TOKYO
from tests.proof.year.world import TABLES

Z = 1.959963984540054
STAGES = ("sales", "onboarding", "success", "renewal")
KNOWN = ("attended", "partial", "missed")
LEFT = ("sent", "delivered", "bounced")
# A report as it is compared: by part the rows in order, each with its key and its values by column.
Told = dict[str, list[tuple[str, dict[str, Any]]]]


@dataclass(frozen=True)
class View:
    """What is asked for: the days (both count) and whose accounts; None: everybody's."""

    since: date
    until: date
    ids: frozenset[int] | None = None

    def has(self, day: date | None) -> bool:
        """Tell whether a day lies in the period."""
        return day is not None and self.since <= day <= self.until

    def of(self, account_id: int | None) -> bool:
        """Tell whether an account is among those asked for."""
        return self.ids is None or account_id in self.ids


class Year:
    """All raw tables, each as a frame of plain values, and as rows by id."""

    def __init__(self) -> None:
        self.frames: dict[str, pd.DataFrame] = {}
        for name in TABLES:
            table = Base.metadata.tables[name]
            rows = db.session.execute(select(table)).mappings().all()
            self.frames[name] = pd.DataFrame([dict(row) for row in rows], columns=table.c.keys(), dtype=object)
        self._rows = {name: frame.to_dict("records") for name, frame in self.frames.items()}
        self.accounts = {row["id"]: row for row in self._rows["accounts"]}
        self.contacts = {row["id"]: row for row in self._rows["contacts"]}
        self.lectures = {row["id"]: row for row in self._rows["lectures"]}
        self.courses = {row["id"]: row for row in self._rows["courses"]}
        self.staff = {row["id"]: row for row in self._rows["staff"]}

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return a table's rows."""
        return self._rows[name]

    def chosen(self, stage: str = "", owner_id: int | None = None, tag_id: int | None = None) -> frozenset[int]:
        """Return the accounts of a stage, of an owner for the team of their stage, with a tag."""
        borne = {row["account_id"] for row in self.rows("account_tags") if row["tag_id"] == tag_id}
        return frozenset(
            number
            for number, row in self.accounts.items()
            if (not stage or row["stage"] == stage)
            and (owner_id is None or row[f"{row['stage']}_owner_id"] == owner_id)
            and (tag_id is None or number in borne)
        )


def local(moment: datetime) -> date:
    """Return the day of a moment in Tokyo."""
    return moment.astimezone(TOKYO).date()


def month(day: date) -> date:
    """Return the first of a day's month."""
    return day.replace(day=1)


def after(first: date, months: int = 1) -> date:
    """Return the first of the month so many months later."""
    for _ in range(months):
        first = (first + timedelta(days=31)).replace(day=1)
    return first


def months(since: date, until: date) -> list[date]:
    """List the months that two days touch."""
    return [stamp.date() for stamp in pd.date_range(month(since), until, freq="MS")]


def wilson(hits: int, base: int) -> tuple[int, int, float | None, float | None, float | None]:
    """Give a share with Wilson's interval: the roots of (p - s)² = z² p (1 - p) / n."""
    if not base:
        return 0, 0, None, None, None
    share = hits / base
    a, b, c = 1 + Z * Z / base, -(2 * share + Z * Z / base), share * share
    root = sqrt(max(0.0, b * b - 4 * a * c))
    low, high = (-b - root) / (2 * a), (-b + root) / (2 * a)
    return hits, base, share, low if hits else 0.0, high if hits < base else 1.0


@dataclass(frozen=True)
class Step:
    """One day of a Kaplan-Meier curve: the share that came by then, its band, and who was still looked at that day."""

    day: int
    came: float
    low: float | None
    high: float | None
    at_risk: int


class Curve:
    """Kaplan and Meier's estimate, by a loop over the days, with Greenwood's band on the log-log scale."""

    def __init__(self, seen: Iterable[tuple[int, bool]]) -> None:
        people = [(max(0, days), came) for days, came in seen]
        self.people, self.events = len(people), sum(came for _days, came in people)
        self.steps: list[Step] = []
        stay, greenwood = 1.0, 0.0
        for day in sorted({days for days, _came in people}):
            risk = sum(days >= day for days, _came in people)
            now = sum(days == day and came for days, came in people)
            stay *= 1 - now / risk
            greenwood += now / (risk * (risk - now)) if risk > now else float("nan")
            low = high = None
            if 1e-12 < stay < 1 - 1e-12:
                reach = Z * sqrt(greenwood) / abs(log(stay))
                high, low = 1 - exp(log(stay) * exp(reach)), 1 - exp(log(stay) * exp(-reach))
            self.steps.append(Step(day, 1 - stay, low, high, risk))

    def step(self, day: int) -> Step | None:
        """Return the last step up to a day; None before the first one and beyond what was seen (unless everybody came)."""
        before = [one for one in self.steps if one.day <= day]
        if not before or (day > self.steps[-1].day and self.steps[-1].came < 1 - 1e-9):
            return None
        return before[-1]

    def share(self, day: int) -> float | None:
        """Return the share that came by a day."""
        if not self.steps or (day > self.steps[-1].day and self.steps[-1].came < 1 - 1e-9):
            return None
        found = self.step(day)
        return found.came if found else 0.0

    def later(self, day: int) -> int:
        """Return of how many it is known that they were still looked at after a day."""
        return next((one.at_risk for one in self.steps if one.day > day), 0)

    def quantile(self, share: float) -> tuple[int | None, int | None, int | None]:
        """Return the day by which a share had come, and the days on which the band's ends cross it."""

        def first(value: Any) -> int | None:
            return next((one.day for one in self.steps if value(one) >= share - 1e-9), None)

        return (
            first(lambda one: one.came),
            first(lambda one: one.came if one.high is None else one.high),
            first(lambda one: 0.0 if one.low is None else one.low),
        )

    def mean(self, horizon: int) -> float:
        """Return the mean of the days, who needs longer counting as the horizon: the area above the curve, day by day."""
        return sum(1 - (self.share(day) or 0.0) for day in range(horizon))


def median(values: Sequence[float]) -> float | None:
    """Return the middle of values."""
    return float(pd.Series(list(values)).median()) if len(values) else None


def size_band(stores: int) -> str:
    """Name the band of a number of stores."""
    for least, name in ((30, "30_plus"), (10, "10_29"), (4, "4_9"), (2, "2_3"), (1, "1")):
        if stores >= least:
            return name
    return "0"


def gone(row: dict[str, Any]) -> bool:
    """Tell whether an account's contract is cancelled by now."""
    return row["cancelled_on"] is not None and row["cancelled_on"] <= TODAY


def last_seen(row: dict[str, Any]) -> date:
    """Return the last day up to which an account is looked at."""
    return row["cancelled_on"] if gone(row) else TODAY
