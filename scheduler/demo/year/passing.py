"""Answers how the demo's past handovers are written: each with the conditions as they stood then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from scheduler.demo.book import Book, write_numbered
from scheduler.demo.days import Days
from scheduler.demo.year.firms import Firm, Passing
from scheduler.demo.year.seats import Hall, Seat
from scheduler.demo.year.told import tell_passing
from scheduler.models.handovers import Handover
from scheduler.rules.facts import Attendance, Facts, Person, SetupItem, UsageDay
from scheduler.rules.readiness import DEFAULT, evaluate
from scheduler.services.facts import local_day
from scheduler.services.installation import here

_TAKEN_BACK = "先方にお電話で確かめ、対応いただきました。"
_NOTES = (
    "窓口の方はメールの返信が早く、ご質問も具体的です。",
    "店長会議で使い方を共有いただいています。次は活用編をご案内ください。",
    "反響の多い店舗から順にお使いです。数字の見かたに関心をお持ちです。",
    "",
)


def hand_over(firms: Sequence[Firm], hall: Hall, book: Book, days: Days) -> None:
    """Write the handovers in the order in which they were asked for, and tell of them."""
    seats = _seats_of(hall)
    passed = sorted(((one, firm) for firm in firms for one in firm.passings), key=lambda pair: pair[0].asked_at)
    rows = []
    for one, firm in passed:
        rows.append(_row(one, firm, _facts(firm, seats.get(firm.id, ()), one.decided_at)))
    numbers = write_numbered(Handover, rows)
    for (one, firm), row, number in zip(passed, rows, numbers, strict=True):
        open_ones = sum(not clause["met"] for clause in row["clauses"]) if one.early else 0
        tell_passing(firm, one, number, open_ones, book)


def _seats_of(hall: Hall) -> dict[int, list[Seat]]:
    found: dict[int, list[Seat]] = {}
    for slot in hall.every():
        for seat in slot.seats:
            if seat.verdict == "attended":
                found.setdefault(seat.firm.id, []).append(seat)
    return found


def _row(one: Passing, firm: Firm, facts: Facts) -> dict[str, Any]:
    from_stage = "onboarding" if one.to == "success" else "success"
    returned = one.state == "returned"
    judged = evaluate(facts, DEFAULT[from_stage], one.decided_at)
    before: dict[str, Any] = {"taken_back": dict.fromkeys(one.returned, _TAKEN_BACK)}
    if not returned:
        since = firm.created_at if one.to == "success" else firm.accepted_at or firm.created_at
        ready_since = firm.ready_at.isoformat() if one.to == "success" and firm.ready_at is not None else None
        before = {"stage_since": since.isoformat(), "owner_id": None, "receiver_id": None}
        before |= {"ready_since": ready_since, "reopened": []}
    return {
        **{"account_id": firm.id, "from_stage": from_stage, "to_stage": one.to, "state": one.state},
        **{"requested_at": one.asked_at, "requested_by_id": one.asked_by, "early_reason": one.early},
        **{"note": _NOTES[firm.id % len(_NOTES)], "decided_at": one.decided_at, "decided_by_id": one.decided_by},
        **{"reason": one.reason, "reopened": list(one.returned), "before": before},
        "clauses": [] if returned else [clause.to_json() for clause in judged.clauses],
    }


def _facts(firm: Firm, seats: Iterable[Seat], at: datetime) -> Facts:
    """Gather what was known of a company at a moment, as the conditions look at it."""
    confirmed = firm.confirmed_at is not None and firm.confirmed_at <= at
    running = next((term.ends_on for term in firm.terms if term.ends_on > local_day(at)), None)
    return Facts(
        stores=frozenset(shop.id for shop in firm.shops),
        people=tuple(Person(human.id, human.role) for human in firm.humans),
        attended=tuple(
            Attendance(
                *(local_day(seat.slot.starts_at), seat.slot.course, seat.human.id),
                tuple(sorted(shop.id for shop in seat.human.shops)),
            )
            for seat in seats
            if seat.slot.reported_at <= at
        ),
        setup=tuple(
            SetupItem(step, True, shop.id if shop else None, "done" if done_at <= at else "open", local_day(done_at))
            for step, shop, done_at, _by_customer in firm.done
        ),
        usage=tuple(UsageDay(day, None, "inquiry_replied") for day in firm.used if day <= local_day(at)),
        started_on=firm.used[0] if confirmed else None,
        contract_ends_on=running,
        zone=here().tz,
    )
