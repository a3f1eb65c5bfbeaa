"""Answers what the report on trials must say: everybody's monthly values, the levels of groups and their indexes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Any

from tests.proof.year.comparing import Middle
from tests.proof.year.expected_snapshots import Row
from tests.proof.year.firms import TODAY
from tests.proof.year.tables import KNOWN, Told, View, Year, local, month, months

BY_HAND = (
    "call_not_answered", "called", "course_invited", "invited_again", "setup_reminded", "proposal_made", "mail_resent",
    "task_done",
)  # fmt: skip
OWN = ("attendance", "days_to_ready", "returned_handovers", "contacts")
# What rests on resampling: held to lie around the middle, not counted again.
PLAYED = ("verdicts.verdict", "verdicts.needed_people", "verdicts.needed_months")

Values = dict[int, dict[date, float]]
Entry = tuple[str, dict[str, Any]]


@dataclass
class Side:
    """A group of a trial: its tag, whether it is tried, who counts in it, and their values by month."""

    tag: int
    tried: bool
    ids: set[int]
    values: Values
    before: list[date]
    during: list[date]

    def column(self, when: date) -> list[float]:
        """Return the values of a month."""
        return [row[when] for number, row in self.values.items() if number in self.ids and when in row]

    def level(self, period: Iterable[date]) -> float | None:
        """Return the mean over all values of a period."""
        told = [value for when in period for value in self.column(when)]
        return fmean(told) if told else None

    @property
    def people(self) -> int:
        """Count who has any value."""
        wanted = {*self.before, *self.during}
        return sum(bool(wanted & self.values.get(number, {}).keys()) for number in self.ids)

    @property
    def index(self) -> float | None:
        """Return the level of the trial, the baseline being 100."""
        before, during = self.level(self.before), self.level(self.during)
        return 100 * during / before if before is not None and before > 0 and during is not None else None


class Measuring:
    """Counts what accounts or members brought in each month."""

    def __init__(self, year: Year, told: Any, kind: str) -> None:
        self.year, self.told, self.kind = year, told, kind

    def values(self, measure: str, span: list[date]) -> Values:
        """Return everybody's values of a measure; our own only of months that are over."""
        if measure not in OWN:
            name = "account_id" if self.kind == "accounts" else "staff_id"
            found: Values = defaultdict(dict)
            for row in self.year.rows("figures"):
                if row["measure"] == measure and row[name] is not None and row["month"] in span:
                    found[row[name]][row["month"]] = row["value"]
            return found
        over = [when for when in span if when < month(TODAY)]
        if measure == "contacts":
            return self._contacts(over)
        rows = {"attendance": self._attendance, "days_to_ready": self._ready, "returned_handovers": self._returned}[
            measure
        ]()
        seen: dict[int, dict[date, list[float]]] = defaultdict(lambda: defaultdict(list))
        for number, when, value in rows:
            if number is not None and month(when) in over:
                seen[number][month(when)].append(value)
        return {number: {when: fmean(some) for when, some in row.items()} for number, row in seen.items()}

    def _attendance(self) -> Iterable[tuple[int | None, date, float]]:
        for row in self.told.seats.values():
            if row["verdict"] in KNOWN:
                host = self.year.lectures[row["lecture_id"]]["host_id"]
                yield row["account_id"] if self.kind == "accounts" else host, row["day"], row["verdict"] == "attended"

    def _ready(self) -> Iterable[tuple[int | None, date, float]]:
        owners = defaultdict(list)
        for account_id, _stage, owner, _stores, since, until in self.told.spans:
            owners[account_id].append((since, until, owner))
        for number, row in self.told.ways.items():
            ready = row["ready_on"]
            if ready is not None and not row["came_live"]:
                days = float((ready - row["began_on"]).days)
                if self.kind == "accounts":
                    yield number, ready, days
                for since, until, owner in owners[number] if self.kind == "staff" else ():
                    if since <= ready and (until is None or until > ready):
                        yield owner, ready, days

    def _returned(self) -> Iterable[tuple[int | None, date, float]]:
        for row in self.year.rows("handovers"):
            if row["state"] in ("accepted", "returned") and row["wave"] is None:
                who = row["account_id"] if self.kind == "accounts" else row["requested_by_id"]
                yield who, local(row["decided_at"]), row["state"] == "returned"

    def _contacts(self, over: list[date]) -> Values:
        pressed: set[tuple[Any, ...]] = set()
        counts: Counter[tuple[int, date]] = Counter()
        name = "account_id" if self.kind == "accounts" else "actor_id"
        for row in self.year.rows("events"):
            by_hand = row["channel"] == "phone" or row["key"] in BY_HAND
            if by_hand and row["account_id"] is not None and row["actor_kind"] == "staff" and row[name] is not None:
                pressed.add((row[name], row["at"]))
        for number, at in pressed:
            counts[number, month(local(at))] += 1
        for row in self.year.rows("lectures"):
            who = row["account_id"] if self.kind == "accounts" else row["host_id"]
            if row["account_id"] is not None and who is not None and row["status"] == "scheduled":
                counts[who, month(local(row["ends_at"]))] += 1
        everybody = self.year.accounts if self.kind == "accounts" else self.year.staff
        return {
            number: {when: float(counts[number, when]) for when in over if self._here(row, when)}
            for number, row in everybody.items()
        }

    def _here(self, row: Row, when: date) -> bool:
        """Tell whether an account was here from a month's first day to its last."""
        if self.kind == "staff":
            return True
        began = min(local(row["created_at"]), row["signed_on"] or date.max)
        return began <= when and (row["cancelled_on"] is None or when < month(row["cancelled_on"]))


