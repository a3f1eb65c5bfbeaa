"""Answers the report on trials: which there are and what each showed; of one of them every measure with groups and months."""

from __future__ import annotations

from datetime import date, datetime
from math import fsum

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.trials import Trial
from scheduler.rules.reporting import Asked, Column, Named, Note, Part, Plot, Report, Row, Spread
from scheduler.rules.reporting import Kind as Unit
from scheduler.rules.trials import Estimate, sentences
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid
from scheduler.services.reports.trial.judging import Judged, Side, judged
from scheduler.services.snapshots import making
from scheduler.services.trials import keeping, measuring

NAME = "trial"
CHOICES = ("trial",)
#: How the levels of each measure are read.
UNITS: dict[str, Unit] = {
    "meetings": "number", "revenue": "money", "growth": "money", "renewed": "share", "attendance": "share",
    "days_to_ready": "days", "returned_handovers": "share", "contacts": "number",
}  # fmt: skip
#: The most trials of which the list tells what they showed, the one that began last first.
MOST = 10
#: So many values (people times measures) the list reckons with; larger trials beyond that are judged on their own pages.
MOST_VALUES = 60_000
_LISTED = (
    Column("measure", "code"),
    Column("group", "named"),
    Column("people", rows=True),
    Column("index", "spread"),
    Column("difference", "spread"),
    Column("verdict", "code"),
)
_SHOWN = (*_LISTED, Column("needed_people"), Column("needed_months"))

_UNTOLD = tuple("own_page" if column.key == "verdict" else None for column in _LISTED)


def build(asked: Asked, now: datetime) -> Report:
    """List the trials whose months touch the period, or tell of the one that is chosen; raise Invalid(trial)."""
    trial = chosen(asked)
    parts, notes = _list(asked, now) if trial is None else _one(trial, asked, now)
    return Report(NAME, asked, here().zone, making.counted_at(), parts, notes)


def chosen(asked: Asked) -> Trial | None:
    """Return the trial that is asked for, by its id or its name; None: none is. Raises Invalid(trial): no_such_trial."""
    text = asked.more.get("trial", "")
    if not text:
        return None
    found = db.session.get(Trial, int(text)) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    found = found or db.session.scalar(select(Trial).where(Trial.name == text))
    if found is None:
        raise Invalid(field="trial", why="no_such_trial", value=text)
    return found


def listed(asked: Asked) -> list[Trial]:
    """List the trials whose months, from the baseline on, touch the period; the one that began last first."""
    query = select(Trial).where(Trial.baseline_from <= asked.until, Trial.trial_to >= asked.since.replace(day=1))
    return list(db.session.scalars(query.order_by(Trial.trial_from.desc(), Trial.id.desc()).limit(MOST + 1)))


def _list(asked: Asked, now: datetime) -> tuple[tuple[Part, ...], tuple[Note, ...]]:
    found, rows, counted = listed(asked), [], 0
    for trial in found[:MOST]:
        size = keeping.size(trial)
        named = (Named(str(trial.id), trial.name), trial.trial_from, trial.trial_to)
        if counted and counted + size > MOST_VALUES:
            rows.append(Row(f"{trial.id}", (*named, *_UNTOLD)))
            continue
        counted += size
        results = _results(judged(trial, asked, now))
        rows += [Row(f"{trial.id}.{row.key}", (*named, *row.values[: len(_LISTED)])) for row in results]
    columns = (Column("trial", "named"), Column("from", "month"), Column("until", "month"), *_LISTED)
    notes = () if found else (Note("no_trials"),)
    if len(found) > MOST:
        notes = (Note("more_trials", {"most": MOST}),)
    return (Part("trials", columns, tuple(rows), "actual", None, notes),), ()


def _one(trial: Trial, asked: Asked, now: datetime) -> tuple[tuple[Part, ...], tuple[Note, ...]]:
    found = judged(trial, asked, now)
    said = [_said(one, side) for one in found for side in one.sides if side.tried]
    estimated = any(one.forecast(now) for one in found)
    summary = Part("verdicts", _SHOWN, _results(found), "estimate" if estimated else "actual", None, tuple(said))
    parts = [summary, *(part for one in found for part in (_groups(one, now), _months(one, now)))]
    return tuple(parts), tuple(_standing(trial, found, now))


def _standing(trial: Trial, found: list[Judged], now: datetime) -> list[Note]:
    """Say of which months the trial is, and what is not as it should be about the groups."""
    kept = [trial.baseline_from, trial.baseline_to, trial.trial_from, trial.trial_to]
    params = dict(zip(("first", "last", "trial_first", "trial_last"), kept, strict=True))
    notes = [Note("months", {"trial": trial.name, **params})]
    if not measuring.is_over(trial.trial_to, now):
        notes.append(Note("running"))
    shared = max((one.shared for one in found), default=0)
    if shared:
        notes.append(Note("shared", {"count": shared}))
    if found and not any(not side.tried for side in found[0].sides):
        notes.append(Note("nothing_compared"))
    return notes


def _results(found: list[Judged]) -> tuple[Row, ...]:
    """Give a line for every measure and tried group."""
    return tuple(_result(one, side) for one in found for side in one.sides if side.tried)


