"""Answers how the demo's past year is written: companies, lectures, seats, what was set up and used, in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from scheduler.demo.book import write, write_numbered
from scheduler.demo.days import Days
from scheduler.demo.year.firms import Firm, Human
from scheduler.demo.year.seats import LENGTH, RULES, SINCE, Hall, Rule, Seat, Slot
from scheduler.models.accounts import Account, Contact, Contract, Store, contact_stores
from scheduler.models.attendance import Attendance, Presence
from scheduler.models.db import Base, db
from scheduler.models.lectures import Course, Lecture, Series
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.setup import Completion, SetupStep, UsageDay
from scheduler.rules.names import name_key, phone_digits
from scheduler.services import seating
from scheduler.services.introductions import key as invitation_key
from scheduler.services.lectures.values import LOCAL

Row = dict[str, Any]
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PRESENT = {"attended": (4, 60), "partial": (8, 25)}
_REASON = {"ja": "講師の都合により、この日の開催を取りやめました。", "en": "The speaker is not available on this day."}
_SOURCE = "お電話で、店舗の方から毎日お使いと伺いました"
_USES = ("inquiry_replied", "property_viewed", "visit_booked")


def write_firms(firms: Sequence[Firm]) -> None:
    """Write the companies with their shops, people and contracts, and give them their ids."""
    _number(Account, firms, [_account(firm) for firm in firms])
    shops = [(firm, shop) for firm in firms for shop in firm.shops]
    rows = [
        {"account_id": firm.id, "code": shop.code, "name": shop.name, "closed_days": list(shop.closed)}
        for firm, shop in shops
    ]
    _number(Store, [shop for _firm, shop in shops], rows)
    humans = [(firm, human) for firm in firms for human in firm.humans]
    _number(Contact, [human for _firm, human in humans], [_contact(firm, human) for firm, human in humans])
    places = [{"contact_id": human.id, "store_id": shop.id} for _firm, human in humans for shop in human.shops]
    db.core(insert(contact_stores), places)
    write(Contract, [contract(firm.id, firm.created_at, **vars(term)) for firm in firms for term in firm.terms])


def write_lectures(hall: Hall, days: Days) -> None:
    """Write the lectures with their series, which have ended, and those for one person."""
    courses = dict(db.session.execute(select(Course.key, Course.id)).all())
    numbers = write_numbered(Series, [_series(rule, courses[rule.course], days) for rule in RULES])
    slots = hall.every()
    _number(Lecture, slots, [_lecture(slot, courses[slot.course], numbers, days) for slot in slots])


def write_seats(hall: Hall, course_id: int, firms: Iterable[Firm]) -> None:
    """Write who registered and who came, and the mails by which they were invited and reminded."""
    seats = sorted((seat for slot in hall.every() for seat in slot.seats), key=lambda seat: seat.at)
    _number(Registration, seats, [_registration(seat) for seat in seats])
    held = [seat for seat in seats if seat.verdict]
    write(Attendance, [_attendance(seat) for seat in held])
    write(Presence, [_presence(seat) for seat in held if seat.verdict in _PRESENT])
    mails = [row for firm in firms for human in firm.humans for row in _invitations(firm, human, course_id)]
    mails += [row for seat in seats if seat.cancelled_at is None for row in _reminders(seat)]
    write(Mail, sorted(mails, key=lambda row: row["created_at"]))


def write_progress(firms: Sequence[Firm], days: Days, product: int) -> None:
    """Write what was set up, and on which days the product was used."""
    steps = dict(db.session.execute(select(SetupStep.key, SetupStep.id)).all())
    write(
        Completion,
        [
            {
                **{"account_id": firm.id, "step_id": steps[step], "store_id": shop.id if shop else None},
                **{"state": "done", "done_at": at, "by_kind": "contact" if by_customer else "staff"},
                "by_id": firm.humans[0].id if by_customer else firm.owner("onboarding", at),
            }
            for firm in firms
            for step, shop, at, by_customer in firm.done
        ],
    )
    write(
        UsageDay,
        [
            {
                **{"account_id": firm.id, "store_id": firm.shops[nth % len(firm.shops)].id, "day": day},
                **{"event": _USES[nth % 3], "recorded_at": min(days.at(day, 21), days.now)},
            }
            for firm in firms
            for nth, day in enumerate(firm.used)
        ],
    )


def task(key: str, kind: str, firm: Firm, owner_id: int, at: datetime) -> Row:
    """Return the row of an open task, due in three days."""
    return {
        **{"key": key, "kind": kind, "account_id": firm.id, "params": {}, "words": "", "owner_id": owner_id},
        **{"due_on": (at + timedelta(days=3)).date(), "created_at": at, "done_at": None, "done_by_id": None},
    }


def _number(model: type[Base], ones: Sequence[Any], rows: Sequence[Row]) -> None:
    for one, number in zip(ones, write_numbered(model, rows), strict=True):
        one.id = number


def _account(firm: Firm) -> Row:
    # Where it came to: after the last handover, else where it began.
    moved = [one.decided_at for one in firm.passings if one.state == "accepted"]
    confirmed = firm.confirmed_at is not None
    now = {team: spans[-1][1] for team, spans in firm.owners.items()}
    billing = firm.planned_start_on
    return {
        **{"external_id": firm.external_id, "name": firm.name, "reading": firm.reading, "stage": firm.stage},
        **{"stage_since": moved[-1] if moved else firm.created_at, "plan": firm.plan, "it_skill": firm.skill},
        **{"signed_on": firm.signed_on, "planned_start_on": firm.planned_start_on, "created_at": firm.created_at},
        "billing_starts_on": billing.replace(day=1) + timedelta(days=31 - billing.replace(day=1).day),
        **{"introduced_at": firm.introduced_at, "introduced_to": firm.audience if firm.introduced_at else None},
        **{f"{team}_owner_id": now.get(team) for team in ("sales", "onboarding", "success", "renewal")},
        **{"started_on": firm.used[0] if confirmed else None, "started_source": _SOURCE if confirmed else ""},
        "started_by_id": firm.owner("onboarding", firm.confirmed_at) if firm.confirmed_at is not None else None,
        **{"on_hold_until": firm.hold_until, "hold_reason": HOLD_REASON if firm.hold_until else ""},
        "ready_since": firm.ready_since,
        **{"cancelled_on": firm.cancelled_on, "cancel_reason": _cancel_reason(firm)},
    }


HOLD_REASON = "基幹システムの入れ替えが終わるまで、ご案内を止めてほしいとのことです。"


def _cancel_reason(firm: Firm) -> str:
    if firm.cancelled_on is None:
        return ""
    return "社内の体制が整わないとのこと" if firm.fate == "dropped" else "契約満了"


def _contact(firm: Firm, human: Human) -> Row:
    return {
        **{"account_id": firm.id, "name": human.name, "name_key": name_key(human.name), "reading": human.reading},
        **{"role": human.role, "email": human.email, "phone": human.phone, "phone_digits": phone_digits(human.phone)},
        "created_at": firm.created_at,
    }


def contract(account_id: int, at: datetime, **values: Any) -> Row:
    """Return the row of one contract: the terms, for whom and since when it is known."""
    fee = values.pop("fee")
    return {"account_id": account_id, "monthly_fee": fee, "created_at": at, **values}


def _series(rule: Rule, course_id: int, days: Days) -> Row:
    every = f"INTERVAL={rule.every};" if rule.every > 1 else ""
    first = days.today - timedelta(days=SINCE)
    first += timedelta(days=(rule.weekday - first.weekday()) % 7)
    last = days.today - timedelta(days=rule.until)
    return {
        **{"course_id": course_id, "rrule": f"FREQ=WEEKLY;{every}BYDAY={_DAYS[rule.weekday]}"},
        "starts_at_local": f"{first.isoformat()}T{rule.at:%H:%M}",
        **{"zone": days.zone, "minutes": int(LENGTH.total_seconds()) // 60, "capacity": 20, "kind": "webinar"},
        **{"ends_before": last + timedelta(days=1), "ended_at": days.at(last, 18)},
        "created_at": days.at(first - timedelta(days=7), 10),
    }


def _lecture(slot: Slot, course_id: int, series: Sequence[int], days: Days) -> Row:
    written = slot.local.strftime(LOCAL)
    cancelled = slot.cancelled_at is not None
    of_series = slot.nth is not None
    return {
        **{"uid": seating.new_uid(), "revised_at": slot.cancelled_at or slot.starts_at - timedelta(days=60)},
        **{"sequence": int(cancelled), "course_id": course_id},
        **{"series_id": series[slot.nth] if slot.nth is not None else None, "slot": written if of_series else None},
        **{"account_id": slot.firm.id if slot.firm else None, "contact_id": slot.human.id if slot.human else None},
        **{"starts_at": slot.starts_at, "ends_at": slot.ends_at, "local_start": written, "zone": days.zone},
        **{"capacity": slot.capacity, "seats_taken": slot.taken, "host_id": slot.host_id},
        **{"join_url": "https://meeting.example/j/81200007000", "kind": "webinar" if of_series else "meeting"},
        **{"status": "cancelled" if cancelled else "scheduled", "reason": _REASON if cancelled else {}},
        "reported_at": None if cancelled else slot.reported_at,
    }


def _registration(seat: Seat) -> Row:
    return {
        **{"lecture_id": seat.slot.id, "contact_id": seat.human.id, "uid": seating.new_uid()},
        **{"status": "booked" if seat.cancelled_at is None else "cancelled", "companions": seat.companions},
        **{"sequence": int(seat.cancelled_at is not None), "revised_at": seat.cancelled_at or seat.at},
        **{"registered_at": seat.at, "channel": "phone" if seat.by_phone else "page"},
        **{"absence_told_at": seat.told_at, "absence_told_by": "contact" if seat.told_at else ""},
        "mails": seat.human.email is not None,
    }


def _times(seat: Seat) -> tuple[datetime, datetime]:
    """Say from when to when somebody was in the room."""
    late, stayed = _PRESENT[seat.verdict]
    first = seat.slot.starts_at + timedelta(minutes=seat.id % late)
    return first, min(first + timedelta(minutes=stayed), seat.slot.ends_at)


def _attendance(seat: Seat) -> Row:
    was_there = seat.verdict in _PRESENT
    first, last = _times(seat) if was_there else (seat.at, seat.at)
    return {
        **{"lecture_id": seat.slot.id, "contact_id": seat.human.id, "verdict": seat.verdict},
        **{"seconds": int((last - first).total_seconds()), "sources": ["report"] if was_there else []},
        "decided_at": seat.slot.reported_at,
    }


def _presence(seat: Seat) -> Row:
    first, last = _times(seat)
    return {
        **{"lecture_id": seat.slot.id, "contact_id": seat.human.id, "source": "report"},
        **{"display_name": seat.human.name, "from_at": first, "to_at": last, "recorded_at": seat.slot.reported_at},
    }


def _mail(kind: str, key: str, at: datetime, opened: bool, **about: Any) -> Row:
    left_at = at + timedelta(seconds=20)
    return {
        **{"kind": kind, "key": f"{kind}:{key}", "created_at": at, "due_at": at, "next_try_at": at, "params": {}},
        **{"state": "delivered", "attempts": 1, "sent_at": left_at, "delivered_at": left_at + timedelta(seconds=6)},
        **{"opened_at": left_at + timedelta(minutes=35) if opened else None, "lecture_id": None},
        **{"registration_id": None, "expires_at": None, **about},
    }


def _invitations(firm: Firm, human: Human, course_id: int) -> Iterator[Row]:
    for nth, at in enumerate(human.invited, start=1):
        key = invitation_key("basic", human.id).partition(":")[2] + (f":{nth}" if nth > 1 else "")
        about = {**_to(firm, human), "params": {"course_id": course_id, **({"again": True} if nth > 1 else {})}}
        yield _mail("invitation", key, at, nth == len(human.invited), **about)


def _reminders(seat: Seat) -> Iterator[Row]:
    start = seat.slot.starts_at
    for kind, at, opened in seat.reminders:
        about = {**_to(seat.firm, seat.human), "registration_id": seat.id, "lecture_id": seat.slot.id}
        yield _mail(kind, f"{seat.id}:{start.isoformat()}", at, opened, **about, expires_at=start)


def _to(firm: Firm, human: Human) -> Row:
    return {"contact_id": human.id, "account_id": firm.id, "to_address": human.email, "locale": "ja"}
