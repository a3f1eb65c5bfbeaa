"""What comes too late or is overtaken at the last moment stays away, and a worker that slept does not make up for it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.services import jobs
from scheduler.services.actors import Actor
from scheduler.services.lectures import cancelling, changing
from scheduler.services.outbox.reminders import plan_reminders
from scheduler.services.registrations import booking
from tests.factories import NOW, a_contact, a_lecture, a_member, an_account
from tests.services.outbox.answering import Answering, deliver

PAGE, STAFF = Actor("contact", 1, "page"), Actor("staff", None, "page")
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
REMINDERS = {"reminder_day", "reminder_hour"}

pytestmark = pytest.mark.usefixtures("app")


def booked(lecture: Lecture, people: int, at: datetime) -> list[str]:
    """Register so many people of one account of their own; return their addresses."""
    owner = a_member()
    account = an_account(introduced_at=at, onboarding_owner_id=owner.id)
    contacts = [a_contact(account) for _ in range(people)]
    for contact in contacts:
        booking.register(contact.id, lecture.id, at, PAGE)
    return [contact.email or "" for contact in contacts]


def work(moment: datetime, transport: Answering) -> list[tuple[str, str]]:
    """Do what is due at a moment; return (address, kind) of what left."""
    before = len(transport.given)
    outcomes = jobs.run_due(moment, jobs.Context(transport))
    assert [one.error for one in outcomes if one.error] == []
    return [(message.to.address, message.kind) for message in transport.given[before:]]


def states() -> Counter[tuple[str, str, str]]:
    db.session.rollback()
    return Counter(
        (kind, state, reason) for kind, state, reason in db.session.execute(select(Mail.kind, Mail.state, Mail.reason))
    )


@pytest.mark.parametrize("what", ["moved", "cancelled", "called off"])
@pytest.mark.parametrize("kind", sorted(REMINDERS))
def test_of_a_lecture_changed_a_second_before_its_reminders_none_of_the_old_ones_leaves(what: str, kind: str) -> None:
    begins = NOW + 7 * DAY + 5 * HOUR
    lecture = a_lecture(starts_at=begins)
    addresses = booked(lecture, 20, NOW)
    work(NOW, Answering())
    moment = begins - (DAY if kind == "reminder_day" else HOUR)
    if kind == "reminder_hour":
        work(begins - DAY, Answering())
    assert plan_reminders(moment) == 20
    last = moment + SECOND
    if what == "moved":
        changing.change(lecture.id, {"starts_at": begins + 2 * DAY}, last, STAFF)
    elif what == "cancelled":
        cancelling.cancel(lecture.id, {"ja": "講師の都合のため"}, last, STAFF)
    else:
        cancelling.call_off(lecture.id, {"ja": "講師の急病のため"}, last, STAFF)
    transport = Answering()
    for later in (last + SECOND, last + 60 * SECOND, last + 50 * HOUR):
        deliver(later, transport)
    told = {"moved": "changed", "cancelled": "lecture_cancelled", "called off": "called_off"}[what]
    assert sorted((one.to.address, one.kind) for one in transport.given) == sorted((to, told) for to in addresses)
    assert states()[kind, "dropped", "moved" if what == "moved" else "cancelled"] == 20


def test_a_worker_that_slept_for_a_month_sends_what_is_of_use_and_nothing_else() -> None:
    # Thursday 7 May at 09:00 in Tokyo, after a run of holidays.
    awake = datetime(2026, 5, 7, tzinfo=UTC)
    past, moved, over = (a_lecture(starts_at=NOW + days * DAY + 5 * HOUR) for days in (3, 4, 5))
    host = a_member()
    today = a_lecture(starts_at=awake + 5 * HOUR, host_id=host.id)
    tomorrow = a_lecture(starts_at=awake + 30 * HOUR, host_id=host.id)
    known = booked(past, 5, NOW) + booked(moved, 5, NOW)
    ahead = booked(today, 5, NOW), booked(tomorrow, 5, NOW)
    assert len(work(NOW, Answering())) == 20
    # While it sleeps: a change, a cancellation and seats that are of no interest any more when it wakes.
    changing.change(moved.id, {"starts_at": NOW + 6 * DAY}, NOW + HOUR, STAFF)
    cancelling.cancel(past.id, {"ja": "講師の都合のため"}, NOW + HOUR, STAFF)
    booked(over, 5, NOW + HOUR)
    transport = Answering()
    left = [one for minutes in range(0, 120, 10) for one in work(awake + timedelta(minutes=minutes), transport)]
    to_customers = [one for one in left if one[0].endswith("@customer.example")]
    # Nobody gets more than one of a kind, and of the lectures gone by nobody hears.
    assert max(Counter(left).values()) == 1
    assert {address for address, kind in to_customers if kind in REMINDERS} <= {*ahead[0], *ahead[1]}
    assert {(address, "reminder_day") for address in ahead[0]} <= set(to_customers)
    # It is the first working day of the week, on which every 窓口 is told how things stand.
    assert {kind for address, kind in to_customers if address in known} == {"weekly_state"}
    found = states()
    assert found["changed", "missed", "too_late"] == found["lecture_cancelled", "missed", "too_late"] == 5
    assert found["confirmation", "missed", "too_late"] == 5
    # The host gets the digest of that morning, and none for those that were slept through.
    assert [address for address, kind in left if kind == "staff_digest"] == [host.email]


@pytest.mark.parametrize("leap", [-DAY, HOUR, 40 * DAY], ids=str)
def test_a_clock_that_is_set_sends_nothing_twice(leap: timedelta) -> None:
    lecture = a_lecture(starts_at=NOW + DAY + 5 * HOUR)
    addresses = booked(lecture, 10, NOW)
    transport = Answering()
    work(NOW, transport)
    for hours in range(0, 36, 4):
        work(NOW + 5 * HOUR + leap + hours * HOUR, transport)
    for hours in range(26):
        work(NOW + (5 + hours) * HOUR, transport)
    each = Counter((one.to.address, one.kind) for one in transport.given if one.kind != "staff_digest")
    assert max(each.values()) == 1
    assert {address for address, kind in each if kind == "confirmation"} == set(addresses)
    # However far it was set: when it is right again everybody is reminded.
    assert {address for address, kind in each if kind in REMINDERS} == set(addresses)
