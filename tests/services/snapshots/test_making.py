"""The tables that reports count from say what history says, however often and in whatever order they are made."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import select

from emails.transports.setting import transport_from
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.snapshots import Milestone, Tenure, Turnout
from scheduler.services import accounts, courses, handovers, holding, introductions, jobs, stores, usage
from scheduler.services.actors import CLI, Actor
from scheduler.services.attendance import marks
from scheduler.services.lectures import cancelling
from scheduler.services.refusals import Refused
from scheduler.services.registrations import booking, changes
from scheduler.services.snapshots import changed, making
from tests import factories as a
from tests.factories import NOW

BEGINS = NOW - timedelta(days=30)


def test_a_past_seat_is_counted_with_its_account_and_its_days(database: Flask) -> None:
    account = a.an_account(signed_on=date(2026, 3, 1), created_at=NOW - timedelta(days=20))
    shop = a.a_store(account)
    person = a.a_contact(account, stores=(shop,))
    held = a.a_lecture(starts_at=NOW - timedelta(days=2))
    booked = a.a_registration(person, held, registered_at=NOW - timedelta(days=7))
    a.a_registration(a.a_contact(account), a.a_lecture())

    assert making.make(NOW) == 3

    row = db.session.scalars(select(Turnout)).one()
    assert (row.registration_id, row.account_id, row.day) == (booked.id, account.id, date(2026, 3, 30))
    assert (row.lead, row.size, row.asked, row.reminder, row.verdict, row.joined) == (
        *("4_7", "1", "unasked", "none", "unknown", False),
    )
    milestone = db.session.get_one(Milestone, account.id)
    assert (milestone.began_on, milestone.came_live, milestone.stores) == (date(2026, 3, 1), False, 1)
    span = db.session.scalars(select(Tenure)).one()
    assert (span.stage, span.stores, span.from_on, span.until_on) == ("onboarding", 1, date(2026, 3, 12), None)
    assert making.make(NOW) == 0


# What happens in a small company, in an order that a number decides: (what, what is done to which account at a moment).
Step = Callable[["World", Random, datetime], object]


@dataclass(frozen=True)
class World:
    """The people and things to which something happens."""

    accounts: list[int]
    contacts: list[int]
    lectures: list[int]
    member: Actor
    taker: Actor


def a_world() -> World:
    member, taker = a.a_member(), a.a_member(team="success")
    accounts_of = [a.an_account(created_at=BEGINS) for _ in range(4)]
    contacts = [a.a_contact(account, stores=(a.a_store(account),)) for account in accounts_of for _ in range(2)]
    lectures = [a.a_lecture(starts_at=BEGINS + timedelta(days=day)) for day in (2, 4, 7, 11, 30)]
    return World(
        [one.id for one in accounts_of],
        [one.id for one in contacts],
        [one.id for one in lectures],
        *(Actor("staff", one.id, "page") for one in (member, taker)),
    )


def _handed_over(world: World, chance: Random, now: datetime) -> None:
    asked = handovers.request(chance.choice(world.accounts), "success", now, world.member, reason="急ぎ")
    if chance.random() < 0.8:
        handovers.accept(asked, now, world.taker)
    if chance.random() < 0.3:
        handovers.undo(asked, now + timedelta(minutes=1), world.taker)


def _cancelled_booking(world: World, chance: Random, now: datetime) -> None:
    booked = select(Registration.id).where(Registration.status == "booked").order_by(Registration.id)
    changes.cancel(chance.choice(db.session.scalars(booked).all()), now, CLI)


def _opened(world: World, chance: Random, now: datetime) -> None:
    seat = chance.choice(db.session.scalars(select(Registration).order_by(Registration.id)).all())
    account_id = db.session.get_one(Contact, seat.contact_id).account_id
    about = {"contact_id": seat.contact_id, "account_id": account_id, "registration_id": seat.id}
    times = {"created_at": now - timedelta(days=1), "due_at": now, "next_try_at": now, "opened_at": now}
    with db.writing():
        db.session.add(Mail(key=f"opened:{now}", kind="reminder_day", state="sent", **about, **times))


STEPS: tuple[Step, ...] = (
    lambda world, chance, now: booking.register(chance.choice(world.contacts), chance.choice(world.lectures), now, CLI),
    lambda world, chance, now: marks.mark(
        *(chance.choice(world.lectures), chance.choice(world.contacts), chance.choice(("attended", "missed"))),
        *("見ていた", now, world.member),
    ),
    _cancelled_booking,
    _handed_over,
    _opened,
    lambda world, chance, now: usage.record(chance.choice(world.accounts), [usage.UsageSignal(now, "login")], now, CLI),
    lambda world, chance, now: usage.confirm(chance.choice(world.accounts), now.date(), "電話", now, world.member),
    lambda world, chance, now: stores.add(chance.choice(world.accounts), {"code": str(now), "name": "店"}, now, CLI),
    lambda world, chance, now: accounts.edit(chance.choice(world.accounts), {"plan": str(now)}, now, CLI),
    lambda world, chance, now: accounts.assign(
        [chance.choice(world.accounts)], "onboarding", world.member.id, now, CLI
    ),
    lambda world, chance, now: holding.cancel(
        chance.choice(world.accounts), (now + timedelta(days=chance.choice((0, 3)))).date(), "", now, CLI
    ),
    lambda world, chance, now: holding.take_back(chance.choice(world.accounts), now, CLI),
    lambda world, chance, now: cancelling.cancel(chance.choice(world.lectures), {}, now, CLI),
    lambda world, chance, now: introductions.start([chance.choice(world.accounts)], "everyone", now, CLI),
    lambda world, chance, now: None,
)


def test_what_is_renewed_by_day_equals_what_is_made_by_night(app: Flask) -> None:
    chance, world, now = Random(1), a_world(), BEGINS
    making.make(now)
    for _ in range(20):
        since = now
        for _ in range(chance.randint(1, 4)):
            now += timedelta(hours=chance.choice((1, 5, 20)))
            with suppress(Refused, IndexError):
                chance.choice(STEPS)(world, chance, now)
        making.renew(now, since)
        assert making.make(now) == 0


def test_renewing_looks_at_those_only_of_whom_something_changed(app: Flask) -> None:
    for _ in range(5):
        account = a.an_account()
        stores.add(account.id, {"code": "1", "name": "店"}, NOW - timedelta(days=3), CLI)
    assert making.renew(NOW) == 10
    accounts.edit(account.id, {"plan": "プロ"}, NOW + timedelta(hours=1), CLI)
    assert changed.accounts(NOW + timedelta(minutes=30), NOW + timedelta(hours=2)) == [account.id]


def test_renewing_takes_notice_of_lectures_that_ended_and_reminders_that_were_opened(app: Flask) -> None:
    lecture = a.a_lecture(starts_at=NOW + timedelta(hours=1))
    person = a.a_contact()
    seat = a.a_registration(person, lecture)
    making.make(NOW)
    over = NOW + timedelta(hours=2)
    assert making.renew(over, NOW + timedelta(minutes=30)) == 1
    about = {"contact_id": person.id, "account_id": person.account_id, "registration_id": seat.id}
    times = {"created_at": NOW, "due_at": NOW, "next_try_at": NOW, "opened_at": over}
    with db.writing():
        db.session.add(Mail(key="opened", kind="reminder_day", state="sent", **about, **times))
    later = over + timedelta(days=1)
    assert making.renew(later, later - timedelta(minutes=10)) == 1
    assert db.session.get_one(Turnout, seat.id, populate_existing=True).reminder == "seen"


def test_the_jobs_say_when_reports_were_last_counted(app: Flask, tmp_path: Path) -> None:
    assert making.counted_at() is None
    context = jobs.Context(transport_from(f"folder:{tmp_path}"))
    assert jobs.run(jobs.JOBS[making.MAKE], NOW, context).state == "done"
    seen = making.counted_at()
    assert seen is not None
    assert timedelta(0) <= seen - NOW < timedelta(minutes=1)
    later = NOW + timedelta(minutes=10)
    assert jobs.run(jobs.JOBS[making.RENEW], later, context).state == "done"
    assert (making.counted_at() or NOW) >= later


def test_a_changed_course_lets_everything_be_counted(app: Flask) -> None:
    course: dict[str, Any] = {"minutes": 60, "minimum_minutes": 40, "now": NOW, "actor": CLI}
    courses.put("basic", name={"ja": "基本", "en": "Basics"}, **course)
    assert not changed.for_all(NOW)
    courses.put("basic", name={"ja": "基礎", "en": "Basics"}, **course)
    assert changed.for_all(NOW)
