"""Answers how accounts have come along: what tells whether one is on track, behind or stuck, and how far its sash is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select

from scheduler.models.accounts import Account, Contact
from scheduler.models.among import Among
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail, Suppression
from scheduler.models.registrations import Registration
from scheduler.rules.facts import Facts
from scheduler.rules.sash import Journey
from scheduler.rules.stalling import Signals, Thresholds
from scheduler.services.facts import local_day

# What was sent to somebody and, as far as anybody knows, arrives; and what did not.
ARRIVES, LOST = ("sent", "delivered"), ("bounced", "failed")

# Written once and asked as they are (`db.core`), like those of `facts`.
_REGISTERED = (
    select(
        Contact.account_id,
        func.min(case((Registration.status != "cancelled", Registration.registered_at))),
        func.max(Registration.registered_at),
    )
    .join(Contact, Contact.id == Registration.contact_id)
    .where(Among(Contact.account_id))
    .group_by(Contact.account_id)
)
_SOMEBODY_CAME = (
    select(Contact.account_id, func.max(case((Attendance.verdict == "missed", 0), else_=1)))
    .select_from(Attendance)
    .join(Contact, Contact.id == Attendance.contact_id)
    .join(Lecture, Lecture.id == Attendance.lecture_id)
    .where(Among(Contact.account_id), Attendance.verdict.in_(("attended", "partial", "missed")))
    .group_by(Contact.account_id, Lecture.id, Lecture.starts_at)
    .order_by(Lecture.starts_at, Lecture.id)
)
# By person: whether the last mail tried was lost, and how often an invitation left.
_WRITTEN_TO = (
    select(
        Mail.account_id,
        func.coalesce(func.max(case((Mail.state.in_(LOST), Mail.id))), 0)
        > func.coalesce(func.max(case((Mail.state.in_(ARRIVES), Mail.id))), 0),
        func.sum(case(((Mail.kind == "invitation") & Mail.state.in_(ARRIVES), 1), else_=0)),
    )
    .join(Contact, (Contact.id == Mail.contact_id) & Contact.left_on.is_(None))
    .where(Among(Mail.account_id), Mail.state.in_((*ARRIVES, *LOST)))
    .group_by(Mail.account_id, Mail.contact_id)
)
# Accounts to one of whose people nothing may be sent: it came back, or was called spam.
_CLOSED = (
    select(Contact.account_id)
    .join(Suppression, Suppression.address == func.lower(Contact.email))
    .where(Among(Contact.account_id), Contact.left_on.is_(None), Suppression.list == "all")
)
_HANDOVERS = (
    select(Handover.account_id, Handover.state, Handover.requested_at, Handover.decided_at)
    .where(
        Among(Handover.account_id),
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


def load(
    accounts: Sequence[Account], known: Mapping[int, Facts], thresholds: Mapping[str, Thresholds]
) -> dict[int, Way]:
    """Gather the ways of accounts, by id, in a handful of statements; `known` are their facts.

    What their people missed and which mails they got is gathered only in stages whose thresholds look at it.
    """
    db.session.flush()
    ids = [account.id for account in accounts]
    registered = _registered(ids)
    looked_at = [account.id for account in accounts if thresholds[account.stage].look_at_people]
    missed = _missed_in_a_row(looked_at) if looked_at else {}
    unreachable, invited = _written_to(looked_at) if looked_at else (set(), {})
    requested, handed_over = _handovers(ids)
    ways = {}
    for account in accounts:
        invited_on = local_day(account.introduced_at) if account.introduced_at else None
        # After a hold the clock begins anew.
        ran_from = account.on_hold_until or date.min
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
            stage_since=max(local_day(account.stage_since), ran_from),
            planned_start_on=account.planned_start_on,
            last_progress_on=_last_progress(last, known[account.id]),
            invited_on=max(invited_on, ran_from) if invited_on else None,
            registered=first is not None,
            missed_count=missed.get(account.id, 0),
            unreachable=account.id in unreachable,
            on_hold_until=account.on_hold_until,
            invited_times=invited.get(account.id, 0),
            cancelled_on=account.cancelled_on,
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
        for account_id, first, last in db.core(_REGISTERED, {"ids": ids}).all()
    }


def _missed_in_a_row(ids: list[int]) -> dict[int, int]:
    """Count, by account, the latest lectures to which somebody was to come and nobody came."""
    counts: dict[int, int] = defaultdict(int)
    for account_id, somebody_came in db.core(_SOMEBODY_CAME, {"ids": ids}).all():
        counts[account_id] = 0 if somebody_came else counts[account_id] + 1
    return counts


def _written_to(ids: list[int]) -> tuple[set[int], dict[int, int]]:
    """Return the accounts to one of whose people mail does not arrive (the last one tried failed, or none may be sent),
    and how often one person of each was invited at most."""
    unreachable = {number for (number,) in db.core(_CLOSED, {"ids": ids}).all()}
    invited: dict[int, int] = {}
    for account_id, lost, invitations in db.core(_WRITTEN_TO, {"ids": ids}).all():
        if account_id is not None:
            unreachable.update([account_id] if lost else ())
            invited[account_id] = max(invited.get(account_id, 0), invitations)
    return unreachable, invited


def _handovers(ids: list[int]) -> tuple[dict[int, date], dict[int, date]]:
    """Return, by account, the day its open request from onboarding was made and the day one was accepted."""
    requested: dict[int, date] = {}
    accepted: dict[int, date] = {}
    for account_id, state, requested_at, decided_at in db.core(_HANDOVERS, {"ids": ids}).all():
        if state == "requested":
            requested[account_id] = local_day(requested_at)
        elif decided_at is not None:
            accepted[account_id] = local_day(decided_at)
    return requested, accepted
