"""Answers the load report: accounts, stores, lectures, one-to-ones, tasks and hours per person and team; who has room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from scheduler.models.accounts import STAGES
from scheduler.rules.reporting import Asked, Column, Named, Note, Part, Plot, Report, Row
from scheduler.services.installation import here
from scheduler.services.reports.load import counting
from scheduler.services.reports.load.counting import NO_TEAM, NOBODY, Load, Period, Share
from scheduler.services.snapshots import making
from scheduler.services.staffing import keeping
from scheduler.services.staffing.measuring import TASK_MINUTES

NAME = "load"
# Of a larger team the most loaded are shown month by month; the filter shows any other.
MOST = 30
NO_DATA = Note("no_data")

_DONE = (
    *(Column("lectures", rows=True), Column("lecture_hours", "hours")),
    *(Column("own", rows=True), Column("own_hours", "hours"), Column("done", rows=True)),
)
_NOW = (Column("accounts", rows=True), Column("stores"))


@dataclass(frozen=True)
class Found:
    """Everything that was counted: work done and standing by person, team and month; and who there is."""

    span: Period
    shares: Sequence[Share]
    members: Mapping[int, tuple[str, str, bool]]

    @property
    def now(self) -> list[Share]:
        """Return the shares of the period as a whole: of what stands, that at its end."""
        last = self.span.until.replace(day=1)
        return [one for one in self.shares if one.month == last or not one.load.accounts]

    def named(self, person: int) -> Named:
        """Name a member."""
        return Named(str(person), self.members[person][0]) if person in self.members else Named("")

    def team(self, person: int) -> str:
        """Return a member's team."""
        return self.members[person][1] if person in self.members else NO_TEAM


def build(asked: Asked, now: datetime) -> Report:
    """Count the load of the period, and how it stands at the period's end or now."""
    found = _found(asked, now)
    parts = (
        _people(found),
        _room(found),
        _teams(found),
        _stages(found),
        _months(found),
        _hours(found),
        _person_months(found),
    )
    notes = (Note("lectures_of_all"),) if asked.narrowed else ()
    return Report(NAME, asked, here().zone, making.counted_at(), parts, notes)


def _found(asked: Asked, now: datetime) -> Found:
    span, members = counting.period(asked, now), counting.members()
    teams = {number: team for number, (_name, team, _active) in members.items()}
    if not span.months:
        return Found(span, (), members)
    shares = [
        *counting.standing(asked, span),
        *counting.held(asked, span, now, teams),
        *counting.done(asked, span, teams),
        *counting.waiting(asked, span, teams),
    ]
    return Found(span, shares, members)


def _people(found: Found) -> Part:
    loads = counting.rolled(found.now, lambda one: one.person)
    order = sorted(loads, key=lambda one: (one == NOBODY, -loads[one].accounts, -_hours_of(loads[one]), one))
    rows = tuple(
        Row(str(one), (found.named(one), found.team(one), *_standing(loads[one]), *_did(loads[one]), loads[one].open))
        for one in order
        if not loads[one].is_none
    )
    columns = (Column("member", "member"), Column("team", "code"), *_NOW, *_DONE, Column("open", rows=True))
    return _part("people", columns, rows, Plot("bars", "member", ("accounts",)))


def _room(found: Found) -> Part:
    """Compare the hours of each member with those a person has; who has the most room comes first."""
    loads = counting.rolled(found.now, lambda one: one.person)
    spent = {
        number: _all_hours(loads.get(number, Load())) / found.span.length
        for number, (_name, team, active) in found.members.items()
        if active and found.span.months and (team in STAGES or number in loads)
    }
    entered = (keeping.entered().get("entered") or {}).get("hours")
    usual = {team: _usual(spent, found, team) for team in {found.team(number) for number in spent}}
    rows = []
    for number, hours in spent.items():
        has = float(entered) if entered is not None else usual[found.team(number)]
        room = has - hours if has is not None else None
        accounts = loads.get(number, Load()).accounts
        rows.append(Row(str(number), (found.named(number), found.team(number), accounts, hours, has, room)))
    rows.sort(key=lambda row: (row.values[5] is None, -(row.values[5] or 0.0), row.values[3], row.key))
    columns = (
        *(Column("member", "member"), Column("team", "code"), Column("accounts", rows=True)),
        *(Column("month_hours", "hours"), Column("has", "hours"), Column("room", "hours")),
    )
    notes = [Note("hours_entered", {"hours": float(entered)}) if entered is not None else Note("hours_usual")]
    notes.append(Note("task_minutes", {"minutes": TASK_MINUTES}))
    shown = tuple(rows) if found.shares else ()
    plot = Plot("bars", "member", ("month_hours", "has"))
    return Part("room", columns, shown, "estimate", plot, tuple(notes) if shown else (NO_DATA,))


