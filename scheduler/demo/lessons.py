"""Answers who of a company registered on which lecture, when, and whether they came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil

from scheduler.demo.days import LATELY
from scheduler.demo.plays import Play
from scheduler.demo.rooms import AT_LEAST_BEFORE, Booking, Person, Room, Rooms

# How soon after the invitation people register, and after a lecture they missed.
_TO_REGISTER = timedelta(days=5)
_TO_TRY_AGAIN = (timedelta(hours=20), timedelta(days=4))
_TRIES = 3
# How many of ten times somebody gives up after missing one; and how many of a hundred change or cancel a date, bring
# colleagues, register by telephone although there is an address.
_GIVE_UP, _MOVE, _CANCEL, _COLLEAGUES, _BY_PHONE = 0.3, 0.05, 0.04, 0.12, 0.08
# How many who attended the basic lecture go on to the advanced one, in a company in use and in another.
_ADVANCED, _ADVANCED_EARLY = 0.35, 0.15
_NAMES = ("中西 真央", "堀 健一", "大塚 美穂", "平野 涼", "新井 加奈", "須藤 光", "水谷 翔", "浜田 紗季")


def hold(plays: Sequence[Play], rooms: Rooms) -> None:
    """Let every company's people register, come or stay away, as its story has it."""
    invited = [play for play in plays if play.introduced_at is not None and play.story.lecture != "none"]
    # Who has to have come by a certain day finds a seat first.
    for play in sorted(invited, key=lambda play: (play.ready_at is None, play.introduced_at)):
        for person in _participants(play, rooms):
            _BY_LECTURE[play.story.lecture](play, person, rooms)
        for person in play.people:
            _go_on(play, person, rooms)


def fill_up(room: Room, people: int, plays: Iterable[Play], rooms: Rooms) -> None:
    """Let so many more people register on a lecture lately; who finds no seat is on its waiting list."""
    last = min(rooms.days.now - LATELY, room.starts_at - AT_LEAST_BEFORE)
    free = [
        (play, play.introduced_at, person)
        for play in plays
        if play.introduced_at is not None and play.introduced_at < last and play.ready_at is None
        for person in play.people
        if play.story.lecture in ("attended", "booked") and person.email and not person.seen
    ]
    rooms.days.dice.shuffle(free)
    free.sort(key=lambda one: room.weekday in one[2].closed)
    for play, introduced_at, person in free[: max(0, people)]:
        full = room.free == 0
        since = max(introduced_at, last - timedelta(days=1 if full else 4))
        booking = _book(play, person, room, rooms.days.awake(since, last), rooms)
        if full:
            booking.status, booking.moved_from, booking.changed_at = "waitlisted", None, None


def _participants(play: Play, rooms: Rooms) -> list[Person]:
    """Choose the coordinators and people of as many stores as the story has take part."""
    least, most = play.story.stores
    wanted = ceil(rooms.days.dice.uniform(least, most) * len(play.stores))
    others = [person for person in play.people if person.role != "coordinator" and (person.name or person.email)]
    rooms.days.dice.shuffle(others)
    chosen = list(play.coordinators)
    covered: set[int] = {store for person in chosen for store in person.stores}
    for person in others:
        if len(covered) < wanted and not covered.issuperset(person.stores):
            chosen.append(person)
            covered.update(person.stores)
    return chosen


def _since(play: Play, rooms: Rooms) -> datetime:
    assert play.introduced_at is not None
    last = min(play.introduced_at + _TO_REGISTER, rooms.days.now - LATELY)
    return rooms.days.awake(play.introduced_at + timedelta(minutes=20), last)


def _books_ahead(play: Play, person: Person, rooms: Rooms) -> None:
    """Register for a lecture to come."""
    since = _since(play, rooms)
    open_ones = [room for room in rooms.of("basic", since, rooms.end, person) if room.starts_at > rooms.days.now]
    if open_ones:
        _book(play, person, rooms.choose(open_ones), since, rooms)


def _misses(play: Play, person: Person, rooms: Rooms) -> None:
    """Register twice and stay away both times."""
    since = _since(play, rooms)
    for _ in range(2):
        held = [room for room in rooms.of("basic", since, rooms.days.now, person) if room.reported_at is not None]
        if not held:
            return
        booking = _book(play, person, rooms.choose(held), since, rooms)
        booking.outcome = rooms.deck.take("missed", booking.room, since)
        since = _afterwards(booking.room, rooms)


