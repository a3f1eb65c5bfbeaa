"""Answers who is reminded that an account waits to pass on: a request nobody answered, or a ready account nobody asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import STAGES, Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.staff import Staff
from scheduler.rules.timing import Reader
from scheduler.services import mail_holding, planned, spared
from scheduler.services.almanac import Almanac
from scheduler.services.letters import times_undone
from scheduler.services.planned import Planned

ASKED, READY = "staff_handover_waiting", "staff_ready_waiting"
# Too late by then: whoever it went to has seen it on the page.
USEFUL = timedelta(days=3)
# What a reminder of each kind is called in its key, and the figure that says after how many working days.
_FIRST, _THEN = ("team", "team_days"), ("operations", "operations_days")


@dataclass(frozen=True)
class _Case:
    """An account that waits: of which kind, since which day, for whom; what its mails say beside that."""

    kind: str
    key: str
    since: date
    account_id: int
    handover_id: int | None
    # The team that should act, and the member of it who was asked or looks after the account.
    team: str
    staff_id: int | None
    params: dict[str, Any]


def plan(now: datetime) -> int:
    """Owe the reminders that have come due; return how many are new. The same again changes nothing."""
    if mail_holding.paused_everything() is not None:
        return 0
    almanac = Almanac.read()
    with db.writing():
        return planned.owe(upcoming(now, now, almanac), now)


def upcoming(now: datetime, until: datetime, almanac: Almanac) -> list[Planned]:
    """List the reminders that would leave up to `until`, and were not owed yet, if nobody acted meanwhile.

    First to who was asked or looks after the account, else to the team, after so many working days; then to operations.
    """
    cases = [*_requests(almanac, now), *_ready(almanac, now)]
    if not cases:
        return []
    able = db.session.scalars(select(Staff).where(Staff.active, Staff.email.is_not(None)).order_by(Staff.id)).all()
    found = (mail for one in cases if almanac.rules.enabled(one.kind) for mail in _mails(one, able, almanac, now))
    return planned.unknown(mail for mail in found if mail.when <= until)


def _mails(one: _Case, able: Iterable[Staff], almanac: Almanac, now: datetime) -> Iterator[Planned]:
    named = [member for member in able if member.id == one.staff_id]
    asked = named or [member for member in able if member.team == one.team]
    operations = [member for member in able if member.team == "operations"]
    for (part, figure), members in ((_FIRST, asked), (_THEN, operations)):
        days = almanac.rules.days(one.kind, figure)
        on = _after(one.since, days, almanac)
        if almanac.midnight(on) + USEFUL < now:
            # A worker that slept makes up for nothing: the digest of every morning names what is ready.
            continue
        for member in members:
            moment, reason = almanac.leave_on(one.kind, on, now, Reader(member.zone))
            yield Planned(
                one.kind,
                f"{one.kind}:{one.key}:{part}:{member.id}",
                moment,
                reason,
                account_id=one.account_id,
                handover_id=one.handover_id,
                staff_id=member.id,
                params=one.params | {"waiting_days": days, "to_operations": part == "operations"},
                expires_at=moment + USEFUL,
            )


def _after(since: date, days: int, almanac: Almanac) -> date:
    """Return the day on which so many working days have passed."""
    day = since
    for _ in range(days):
        day = almanac.calendar.next_working_day(day)
    return day


def _requests(almanac: Almanac, now: datetime) -> Iterator[_Case]:
    query = select(Handover).join(Handover.account).where(Handover.state == "requested", spared.going_on(now))
    for row in db.session.scalars(query.order_by(Handover.id).options(joinedload(Handover.account))):
        key = f"{row.id}:{times_undone(row)}"
        since = almanac.day(row.requested_at)
        yield _Case(ASKED, key, since, row.account_id, row.id, row.to_stage, row.receiver_id, {})


def _ready(almanac: Almanac, now: datetime) -> Iterator[_Case]:
    """Gather ready accounts nobody has asked the next team for, since then or since the last request came back."""
    asked = exists().where(Handover.account_id == Account.id, Handover.state == "requested")
    back = (
        select(func.max(Handover.decided_at))
        .where(Handover.account_id == Account.id, Handover.state.in_(("returned", "withdrawn")))
        .scalar_subquery()
    )
    ready = (Account.stage.in_(STAGES[:-1]), Account.ready_since >= Account.stage_since, ~Account.undecided, ~asked)
    query = select(Account, back).where(*ready, spared.going_on(now)).order_by(Account.id)
    for account, came_back in db.session.execute(query):
        assert account.ready_since is not None
        since = max(account.ready_since, came_back or account.ready_since)
        yield _Case(
            READY,
            f"{account.id}:{since.isoformat()}",
            almanac.day(since),
            account.id,
            None,
            account.stage,
            getattr(account, f"{account.stage}_owner_id"),
            {"ready_since": account.ready_since.isoformat()},
        )
