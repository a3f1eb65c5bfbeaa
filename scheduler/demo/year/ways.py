"""Answers how each company of the demo's past year went its way, from the invitation to the day success took it over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from math import ceil

from scheduler.demo.days import LATELY, Days
from scheduler.demo.year.firms import Firm, Human, Passing, Shop
from scheduler.demo.year.seats import Hall, Seat
from scheduler.demo.year.team import Team

# The set-up steps that readiness waits for, whether each shop does them, and whether customers tick them.
STEPS = (
    ("company_profile", False, True),
    ("property_import", False, False),
    ("staff_logins", True, True),
    ("inquiry_mail", True, True),
)
_TRIES, _ALONE_AFTER = 8, 2
# How many go on to the advanced course, how many of them alone, and how many take part beside those who have to.
_ADVANCED, _ADVANCED_ALONE, _BESIDES = 0.55, 0.1, 0.65
# Days from the invitation to the last step, where all goes well and where it is slow.
_SET_UP, _SLOW = (10, 30), (38, 75)
_RETURNED = (
    ("setup_complete", "2店舗で反響メールの受信設定が外れていました。設定し直してから、もう一度お願いします。"),
    ("usage_started", "まだ1名の方しかお使いでないようです。日々の対応で使われているか確かめてください。"),
    ("attended", "窓口の方が交代されたと伺いました。新しい方に基本操作編を受けていただいてください。"),
)
_EARLY = "繁忙期の前に担当を決めたいとのご要望のため、早めにお願いします。"
_DROPPED = ("社内の体制が整わないとのこと", "親会社のシステムに統一されるため", "店舗を閉じられるため")
_GAP = (14, 26)


def go(firm: Firm, hall: Hall, team: Team, days: Days) -> None:
    """Let a company go its way as far as it has come by now."""
    if firm.fate == "live":
        firm.used = _use(days.local(firm.created_at).date(), days.today, days)
        return
    _invite(firm, days)
    _learn(firm, hall, days)
    if firm.fate == "dropped":
        _drop(firm, hall, days)
        return
    if firm.fate == "held" or firm.attended_at is None:
        firm.hold_until = days.working(days.today + timedelta(days=days.dice.randint(20, 50)))
        return
    _set_up(firm, days)
    _begin_to_use(firm, days)
    _hand_over(firm, firm.attended_at, team, days)
    accepted = firm.accepted_at
    if accepted is None:
        firm.ready_since = firm.ready_at
        return
    firm.stage = "success"
    until = days.today
    if firm.fate == "silent":
        until = min(until, days.local(accepted).date() + timedelta(days=days.dice.randint(8, 25)))
    firm.used = _use(firm.used[0], until, days)
    _go_on(firm, hall, accepted, days)


def later(at: datetime, wait: tuple[int, int], days: Days) -> datetime:
    """Choose a moment of office hours on a working day so many days later; it may lie ahead of now."""
    day = days.working(days.local(at).date() + timedelta(days=days.dice.randint(*wait)))
    return days.within(days.at(day, 9, 30), days.at(day, 17, 30))


def _invite(firm: Firm, days: Days) -> None:
    dice = days.dice
    firm.introduced_at = later(firm.created_at, (12, 22) if dice.random() < 0.12 else (1, 6), days)
    firm.audience = "coordinator" if len(firm.shops) == 1 else dice.choice(("manager", "manager", "everyone"))
    roles = {"coordinator": 1, "manager": 2, "everyone": 3}[firm.audience]
    for human in firm.humans:
        if human.email is not None and human.role in ("coordinator", "manager", "member")[:roles]:
            human.invited = [firm.introduced_at]


def _learn(firm: Firm, hall: Hall, days: Days) -> None:
    """Let those who have to, and some besides, take the basic course."""
    needed = [] if firm.fate == "dropped" else _needed(firm)
    seats: list[Seat] = []
    for human in firm.humans:
        if human in needed or days.dice.random() < _BESIDES:
            seats += _attend(firm, human, human in needed, hall, days)
    came = sorted((seat for seat in seats if seat.verdict == "attended"), key=lambda seat: seat.slot.starts_at)
    heads, shops = set[str](), set[str]()
    for seat in came:
        heads.add(seat.human.role)
        shops.update(shop.code for shop in seat.human.shops)
        if len(firm.shops) <= 3 or ("coordinator" in heads and 2 * len(shops) >= len(firm.shops)):
            firm.attended_at = seat.slot.reported_at
            return


def _needed(firm: Firm) -> list[Human]:
    if len(firm.shops) <= 3:
        return firm.humans[:1]
    return firm.humans[: ceil(len(firm.shops) / 2)]


def _attend(firm: Firm, human: Human, needed: bool, hall: Hall, days: Days) -> list[Seat]:
    """Register somebody until a lecture is attended, who does not have to come at most twice."""
    assert firm.introduced_at is not None
    dice = days.dice
    at = firm.introduced_at
    if human.invited and dice.random() < 0.22:
        at = later(at, (6, 9), days)
        human.invited.append(at)
    at = days.awake(at + timedelta(minutes=30), at + timedelta(days=5))
    asked_again, seats, missed = len(human.invited) > 1, list[Seat](), 0
    for _ in range(_TRIES if needed else 2):
        alone = needed and (missed >= _ALONE_AFTER or (missed > 0 and firm.skill == "低" and dice.random() < 0.6))
        seat = hall.alone("basic", firm, human, at) if alone else None
        seat = seat or hall.take("basic", firm, human, at, again=asked_again)
        if seat is None:
            return seats
        seats.append(seat)
        if seat.verdict == "attended":
            return seats
        missed += seat.cancelled_at is None
        ended = seat.cancelled_at or seat.slot.reported_at
        at = days.awake(ended + timedelta(hours=2), ended + timedelta(days=4))
    return seats


def _drop(firm: Firm, hall: Hall, days: Days) -> None:
    """Let a company give up on the way, after the last lecture its people had taken a seat in."""
    assert firm.introduced_at is not None
    at = later(firm.introduced_at, (30, 60), days)
    last = max((seat.slot.ends_at for slot in hall.every() for seat in slot.seats if seat.firm is firm), default=at)
    firm.cancelled_at = min(max(at, later(last, (1, 4), days)), days.now - LATELY)
    firm.cancelled_on = days.local(firm.cancelled_at).date()


def _set_up(firm: Firm, days: Days) -> None:
    assert firm.introduced_at is not None
    dice = days.dice
    slow = dice.random() < (0.5 if firm.skill == "低" else 0.32)
    first, span = firm.introduced_at + timedelta(hours=4), _SLOW if slow else _SET_UP
    last = first + timedelta(days=dice.randint(*span))
    places: list[tuple[str, Shop | None, bool]] = [
        (step, shop, customer) for step, per_shop, customer in STEPS for shop in (firm.shops if per_shop else [None])
    ]
    moments = sorted(days.awake(first, last) for _ in places)
    firm.done = [
        (step, shop, min(at, days.now - LATELY), customer and dice.random() < 0.8)
        for (step, shop, customer), at in zip(places, moments, strict=True)
    ]


def _begin_to_use(firm: Firm, days: Days) -> None:
    """Let the product be used from about the last step on; of some a person confirms it on the telephone."""
    done_at = firm.done[-1][2]
    first = days.local(done_at).date() + timedelta(days=days.dice.randint(-2, 7))
    first = min(first, days.today - timedelta(days=1))
    firm.used = [first]
    if days.dice.random() < 0.25:
        firm.confirmed_at = min(later(days.at(first, 12), (1, 3), days), days.now - LATELY)
    assert firm.attended_at is not None
    firm.ready_at = max(firm.attended_at, done_at, used_at(firm, days))


def used_at(firm: Firm, days: Days) -> datetime:
    """Return when the program knew that the product is used."""
    return days.at(firm.used[0], 21)


def _use(first: date, until: date, days: Days) -> list[date]:
    """Choose days of use: a few, the last of them shortly before `until`."""
    found = [first]
    while found[-1] < until - timedelta(days=_GAP[1] + 4):
        found.append(found[-1] + timedelta(days=days.dice.randint(*_GAP)))
    last = until - timedelta(days=days.dice.randint(1, 3))
    return [*found, last] if last > found[-1] else found


def _hand_over(firm: Firm, attended_at: datetime, team: Team, days: Days) -> None:
    """Pass a company that is ready to success; some come back once, some pass before all is met."""
    assert firm.ready_at is not None
    at, receiver = firm.ready_at, team.success(days.dice)
    early = firm.fate == "early" and attended_at + timedelta(days=6) < at
    if early:
        at = attended_at
    passings = []
    if firm.fate == "returned":
        key, reason = days.dice.choice(_RETURNED)
        back = _passing(firm, at, receiver, days)
        at = later(back.decided_at, (3, 9), days)
        passings.append(replace(back, state="returned", reason=reason, returned=(key,), taken_back_at=at))
    last = _passing(firm, at, receiver, days)
    if last.decided_at > days.now - LATELY:
        # Not yet: the company is ready and nobody asked.
        return
    if early and last.decided_at < firm.ready_at:
        last, firm.ready_at = replace(last, early=_EARLY), None
    firm.passings = [*passings, last]
    firm.owners["success"] = [(last.decided_at, receiver)]


def _passing(firm: Firm, at: datetime, receiver: int, days: Days) -> Passing:
    asked_at = later(at, (1, 5), days)
    return Passing("success", asked_at, firm.owner("onboarding", asked_at), later(asked_at, (1, 4), days), receiver)


def _go_on(firm: Firm, hall: Hall, accepted: datetime, days: Days) -> None:
    """Let the coordinator take the advanced course after the company was handed over."""
    coordinator = firm.humans[0]
    if firm.fate == "silent" or days.dice.random() > _ADVANCED + 0.25 * (firm.skill == "高"):
        return
    at = days.awake(accepted + timedelta(days=1), accepted + timedelta(days=30))
    for _ in range(2):
        seat = hall.alone("advanced", firm, coordinator, at) if days.dice.random() < _ADVANCED_ALONE else None
        seat = seat or hall.take("advanced", firm, coordinator, at)
        if seat is None or seat.verdict == "attended":
            return
        ended = seat.cancelled_at or seat.slot.reported_at
        at = days.awake(ended + timedelta(hours=2), ended + timedelta(days=4))