def _attends(play: Play, person: Person, rooms: Rooms) -> None:
    """Register until one lecture is attended; who has to, in time for the day the company is ready."""
    days = rooms.days
    must = person.role == "coordinator" or play.ready_at is not None
    until = rooms.end if play.ready_at is None else days.at(days.local(play.ready_at).date(), 0)
    since = _since(play, rooms)
    for nth in range(99):
        open_ones = rooms.of("basic", since, until, person)
        held = [room for room in open_ones if room.reported_at is not None]
        room = rooms.choose((held if must else open_ones) or open_ones) if open_ones else None
        if room is None:
            return
        booking = _book(play, person, room, since, rooms)
        if days.dice.random() < _CANCEL and len(held) > 1:
            since = _cancelled(booking, rooms)
            continue
        if room.reported_at is None:
            return
        last = must and not any(other.starts_at > room.ends_at + _TO_TRY_AGAIN[1] for other in held)
        deck = rooms.deck
        booking.outcome = deck.take("attended", room, since) if last else deck.draw(room, since)
        gives_up = not must and (nth + 1 >= _TRIES or days.dice.random() < _GIVE_UP)
        if booking.outcome == "attended" or gives_up:
            return
        since = _afterwards(room, rooms)


def _go_on(play: Play, person: Person, rooms: Rooms) -> None:
    """Let some of those who attended the basic lecture register for the advanced one."""
    done = next((one for one in play.bookings if one.person is person and one.outcome == "attended"), None)
    often = _ADVANCED if play.ready_at is not None else _ADVANCED_EARLY
    if done is None or done.room.reported_at is None or rooms.days.dice.random() > often:
        return
    last = rooms.days.now - LATELY
    first = done.room.reported_at + timedelta(hours=20)
    if first >= last:
        return
    since = rooms.days.awake(first, min(first + timedelta(days=9), last))
    open_ones = rooms.of("advanced", since, rooms.end, person)
    if open_ones:
        booking = _book(play, person, rooms.choose(open_ones), since, rooms)
        booking.outcome = rooms.deck.draw(booking.room, since) if booking.room.reported_at is not None else ""


def _book(play: Play, person: Person, room: Room, at: datetime, rooms: Rooms) -> Booking:
    dice = rooms.days.dice
    by_phone = person.email is None or dice.random() < _BY_PHONE
    booking = Booking(person, room, at, "phone" if by_phone else "page", play.owner_id if by_phone else None)
    if dice.random() < _COLLEAGUES:
        booking.companions = dice.sample(_NAMES, dice.choice((1, 1, 2)))
    if dice.random() < _MOVE:
        _change_date(booking, rooms)
    person.seen.add(room.id)
    room.bookings.append(booking)
    play.bookings.append(booking)
    return booking


def _change_date(booking: Booking, rooms: Rooms) -> None:
    """Let the booking have been for another date first."""
    first = [
        room
        for room in rooms.of(booking.room.course, booking.registered_at, rooms.end, booking.person)
        if room is not booking.room
    ][:3]
    if first:
        other = rooms.days.dice.choice(first)
        latest = min(other.starts_at, booking.room.starts_at, rooms.days.now) - timedelta(hours=2)
        if latest > booking.registered_at:
            booking.moved_from = other
            booking.changed_at = rooms.days.awake(booking.registered_at, latest)


def _cancelled(booking: Booking, rooms: Rooms) -> datetime:
    """Cancel a booking some time before its lecture; return when."""
    since = booking.changed_at or booking.registered_at
    latest = min(booking.room.starts_at - timedelta(hours=3), rooms.days.now - LATELY)
    booking.status = "cancelled"
    booking.cancelled_at = rooms.days.awake(since, max(latest, since))
    return booking.cancelled_at


def _afterwards(room: Room, rooms: Rooms) -> datetime:
    assert room.reported_at is not None
    first, last = (room.reported_at + wait for wait in _TO_TRY_AGAIN)
    return rooms.days.awake(min(first, rooms.days.now - LATELY), min(last, rooms.days.now - LATELY))


_BY_LECTURE = {"booked": _books_ahead, "missed": _misses, "attended": _attends}
