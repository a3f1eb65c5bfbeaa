"""Answers who gets a seat: registering a contact on a lecture, or on its waiting list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from scheduler.models.db import db
from scheduler.services import eligibility, history, readiness, registering, seating, wanted_steps
from scheduler.services.actors import Actor
from scheduler.services.refusals import AlreadyBooked, LectureFull, OfferGone
from scheduler.services.registering import Wanted
from scheduler.services.registrations import telling, waiting
from scheduler.services.registrations.companions import checked

# The longest reason for letting somebody in without the prerequisite.
LONGEST_REASON = 500


def register(
    contact_id: int,
    lecture_id: int,
    now: datetime,
    actor: Actor,
    *,
    companions: Sequence[str] | None = None,
    unnamed: int | None = None,
    waitlist: bool = False,
    mails: bool = True,
    exception: str = "",
    over_limit: bool = False,
    **facts: str,
) -> int:
    """Register a contact on a lecture and return the registration's id; the confirmation with its invitation is owed.

    On a full lecture the contact is put on the waiting list when `waitlist` says so, else LectureFull is raised. Raises
    NotFound (also for a lecture of another account), ContactLeft, LectureOver, LectureCancelled, LectureUndecided,
    PrerequisiteMissing, AccountLimitReached, AlreadyBooked, OfferGone, Invalid for companions.
    `companions`, `unnamed`: the colleagues before the same screen, by name, and how many more. `mails` False: reached by
    phone, no message about this registration is wanted. `exception`: why staff let in who lacks the prerequisite;
    `over_limit`: they let the account have more seats than it may. `facts` go along with the mail.
    """
    names, unnamed = checked(companions, unnamed)
    with db.writing():
        ground = registering.lock(contact_id, lecture_id)
        before = registering.latest(contact_id, lecture_id)
        waits = before is not None and before.status == "waitlisted"
        exception = exception.strip()[:LONGEST_REASON] or (before.exception if before is not None and waits else "")
        excused = eligibility.check_facts(
            contact_id,
            ground.account_id,
            lecture_id,
            # Whoever is in line already may take a seat of a date that is still to be decided.
            replace(ground.lecture, undecided=False) if waits else ground.lecture,
            ground.prerequisite_id,
            now,
            registered=before is not None and before.status == "booked",
            excused=bool(exception),
            over_limit=over_limit,
        )
        seated = _seated(lecture_id, before.offered_until if before is not None and waits else None, now)
        if not seated and not waitlist:
            raise LectureFull(lecture=lecture_id)
        if not seated and waits:
            raise AlreadyBooked()
        if before is not None and seated and waits:
            waiting.answered(before.id, before.offered_until, now)
        wanted = Wanted(names, unnamed, exception if excused else "", mails)
        status = "booked" if seated else "waitlisted"
        number, sequence = registering.write(before, contact_id, lecture_id, status, now, actor, wanted)
        if mails:
            kind = "confirmation" if seated else "waitlisted"
            starts_at, account_id = ground.lecture.starts_at, ground.account_id
            telling.owe_about(kind, number, sequence, contact_id, account_id, lecture_id, starts_at, now, **facts)
        about = {"account_id": ground.account_id, "contact_id": contact_id, "lecture_id": lecture_id}
        _record("registered" if seated else "waitlisted", bool(wanted.exception), about, now, actor)
        if ground.wanted_step_id is not None:
            wanted_steps.warn(ground.wanted_step_id, contact_id, ground.account_id, lecture_id, now)
        readiness.registered(ground.account_id, ground.way, now)
        return number


def _record(key: str, exception: bool, about: dict[str, int], now: datetime, actor: Actor) -> None:
    """Write the history of a registration, and that it was let in as an exception."""
    for happened in (key, "exception_made") if exception else (key,):
        history.record(happened, now=now, actor=actor, **about)


def _seated(lecture_id: int, offered_until: datetime | None, now: datetime) -> bool:
    """Take the seat that is kept for this person, else one that is free; raise OfferGone when it was kept too long ago."""
    if offered_until is None:
        return seating.take(lecture_id)
    if offered_until <= now:
        raise OfferGone()
    return True
