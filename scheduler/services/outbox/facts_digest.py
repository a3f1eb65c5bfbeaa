"""Answers what a morning brings to a member: the day's lectures, who is ready or stuck, what is missing, what did not arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, exists, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from emails import Link, lines, phrases
from emails.values import Entry, Value
from emails.words import day as day_in_words
from scheduler.models.accounts import STAGES, Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.services import addresses
from scheduler.services.outbox.about import About
from scheduler.services.outbox.offering import text

# How far back reports are missed, and mails that did not arrive are told of.
REPORTS_BACK = timedelta(days=60)
MAILS_BACK = timedelta(days=7)
# How many lines each list has at the most.
LISTED = 20

Owner = InstrumentedAttribute[Any] | ColumnElement[Any]
# Who looks after an account at its present stage.
_OWNER: ColumnElement[Any] = case(
    {stage: getattr(Account, f"{stage}_owner_id") for stage in STAGES}, value=Account.stage
)


@dataclass(frozen=True)
class Day:
    """A day on a member's wall: from when to when (aware UTC), and when its week ends if that is to be told of as well."""

    starts_at: datetime
    ends_at: datetime
    week_ends_at: datetime | None = None

    @classmethod
    def on(cls, day: date, zone: str, *, weekly: bool = False) -> Day:
        """Make the day of a date in a zone (IANA name), `weekly` with the rest of its week."""
        sunday = day + timedelta(days=6 - day.weekday())
        last = _midnight(sunday + timedelta(days=1), zone)
        return cls(_midnight(day, zone), _midnight(day + timedelta(days=1), zone), last if weekly else None)


@dataclass(frozen=True)
class Held:
    """A lecture that is held: by whom, when (aware UTC), and whether a report of it is to come."""

    host_id: int | None
    starts_at: datetime
    ends_at: datetime
    awaits_report: bool


def held(starts_at: datetime, ends_at: datetime) -> list[Held]:
    """List the lectures that are held and begin from one moment up to another."""
    awaits_report = (Lecture.seats_taken > 0) & Lecture.reported_at.is_(None)
    columns = (Lecture.host_id, Lecture.starts_at, Lecture.ends_at, awaits_report)
    rows = db.session.execute(select(*columns).where(*_lectures(starts_at, ends_at)))
    return [Held(host, begins, ends, bool(waits)) for host, begins, ends, waits in rows]


def standing(now: datetime) -> set[int | None]:
    """Return the members for whom something waits that no day brings: accounts, reports, mails; None: for nobody's."""
    queries = (
        select(_OWNER).select_from(Account).where(*_ready()),
        select(_OWNER).select_from(Account).where(*_stuck()),
        select(Lecture.host_id).where(*_unreported(now)),
        select(_OWNER).select_from(Mail).join(Account, Account.id == Mail.account_id).where(*_lost(now)),
    )
    return {number for query in queries for number in db.session.scalars(query.distinct())}


def values(mail: Mail, member: Staff) -> dict[str, Value]:
    """Give what the digest of a day lists for a member; params: day, weekly."""
    return _values(mail, member) | {
        "day": day_in_words(date.fromisoformat(mail.params["day"]), member.locale),
        "weekly": bool(mail.params.get("weekly")),
        "today_url": Link(addresses.today()),
    }


def wanted(about: About) -> str:
    """Tell why the digest is not wanted any more; empty: it is."""
    member = about.mail.staff
    return "" if member is not None and any(_values(about.mail, member).values()) else "nothing_to_tell"


def _values(mail: Mail, member: Staff) -> dict[str, Value]:
    """List what there is; operations see everybody's."""
    day = Day.on(date.fromisoformat(mail.params["day"]), member.zone, weekly=bool(mail.params.get("weekly")))
    own = None if member.team == "operations" else member.id
    now, locale, zone = mail.due_at, member.locale, member.zone
    held = _read_lectures(own, *_lectures(day.starts_at, day.ends_at))
    week = _read_lectures(own, *_lectures(day.starts_at, day.week_ends_at)) if day.week_ends_at is not None else []
    return {
        "lectures": _listed([_held_today(one, locale, zone) for one in held], locale),
        "week": _listed([_held(one, locale, zone) for one in week], locale),
        "ready": _listed([_is_ready(one, locale, zone) for one in _read_accounts(own, *_ready())], locale),
        "stuck": _listed([_is_stuck(one, locale) for one in _read_accounts(own, *_stuck())], locale),
        "missing_reports": _listed(
            [_is_unreported(one, locale, zone) for one in _read_lectures(own, *_unreported(now))], locale
        ),
        "failed_mails": _listed([_is_lost(one, name, locale) for one, name in _read_lost(own, now)], locale),
    }


