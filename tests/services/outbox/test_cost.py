"""What a mail costs: so many statements, however many people, shops and dates there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.services import vendor
from scheduler.services.actors import CLI, Actor
from scheduler.services.outbox.owe import owe
from scheduler.services.registrations import booking
from tests.factories import (
    a_contact,
    a_course,
    a_lecture,
    a_member,
    a_registration,
    a_setup_step,
    a_store,
    an_account,
)
from tests.services.outbox.answering import Answering, deliver
from tests.statements import noted

PAGE = Actor("contact", 1, "page")
# Once for a batch: claiming, and reading what all its mails name; a mail's own, without BEGIN and COMMIT where they write.
PER_BATCH, PER_MAIL = 10, 8

pytestmark = pytest.mark.usefixtures("database")


def owe_confirmations(people: list[int], now: datetime) -> None:
    lectures = [a_lecture(host_id=a_member().id).id for _ in range(4)]
    for number, contact_id in enumerate(people):
        booking.register(contact_id, lectures[number % 4], now, PAGE)


def owe_invitations(people: list[int], now: datetime) -> None:
    a_lecture()
    _owe_all("invitation", people, now, params={"course_id": a_course().id})


def owe_reminders(people: list[int], now: datetime) -> None:
    owner = a_member(phone="03-5550-0112")
    lectures = [a_lecture(host_id=owner.id if one else None, meeting_id="987") for one in range(4)]
    for number, contact_id in enumerate(people):
        lecture = lectures[number % 4]
        contact = db.session.get_one(Contact, contact_id)
        about = {"contact_id": contact_id, "account_id": contact.account_id, "lecture_id": lecture.id}
        about["registration_id"] = a_registration(contact, lecture).id
        params = {"starts_at": lecture.starts_at.isoformat()}
        with db.writing():
            owe("reminder_hour", f"reminder:{contact_id}", now=now, params=params, **about)


def owe_set_up_nudges(people: list[int], now: datetime) -> None:
    for number in range(5):
        a_setup_step(f"step-{number}", per="store")
    _owe_all("setup_nudge", people, now)


def owe_usage_nudges(people: list[int], now: datetime) -> None:
    _owe_all("usage_nudge", people, now)


def owe_thanks(people: list[int], now: datetime) -> None:
    a_course("advanced", prerequisite_id=a_course().id)
    _owe_follow_ups("thanks", "attended", people, now)


def owe_new_dates(people: list[int], now: datetime) -> None:
    _owe_follow_ups("missed", "missed", people, now)


def owe_letters(people: list[int], now: datetime) -> None:
    with db.writing():
        accounts = [db.session.get_one(Contact, number).account_id for number in people]
        rows = [
            Handover(
                account_id=account_id,
                from_stage="onboarding",
                to_stage="success",
                state="accepted",
                requested_at=now,
                decided_at=now,
            )
            for account_id in accounts
        ]
        db.session.add_all(rows)
        db.session.flush()
        for contact_id, row in zip(people, rows, strict=True):
            about = {"contact_id": contact_id, "account_id": row.account_id, "handover_id": row.id}
            owe("handover_letter", f"handover_letter:{row.id}", now=now, **about)


def _owe_follow_ups(kind: str, verdict: str, people: list[int], now: datetime) -> None:
    past = a_lecture(starts_at=now - timedelta(days=1))
    a_lecture()
    with db.writing():
        for number in people:
            row = Attendance(lecture_id=past.id, contact_id=number, verdict=verdict, decided_at=now)
            db.session.add(row)
    _owe_all(kind, people, now, lecture_id=past.id)


def _owe_all(kind: str, people: list[int], now: datetime, **about: Any) -> None:
    with db.writing():
        for number in people:
            account_id = db.session.get_one(Contact, number).account_id
            owe(kind, f"{kind}:{number}", now=now, contact_id=number, account_id=account_id, **about)


def told_of_delivering(owed: Callable[[list[int], datetime], None], now: datetime) -> list[str]:
    """Owe a mail to each of twenty people, of accounts of their own, and list the statements of delivering them."""
    vendor.save({"name": "株式会社あさひ予約"}, now, CLI)
    people = []
    for _ in range(20):
        owners = {f"{team}_owner_id": a_member(team).id for team in ("onboarding", "success")}
        account = an_account(**owners)
        people.append(a_contact(account, (a_store(account), a_store(account))).id)
    owed(people, now)
    db.session.remove()
    transport = Answering()
    with noted() as statements:
        deliver(now, transport)
    assert len(transport.given) == 20
    return list(statements)


@pytest.mark.parametrize("owed", [owe_confirmations, owe_invitations, owe_thanks, owe_new_dates, owe_letters])
def test_twenty_mails_cost_at_most_eight_statements_each(
    owed: Callable[[list[int], datetime], None], now: datetime
) -> None:
    statements = told_of_delivering(owed, now)
    assert len(statements) <= PER_BATCH + 20 * PER_MAIL
    # The vendor's details, the rules, whether everything is paused and whether the way out is closed: once each.
    assert sum("FROM settings" in statement for statement in statements) == 4


# What a transport that takes one mail at a time asks before each: whether it is still held.
HELD = 1
READ_PER_BATCH = 20


@pytest.mark.parametrize(("owed", "each"), [(owe_reminders, 0), (owe_usage_nudges, 1), (owe_set_up_nudges, 3)])
def test_what_leaves_by_itself_reads_next_to_nothing_for_each_mail(
    owed: Callable[[list[int], datetime], None], each: int, now: datetime
) -> None:
    statements = told_of_delivering(owed, now + timedelta(hours=4))
    reading = [one for one in statements if one.lstrip().startswith("SELECT")]
    assert len(reading) <= READ_PER_BATCH + 20 * (HELD + each)