def _result(one: Judged, side: Side) -> Row:
    comparison = one.told(side)
    told, needed = comparison.treated, comparison.needed
    return Row(
        f"{one.measure}.{side.tag.id}",
        (
            one.measure,
            Named(str(side.tag.id), side.tag.name),
            told.subjects,
            _spread(told.index),
            _spread(comparison.difference),
            comparison.verdict,
            needed.subjects if needed else None,
            needed.months if needed else None,
        ),
    )


def _groups(one: Judged, now: datetime) -> Part:
    unit = UNITS[one.measure]
    columns = [
        Column("group", "named"), Column("role", "code"), Column("people", rows=True), Column("before", unit),
        Column("during", unit), Column("index", "spread"),
    ]  # fmt: skip
    if one.measure == "renewed":
        columns.append(Column("against_average", "spread"))
    rows = []
    for side in one.sides:
        told = one.indexed[side.tag.id]
        values: list[object] = [
            Named(str(side.tag.id), side.tag.name),
            "tried" if side.tried else "compared",
            told.subjects,
            told.baseline,
            told.trial,
            _spread(told.index),
        ]
        if one.measure == "renewed":
            values.append(_spread(one.against_average[side.tag.id].treated.index) if one.against_average else None)
        rows.append(Row(str(side.tag.id), tuple(values)))
    measured = "estimate" if one.forecast(now) else "actual"
    return Part(one.measure, tuple(columns), tuple(rows), measured, None, tuple(_notes(one, now)))  # type: ignore[arg-type]


def _notes(one: Judged, now: datetime) -> list[Note]:
    """Say in plain sentences what a measure showed, and what is missing of it."""
    notes = []
    for side in one.sides:
        if not side.tried:
            continue
        notes.append(_said(one, side))
        for key, params in sentences(one.told(side))[1:]:
            named = _of_control(one) | {
                name: value for name, value in params.items() if name not in ("group", "subjects")
            }
            notes.append(Note(f"{key}.{one.kind}" if key.startswith(("difference", "needed")) else key, named))
    lacking, missing = one.lacking(now)
    if lacking:
        notes.append(Note(f"gaps.{one.kind}", {"subjects": lacking, "months": ", ".join(map(_month, missing))}))
    forecast = one.forecast(now)
    if forecast:
        notes.append(Note("forecast", {"count": forecast}))
    return notes


def _of_control(one: Judged) -> dict[str, object]:
    """Name those that a group is compared with."""
    compared = [side for side in one.sides if not side.tried]
    names = ", ".join(side.tag.name for side in compared)
    return {
        "measure": one.measure,
        "group": names,
        "subjects": sum(one.indexed[side.tag.id].subjects for side in compared),
    }


def _said(one: Judged, side: Side) -> Note:
    """Say a tried group's figure: 商談数は基準の 130%（95% 区間 112–149、4 名）."""
    named: dict[str, object] = {"measure": one.measure, "group": side.tag.name}
    told = one.told(side).treated
    index = told.index
    if index.value is None:
        return Note(f"no_index.{told.note}", named)
    key = "average" if one.is_by_average(side) else "index"
    params = named | {"value": round(index.value), "subjects": told.subjects}
    if index.low is None or index.high is None:
        return Note(f"{key}_alone.{one.kind}", params)
    return Note(f"{key}.{one.kind}", params | {"low": round(index.low), "high": round(index.high)})


def _months(one: Judged, now: datetime) -> Part:
    """Give each group's level by month as an index, its baseline (or the company's average) being 100."""
    unit = UNITS[one.measure]
    columns = (
        Column("month", "month"), Column("group", "named"), Column("index", "index"), Column("level", unit),
        Column("people", rows=True), Column("measured", "code"),
    )  # fmt: skip
    rows = []
    told = [(month, place, side, column) for place, side in enumerate(one.sides) for month, column in one.columns(side)]
    for month, _place, side, column in sorted(told, key=lambda entry: entry[:2]):
        rows.append(_month_row(one, side, month, column, now))
    measured = "estimate" if one.forecast(now) else "actual"
    plot = Plot("lines", "month", ("index",), split="group")
    notes = () if rows else (Note("no_figures", {"measure": one.measure}),)
    return Part(f"{one.measure}_months", columns, tuple(rows), measured, plot, notes)  # type: ignore[arg-type]


def _month_row(one: Judged, side: Side, month: date, told: list[float], now: datetime) -> Row:
    level = fsum(told) / len(told)
    base = one.average if one.is_by_average(side) else one.indexed[side.tag.id].baseline
    index = 100 * level / base if base and base > 0 else None
    measured = "actual" if measuring.is_over(month, now) else "estimate"
    values = (month, Named(str(side.tag.id), side.tag.name), index, level, len(told), measured)
    return Row(f"{side.tag.id}.{month:%Y-%m}", values)


def _spread(estimate: Estimate) -> Spread | None:
    return None if estimate.value is None else Spread(estimate.value, estimate.low, estimate.high)


def _month(month: date) -> str:
    return f"{month:%Y-%m}"