def _teams(found: Found) -> Part:
    loads = counting.rolled(found.now, lambda one: one.team)
    people = [team for _name, team, active in found.members.values() if active]
    rows = tuple(
        Row(team, (team, people.count(team), *_standing(load), *_did(load), load.open))
        for team, load in sorted(loads.items(), key=lambda pair: counting.team_order(pair[0]))
        if not load.is_none
    )
    columns = (Column("team", "code"), Column("members"), *_NOW, *_DONE, Column("open", rows=True))
    return _part("teams", columns, rows, Plot("bars", "team", ("accounts",)))


def _stages(found: Found) -> Part:
    """Show how many accounts and stores each owner has in a stage on average."""
    rows = []
    for stage in STAGES:
        of_stage = [one for one in found.now if one.team == stage and one.load.accounts]
        load = sum((one.load for one in of_stage), Load())
        owned = [one for one in of_stage if one.person != NOBODY]
        owners, without = (
            len({one.person for one in owned}),
            sum(one.load.accounts for one in of_stage if not one.person),
        )
        if load.accounts:
            each = [
                sum(getattr(one.load, name) for one in owned) / owners if owners else None
                for name in ("accounts", "stores")
            ]
            rows.append(Row(stage, (stage, load.accounts, without, load.stores, owners, *each)))
    columns = (
        *(Column("stage", "code"), Column("accounts", rows=True), Column("without", rows=True), Column("stores")),
        *(Column("owners"), Column("per_owner", "number"), Column("stores_per_owner", "number")),
    )
    return _part("stages", columns, tuple(rows), Plot("bars", "stage", ("per_owner",)))


def _months(found: Found) -> Part:
    loads = counting.rolled(_dated(found), lambda one: (one.month, one.team))
    rows = tuple(
        Row(_key(month, team), (month, team, *_standing(load), *_did(load)))
        for (month, team), load in sorted(loads.items(), key=lambda pair: (pair[0][0], counting.team_order(pair[0][1])))
        if not load.is_none
    )
    columns = (Column("month", "month"), Column("team", "code"), *_NOW, *_DONE)
    return _part("months", columns, rows, Plot("lines", "month", ("accounts",), split="team"))


def _hours(found: Found) -> Part:
    loads = counting.rolled(_dated(found), lambda one: one.month)
    rows = tuple(
        Row(
            _key(month, "all"),
            (month, load.lecture_hours, load.own_hours, load.done, _task_hours(load), _all_hours(load)),
        )
        for month in found.span.months
        for load in [loads.get(month, Load())]
    )
    columns = (
        *(Column("month", "month"), Column("lecture_hours", "hours"), Column("own_hours", "hours")),
        *(Column("done", rows=True), Column("task_hours", "hours"), Column("hours", "hours")),
    )
    plot = Plot("stacked", "month", ("lecture_hours", "own_hours", "task_hours"))
    notes = (Note("task_minutes", {"minutes": TASK_MINUTES}),)
    shown = rows if any(row.values[5] for row in rows) else ()
    return Part("hours", columns, shown, "estimate", plot, notes if shown else (NO_DATA,))


def _person_months(found: Found) -> Part:
    loads = counting.rolled(_dated(found), lambda one: (one.person, one.month))
    worked = counting.rolled(_dated(found), lambda one: one.person)
    people = [one for one in worked if one != NOBODY and not worked[one].is_none]
    first = sorted(people, key=lambda one: (-_hours_of(worked[one]), -worked[one].accounts, one))[:MOST]
    rows = tuple(
        Row(_key(month, str(one)), (found.named(one), month, *_standing(loads[one, month]), *_did(loads[one, month])))
        for one in first
        for month in found.span.months
        if not loads.get((one, month), Load()).is_none
    )
    columns = (Column("member", "member"), Column("month", "month"), *_NOW, *_DONE)
    left = (Note("others", {"people": len(people) - len(first)}),) if len(people) > len(first) else ()
    part = _part("person_months", columns, rows, Plot("dots", "month", ("accounts",), y="member"))
    return Part(part.key, columns, rows, plot=part.plot, notes=(*part.notes, *left))


def _dated(found: Found) -> list[Share]:
    """Return what belongs to a month; open tasks are open now."""
    return [one for one in found.shares if not one.load.open]


def _key(month: date, group: str) -> str:
    return f"{month:%Y-%m}_{group}"


def _standing(load: Load) -> tuple[int, int]:
    return load.accounts, load.stores


def _did(load: Load) -> tuple[float, ...]:
    return load.lectures, load.lecture_hours, load.own, load.own_hours, load.done


def _hours_of(load: Load) -> float:
    return load.lecture_hours + load.own_hours


def _task_hours(load: Load) -> float:
    return load.done * TASK_MINUTES / 60


def _all_hours(load: Load) -> float:
    return _hours_of(load) + _task_hours(load)


def _usual(spent: Mapping[int, float], found: Found, team: str) -> float | None:
    """Return the middle of the hours that a team's members work, of those who did anything."""
    hours = [one for number, one in spent.items() if found.team(number) == team and one]
    return median(hours) if hours else None


def _part(key: str, columns: tuple[Column, ...], rows: tuple[Row, ...], plot: Plot) -> Part:
    return Part(key, columns, rows, plot=plot, notes=() if rows else (NO_DATA,))
