"""Whether a person may have a seat in a lecture, until when a freed seat is given on by itself, and how long it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from scheduler.rules.workdays import WorkingDays, to_local, to_utc

# A freed seat is kept so long for whoever it is offered to, or for this part of the time left, whichever is longer.
OFFER_LASTS, OFFER_SHARE = timedelta(hours=3), 4
# Shorter than this nobody could answer: the seat is left to whoever comes.
SHORTEST_OFFER = timedelta(minutes=15)
# An offer that would end at night (from, to) may be answered until this time of the morning.
NIGHT, MORNING = (time(21, 0), time(8, 0)), time(9, 0)


@dataclass(frozen=True)
class LectureFacts:
    """What of a lecture decides about a seat; `account_id` is the only account that may see it, None when open to all.

    `contact_id` is the only person of that account it is for, None when it is for all of them. `prerequisite` is the key
    of the course that must have been attended before, None when there is none. `account_limit` is the most seats that one
    account may take, None when there is no limit. `undecided`: the date no longer fits its series and waits for a person's
    decision, so that nobody new may come.
    """

    status: str
    starts_at: datetime
    capacity: int
    seats_taken: int
    account_id: int | None = None
    prerequisite: str | None = None
    contact_id: int | None = None
    account_limit: int | None = None
    undecided: bool = False


@dataclass(frozen=True)
class PersonFacts:
    """What of a person decides about a seat.

    `attended` holds course keys (booked is not enough); `registered` is a live registration on this very lecture;
    `colleagues` counts those of the same account who hold or wait for a seat on it.
    """

    account_id: int
    attended: frozenset[str] = field(default_factory=frozenset)
    registered: bool = False
    contact_id: int | None = None
    colleagues: int = 0


@dataclass(frozen=True)
class Refusal:
    """Why there is no seat.

    Keys: not_found, lecture_cancelled, lecture_over, already_booked, lecture_undecided, prerequisite_missing (`course`),
    account_limit_reached (`limit`), lecture_full (`capacity`).
    """

    key: str
    params: dict[str, object] = field(default_factory=dict)


def may_register(lecture: LectureFacts, person: PersonFacts, now: datetime) -> Refusal | None:
    """Return why this person cannot have a seat in this lecture, or None.

    Another account's or another person's lecture is as if it did not exist. `lecture_full` comes last, so that whoever
    gets it may join the waiting list.
    """
    if lecture.account_id not in (None, person.account_id) or lecture.contact_id not in (None, person.contact_id):
        return Refusal("not_found")
    if lecture.status != "scheduled":
        return Refusal("lecture_cancelled")
    if now >= lecture.starts_at:
        return Refusal("lecture_over")
    if person.registered:
        return Refusal("already_booked")
    if lecture.undecided:
        return Refusal("lecture_undecided")
    if lecture.prerequisite is not None and lecture.prerequisite not in person.attended:
        return Refusal("prerequisite_missing", {"course": lecture.prerequisite})
    if lecture.account_limit is not None and person.colleagues >= lecture.account_limit:
        return Refusal("account_limit_reached", {"limit": lecture.account_limit})
    if lecture.seats_taken >= lecture.capacity:
        return Refusal("lecture_full", {"capacity": lecture.capacity})
    return None


def promotion_cutoff(starts_at: datetime, zone: str, calendar: WorkingDays, at: time) -> datetime:
    """Return the moment (aware UTC) from which a freed seat is only offered: this time of the working day before.

    Day and time are the lecture's local ones in `zone`.
    """
    day_before = calendar.previous_working_day(to_local(starts_at, zone).date())
    return to_utc(datetime.combine(day_before, at), zone)


def offer_ends(now: datetime, starts_at: datetime, zone: str) -> datetime | None:
    """Return until when (aware UTC) a seat freed at `now` is kept for the first in line, None when it is too late for that.

    Three hours, or a quarter of the time left where that is longer; what would end at night in `zone` ends at nine in
    the morning; never later than the start.
    """
    left = starts_at - now
    if left < SHORTEST_OFFER:
        return None
    until = now + max(OFFER_LASTS, left / OFFER_SHARE)
    local = to_local(until, zone)
    evening, dawn = NIGHT
    if local.time() > evening or local.time() < dawn:
        day = local.date() + timedelta(days=1) if local.time() > evening else local.date()
        until = to_utc(datetime.combine(day, MORNING), zone)
    return min(until.replace(microsecond=0), starts_at).astimezone(UTC)
