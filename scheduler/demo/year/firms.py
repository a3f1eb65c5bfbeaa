"""Answers which companies came in the demo's past year, month by month, and what is known of each from the start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from scheduler.demo.days import Days
from scheduler.demo.year import names
from scheduler.demo.year.team import Team

# From how many days back to how many days back they came, and how many they are.
FIRST_DAY, LAST_DAY = 362, 100
FIRMS = 210
# Of them those that were customers already when the program was introduced.
LIVE = 12
# How many sign in a month, by calendar: estate agents have no time in spring and in August.
_SEASON = {1: 0.9, 2: 0.85, 3: 0.7, 4: 0.9, 5: 1.1, 6: 1.2, 7: 1.15, 8: 0.75, 9: 1.1, 10: 1.2, 11: 1.15, 12: 0.8}
# How much more sign at the end of the year than at its beginning.
_GROWTH = 0.7
_PLANS = (("ライト", 8000), ("スタンダード", 15000), ("プレミアム", 28000))
_SIZES = ((1, 34), (2, 18), (3, 13), (4, 9), (5, 7), (6, 6), (8, 5), (10, 4), (12, 3), (16, 1))
_CLOSED = ((), (1,), (2,), (2,), (1, 2))
# Which are on hold, the last being -1; what becomes of how many of a hundred others. The rest is handed over and stays.
_HELD = (-4, -11, -19)
_FATES = {"returned": 6, "dropped": 3, "silent": 5, "early": 3}


@dataclass
class Shop:
    """One shop; the id is the database's."""

    name: str
    code: str
    closed: tuple[int, ...]
    id: int = 0


@dataclass
class Human:
    """One person of a company with the shops he or she works in."""

    name: str
    reading: str
    email: str | None
    phone: str
    role: str
    shops: list[Shop]
    invited: list[datetime] = field(default_factory=list)
    id: int = 0


@dataclass(frozen=True)
class Passing:
    """One handover: asked for, and how and when it was decided; `returned` are the conditions a return opened again."""

    to: str
    asked_at: datetime
    asked_by: int
    decided_at: datetime
    decided_by: int
    state: str = "accepted"
    early: str = ""
    reason: str = ""
    returned: tuple[str, ...] = ()
    # When the giver took them back.
    taken_back_at: datetime | None = None


@dataclass(frozen=True)
class Term:
    """One contract; outcome None: it runs."""

    starts_on: date
    ends_on: date
    fee: int
    outcome: str | None


@dataclass
class Firm:
    """One company with its way; what has not happened yet is None."""

    external_id: str
    name: str
    reading: str
    plan: str
    skill: str
    fate: str
    months: int
    fee: int
    shops: list[Shop]
    humans: list[Human]
    signed_on: date
    created_at: datetime
    planned_start_on: date
    stage: str = "onboarding"
    introduced_at: datetime | None = None
    audience: str = "manager"
    # Owners of each team since when.
    owners: dict[str, list[tuple[datetime, int]]] = field(default_factory=dict)
    # Step, shop (None: the account), when, and whether the customer said so.
    done: list[tuple[str, Shop | None, datetime, bool]] = field(default_factory=list)
    used: list[date] = field(default_factory=list)
    confirmed_at: datetime | None = None
    attended_at: datetime | None = None
    ready_at: datetime | None = None
    passings: list[Passing] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    # Ready for its next team and not passed on yet.
    ready_since: datetime | None = None
    hold_until: date | None = None
    cancelled_on: date | None = None
    cancelled_at: datetime | None = None
    id: int = 0

    def owner(self, team: str, at: datetime) -> int:
        """Return who looked after it for a team at a moment."""
        spans = self.owners[team]
        return next((number for since, number in reversed(spans) if since <= at), spans[0][1])

    @property
    def in_time(self) -> bool:
        """Tell whether it was ready by its planned start."""
        return self.ready_at is not None and self.ready_at.date() <= self.planned_start_on

    @property
    def accepted_at(self) -> datetime | None:
        """Return when the success team took it over."""
        return next((one.decided_at for one in self.passings if one.state == "accepted" and one.to == "success"), None)


