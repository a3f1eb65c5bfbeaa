"""Answers on which contracts the demo's customers are: those in time renew more often, and before the end renewal takes over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from scheduler.demo.days import LATELY, Days
from scheduler.demo.plays import Play
from scheduler.demo.year.firms import Firm, Passing, Term
from scheduler.demo.year.ways import later
from scheduler.rules.clauses.plain import ContractEnds

# How many of a hundred renew: customers of long ago, those ready by the planned start, those ready later, those gone silent.
_RENEW = {"live": 92, "in_time": 93, "late": 52, "silent": 20}
# An open term of a customer of long ago ends at least so many days ahead, before anybody thinks of renewing it.
_AHEAD = ContractEnds().days + 30
_FEES = {"ライト": 8000, "スタンダード": 15000, "プレミアム": 28000}
_PER_STORE = 3000
# When in the night the program looks at every account.
_NIGHT = (3, 5)


def agree(firms: Iterable[Firm], renewal_id: int, days: Days) -> None:
    """Give every company its contracts, and pass those that end before long to renewal."""
    owed: dict[str, float] = defaultdict(lambda: 0.5)
    for firm in firms:
        if firm.fate == "dropped":
            _end_early(firm)
            continue
        _follow(firm, owed, days)
        if firm.stage == "success":
            _pass_on(firm, renewal_id, days)


def of_play(play: Play, days: Days) -> list[Term]:
    """Return the contracts of a company of these days: a year each, those before the present one renewed."""
    account = play.account
    if account.stage == "sales" or account.signed_on is None:
        return []
    fee = _FEES.get(account.plan, 15000) + _PER_STORE * len(play.stores)
    starts_on = _first_of(account.signed_on, 1)
    terms = []
    while (ends_on := _first_of(starts_on, 12)) <= days.today + timedelta(days=_AHEAD) and starts_on < days.today:
        if ends_on > days.today:
            ends_on = _first_of(starts_on, 18)
            break
        terms.append(Term(starts_on, ends_on, fee, "renewed"))
        starts_on = ends_on
    return [*terms, Term(starts_on, ends_on, fee, None)]


def _end_early(firm: Firm) -> None:
    assert firm.cancelled_on is not None
    starts_on = _first_of(firm.signed_on, 1)
    if starts_on < firm.cancelled_on:
        firm.terms = [Term(starts_on, firm.cancelled_on, firm.fee, "ended")]


def _follow(firm: Firm, owed: dict[str, float], days: Days) -> None:
    """Let contract follow on contract until one is not renewed or runs today."""
    kind = firm.fate if firm.fate in _RENEW else "in_time" if firm.in_time else "late"
    starts_on = _first_of(firm.signed_on, 1)
    while True:
        ends_on = _first_of(starts_on, firm.months)
        outcome = None
        if ends_on <= days.today:
            # As for those who come to lectures: shares come out as they should, not by chance.
            owed[kind] += _RENEW[kind] / 100
            # Those of long ago are customers still.
            here = firm.fate == "live" and ends_on <= days.local(firm.created_at).date()
            outcome = "renewed" if here or owed[kind] >= 1 else "ended"
            owed[kind] -= outcome == "renewed"
        firm.terms.append(Term(starts_on, ends_on, firm.fee, outcome))
        if outcome != "renewed":
            break
        starts_on = ends_on
    if outcome == "ended":
        firm.cancelled_on = ends_on
        firm.cancelled_at = min(days.office(ends_on - timedelta(days=18)), days.now - LATELY)
        firm.used = [day for day in firm.used if day < ends_on]


def _pass_on(firm: Firm, renewal_id: int, days: Days) -> None:
    """Let success find a company ready for renewal once its contract ends before long, and pass it on."""
    opens_at = ready_at(firm, days)
    if opens_at > days.now:
        return
    asked_at = later(opens_at, (2, 16), days)
    decided_at = later(asked_at, (1, 4), days)
    if decided_at > days.now - LATELY:
        firm.ready_since = opens_at
        return
    firm.passings.append(Passing("renewal", asked_at, firm.owner("success", asked_at), decided_at, renewal_id))
    firm.owners["renewal"] = [(decided_at, renewal_id)]
    firm.stage = "renewal"


def ready_at(firm: Firm, days: Days) -> datetime:
    """Return when the program finds a company of success ready for renewal, or will."""
    # A moment after it came: the history tells the one before the other.
    since = (firm.accepted_at or firm.created_at) + timedelta(seconds=1)
    term = next(one for one in firm.terms if one.ends_on > days.local(since).date())
    return max(days.at(term.ends_on - timedelta(days=ContractEnds().days), *_NIGHT), since)


def _first_of(day: date, months: int) -> date:
    """Return the first day of the month that comes so many months later."""
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)
