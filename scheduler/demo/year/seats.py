"""Answers which lectures the demo's past year had, who sat in them, and who came: few on Mondays, more once reminders changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from scheduler.demo.days import LATELY, Days
from scheduler.demo.year.firms import Firm, Human
from scheduler.demo.year.team import Team
from scheduler.rules.workdays import to_utc

# So many days ago a second reminder, an hour before, was introduced.
REMINDERS_CHANGED = 165
LENGTH = timedelta(hours=1)
# How many seats a lecture has, and how many of those to come somebody looks at.
_CAPACITY, _LOOKED_AT = 20, 8
# How many of a hundred lectures were cancelled.
_CANCELLED = 3
# The share that comes on another weekday before the change; what the rest adds or takes.
_BASE, _CHANGED, _MONDAY, _AGAIN, _EVENING = 0.76, 0.12, -0.26, -0.22, -0.03
_SOON, _LATE = (3, 0.06), (11, -0.10)
_SKILL = {"低": -0.05, "中": 0.0, "高": 0.04}
_SEEN = {"seen": 0.05, "sent": -0.12, "none": -0.08}
# How many of a hundred tell us beforehand that they cannot come, and stay for a part only of those who do not stay.
_EXCUSED, _PARTIAL = 3, 0.15


@dataclass(frozen=True)
class Rule:
    """One series of the past: weekday, time, every how many weeks, and from how many days back to how many."""

    course: str
    weekday: int
    at: time
    every: int
    until: int
    host: int


RULES = (
    Rule("basic", 0, time(10), 1, 89, 0),
    Rule("basic", 2, time(13, 30), 1, 89, 1),
    Rule("basic", 3, time(16), 1, 24, 2),
    Rule("basic", 4, time(17), 2, 24, 1),
    Rule("advanced", 3, time(10, 30), 2, 5, 2),
)
SINCE = 361


@dataclass
class Slot:
    """One lecture of the past; `nth` is the rule it comes from, None: held for one person."""

    course: str
    local: datetime
    starts_at: datetime
    host_id: int
    capacity: int
    nth: int | None
    firm: Firm | None = None
    human: Human | None = None
    cancelled_at: datetime | None = None
    seats: list[Seat] = field(default_factory=list)
    id: int = 0

    @property
    def ends_at(self) -> datetime:
        """Return when it was over."""
        return self.starts_at + LENGTH

    @property
    def reported_at(self) -> datetime:
        """Return when who came was known."""
        return self.ends_at + timedelta(minutes=50)

    @property
    def taken(self) -> int:
        """Count the seats that are held."""
        return sum(seat.cancelled_at is None for seat in self.seats)


@dataclass
class Seat:
    """One registration of the past and what became of it."""

    firm: Firm
    human: Human
    slot: Slot
    at: datetime
    by_phone: bool
    verdict: str = ""
    # Kind, when it left, and whether it was opened.
    reminders: list[tuple[str, datetime, bool]] = field(default_factory=list)
    companions: list[str] = field(default_factory=list)
    told_at: datetime | None = None
    cancelled_at: datetime | None = None
    id: int = 0


class Hall:
    """All lectures of the past, and the seats taken in them."""

    def __init__(self, team: Team, days: Days) -> None:
        self._days = days
        self._team = team
        self.changed_at = days.at(days.today - timedelta(days=REMINDERS_CHANGED), 0)
        # How many more should have come to each kind of lecture: shares come out as they should, not by chance.
        self._owed: dict[tuple[bool, bool], float] = defaultdict(float)
        self.slots = sorted(self._held(), key=lambda slot: slot.starts_at)
        self.own: list[Slot] = []

    def every(self) -> list[Slot]:
        """List all lectures, those for one person last."""
        return [*self.slots, *self.own]

    def _held(self) -> Iterable[Slot]:
        first = self._days.today - timedelta(days=SINCE)
        for nth, rule in enumerate(RULES):
            day = first + timedelta(days=(rule.weekday - first.weekday()) % 7)
            while day <= self._days.today - timedelta(days=rule.until):
                if self._days.calendar.is_working_day(day):
                    yield self._slot(rule, nth, day)
                day += timedelta(weeks=rule.every)

    def _slot(self, rule: Rule, nth: int, day: date) -> Slot:
        local = datetime.combine(day, rule.at)
        starts_at = to_utc(local, self._days.zone)
        slot = Slot(rule.course, local, starts_at, self._team.host(starts_at, rule.host), _CAPACITY, nth)
        if self._days.dice.random() * 100 < _CANCELLED:
            slot.cancelled_at = starts_at - timedelta(days=4)
        return slot

    def take(self, course: str, firm: Firm, human: Human, since: datetime, *, again: bool = False) -> Seat | None:
        """Let somebody register at `since` for one of the next lectures, and come or stay away; None: there is none."""
        first = since + timedelta(hours=3)
        open_ones = [
            slot
            for slot in self.slots
            if slot.course == course
            and slot.starts_at > first
            and slot.starts_at < since + timedelta(days=35)
            and slot.cancelled_at is None
            and slot.taken < slot.capacity
            and all(seat.human is not human for seat in slot.seats)
        ][:_LOOKED_AT]
        if not open_ones:
            return None
        dice = self._days.dice
        seat = Seat(firm, human, dice.choice(open_ones), since, human.email is None or dice.random() < 0.07)
        seat.slot.seats.append(seat)
        if dice.random() < 0.04:
            seat.cancelled_at = self._days.awake(since, seat.slot.starts_at - timedelta(hours=3))
            return seat
        if dice.random() < 0.08:
            seat.companions = [dice.choice(("受付スタッフ", "営業スタッフ", "賃貸担当"))]
        self._remind(seat)
        self._come(seat, again)
        return seat

    def alone(self, course: str, firm: Firm, human: Human, since: datetime) -> Seat | None:
        """Hold a lecture for one person, who comes; None: it would not be over yet."""
        days = self._days
        day = days.working(days.local(since).date() + timedelta(days=days.dice.randint(2, 6)))
        local = datetime.combine(day, time(days.dice.choice((9, 11, 14, 15))))
        starts_at = to_utc(local, days.zone)
        if starts_at + LENGTH > days.now - LATELY - timedelta(hours=2):
            return None
        slot = Slot(course, local, starts_at, firm.owner(firm.stage, since), 1, None, firm, human)
        self.own.append(slot)
        seat = Seat(firm, human, slot, since, True, "attended")
        slot.seats.append(seat)
        return seat

    def _remind(self, seat: Seat) -> None:
        """Remind who registered before the day; since the change once more an hour before."""
        if seat.human.email is None:
            return
        start, dice = seat.slot.starts_at, self._days.dice
        opened = dice.random() < 0.62
        day_before = self._days.at(seat.slot.local.date() - timedelta(days=1), 10)
        if day_before > seat.at:
            seat.reminders.append(("reminder_day", day_before, opened))
        if start >= self.changed_at:
            seat.reminders.append(("reminder_hour", start - timedelta(hours=1), opened and dice.random() < 0.7))

    def _come(self, seat: Seat, again: bool) -> None:
        """Decide whether somebody came."""
        dice, local = self._days.dice, seat.slot.local
        if dice.random() * 100 < _EXCUSED:
            seat.verdict, seat.told_at = "excused", max(seat.at, seat.slot.starts_at - timedelta(hours=5))
            return
        changed, monday = seat.slot.starts_at >= self.changed_at, local.weekday() == 0
        reminded = "seen" if any(opened for *_sent, opened in seat.reminders) else "sent" if seat.reminders else "none"
        lead = (local.date() - self._days.local(seat.at).date()).days
        chance = _BASE + _CHANGED * changed + _MONDAY * monday + _AGAIN * again + _SEEN[reminded]
        chance += (
            _SKILL[seat.firm.skill]
            + _EVENING * (local.hour >= 17)
            + _SOON[1] * (lead <= _SOON[0])
            + _LATE[1] * (lead >= _LATE[0])
        )
        key, chance = (monday, changed), min(0.96, max(0.05, chance))
        # Whoever came less than they should have so far makes the next one likelier to come.
        came = dice.random() < chance + self._owed[key] / 4
        self._owed[key] += chance - came
        if came:
            seat.verdict = "attended"
        else:
            seat.verdict = "partial" if dice.random() < _PARTIAL else "missed"
