"""Nothing urges, invites or reminds people who left, accounts on hold and cancelled ones; what answers a deed still goes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services import (
    introductions,
    invited_again,
    late_joiners,
    naming,
    newcomers,
    nudges,
    to_come,
    weekly,
)
from scheduler.services.actors import Actor
from scheduler.services.almanac import Almanac
from scheduler.services.outbox import about, reminders
from scheduler.services.outbox.owe import owe
from scheduler.services.outbox.wanted import unwanted
from scheduler.services.refusals import ContactLeft
from scheduler.services.registrations import changes
from scheduler.services.registrations.booking import register
from scheduler.services.registrations.colleagues import register_colleague
from tests.factories import NOW, a_contact, a_course, a_lecture, a_registration, a_setup_step, a_store, an_account

pytestmark = pytest.mark.usefixtures("app")

STAFF = Actor("staff", None, "page")
DAY = timedelta(days=1)
TODAY = date(2026, 4, 1)
HOLD = {"on_hold_until": date(2026, 6, 1)}
OVER = {"on_hold_until": TODAY}
CANCELLED = {"cancelled_on": TODAY}
ENDS = {"cancelled_on": date(2026, 6, 1)}
GONE = {"left_on": TODAY}


def spare(contact: Contact, **fields: Any) -> None:
    with db.writing():
        person = db.session.get_one(Contact, contact.id)
        account = db.session.get_one(Account, contact.account_id)
        for name, value in fields.items():
            setattr(person if name in GONE else account, name, value)


@pytest.mark.parametrize(
    ("kind", "fields", "reason"),
    [
        # Nobody who left is ever written to.
        ("cancelled", GONE, "contact_left"),
        ("reminder_day", GONE, "contact_left"),
        ("link_again", GONE, "contact_left"),
        ("feed_reset", GONE, "contact_left"),
        ("thanks", GONE, "contact_left"),
        # On hold: what is owed for a seat goes, what urges or invites does not.
        ("invitation", HOLD, "account_on_hold"),
        ("welcome", HOLD, "account_on_hold"),
        ("missed", HOLD, "account_on_hold"),
        ("setup_nudge", HOLD, "account_on_hold"),
        ("usage_nudge", HOLD, "account_on_hold"),
        ("weekly_state", HOLD, "account_on_hold"),
        ("feed_reset", HOLD, None),
        ("link_again", HOLD, None),
        ("welcome", OVER, None),
        # Cancelled: only what answers what somebody just did.
        ("invitation", CANCELLED, "account_cancelled"),
        ("thanks", CANCELLED, "account_cancelled"),
        ("reminder_day", CANCELLED, "account_cancelled"),
        ("handover_letter", CANCELLED, "account_cancelled"),
        ("link_again", CANCELLED, None),
        ("welcome", ENDS, None),
    ],
)
def test_a_mail_that_waits_is_dropped_for_whom_it_is_not_for_any_more(
    kind: str, fields: dict[str, Any], reason: str | None, now: datetime
) -> None:
    contact = a_contact(an_account(introduced_at=NOW))
    with db.writing():
        params = {"course_id": a_course().id}
        owe(kind, f"{kind}:x", now=now, contact_id=contact.id, account_id=contact.account_id, params=params)
    spare(contact, **fields)
    found = about.read(db.session.scalars(select(Mail.id)).one())
    assert found is not None
    assert unwanted(found, now) == (("dropped", reason) if reason else None)


@pytest.mark.parametrize(("fields", "kept"), [({}, 1), (GONE, 0), (HOLD, 1), (CANCELLED, 0), (ENDS, 1)])
def test_who_is_reminded_of_a_seat(fields: dict[str, Any], kept: int, now: datetime) -> None:
    contact = a_contact()
    with db.writing():
        db.session.get_one(Contact, contact.id).created_at = NOW - 9 * DAY
    a_registration(contact, a_lecture(starts_at=NOW + timedelta(minutes=50)), revised_at=NOW - 9 * DAY)
    spare(contact, **fields)
    told = to_come.reminders(now, now + DAY, Almanac.read())
    assert (len(told), reminders.plan_reminders(now)) == (kept, kept)


@pytest.mark.parametrize(("fields", "count"), [({}, 1), (GONE, 0), (HOLD, 0), (CANCELLED, 0), (OVER, 1), (ENDS, 1)])
def test_who_is_urged_invited_and_told_by_itself(fields: dict[str, Any], count: int, now: datetime) -> None:
    ten = now + timedelta(hours=1)
    a_setup_step("menu")
    account = an_account(introduced_at=NOW - DAY, introduced_to="everyone")
    stores = (a_store(account), a_store(account))
    contact = a_contact(account, stores, created_at=NOW)
    a_course()
    spare(contact, **fields)
    almanac = Almanac.read()
    assert len(introductions.plan([account.id], "everyone", now).invited) == count
    assert len(newcomers.plan("basic", "everyone", now).invited) == count
    assert len(nudges.upcoming(ten, ten + 6 * DAY, almanac)) == count
    assert len(weekly.upcoming(ten, ten + 7 * DAY, almanac)) == count
    assert late_joiners.invite(ten) == count


@pytest.mark.parametrize(("fields", "count"), [({}, 1), (GONE, 0), (HOLD, 0), (CANCELLED, 0)])
def test_who_is_invited_again(fields: dict[str, Any], count: int, now: datetime) -> None:
    a_course()
    contact = a_contact()
    introductions.start([contact.account_id], "everyone", now, STAFF)
    spare(contact, **fields)
    almanac = Almanac.read()
    assert len(invited_again.upcoming(now + DAY, now + 8 * DAY, almanac)) == count


def test_accounts_that_are_spared_are_named_when_many_are_introduced(now: datetime) -> None:
    a_course()
    held, cancelled, going = an_account(**HOLD), an_account(**CANCELLED), an_account()
    plan = introductions.plan([held.id, cancelled.id, going.id], "everyone", now)
    assert (plan.spared, plan.accounts) == ([held.id, cancelled.id], [going.id])


def test_nobody_who_left_is_registered(now: datetime) -> None:
    contact, lecture = a_contact(), a_lecture()
    spare(contact, **GONE)
    with pytest.raises(ContactLeft):
        register(contact.id, lecture.id, now, STAFF)


@pytest.mark.parametrize(("fields", "planned"), [({}, 1), (GONE, 0), (HOLD, 0), (CANCELLED, 0)])
def test_what_will_be_dropped_is_not_told_as_to_come(fields: dict[str, Any], planned: int, now: datetime) -> None:
    contact = a_contact(an_account(introduced_at=NOW))
    with db.writing():
        owe("welcome", "welcome:x", now=now, contact_id=contact.id, account_id=contact.account_id)
    spare(contact, **fields)
    assert len(to_come.queued(now, now + 3 * DAY, Almanac.read())) == planned


def test_days_on_hold_do_not_count_before_somebody_is_urged(now: datetime) -> None:
    ten = now + timedelta(hours=1)
    a_setup_step("menu")
    contact = a_contact(an_account(introduced_at=NOW - 30 * DAY, introduced_to="everyone"))
    spare(contact, on_hold_until=TODAY)
    assert nudges.upcoming(ten, ten + 4 * DAY, Almanac.read()) == []
    assert len(nudges.upcoming(ten, ten + 6 * DAY, Almanac.read())) == 1


def test_who_left_is_not_given_the_seat_she_waited_for(now: datetime) -> None:
    lecture = a_lecture(capacity=1)
    first, gone, next_one = (a_contact() for _ in range(3))
    seat = register(first.id, lecture.id, now, STAFF)
    for person in (gone, next_one):
        register(person.id, lecture.id, now, STAFF, waitlist=True)
    spare(gone, **GONE)
    changes.cancel(seat, now, STAFF)
    rows = select(Registration.contact_id, Registration.status).where(Registration.status != "cancelled")
    assert {tuple(row) for row in db.session.execute(rows)} == {(gone.id, "waitlisted"), (next_one.id, "booked")}


def test_an_address_names_whoever_is_still_there(now: datetime) -> None:
    account = an_account()
    gone, heir = (a_contact(account, email="info@shop.example") for _ in range(2))
    spare(gone, **GONE)
    assert naming.contact_named("info@shop.example") == heir.id


def test_a_colleague_who_left_is_not_registered_and_whoever_took_her_mailbox_is_added(now: datetime) -> None:
    account = an_account()
    host, gone = a_contact(account), a_contact(account, name="退職 花子", email="shop@x.example")
    spare(gone, **GONE)
    lecture = a_lecture()
    actor = Actor("contact", host.id, "page")
    with pytest.raises(ContactLeft):
        register_colleague(host.id, lecture.id, "shop@x.example", "退職 花子", now, actor)
    register_colleague(host.id, lecture.id, "shop@x.example", "後任 次郎", now, actor)
    booked = select(Contact.name).join(Registration, Registration.contact_id == Contact.id)
    assert db.session.scalars(booked).all() == ["後任 次郎"]
