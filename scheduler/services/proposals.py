"""Answers what becomes of times offered to a customer for a lecture of its own: chosen, withdrawn, past or taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.models.proposals import Proposal
from scheduler.models.staff import Staff
from scheduler.rules.workdays import to_utc
from scheduler.services import bookings, clashes, courses, history, locking, spared
from scheduler.services.actors import Actor
from scheduler.services.bookings import Own
from scheduler.services.outbox.owe import owe
from scheduler.services.proposed import LOCAL, span_of
from scheduler.services.refusals import (
    Invalid,
    NotFound,
    ProposalChosen,
    ProposalTimePassed,
    ProposalTimeTaken,
    ProposalWithdrawn,
)

# How many times one offer holds.
MOST = 3


@dataclass(frozen=True)
class Time:
    """One offered time: its wall clock as kept, the moments, and whether it can be chosen: open, past or taken."""

    at: str
    starts_at: datetime
    ends_at: datetime
    state: str


@dataclass(frozen=True)
class Offer:
    """An open offer with its times as they stand now."""

    proposal: Proposal
    times: tuple[Time, ...]

    @property
    def open_times(self) -> list[Time]:
        """Return the times that can still be chosen."""
        return [time for time in self.times if time.state == "open"]


def offer(own: Own, times: Sequence[datetime], now: datetime, actor: Actor) -> int:
    """Offer a contact up to three times (naive wall clock of `own.zone`); return the offer's id.

    The first of `own.people` chooses and is written to; the others are registered along. It takes the place of an earlier
    open offer of the same course; the very same one again changes nothing. Clashes known now do not keep a time from
    being chosen later. Raises Invalid(field, why) and what `bookings.check` raises.
    """
    starts = sorted(set(times))
    with db.writing():
        locking.account(own.account_id)
        checked(own, starts, now)
        course = courses.by_key(own.course_key)
        despite = _despite(own, starts)
        kept: list[dict[str, Any]] = [
            {"at": start.strftime(LOCAL), "despite": sorted(despite[start])} for start in starts
        ]
        row = _row(own, course, kept, now, actor)
        for earlier in _open_of(own.people[0], course.id):
            if _same(earlier, row):
                return earlier.id
            _withdraw(earlier, now, actor)
        db.session.add(row)
        db.session.flush()
        about = {"account_id": own.account_id, "contact_id": row.contact_id}
        history.record("proposal_made", now=now, actor=actor, proposal_id=row.id, count=len(starts), **about)
        last = span_of(row, row.times[-1])[0]
        owe(
            "proposal",
            f"proposal:{row.id}",
            now=now,
            expires_at=last,
            contact_id=row.contact_id,
            account_id=row.account_id,
            params={"proposal_id": row.id},
        )
        return row.id


def choose(proposal_id: int, at: str, now: datetime, actor: Actor, *, contact_id: int | None = None) -> int:
    """Choose one of the offered times: the lecture is made and its people registered; return the lecture's id.

    The same time chosen twice is chosen once. `contact_id`: only this contact's offer. Raises NotFound, ProposalChosen,
    ProposalWithdrawn, ProposalTimePassed, ProposalTimeTaken, and what registering raises.
    """
    with db.writing():
        row = _locked(proposal_id, contact_id)
        time = next((time for time in row.times if time["at"] == at), None)
        if time is None:
            raise NotFound()
        if row.state == "chosen" and row.lecture is not None:
            if row.lecture.local_start == at:
                return row.lecture.id
            raise ProposalChosen()
        if row.state != "open":
            raise ProposalWithdrawn()
        begins, ends = span_of(row, time)
        if begins <= now:
            raise ProposalTimePassed()
        _lock_host(row)
        if clashes.find(row.host_id, row.join_url, [(begins, ends)], but=time["despite"]):
            raise ProposalTimeTaken()
        row.lecture_id = bookings.make(own_of(row), row.course, begins, now, actor)
        row.state, row.decided_at = "chosen", now
        about = {"account_id": row.account_id, "contact_id": row.contact_id, "lecture_id": row.lecture_id}
        history.record("proposal_chosen", now=now, actor=actor, proposal_id=row.id, **about)
        return row.lecture_id


def withdraw(proposal_id: int, now: datetime, actor: Actor) -> None:
    """Take an offer back; one that is withdrawn already stays so. Raises NotFound, ProposalChosen."""
    with db.writing():
        row = _locked(proposal_id)
        if row.state == "chosen":
            raise ProposalChosen()
        if row.state == "open":
            _withdraw(row, now, actor)


def open_for(contact_id: int, now: datetime) -> list[Offer]:
    """List the open offers of a contact, by id, with each time as it stands."""
    return _offers(_loaded().where(Proposal.contact_id == contact_id), now)


def open_of_account(account_id: int, now: datetime) -> list[Offer]:
    """List the open offers of an account's people, by id, with each time as it stands."""
    return _offers(_loaded().where(Proposal.account_id == account_id), now)


