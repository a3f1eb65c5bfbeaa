"""Answers which accounts stand still: on hold until a day (保留) or cancelled (解約), and how either is taken back."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import ColumnElement, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.tasks import Task
from scheduler.services import history, locking, readiness, spared, tasks, undecided_seats, vendor
from scheduler.services.actors import Actor
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid

# The longest reason; the longest hold, beyond which a year was mistyped.
LONGEST, LONGEST_YEARS = 500, 3
OVER = "hold_over"


def hold(account_id: int, until: date | None, reason: str, now: datetime, actor: Actor) -> None:
    """Put an account on hold until a day, which is the first on which its clock runs again; or move that day.

    Nothing urges or invites its people until then; what they have booked is asked about, never cancelled; a task for that
    day says to get in touch. Raises NotFound, Invalid(until, reason).
    """
    today = spared.today(now)
    if until is None:
        raise Invalid(field="until", why="missing")
    if until <= today:
        raise Invalid(field="until", why="hold_over_already")
    if until.year > today.year + LONGEST_YEARS:
        raise Invalid(field="until", why="hold_too_long", maximum=LONGEST_YEARS)
    with db.writing():
        account = locking.account(account_id)
        before, held = account.on_hold_until, spared.on_hold(account, now)
        account.on_hold_until, account.hold_reason = until, _reason(reason)
        day_before = before.isoformat() if before else None
        history.record("held", now=now, actor=actor, account_id=account_id, until=until.isoformat(), before=day_before)
        _appointment(account, now, actor)
        if not held:
            undecided_seats.ask(account_id, now, actor)
        readiness.refresh(account_id, now)


def release(account_id: int, now: datetime, actor: Actor) -> bool:
    """End a hold before its day and return whether there was one: the clock begins anew.

    One that was made today by mistake leaves the clock as it was. Raises NotFound.
    """
    with db.writing():
        account = locking.account(account_id)
        if not spared.on_hold(account, now):
            return False
        account.on_hold_until = _ran_from(account_id, now)
        history.record("hold_ended", now=now, actor=actor, account_id=account_id)
        _appointment(account, now, actor)
        if not spared.cancelled(account, now):
            undecided_seats.close(account_id, now, actor)
        readiness.refresh(account_id, now)
        return True


def cancel(account_id: int, on: date | None, reason: str, now: datetime, actor: Actor) -> None:
    """Note that an account cancelled its contract, and from which day on; or change that day.

    From then on nothing leaves to its people by itself and its clock stands still. Raises NotFound, Invalid(on, reason).
    """
    if on is None:
        raise Invalid(field="on", why="missing")
    with db.writing():
        account = locking.account(account_id)
        known = account.cancelled_on
        account.cancelled_on, account.cancel_reason = on, _reason(reason)
        history.record("account_cancelled", now=now, actor=actor, account_id=account_id, on=on.isoformat())
        if known is None:
            undecided_seats.ask(account_id, now, actor)
        readiness.refresh(account_id, now)


def take_back(account_id: int, now: datetime, actor: Actor) -> bool:
    """Take a cancellation of the contract back and return whether there was one. Raises NotFound."""
    with db.writing():
        account = locking.account(account_id)
        if account.cancelled_on is None:
            return False
        account.cancelled_on, account.cancel_reason = None, ""
        history.record("account_cancel_undone", now=now, actor=actor, account_id=account_id)
        if not spared.on_hold(account, now):
            undecided_seats.close(account_id, now, actor)
        readiness.refresh(account_id, now)
        return True


def _ran_from(account_id: int, now: datetime) -> date | None:
    """Return the day from which the clock runs once the hold ends now: today, or as before where it began today."""
    today = spared.today(now)
    began = datetime.combine(today, time(), here().tz)
    query = select(Event.params).where(Event.account_id == account_id, Event.key == "held", Event.at >= began)
    for params in db.session.scalars(query.order_by(Event.id.desc())):
        before = date.fromisoformat(params["before"]) if params["before"] else None
        # One that only moved the day, or was pressed twice, did not begin the hold.
        if before is None or before <= today:
            return before
    return today


def _appointment(account: Account, now: datetime, actor: Actor) -> None:
    """Keep one task for the day on which the hold ends, none where it ended."""
    until = account.on_hold_until if spared.on_hold(account, now) else None
    wanted = f"{OVER}:{account.id}:{until.isoformat()}" if until is not None else ""
    known = {task.key: task for task in db.session.scalars(select(Task).where(*_appointments(account.id)))}
    for key, task in known.items():
        if key != wanted and task.done_at is None:
            tasks.done(task.id, now, actor)
    if wanted in known:
        tasks.reopen(known[wanted].id, now, actor)
    elif until is not None:
        calendar = vendor.working_days()
        due_on = until if calendar.is_working_day(until) else calendar.next_working_day(until)
        tasks.add(wanted, OVER, now=now, account_id=account.id, due_on=due_on, actor=actor)


def _appointments(account_id: int) -> tuple[ColumnElement[bool], ...]:
    return Task.account_id == account_id, Task.kind == OVER


def _reason(text: str) -> str:
    if len(text) > LONGEST:
        raise Invalid(field="reason", why="too_long", maximum=LONGEST)
    if "\x00" in text:
        raise Invalid(field="reason", why="not_a_text")
    return text.strip()
