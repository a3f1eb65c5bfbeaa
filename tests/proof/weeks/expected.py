"""Answers how an account must stand at the end, counted anew from what was played and by no code of the program."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.proof.weeks.town import FIRST_DAY, Customer, Person, Visit

HOLIDAYS = {date(2026, 4, 29), date(2026, 5, 3), date(2026, 5, 4), date(2026, 5, 5), date(2026, 5, 6)}
REQUIRED = ("company_profile", "property_import", "staff_logins", "inquiry_mail")
OF_STORES = ("staff_logins", "inquiry_mail")


@dataclass
class Played:
    """What really happened to one customer by the end of a day."""

    customer: Customer
    introduced_on: date | None = None
    # The day of each registration made, and those whose report is in, with the minutes in the lecture.
    registered: list[date] = field(default_factory=list)
    reported: list[tuple[Visit, int]] = field(default_factory=list)
    setup: dict[tuple[str, int | None], date] = field(default_factory=dict)
    usage: list[date] = field(default_factory=list)
    confirmed_on: date | None = None
    held_until: date | None = None
    cancelled: bool = False
    reopened: bool = False
    stage: str = "onboarding"


def minutes_present(visit: Visit) -> int:
    """Count the minutes in the lecture, each once, as a set of seconds."""
    seconds = {second for begins, ends in visit.minutes for second in range(begins * 60, ends * 60)}
    return len(seconds & set(range(3600))) // 60


def clauses(played: Played) -> dict[str, bool]:
    """Judge the conditions from onboarding to success."""
    customer = played.customer
    there: list[Person] = [visit.person for visit, minutes in played.reported if minutes >= 40]
    if customer.stores <= 3:
        attended = bool(there)
    else:
        covered = {person.store for person in there if person.store is not None}
        led = any(person.store is None for person in there)
        attended = led and len(covered) * 2 >= customer.stores
    wanted = [(key, store) for key in OF_STORES for store in range(customer.stores)]
    wanted += [(key, None) for key in REQUIRED if key not in OF_STORES]
    complete = all(place in played.setup for place in wanted) and not played.reopened
    return {
        "attended": attended,
        "setup_complete": complete,
        "usage_started": bool(played.usage) or played.confirmed_on is not None,
    }


def ready(played: Played) -> bool:
    """Tell whether the account is to be handed on."""
    return played.stage == "onboarding" and not played.cancelled and all(clauses(played).values())


def level(played: Played, today: date) -> str:
    """Judge whether the account is on track, behind or stuck."""
    if played.stage != "onboarding" or ready(played) or played.cancelled:
        return "on_track"
    held = played.held_until
    if held is not None and today < held:
        return "on_track"
    found = ["on_track", _by_start(played.customer.planned_start_on, today)]
    in_stage = max(FIRST_DAY, held or FIRST_DAY)
    if played.customer.planned_start_on is None or today > played.customer.planned_start_on:
        found.append(_by_days(working_days(max(_last_progress(played), in_stage), today), 15, 30))
        found.append(_by_days(working_days(in_stage, today), 40, 60))
    if _missed_in_a_row(played) >= 2:
        found.append("behind")
    if played.introduced_on is not None and not played.registered:
        invited = max(played.introduced_on, held or played.introduced_on)
        found.append("behind" if working_days(invited, today) >= 10 else "on_track")
    return max(found, key=["on_track", "behind", "stuck"].index)


def working_days(start: date, end: date) -> int:
    """Count the working days after `start` up to and including `end`."""
    days = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    return sum(day.weekday() < 5 and day not in HOLIDAYS for day in days)


def _by_start(start: date | None, today: date) -> str:
    if start is None:
        return "on_track"
    if today > start:
        return "stuck"
    return "behind" if working_days(today, start) <= 10 else "on_track"


def _by_days(days: int, behind: int, stuck: int) -> str:
    return "stuck" if days >= stuck else "behind" if days >= behind else "on_track"


def _last_progress(played: Played) -> date:
    attended = [_day(visit.held_on) for visit, minutes in played.reported if minutes >= 40]
    confirmed = [played.confirmed_on] if played.confirmed_on is not None else []
    return max([*played.registered, *attended, *played.setup.values(), *played.usage, *confirmed, FIRST_DAY])


def _missed_in_a_row(played: Played) -> int:
    """Count the latest lectures to which somebody was to come and nobody came."""
    came: dict[tuple[int, int], bool] = {}
    for visit, minutes in played.reported:
        key = (visit.held_on, visit.lecture_id)
        came[key] = came.get(key, False) or minutes > 0
    count = 0
    for key in sorted(came):
        count = 0 if came[key] else count + 1
    return count


def _day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)