def own_of(row: Proposal) -> Own:
    """Return what the lecture of an offer will be; whoever is no longer there is left out."""
    return Own(
        account_id=row.account_id,
        course_key=row.course.key,
        people=(row.contact_id, *_still_there(row)),
        only_person=not row.for_company,
        minutes=row.minutes,
        capacity=row.capacity,
        host_id=row.host_id,
        join_url=row.join_url,
        kind=row.kind,
        locale=row.locale,
        zone=row.zone,
        exception=row.exception,
    )


def checked(own: Own, starts: Sequence[datetime], now: datetime) -> list[tuple[datetime, datetime]]:
    """Return from when to when the lecture would be at each of the times to be offered.

    Raises Invalid(field, why) and what `bookings.check` raises.
    """
    course = bookings.check(own)
    if not own.people:
        raise Invalid(field="contact", why="contact_unknown")
    if not starts:
        raise Invalid(field="time_1", why="missing")
    if len(starts) > MOST:
        raise Invalid(field="time_1", why="times_too_many", maximum=MOST)
    if min(to_utc(start, own.zone) for start in starts) <= now:
        raise Invalid(field="time_1", why="starts_in_the_past")
    begins = sorted({to_utc(start, own.zone) for start in starts})
    return [(begin, begin + timedelta(minutes=own.minutes or course.minutes)) for begin in begins]


def _row(own: Own, course: Course, times: list[dict[str, Any]], now: datetime, actor: Actor) -> Proposal:
    return Proposal(
        account_id=own.account_id,
        contact_id=own.people[0],
        for_company=not own.only_person,
        people=list(own.people[1:]),
        course_id=course.id,
        minutes=own.minutes or course.minutes,
        capacity=own.seats,
        host_id=own.host_id,
        join_url=own.join_url,
        locale=own.locale,
        kind=own.kind,
        exception=own.exception,
        times=times,
        zone=own.zone,
        created_at=now,
        created_by_id=actor.staff_id,
    )


def _same(one: Proposal, other: Proposal) -> bool:
    names = ("for_company", "people", "minutes", "capacity", "host_id", "join_url", "locale", "kind", "times", "zone")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _despite(own: Own, starts: Sequence[datetime]) -> dict[datetime, set[int]]:
    """Return with which lectures each time clashes already: staff saw it and offered it all the same."""
    found = bookings.clashes_of(own, list(starts))
    return {
        start: {clash.lecture.id for clash in found if clash.span[0] == to_utc(start, own.zone)} for start in starts
    }


def _withdraw(row: Proposal, now: datetime, actor: Actor) -> None:
    row.state, row.decided_at = "withdrawn", now
    about = {"account_id": row.account_id, "contact_id": row.contact_id}
    history.record("proposal_withdrawn", now=now, actor=actor, proposal_id=row.id, **about)


def _locked(proposal_id: int, contact_id: int | None = None) -> Proposal:
    """Lock an offer's account, as `offer` does first, then the offer; raise NotFound, also for another contact's."""
    account_id = db.session.scalar(select(Proposal.account_id).where(Proposal.id == proposal_id))
    if account_id is None:
        raise NotFound()
    locking.account(account_id)
    query = select(Proposal).where(Proposal.id == proposal_id).with_for_update(of=Proposal, key_share=True)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None or contact_id not in (None, row.contact_id):
        raise NotFound()
    return row


def _lock_host(row: Proposal) -> None:
    """Let two who choose the same host's time at the same moment go one after the other."""
    if row.host_id is not None:
        db.session.execute(select(Staff.id).where(Staff.id == row.host_id).with_for_update(key_share=True))


def _open_of(contact_id: int, course_id: int) -> list[Proposal]:
    query = select(Proposal).where(
        Proposal.contact_id == contact_id, Proposal.course_id == course_id, Proposal.state == "open"
    )
    return list(db.session.scalars(query.order_by(Proposal.id).with_for_update(key_share=True)))


def _still_there(row: Proposal) -> list[int]:
    ours = select(Contact.id).where(Contact.account_id == row.account_id, Contact.id.in_(row.people), spared.there())
    return list(db.session.scalars(ours.order_by(Contact.id)))


def _loaded() -> Select[Proposal]:
    return (
        select(Proposal)
        .where(Proposal.state == "open")
        .order_by(Proposal.id)
        .options(joinedload(Proposal.course), joinedload(Proposal.host), joinedload(Proposal.contact))
        .execution_options(populate_existing=True)
    )


def _offers(query: Select[Proposal], now: datetime) -> list[Offer]:
    return [Offer(row, tuple(_time(row, time, now) for time in row.times)) for row in db.session.scalars(query)]


def _time(row: Proposal, time: dict[str, Any], now: datetime) -> Time:
    begins, ends = span_of(row, time)
    if begins <= now:
        state = "past"
    else:
        taken = clashes.find(row.host_id, row.join_url, [(begins, ends)], but=time["despite"])
        state = "taken" if taken else "open"
    return Time(time["at"], begins, ends, state)