def _lectures(starts_at: datetime, ends_at: datetime) -> tuple[ColumnElement[bool], ...]:
    return Lecture.status == "scheduled", Lecture.starts_at >= starts_at, Lecture.starts_at < ends_at


def _ready() -> tuple[ColumnElement[bool], ...]:
    requested = exists().where(Handover.account_id == Account.id, Handover.state == "requested")
    # Ready for what comes after the stage it is in.
    return Account.ready_since >= Account.stage_since, ~requested


def _stuck() -> tuple[ColumnElement[bool], ...]:
    return Account.level == "stuck", Account.undecided.is_(False)


def _unreported(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Lecture.status == "scheduled",
        Lecture.ends_at < now,
        Lecture.ends_at > now - REPORTS_BACK,
        Lecture.seats_taken > 0,
        Lecture.reported_at.is_(None),
    )


def _lost(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Mail.state.in_(("failed", "bounced")), Mail.created_at > now - MAILS_BACK, Mail.contact_id.is_not(None)


def _read_lectures(own: int | None, *which: ColumnElement[bool]) -> Sequence[Lecture]:
    query = select(Lecture).where(*which, *_of(Lecture.host_id, own)).options(joinedload(Lecture.course))
    return db.session.scalars(query.order_by(Lecture.starts_at, Lecture.id)).all()


def _read_accounts(own: int | None, *which: ColumnElement[bool]) -> Sequence[Account]:
    query = select(Account).where(*which, *_of(_OWNER, own))
    order = (Account.ready_since, Account.planned_start_on.is_(None), Account.planned_start_on, Account.id)
    return db.session.scalars(query.order_by(*order)).all()


def _read_lost(own: int | None, now: datetime) -> list[tuple[Mail, str]]:
    query: Select[Mail, str] = (
        select(Mail, Account.name)
        .join(Account, Account.id == Mail.account_id)
        .where(*_lost(now), *_of(_OWNER, own))
        .options(joinedload(Mail.contact))
        .order_by(Mail.id)
    )
    return [(mail, name) for mail, name in db.session.execute(query)]


def _of(owner: Owner, own: int | None) -> tuple[ColumnElement[bool], ...]:
    return () if own is None else (owner == own,)


def _listed(entries: list[Entry], locale: str) -> list[Entry]:
    if len(entries) <= LISTED:
        return entries
    rest = len(entries) - LISTED + 1
    return [*entries[: LISTED - 1], Entry(lines.more(rest, locale), "", Link(addresses.today()))]


def _held_today(one: Lecture, locale: str, zone: str) -> Entry:
    what = lines.held_today(one.starts_at, one.ends_at, text(one.course.name, locale), zone)
    return Entry(what, lines.seats(one.seats_taken, one.capacity, locale), Link(addresses.lecture(one.id)))


def _held(one: Lecture, locale: str, zone: str) -> Entry:
    what = lines.held_on(one.starts_at, text(one.course.name, locale), zone, locale)
    return Entry(what, lines.seats(one.seats_taken, one.capacity, locale), Link(addresses.lecture(one.id)))


def _is_unreported(one: Lecture, locale: str, zone: str) -> Entry:
    what = lines.held_on(one.starts_at, text(one.course.name, locale), zone, locale)
    return Entry(what, lines.people(one.seats_taken, locale), Link(addresses.lecture(one.id)))


def _is_ready(one: Account, locale: str, zone: str) -> Entry:
    note = lines.since(one.ready_since.astimezone(ZoneInfo(zone)).date(), locale) if one.ready_since else ""
    return Entry(one.name, note, Link(addresses.account(one.id)))


def _is_stuck(one: Account, locale: str) -> Entry:
    gravest = one.level_reasons[0] if one.level_reasons else None
    note = phrases.reason(gravest["key"], gravest["params"], locale) if gravest else ""
    return Entry(one.name, note, Link(addresses.account(one.id)))


def _is_lost(one: Mail, company: str, locale: str) -> Entry:
    name = one.contact.name if one.contact is not None else ""
    return Entry(
        " ".join(part for part in (company, name) if part), lines.lost(one.state, locale), Link(addresses.mail(one.id))
    )


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
