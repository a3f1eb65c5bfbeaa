"""Whatever people and staff do to a few dates, in whatever order: seats, the list, SEQUENCE and owed mails stay right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from scheduler.models.accounts import Contact
from scheduler.models.db import Base, db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services import eligibility
from scheduler.services.actors import Actor
from scheduler.services.lectures import cancelling, changing, moving
from scheduler.services.refusals import Refused
from scheduler.services.registrations import booking, changes, waiting
from tests.factories import a_contact, a_course, a_lecture, an_account

PAGE, STAFF = Actor("contact", None, "page"), Actor("staff", None, "page")
# A Wednesday of work, 14:00 in Tokyo: the cut-off is Tuesday 17:00 there.
BEGINNING = datetime.fromisoformat("2026-04-07T09:00:00+09:00")
START = datetime.fromisoformat("2026-04-08T14:00:00+09:00")
PEOPLE, DATES = 7, 3
people, dates = st.integers(0, PEOPLE - 1), st.integers(0, DATES - 1)


class Seats(RuleBasedStateMachine):
    """Seven people of two companies and three dates of one or two seats, around the cut-off."""

    @initialize()
    def open_the_doors(self) -> None:
        with db.engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
        db.session.remove()
        self.now = BEGINNING
        course, accounts = a_course(), [an_account(), an_account()]
        self.people = [a_contact(accounts[number % 2]).id for number in range(PEOPLE)]
        self.dates = [
            a_lecture(
                course, START + timedelta(days=day), capacity=1 + number, account_limit=3 if number == 2 else None
            ).id
            for number, day in enumerate((0, 0, 1))
        ]
        self.sequences: dict[int, int] = {}

    def attempt(self, act: Callable[..., object], *given: Any, **more: Any) -> None:
        """Do something; a refusal of business is an answer, and writes nothing that the invariants would miss."""
        try:
            act(*given, self.now, *(more.pop("by", (PAGE,))), **more)
        except Refused:
            db.session.rollback()
        db.session.expire_all()

    def held(self, person: int, date: int) -> int | None:
        return db.session.scalar(
            select(Registration.id).where(
                Registration.contact_id == self.people[person],
                Registration.lecture_id == self.dates[date],
                Registration.status != "cancelled",
            )
        )

    @rule(person=people, date=dates, wait=st.booleans(), mails=st.booleans())
    def register(self, person: int, date: int, wait: bool, mails: bool) -> None:
        self.attempt(booking.register, self.people[person], self.dates[date], waitlist=wait, mails=mails)

    @rule(person=people, date=dates)
    def cancel(self, person: int, date: int) -> None:
        if number := self.held(person, date):
            self.attempt(changes.cancel, number)

    @rule(person=people, date=dates, other=dates)
    def swap(self, person: int, date: int, other: int) -> None:
        if number := self.held(person, date):
            self.attempt(changes.swap, number, self.dates[other])

    @rule(person=people, date=dates, accepts=st.booleans())
    def answer(self, person: int, date: int, accepts: bool) -> None:
        if number := self.held(person, date):
            self.attempt(waiting.accept if accepts else waiting.decline, number)

    @rule(minutes=st.sampled_from([1, 40, 200, 600]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_job_runs(self) -> None:
        waiting.expire_offers(self.now)
        late = select(func.count()).where(Registration.offered_until <= self.now)
        assert db.session.scalar(late) == 0
        db.session.expire_all()

    @rule(date=dates, capacity=st.integers(1, 4))
    def resize(self, date: int, capacity: int) -> None:
        self.attempt(changing.change, self.dates[date], {"capacity": capacity}, by=(STAFF,))

    @rule(date=dates, days=st.integers(0, 3))
    def postpone(self, date: int, days: int) -> None:
        starts_at = START + timedelta(days=days, hours=1)
        self.attempt(changing.change, self.dates[date], {"starts_at": starts_at}, by=(STAFF,))

    @rule(date=dates, back=st.booleans())
    def cancel_or_bring_back(self, date: int, back: bool) -> None:
        if back:
            self.attempt(cancelling.bring_back, self.dates[date], by=(STAFF,))
        else:
            self.attempt(cancelling.cancel, self.dates[date], {"ja": "都合により"}, by=(STAFF,))

    @rule(date=dates, other=dates)
    def move_everybody(self, date: int, other: int) -> None:
        self.attempt(moving.move, self.dates[date], self.dates[other], by=(STAFF,))

    @invariant()
    def seats_are_counted_and_never_oversold(self) -> None:
        for lecture in db.session.scalars(select(Lecture)):
            rows = db.session.scalars(select(Registration).where(Registration.lecture_id == lecture.id)).all()
            held = [row for row in rows if row.status == "booked" or row.offered_until is not None]
            assert lecture.seats_taken == len(held) <= lecture.capacity
            assert all(row.status == "waitlisted" for row in rows if row.offered_until is not None)
            live = [row.contact_id for row in rows if row.status != "cancelled"]
            assert len(live) == len(set(live))
            limit = lecture.account_limit
            of = [row.contact.account_id for row in rows if row.status != "cancelled"]
            assert limit is None or max((of.count(number) for number in of), default=0) <= limit

    @invariant()
    def nobody_waits_beside_a_free_seat_and_the_list_is_first_come_first(self) -> None:
        for lecture in db.session.scalars(select(Lecture)):
            waits = db.session.scalars(
                select(Registration)
                .where(Registration.lecture_id == lecture.id, Registration.status == "waitlisted")
                .order_by(Registration.registered_at, Registration.id)
            ).all()
            asked = [row.offered_until is not None for row in waits]
            # Whoever was asked stands before whoever was not.
            assert asked == sorted(asked, reverse=True)
            if eligibility.may_promote(lecture, self.now):
                assert not any(asked)
            if not all(asked) and eligibility.offer_ends(lecture, self.now) is not None:
                assert lecture.seats_taken == lecture.capacity
            for row in waits:
                assert row.offered_until is None or row.offered_until <= lecture.starts_at

    @invariant()
    def sequence_never_falls_and_rises_with_every_change(self) -> None:
        for row in db.session.scalars(select(Registration)):
            assert row.sequence >= self.sequences.get(row.id, 0)
            self.sequences[row.id] = row.sequence

    @invariant()
    def owed_mails_say_how_things_stand(self) -> None:
        """What is owed about the present revision of a registration fits it; no mail is of use after the start."""
        mails = db.session.scalars(select(Mail).where(Mail.registration_id.is_not(None))).all()
        assert len({mail.key for mail in mails}) == len(mails)
        fits = {
            "booked": {"confirmation", "promoted", "changed", "lecture_cancelled"},
            "waitlisted": {"waitlisted", "offered", "lecture_cancelled"},
            "cancelled": {"cancelled"},
        }
        for mail in mails:
            row = db.session.get_one(Registration, mail.registration_id)
            if mail.params["sequence"] == row.sequence:
                assert mail.kind in fits[row.status], (mail.kind, row.status)
            if mail.kind == "offered":
                assert mail.expires_at is not None
                assert mail.expires_at.isoformat() == mail.params["until"]
        for row in db.session.scalars(select(Registration).where(Registration.offered_until.is_not(None))):
            owed = [mail for mail in mails if mail.registration_id == row.id and mail.kind == "offered"]
            assert not row.mails or any(mail.params["sequence"] == row.sequence for mail in owed)


@pytest.mark.usefixtures("database")
def test_seats_stay_right_whatever_is_done() -> None:
    quick = settings(max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Seats, settings=quick)
    assert db.session.scalar(select(func.count()).select_from(Contact)) == PEOPLE
