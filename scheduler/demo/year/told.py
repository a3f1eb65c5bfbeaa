"""Answers what the history says of the demo's past year, in the words services write."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from scheduler.demo.book import Book
from scheduler.demo.days import LATELY, Days
from scheduler.demo.year.firms import Firm, Passing
from scheduler.demo.year.seats import Hall, Seat
from scheduler.demo.year.terms import ready_at
from scheduler.demo.year.ways import used_at
from scheduler.services.actors import WORKER, Actor


def tell(firms: Iterable[Firm], hall: Hall, book: Book, crm: int, product: int, days: Days) -> None:
    """Tell the history of the companies, but for handovers, which need their ids."""
    for firm in firms:
        _came(firm, book, Actor("api", crm, "api"), days)
        _on_the_way(firm, book, days, product)
    for slot in hall.every():
        if slot.firm is not None:
            by = Actor("staff", slot.host_id, "phone")
            book.tell("lecture_added", slot.seats[0].at, by, slot.firm.id, lecture_id=slot.id)
        for seat in slot.seats:
            _of_seat(seat, book)


def tell_passing(firm: Firm, one: Passing, number: int, open_ones: int, book: Book) -> None:
    """Tell how a company passed from team to team, or came back."""
    from_stage = "onboarding" if one.to == "success" else "success"
    told: dict[str, Any] = {"from": from_stage, "to": one.to, "early": bool(one.early), "open": open_ones}
    giver, receiver = Actor("staff", one.asked_by, "page"), Actor("staff", one.decided_by, "page")
    book.tell("handover_requested", one.asked_at, giver, firm.id, handover_id=number, **told, receiver_id=None)
    if one.state == "accepted":
        letters = sum(human.email is not None and human.role == "coordinator" for human in firm.humans)
        book.tell(
            "handover_accepted", one.decided_at, receiver, firm.id, handover_id=number, to=one.to, letters=letters
        )
        return
    assert one.taken_back_at is not None
    keys = list(one.returned)
    book.tell("handover_returned", one.decided_at, receiver, firm.id, handover_id=number)
    book.tell("not_ready_again", one.decided_at, WORKER, firm.id, open=keys)
    book.tell("conditions_reopened", one.decided_at, receiver, firm.id, handover_id=number, conditions=keys)
    book.tell("condition_taken_back", one.taken_back_at, giver, firm.id, handover_id=number, conditions=keys)
    book.tell("ready", one.taken_back_at, WORKER, firm.id, stage="onboarding")


def _came(firm: Firm, book: Book, crm: Actor, days: Days) -> None:
    at = firm.created_at
    first = "success" if firm.fate == "live" else "onboarding"
    book.tell("account_added", at, crm, firm.id, stage=first)
    for team in ("sales", "onboarding", "success") if firm.fate == "live" else ("sales", "onboarding"):
        book.tell("owner_assigned", at, crm, firm.id, team=team, staff_id=firm.owners[team][0][1])
    for nth, term in enumerate(firm.terms):
        begun = at if nth == 0 else _noted(term.starts_on, at, days)
        book.tell("contract_changed", begun, crm, firm.id, on=term.starts_on.isoformat(), outcome=None)
        if term.outcome is not None:
            ended = _noted(term.ends_on, at, days)
            book.tell("contract_changed", ended, crm, firm.id, on=term.starts_on.isoformat(), outcome=term.outcome)
    if firm.cancelled_at is not None and firm.cancelled_on is not None:
        by = Actor("staff", firm.owner("onboarding", firm.cancelled_at), "page")
        book.tell("account_cancelled", firm.cancelled_at, by, firm.id, on=firm.cancelled_on.isoformat())


def _noted(day: date, since: datetime, days: Days) -> datetime:
    """Return when the CRM told of a contract that began or ended on a day."""
    return max(since, min(days.at(day, 7), days.now - LATELY))


def _on_the_way(firm: Firm, book: Book, days: Days, product: int) -> None:
    def owner(at: datetime) -> Actor:
        return Actor("staff", firm.owner("onboarding", at), "page")

    for since, number in firm.owners["onboarding"][1:]:
        book.tell("owner_assigned", since, owner(firm.created_at), firm.id, team="onboarding", staff_id=number)
    if firm.introduced_at is not None:
        book.tell("introduced", firm.introduced_at, owner(firm.introduced_at), firm.id, audience=firm.audience)
    for step, shop, at, by_customer in firm.done:
        by = Actor("contact", firm.humans[0].id, "page") if by_customer else owner(at)
        book.tell("setup_done", at, by, firm.id, step=step, store_id=shop.id if shop else None)
    if firm.used:
        at = max(used_at(firm, days), firm.created_at)
        book.tell("usage_began", at, Actor("api", product, "api"), firm.id, on=firm.used[0].isoformat())
    if firm.confirmed_at is not None:
        at = firm.confirmed_at
        book.tell("usage_confirmed", at, owner(at), firm.id, on=firm.used[0].isoformat())
    if firm.ready_at is not None:
        book.tell("ready", firm.ready_at, WORKER, firm.id, stage="onboarding")
    if firm.fate == "live" or firm.accepted_at is not None:
        at = ready_at(firm, days)
        if at <= days.now:
            book.tell("ready", at, WORKER, firm.id, stage="success")


def _of_seat(seat: Seat, book: Book) -> None:
    person = Actor("contact", seat.human.id, "page")
    by = Actor("staff", seat.firm.owner("onboarding", seat.at), "phone") if seat.by_phone else person
    about = (seat.firm.id, seat.human.id, seat.slot.id)
    book.tell("registered", seat.at, by, *about)
    if seat.cancelled_at is not None:
        book.tell("cancelled", seat.cancelled_at, person, *about)
    if seat.told_at is not None:
        book.tell("absence_told", seat.told_at, person, *about)
    if seat.verdict:
        book.tell(seat.verdict, seat.slot.reported_at, Actor("staff", seat.slot.host_id, "report"), *about)
