"""Answers how accounts have come along: what tells whether one is on track, behind or stuck, and how far its sash is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, bindparam, case, func, select

from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail, Suppression
from scheduler.models.registrations import Registration
from scheduler.rules.facts import Facts
from scheduler.rules.sash import Journey
from scheduler.rules.stalling import Signals
from scheduler.services.facts import local_day

# What was sent to somebody and, as far as anybody knows, arrives; and what did not.
ARRIVES, LOST = ("sent", "delivered"), ("bounced", "failed")

# Written once and asked as they are (`db.core`), like those of `facts`.
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_REGISTERED = (
    select(
        Contact.account_id,
        func.min(case((Registration.status != "cancelled", Registration.registered_at))),
        func.max(Registration.registered_at),
    )
    .join(Contact, Contact.id == Registration.contact_id)
    .where(Contact.account_id.in_(_IDS))
    .group_by(Contact.account_id)
)
_SOMEBODY_CAME = (
    select(Contact.account_id, func.max(case((Attendance.verdict == "missed", 0), else_=1)))
    .select_from(Attendance)
    .join(Contact, Contact.id == Attendance.contact_id)
    .join(Lecture, Lecture.id == Attendance.lecture_id)
    .where(Contact.account_id.in_(_IDS), Attendance.verdict.in_(("attended", "partial", "missed")))
    .group_by(Contact.account_id, Lecture.id, Lecture.starts_at)
    .order_by(Lecture.starts_at, Lecture.id)
)
_UNREACHABLE = (
    select(Mail.account_id)
    .where(Mail.account_id.in_(_IDS), Mail.contact_id.is_not(None), Mail.state.in_((*ARRIVES, *LOST)))
    .group_by(Mail.account_id, Mail.contact_id)
    .having(
        func.max(case((Mail.state.in_(LOST), Mail.id)))
        > func.coalesce(func.max(case((Mail.state.in_(ARRIVES), Mail.id))), 0)
    )
)
# Accounts to one of whose people nothing may be sent: it came back, or was called spam.
_CLOSED = (
    select(Contact.account_id)
    .join(Suppression, Suppression.address == func.lower(Contact.email))
    .where(Contact.account_id.in_(_IDS), Suppression.list == "all")
)
_HANDOVERS = (
    select(Handover.account_id, Handover.state, Handover.requested_at, Handover.decided_at)
    .where(
        Handover.account_id.in_(_IDS),
        Handover.from_stage == "onboarding",
        Handover.state.in_(("requested", "accepted")),
    )
    .order_by(Handover.id)
)


@dataclass(frozen=True)
class Way:
    """One account's way so far, for the sash and for the level."""

    journey: Journey
    signals: Signals


def load(accounts: Sequence[Account], known: Mapping[int, Facts]) -> dict[int, Way]:
    """Gather the ways of accounts, by id, in a handful of statements; `known` are their facts."""
    db.session.flush()
    ids = [account.id for account in accounts]
    registered = _registered(ids)
    missed = _missed_in_a_row(ids)
    unreachable = _unreachable(ids)
    requested, handed_over = _handovers(ids)
    ways = {}
    for account in accounts:
        invited_on = local_day(account.introduced_at) if account.introduced_at else None
        first, last = registered.get(account.id, (None, None))
        journey = Journey(
            stage=account.stage,
            signed_on=account.signed_on,
            invited_on=invited_on,
            registered_on=first,
            handover_requested_on=requested.get(account.id),
            handed_over_on=handed_over.get(account.id),
        )
        signals = Signals(
            stage_since=local_day(account.stage_since),
            planned_start_on=account.planned_start_on,
            last_progress_on=_last_progress(last, known[account.id]),
            invited_on=invited_on,
            registered=first is not None,
            missed_count=missed.get(account.id, 0),
            unreachable=account.id in unreachable,
        )
        ways[account.id] = Way(journey, signals)
    return ways


def _last_progress(registered_on: date | None, facts: Facts) -> date | None:
    days = [registered_on, facts.started_on]
    days += [one.on for one in facts.attended] + [one.on for one in facts.usage] + [one.done_on for one in facts.setup]
    return max((day for day in days if day is not None), default=None)


def _registered(ids: list[int]) -> dict[int, tuple[date | None, date | None]]:
    """Return the day of the first registration that stands, and of the last one made, by account."""
    return {
        account_id: (local_day(first) if first is not None else None, local_day(last))
        for account_id, first, last in db.core(_REGISTERED, {"ids": ids})
    }


def _missed_in_a_row(ids: list[int]) -> dict[int, int]:
    """Count, by account, the latest lectures to which somebody was to come and nobody came."""
    counts: dict[int, int] = defaultdict(int)
    for account_id, somebody_came in db.core(_SOMEBODY_CAME, {"ids": ids}):
        counts[account_id] = 0 if somebody_came else counts[account_id] + 1
    return counts


def _unreachable(ids: list[int]) -> set[int]:
    """Return the accounts to one of whose people mail does not arrive: the last one tried failed, or none may be sent."""
    found = (*db.core(_UNREACHABLE, {"ids": ids}), *db.core(_CLOSED, {"ids": ids}))
    return {number for (number,) in found if number is not None}


def _handovers(ids: list[int]) -> tuple[dict[int, date], dict[int, date]]:
    """Return, by account, the day its open request from onboarding was made and the day one was accepted."""
    requested: dict[int, date] = {}
    accepted: dict[int, date] = {}
    for account_id, state, requested_at, decided_at in db.core(_HANDOVERS, {"ids": ids}):
        if state == "requested":
            requested[account_id] = local_day(requested_at)
        elif decided_at is not None:
            accepted[account_id] = local_day(decided_at)
    return requested, accepted