def arrive(number: int, team: Team, days: Days) -> list[Firm]:
    """Let so many companies come, the earliest first."""
    called = names.companies(days.dice)
    live = round(LIVE * number / FIRMS)
    signed = sorted(_signed(number - live, days))
    old = [days.today - timedelta(days=days.dice.randint(480, 1000)) for _ in range(live)]
    days_of = [*((day, True) for day in sorted(old)), *((day, False) for day in signed)]
    firms = [_firm(nth, day, was, next(called), team, days) for nth, (day, was) in enumerate(days_of)]
    for place in _HELD[: number // 12]:
        firms[place].fate = "held"
    return firms


def _signed(number: int, days: Days) -> Iterator[date]:
    span = range(FIRST_DAY, LAST_DAY, -1)
    weights = []
    for ago in span:
        day = days.today - timedelta(days=ago)
        grown = 1 + _GROWTH * (FIRST_DAY - ago) / FIRST_DAY
        weights.append(grown * _SEASON[day.month] * days.calendar.is_working_day(day))
    for ago in days.dice.choices(span, weights, k=number):
        yield days.today - timedelta(days=ago)


def _firm(nth: int, signed_on: date, live: bool, called: tuple[str, str, str], team: Team, days: Days) -> Firm:
    dice = days.dice
    name, reading, domain = called
    external_id = f"T{9001 + 4 * nth:05}"
    size = dice.choices([size for size, _weight in _SIZES], [weight for _size, weight in _SIZES])[0]
    level = min(2, (size > 2) + (size > 6) * dice.randint(0, 1) + (dice.random() < 0.1))
    plan, fee = _PLANS[level]
    shops = [
        Shop(shop, f"{external_id}-{place:02}", dice.choice(_CLOSED))
        for place, shop in enumerate(names.shops(size), start=1)
    ]
    created_on = days.today - timedelta(days=FIRST_DAY + 3) if live else signed_on + timedelta(days=dice.randint(1, 4))
    created_at = days.office(days.working(created_on))
    firm = Firm(
        external_id=external_id,
        name=name,
        reading=reading,
        plan=plan,
        skill=dice.choices(("低", "中", "高"), (25, 50, 25))[0],
        fate="live" if live else _fate(dice),
        months=12 if live or dice.random() < 0.5 else 6,
        fee=fee + 3000 * size,
        shops=shops,
        humans=_humans(shops, domain, dice),
        signed_on=signed_on,
        created_at=created_at,
        planned_start_on=days.working(signed_on + timedelta(days=dice.randint(33, 50))),
        stage="success" if live else "onboarding",
    )
    firm.owners = {"sales": [(created_at, team.seller(dice))], "onboarding": team.onboarding(created_at, dice)}
    if live:
        firm.owners["success"] = [(created_at, team.success(dice))]
    return firm


def _fate(dice: Random) -> str:
    drawn = dice.random() * 100
    for fate, share in _FATES.items():
        drawn -= share
        if drawn < 0:
            return fate
    return "usual"


def _humans(shops: list[Shop], domain: str, dice: Random) -> list[Human]:
    """Give a company a coordinator, a manager for each further shop, and some more people."""
    more = [dice.choice(shops) for _ in range(dice.choice((1, 1, 2)) + len(shops) // 4)]
    places = [*(("coordinator" if shop is shops[0] else "manager", shop) for shop in shops)]
    places += [("member", shop) for shop in more]
    found = []
    for (role, shop), (name, reading, local) in zip(places, names.people(len(places), dice), strict=True):
        # No exchange in Japan begins with 0 or 1.
        phone = f"04{dice.randint(2, 9)}-1{dice.randint(10, 99)}-{dice.randint(1000, 9999)}"
        reached = role == "coordinator" or dice.random() > 0.06
        found.append(Human(name, reading, f"{local}@{domain}" if reached else None, phone, role, [shop]))
    return found