def report(year: Year, told: Any, view: View, trial: Row) -> Told:
    """Count the report on one trial."""
    found: Told = {"verdicts": []}
    for measure, sides, average in judged(year, told, view, trial):
        found["verdicts"] += results(measure, sides, average)
        found[measure] = [_group(measure, side, average) for side in sides]
        found[f"{measure}_months"] = _months(sides, average)
    return found


def judged(year: Year, told: Any, view: View, trial: Row) -> Iterable[tuple[str, list[Side], float | None]]:
    """Give each measure with its groups, and everybody's mean where that is known."""
    measures = [each for one in trial["measures"] for each in ((one, "growth") if one == "revenue" else (one,))]
    before = months(trial["baseline_from"], trial["baseline_to"])
    for measure in measures:
        during = months(trial["trial_from"], trial["trial_to"])
        if measure == "renewed":
            last = max(row["month"] for row in year.rows("figures") if row["measure"] == "renewed")
            during = months(trial["trial_from"], max(trial["trial_to"], last))
        span = months(before[0], during[-1])
        source = "revenue" if measure == "growth" else measure
        values = Measuring(year, told, trial["subjects"]).values(source, span)
        if measure == "growth":
            values = {number: _rises(row, before) | _rises(row, during) for number, row in values.items()}
        known = [
            row["value"]
            for row in year.rows("figures")
            if row["measure"] == measure and row["month"] in during and row["account_id"] is not None
        ]
        average = fmean(known) if measure == "renewed" else None
        yield measure, _sides(year, view, trial, values, before, during), average


def results(measure: str, sides: list[Side], average: float | None) -> list[Entry]:
    """Give the lines of a measure that the list of trials shows, too."""
    control = next(side for side in sides if not side.tried)
    rows = []
    for side in sides:
        if side.tried:
            index, against = side.index, control.index
            during = side.level(side.during)
            if average and side.level(side.before) is None and during is not None:
                # Without a baseline of its own it is set against everybody.
                index, against = 100 * during / average, 100.0
            difference = None if index is None or against is None else index - against
            told: dict[str, Any] = {"measure": measure, "group": str(side.tag), "people": side.people}
            told |= {"index": Middle(index)}
            rows.append((f"{measure}.{side.tag}", told | {"difference": Middle(difference)}))
    return rows


def _sides(year: Year, view: View, trial: Row, values: Values, before: list[date], during: list[date]) -> list[Side]:
    name, table = ("account_id", "account_tags") if trial["subjects"] == "accounts" else ("staff_id", "staff_tags")
    groups = sorted(
        (row for row in year.rows("trial_groups") if row["trial_id"] == trial["id"]),
        key=lambda row: (not row["tried"], row["position"]),
    )
    bearing = {
        row["tag_id"]: {
            one[name] for one in year.rows(table) if one["tag_id"] == row["tag_id"] and (name == "staff_id" or view.of(one[name]))
        }
        for row in groups
    }  # fmt: skip
    often = Counter(number for ids in bearing.values() for number in ids)
    return [
        Side(
            row["tag_id"],
            row["tried"],
            {one for one in bearing[row["tag_id"]] if often[one] == 1},
            values,
            before,
            during,
        )
        for row in groups
    ]


def _rises(row: dict[date, float], period: list[date]) -> dict[date, float]:
    pairs = zip(period, period[1:], strict=False)
    return {when: row[when] - row[first] for first, when in pairs if first in row and when in row}


def _group(measure: str, side: Side, average: float | None) -> Entry:
    told: dict[str, Any] = {
        "group": str(side.tag),
        "role": "tried" if side.tried else "compared",
        "people": side.people,
    }
    told |= {"before": side.level(side.before), "during": side.level(side.during), "index": Middle(side.index)}
    if measure == "renewed":
        during = side.level(side.during)
        told["against_average"] = Middle(None if not average or during is None else 100 * during / average)
    return str(side.tag), told


def _months(sides: list[Side], average: float | None) -> list[Entry]:
    rows = []
    for when in [*sides[0].before, *sides[0].during]:
        for side in sides:
            column = side.column(when)
            if column:
                own, level = side.level(side.before), fmean(column)
                base = average if own is None and average else own
                told: dict[str, Any] = {"month": when, "group": str(side.tag), "level": level, "people": len(column)}
                told |= {"index": 100 * level / base if base and base > 0 else None}
                told |= {"measured": "actual" if when < month(TODAY) else "estimate"}
                rows.append((f"{side.tag}.{when:%Y-%m}", told))
    return rows
