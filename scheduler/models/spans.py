"""Answers how a statement reckons with days: between two of them, so many later, the latest of several, their month."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, SQLColumnExpression, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

Day = SQLColumnExpression[Any] | date


class DaysBetween(FunctionElement[int]):
    """How many days lie between two days; below zero where the second comes first."""

    type = Integer()
    inherit_cache = True


class MonthOf(FunctionElement[date]):
    """The first day of a day's month."""

    type = Date()
    inherit_cache = True


class DaysLater(FunctionElement[date]):
    """The day that comes so many days after a day."""

    type = Date()
    inherit_cache = True


class Latest(FunctionElement[date]):
    """The latest of several days, of which the first is always known."""

    type = Date()
    inherit_cache = True


def days_between(earlier: Day, later: Day) -> DaysBetween:
    """Count the days from one day to another, the same on both databases."""
    return DaysBetween(_day(earlier), _day(later))


def month_of(day: Day) -> MonthOf:
    """Give the first day of a day's month."""
    return MonthOf(_day(day))


def days_later(day: Day, days: int) -> DaysLater:
    """Give the day so many days after a day, or before it; a column compared with it may still be found by its index."""
    return DaysLater(_day(day), literal(days, Integer()))


def latest(known: Day, *others: Day) -> Latest:
    """Give the latest of several days; `others` may be null."""
    return Latest(_day(known), *map(_day, others))


def _day(day: Day) -> SQLColumnExpression[Any]:
    return literal(day, Date()) if isinstance(day, date) else day


@compiles(DaysBetween, "postgresql")
def _subtracted(element: DaysBetween, compiler: SQLCompiler, **words: Any) -> str:
    earlier, later = (compiler.process(clause, **words) for clause in element.clauses)
    return f"({later} - {earlier})"


@compiles(DaysBetween, "sqlite")
def _julian(element: DaysBetween, compiler: SQLCompiler, **words: Any) -> str:
    earlier, later = (compiler.process(clause, **words) for clause in element.clauses)
    # Both end in .5 exactly, so the difference is whole.
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(MonthOf, "postgresql")
def _truncated(element: MonthOf, compiler: SQLCompiler, **words: Any) -> str:
    # Without a zone: one for a moment with a zone would depend on the session's.
    return f"CAST(date_trunc('month', CAST({compiler.process(element.clauses, **words)} AS TIMESTAMP)) AS DATE)"


@compiles(MonthOf, "sqlite")
def _started(element: MonthOf, compiler: SQLCompiler, **words: Any) -> str:
    return f"date({compiler.process(element.clauses, **words)}, 'start of month')"


@compiles(DaysLater, "postgresql")
def _added(element: DaysLater, compiler: SQLCompiler, **words: Any) -> str:
    day, days = (compiler.process(clause, **words) for clause in element.clauses)
    return f"({day} + {days})"


@compiles(DaysLater, "sqlite")
def _moved(element: DaysLater, compiler: SQLCompiler, **words: Any) -> str:
    day, days = (compiler.process(clause, **words) for clause in element.clauses)
    return f"date({day}, {days} || ' days')"


@compiles(Latest, "postgresql")
def _greatest(element: Latest, compiler: SQLCompiler, **words: Any) -> str:
    # It passes over what is null.
    return f"GREATEST({compiler.process(element.clauses, **words)})"


@compiles(Latest, "sqlite")
def _max(element: Latest, compiler: SQLCompiler, **words: Any) -> str:
    known, *others = (compiler.process(clause, **words) for clause in element.clauses)
    if not others:
        return known
    # One null makes its max() null.
    return f"max({known}, {', '.join(f'coalesce({other}, {known})' for other in others)})"
