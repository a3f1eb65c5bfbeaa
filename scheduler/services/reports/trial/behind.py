"""Answers who stands behind the numbers of the report on trials: the accounts or members of a group, with what they brought."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.models.trials import Trial
from scheduler.rules.reporting import Asked, Behind, Column, Named, Row
from scheduler.services.refusals import NotFound
from scheduler.services.reports import row_keys
from scheduler.services.reports.trial.building import UNITS, chosen
from scheduler.services.reports.trial.judging import Judged, Side, judged


def behind(asked: Asked, part: str, row: str, column: str, now: datetime, limit: int | None, offset: int) -> Behind:
    """List the accounts or members that a number counts; raise NotFound."""
    if column != "people":
        raise NotFound(what="column")
    trial, measure, tag_id, month = _meant(asked, part, row)
    one = next((one for one in judged(trial, asked, now, only=measure) if one.measure == measure), None)
    side = one.side(tag_id) if one is not None else None
    if one is None or side is None:
        raise NotFound(what="row")
    shown = _of_month(one, side, month) if month is not None else _of_periods(one, side)
    names = _names(one.kind, [number for number, _values in shown])
    ordered = sorted(shown, key=lambda entry: (names[entry[0]], entry[0]))
    unit = UNITS[one.measure]
    levels = (Column("level", unit),) if month is not None else (Column("before", unit), Column("during", unit))
    who = Column("account", "account") if one.kind == "accounts" else Column("member", "member")
    rows = [
        Row(str(number), (Named(str(number), names[number]), *values))
        for number, values in ordered[offset : None if limit is None else offset + limit]
    ]
    return Behind((who, *levels), tuple(rows), len(shown))


def _meant(asked: Asked, part: str, row: str) -> tuple[Trial, str, int, date | None]:
    """Return the trial, the measure, the group's tag and perhaps the month that a number's place names."""
    trial, month = chosen(asked), None
    pieces = row.split(".")
    try:
        if part == "trials":
            trial, pieces = db.session.get(Trial, row_keys.number(pieces[0])), pieces[1:]
        if part in ("trials", "verdicts"):
            measure, tag_id = pieces[0], row_keys.number(pieces[1])
        elif part.endswith("_months"):
            measure, tag_id = part.removesuffix("_months"), row_keys.number(pieces[0])
            month = row_keys.month(pieces[1])
        else:
            measure, tag_id = part, row_keys.number(pieces[0])
    except IndexError as error:
        raise NotFound(what="row") from error
    if trial is None or measure not in UNITS:
        raise NotFound(what="row")
    return trial, measure, tag_id, month


def _of_month(one: Judged, side: Side, month: date) -> list[tuple[int, tuple[float | None, ...]]]:
    if month not in one.months:
        return []
    place = one.months.index(month)
    rows = [(number, one.values[number][place]) for number in side.ids if number in one.values]
    return [(number, (value,)) for number, value in rows if value is not None]


def _of_periods(one: Judged, side: Side) -> list[tuple[int, tuple[float | None, ...]]]:
    """Give everybody's means before and during the trial; whoever has no value in either does not count."""
    found = [
        (number, (_mean(one.between(number, one.baseline)), _mean(one.between(number, one.trial))))
        for number in side.ids
        if number in one.values
    ]
    return [(number, means) for number, means in found if means != (None, None)]


def _mean(values: Collection[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _names(kind: str, ids: Collection[int]) -> dict[int, str]:
    model = Account if kind == "accounts" else Staff
    found: dict[int, str] = {}
    listed = sorted(ids)
    for start in range(0, len(listed), 5000):
        query = select(model.id, model.name).where(model.id.in_(listed[start : start + 5000]))
        found |= dict(db.session.execute(query).all())
    return found
