"""Answers who stands behind a number of the attendance report: people on lectures, accounts, stores."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.snapshots import Turnout
from scheduler.rules.attendance_rates import LEAD_BANDS, SIZE_BANDS
from scheduler.rules.reporting import Asked, Behind, Column, Named, Row
from scheduler.services.refusals import NotFound
from scheduler.services.reports import row_keys
from scheduler.services.reports.attendance import waiting
from scheduler.services.reports.attendance.counting import ASKED, KNOWN, OPEN, OWN, REMINDED, within
from scheduler.services.reports.attendance.parts import BEFORE, STEPS

_PEOPLE = (
    *(Column("person", "person"), Column("account", "account"), Column("lecture", "lecture"), Column("day", "day")),
    *(Column("verdict", "code"), Column("lead", "code"), Column("reminder", "code")),
)
_DAYS, _HOURS = 7, 24
_WEEK = timedelta(days=7)


def behind(
    asked: Asked, part: str, row: str, column: str, now: datetime, limit: int | None = None, offset: int = 0
) -> Behind:
    """List what a number counts: people on lectures, the latest first; accounts, who waits longest first; or stores.

    Raises NotFound for a part, row or column that the report does not have.
    """
    if part in waiting.COLUMNS:
        return waiting.behind(asked, part, row, column, now, limit, offset)
    which = [*within(asked), *_group(asked, part, row), *_outcome(part, row, column)]
    return Behind(_PEOPLE, tuple(_people(which, limit, offset)), _total(which))


def _people(which: list[ColumnElement[bool]], limit: int | None, offset: int) -> list[Row]:
    order = (Turnout.day.desc(), Turnout.lecture_id, Turnout.registration_id)
    # Only what stands on the page is joined with the names, however far it lies.
    page = select(Turnout.registration_id).where(*which).order_by(*order).limit(limit).offset(offset).subquery()
    query = (
        select(Turnout, Contact.name, Contact.email, Contact.phone, Account.name, Course.name)
        .join(page, page.c.registration_id == Turnout.registration_id)
        .join(Lecture, Lecture.id == Turnout.lecture_id)
        .join(Course, Course.id == Lecture.course_id)
        .join(Contact, Contact.id == Turnout.contact_id)
        .join(Account, Account.id == Turnout.account_id)
        .order_by(*order)
    )
    return [_person(*row) for row in db.session.execute(query)]


def _person(seat: Turnout, name: str, email: str | None, phone: str, account: str, course: dict[str, Any]) -> Row:
    values = (
        Named(str(seat.contact_id), name or email or phone),
        Named(str(seat.account_id), account),
        Named(str(seat.lecture_id), course),
        seat.day,
        seat.verdict,
        seat.lead,
        seat.reminder,
    )
    return Row(str(seat.registration_id), values)


def _total(which: list[ColumnElement[bool]]) -> int:
    return db.session.scalar(select(func.count()).select_from(Turnout).where(*which)) or 0


def _outcome(part: str, row: str, column: str) -> list[ColumnElement[bool]]:
    """Return the conditions of a column: which of a group's seats it counts, the base of a rate."""
    if part == "overall":
        return _of_step(_one_of(row, STEPS), column)
    if column not in ("registered", "joined", *KNOWN, "excused", "unknown", "rate"):
        raise NotFound(column=column)
    return _counted("known" if column == "rate" else column)


def _of_step(step: str, column: str) -> list[ColumnElement[bool]]:
    if column == "people":
        return _counted(STEPS[step])
    if column == "rate" and step in BEFORE:
        return _counted("known")
    if column == "of_before" and step != "registered":
        return _counted(BEFORE.get(step, "registered"))
    raise NotFound(column=column)


def _counted(number: str) -> list[ColumnElement[bool]]:
    if number == "registered":
        return []
    if number in ("known", "joined"):
        return [Turnout.verdict.in_(KNOWN), *([Turnout.joined.is_(True)] if number == "joined" else [])]
    return [Turnout.verdict == number]


def _group(asked: Asked, part: str, row: str) -> list[ColumnElement[bool]]:
    """Return the conditions of a row of a part."""
    if part == "overall":
        return []
    if part not in _GROUPS:
        raise NotFound(part=part)
    return _GROUPS[part](asked, row)


def _course(_asked: Asked, row: str) -> list[ColumnElement[bool]]:
    return [_held(Lecture.course_id == row_keys.number(row))]


def _host(_asked: Asked, row: str) -> list[ColumnElement[bool]]:
    return [_held(Lecture.host_id == row_keys.number(row) if row != "0" else Lecture.host_id.is_(None))]


def _kind(_asked: Asked, row: str) -> list[ColumnElement[bool]]:
    own = _one_of(row, (OWN, OPEN)) == OWN
    return [_held(Lecture.account_id.is_not(None) if own else Lecture.account_id.is_(None))]


def _hour(_asked: Asked, row: str) -> list[ColumnElement[bool]]:
    hour = _one_of(row, [f"{number:02}" for number in range(_HOURS)])
    return [_held(func.substr(Lecture.local_start, 12, 2) == hour)]


def _weekday(asked: Asked, row: str) -> list[ColumnElement[bool]]:
    """Name the days themselves: the databases count weekdays each in its own way."""
    weekday = int(_one_of(row, [str(number) for number in range(_DAYS)]))
    first = asked.since + timedelta(days=(weekday - asked.since.weekday()) % _DAYS)
    days = [first + _WEEK * week for week in range((asked.until - first) // _WEEK + 1)]
    return [Turnout.day.in_(days)]


def _weekday_and_hour(asked: Asked, row: str) -> list[ColumnElement[bool]]:
    weekday, _, hour = row.partition("-")
    return [*_weekday(asked, weekday), *_hour(asked, hour)]


def _week(_asked: Asked, row: str) -> list[ColumnElement[bool]]:
    try:
        first = date.fromisoformat(row)
        return [Turnout.day.between(first, first + _WEEK - timedelta(days=1))]
    except (ValueError, OverflowError) as error:
        raise NotFound(row=row) from error


def _banded(name: str, bands: tuple[str, ...]) -> Callable[[Asked, str], list[ColumnElement[bool]]]:
    return lambda _asked, row: [getattr(Turnout, name) == _one_of(row, bands)]


def _written(name: str) -> Callable[[Asked, str], list[ColumnElement[bool]]]:
    return lambda _asked, row: [getattr(Turnout, name) == row.removeprefix("=")]


# By part: what its rows' keys mean.
_GROUPS: dict[str, Callable[[Asked, str], list[ColumnElement[bool]]]] = {
    "course": _course,
    "week": _week,
    "weekday": _weekday,
    "hour": _hour,
    "heat": _weekday_and_hour,
    "host": _host,
    "kind": _kind,
    "lead": _banded("lead", LEAD_BANDS),
    "size": _banded("size", SIZE_BANDS),
    "asked": _banded("asked", ASKED),
    "reminder": _banded("reminder", REMINDED),
    "plan": _written("plan"),
    "it_skill": _written("it_skill"),
}


def _held(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Turnout.lecture_id.in_(select(Lecture.id).where(condition))


def _one_of(row: str, known: Collection[str]) -> str:
    if row not in known:
        raise NotFound(row=row)
    return row
