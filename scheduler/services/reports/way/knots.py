"""Answers how the way to ready is asked of the database: its knots, which accounts count, and since when one waits where."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from scheduler.models.snapshots import Milestone
from scheduler.models.spans import latest
from scheduler.rules.reporting import Asked
from scheduler.services.reports import asking

# The knots of the way with the columns of their days, in the order in which most accounts reach them.
KNOTS: dict[str, InstrumentedAttribute[Any]] = {
    "signed": Milestone.signed_on,
    "invited": Milestone.invited_on,
    "registered": Milestone.registered_on,
    "attended": Milestone.attended_on,
    "set_up": Milestone.set_up_on,
    "in_use": Milestone.in_use_on,
    "ready": Milestone.ready_on,
    "handed_over": Milestone.handed_over_on,
}


def newcomers(asked: Asked) -> list[ColumnElement[bool]]:
    """Return the conditions on Milestone of the accounts whose way began in the period; who came already live has none."""
    began = Milestone.began_on.between(asked.since, asked.until)
    return [began, Milestone.came_live.is_(False), *asking.whose(asked, Milestone.account_id)]


def last_seen(today: date) -> ColumnElement[Any]:
    """Return the day up to which an account is known not to have reached a knot: today, or the day it was cancelled."""
    return case((Milestone.cancelled_on < today, Milestone.cancelled_on), else_=today)


def on_the_way(today: date) -> ColumnElement[bool]:
    """Match accounts that are neither handed over nor cancelled."""
    ended = and_(Milestone.cancelled_on.is_not(None), Milestone.cancelled_on <= today)
    return and_(Milestone.handed_over_on.is_(None), ~func.coalesce(ended, False))


def waits_for() -> ColumnElement[Any]:
    """Return the knot an account waits for: the first that it has not reached.

    A knot counts as passed, too, when a later one shows that it must be: who attended had registered, who registered had
    been asked, who is ready lacks nothing but being handed over.
    """
    return case(*((condition, knot) for condition, knot in _waits()), else_="ready")


def waits_since() -> ColumnElement[Any]:
    """Return since which day an account waits for `waits_for`: the last of the knots before it, else the way's first day."""
    before = {knot: list(KNOTS.values())[:at] for at, knot in enumerate(KNOTS)}
    since = {knot: latest(Milestone.began_on, *columns) for knot, columns in before.items()}
    return case(*((condition, since[knot]) for condition, knot in _waits()), else_=since["ready"])


def _waits() -> list[tuple[ColumnElement[bool], str]]:
    """Return, in the order in which they are asked, when an account waits for which knot; otherwise for being ready."""
    attended = Milestone.attended_on.is_not(None)
    registered = or_(Milestone.registered_on.is_not(None), attended)
    invited = or_(Milestone.invited_on.is_not(None), registered)
    begun = (Milestone.signed_on, Milestone.set_up_on, Milestone.in_use_on)
    signed = or_(invited, *(column.is_not(None) for column in begun))
    return [
        (Milestone.ready_on.is_not(None), "handed_over"),
        (~signed, "signed"),
        (~invited, "invited"),
        (~registered, "registered"),
        (~attended, "attended"),
        (Milestone.set_up_on.is_(None), "set_up"),
        (Milestone.in_use_on.is_(None), "in_use"),
    ]


def entered(knot: str) -> list[ColumnElement[bool]]:
    """Return the conditions that an account came to the step that leads to a knot: it reached the knot before.

    Everybody enters the first; the second asks that it was signed, on whichever day.
    """
    if knot == "signed":
        return []
    if knot == "invited":
        return [or_(Milestone.signed_on.is_not(None), Milestone.invited_on.is_not(None))]
    return [entered_on(knot).is_not(None)]


def entered_on(knot: str) -> ColumnElement[Any]:
    """Return the day on which an account came to the step that leads to a knot: the way's first, or that of the knot before."""
    place = list(KNOTS).index(knot)
    return Milestone.began_on.expression if place < 2 else list(KNOTS.values())[place - 1].expression
