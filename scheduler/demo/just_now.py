"""Answers what happens in the demo at this very moment, by the same services that a visitor's own clicks call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from scheduler.demo.days import Days
from scheduler.demo.house import House
from scheduler.demo.plays import Play
from scheduler.demo.rooms import Person, Rooms
from scheduler.services import handovers, leaving, setup
from scheduler.services.actors import Actor
from scheduler.services.lectures import cancelling, making
from scheduler.services.registrations import booking

_REASON = {
    "ja": "講師の都合により、この日の開催を取りやめました。",
    "en": "The speaker is not available on this day.",
}
_FROM_SALES = "店長様がITに詳しく、早めのご案内をご希望です。"
_AGENCY = "ホームページの管理会社様の作業待ちです（来月上旬の予定）。"
_EARLY = "契約書は来週いただく予定で、利用開始日もそのときに決まります。"


def happen(plays: Sequence[Play], rooms: Rooms, house: House, days: Days) -> None:
    """Let sales hand a company over, a lecture be cancelled, one be held for a single company, and people register.

    Somebody has left a customer, and a step of the set-up waits for somebody else.
    """
    _hand_in(plays, days)
    _leave(plays, days)
    _wait(plays, days)
    _cancel_one(rooms, house, days)
    _hold_own(plays, house, days)
    newcomers = _newcomers(plays)
    for room in rooms.ahead("basic")[:2]:
        person = next(newcomers, None)
        if person is not None and room.free:
            booking.register(person.id, room.id, days.now, Actor("contact", person.id, "page"))


def _hand_in(plays: Sequence[Play], days: Days) -> None:
    play = next((play for play in plays if play.story.key == "sales"), None)
    if play is not None:
        by = Actor("staff", play.account.sales_owner_id, "page")
        handovers.request(play.account.id, "onboarding", days.now, by, note=_FROM_SALES, reason=_EARLY)


def _leave(plays: Sequence[Play], days: Days) -> None:
    """Let a shop's manager of a company in use have left, and a colleague have taken over."""
    for play in plays:
        others = [person for person in play.people if person.role != "coordinator" and person.email is not None]
        if play.story.key == "success" and len(others) > 1:
            gone, colleague = others[:2]
            on = days.today - timedelta(days=4)
            by = Actor("staff", play.owner_id, "phone")
            leaving.leave(gone.id, leaving.Departure(on, successor_id=colleague.id), days.now, by)
            return


def _wait(plays: Sequence[Play], days: Days) -> None:
    """Let a company's website wait for its agency."""
    play = next((play for play in plays if play.story.key == "halfway"), None)
    if play is not None:
        by = Actor("staff", play.owner_id, "page")
        setup.complete(
            play.account.id,
            "website_button",
            days.now,
            by,
            state="waiting",
            waiting_on="third_party",
            reason=_AGENCY,
        )


def _cancel_one(rooms: Rooms, house: House, days: Days) -> None:
    """Cancel the advanced lecture from next week on that has the fewest people to tell."""
    later = [room for room in rooms.ahead("advanced") if room.starts_at > days.now + timedelta(days=7)]
    told = min(later, key=lambda room: (not room.booked, len(room.booked), room.starts_at))
    cancelling.cancel(told.id, _REASON, days.now, Actor("staff", house.manager.id, "page"))


def _hold_own(plays: Sequence[Play], house: House, days: Days) -> None:
    """Hold a lecture for one company alone, whose people missed the others; its coordinator said yes on the telephone."""
    play = next((play for play in plays if play.story.key == "missed"), None)
    if play is None:
        return
    by = Actor("staff", play.owner_id, "phone")
    day = days.calendar.next_working_day(days.calendar.next_working_day(days.today))
    lecture_id = making.create(
        "basic",
        days.at(day, 11),
        None,
        capacity=5,
        now=days.now,
        actor=by,
        host_id=play.owner_id,
        join_url="https://meeting.example/j/81200009000",
        meeting_id="812 0000 9000",
        passcode="141421",
        account_id=play.account.id,
    )
    booking.register(play.coordinators[0].id, lecture_id, days.now, by)


def _newcomers(plays: Sequence[Play]) -> Iterator[Person]:
    for play in plays:
        if play.story.key == "booked":
            yield from (person for person in play.people if person.email is not None and not person.seen)
