"""Answers what today asks of the staff: the week's lectures, accounts to hand over or to follow up, and loose ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, String, case, cast, func, select
from sqlalchemy.orm import joinedload, selectinload

from scheduler.models.accounts import Account, Contact
from scheduler.models.applications import Application
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.replies import Reply
from scheduler.services import spared, unread
from scheduler.services.directory import owner_is

# How many days the week has, today included; how far back reports and failed mails are asked for.
WEEK = timedelta(days=7)
BACK = timedelta(days=60)
# The most accounts to follow up that are shown at once; the rest stands in the list.
MOST = 12


@dataclass(frozen=True)
class LooseEnds:
    """How many things wait for somebody."""

    unreported: int
    undecided: int
    to_check: int
    failed_mails: int
    handovers: int
    # Visitors of the public form whom nobody has recognised.
    applications: int
    replies: int
    # Dates that no longer fit their series, with people on them.
    strays: int


def lectures(now: datetime, zone: ZoneInfo, host_id: int | None = None) -> list[Lecture]:
    """List the lectures of seven days from the reader's midnight on, by start; `host_id` keeps one member's."""
    start = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    query = select(Lecture).where(Lecture.starts_at >= start, Lecture.starts_at < start + WEEK)
    return _lectures(query.order_by(Lecture.starts_at, Lecture.id), host_id)


def unreported(now: datetime, host_id: int | None = None) -> list[Lecture]:
    """List the lectures that are over and had people booked, but no attendance yet, the latest first."""
    return _lectures(select(Lecture).where(*_unreported(now)).order_by(Lecture.ends_at.desc(), Lecture.id), host_id)


def ready(owner_id: int | None = None) -> tuple[list[Account], set[int]]:
    """List the accounts ready for handing over, longest waiting first, and the ids of those whose handover is open."""
    accounts = _accounts(
        select(Account).where(Account.ready_since >= Account.stage_since).order_by(Account.ready_since, Account.id),
        owner_id,
    )
    open_ones = select(Handover.account_id).where(
        Handover.state == "requested", Handover.account_id.in_([account.id for account in accounts])
    )
    return accounts, set(db.session.scalars(open_ones))


def to_follow_up(owner_id: int | None = None) -> tuple[list[Account], int]:
    """List the accounts that need someone, stuck ones first, then by planned start; and count them all."""
    wanted = (Account.level != "on_track", ~Account.undecided)
    order = (case((Account.level == "stuck", 0), else_=1), Account.planned_start_on.asc().nulls_last(), Account.id)
    accounts = _accounts(select(Account).where(*wanted).order_by(*order).limit(MOST), owner_id)
    if len(accounts) < MOST:
        return accounts, len(accounts)
    return accounts, _count(select(Account.id).where(*wanted, *_mine(owner_id)))


def loose_ends(now: datetime, team: str) -> LooseEnds:
    """Count what waits for somebody; `team` says whose handovers."""
    return LooseEnds(
        unreported=_count(select(Lecture.id).where(*_unreported(now))),
        undecided=_count(select(Account.id).where(Account.undecided)),
        to_check=_count(select(Contact.id).where(has_checks())),
        failed_mails=_count(select(Mail.id).where(Mail.state.in_(("failed", "missed")), Mail.created_at > now - BACK)),
        applications=_count(select(Application.id).where(Application.state == "waiting")),
        handovers=_count(select(Handover.id).where(Handover.state == "requested", Handover.to_stage == team)),
        replies=_count(select(Reply.id).where(unread.waits())),
        strays=_count(
            select(Lecture.id).where(
                Lecture.stray_since.is_not(None), Lecture.status == "scheduled", Lecture.starts_at > now
            )
        ),
    )


def contacts_to_check(limit: int = 200) -> list[Contact]:
    """List the people somebody should check, by account; account and stores loaded."""
    query = select(Contact).where(has_checks()).order_by(Contact.account_id, Contact.id).limit(limit)
    return list(db.session.scalars(query.options(joinedload(Contact.account), selectinload(Contact.stores))))


def has_checks() -> ColumnElement[bool]:
    """Match the people somebody should check, of those who are still there."""
    return (cast(Contact.checks, String) != "[]") & spared.there()


def _unreported(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Lecture.status == "scheduled",
        Lecture.ends_at < now,
        Lecture.ends_at > now - BACK,
        Lecture.seats_taken > 0,
        Lecture.reported_at.is_(None),
    )


def _lectures(query: Select[Any], host_id: int | None) -> list[Lecture]:
    if host_id is not None:
        query = query.where(Lecture.host_id == host_id)
    return list(
        db.session.scalars(
            query.options(joinedload(Lecture.course), joinedload(Lecture.host), joinedload(Lecture.account))
        )
    )


def _accounts(query: Select[Any], owner_id: int | None) -> list[Account]:
    return list(db.session.scalars(query.where(*_mine(owner_id)).options(joinedload(Account.onboarding_owner))))


def _mine(owner_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return () if owner_id is None else (owner_is(owner_id),)


def _count(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
