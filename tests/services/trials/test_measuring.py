"""What accounts and members of a trial brought in which month, counted by hand on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.history import Event
from scheduler.models.snapshots import Milestone, Tenure, Turnout
from scheduler.models.staff import Staff
from scheduler.models.tags import Tag
from scheduler.models.trials import Figure
from scheduler.services import tags
from scheduler.services.actors import CLI
from scheduler.services.trials import measuring
from scheduler.services.trials.measuring import Span
from tests.factories import a_contact, a_lecture, a_member, a_registration, an_account

NOW = datetime(2026, 6, 10, tzinfo=UTC)
JAN, FEB, MAR, APR = (date(2026, month, 1) for month in (1, 2, 3, 4))
SPAN = Span(JAN, date(2026, 7, 1))


@pytest.fixture
def account(database: Flask) -> Account:
    row = an_account(created_at=datetime(2025, 6, 1, tzinfo=UTC))
    tags.tag_accounts([row.id], ["新"], NOW, CLI)
    return row


@pytest.fixture
def member(account: Account) -> Staff:
    row = a_member()
    tags.set_member(row.id, ["新"], NOW, CLI)
    return row


def values(measure: str, kind: str = "accounts", now: datetime = NOW) -> dict[int, dict[date, float]]:
    tag = tags.by_name("新")
    assert isinstance(tag, Tag)
    found = measuring.values(measure, kind, [tag], SPAN, now)
    return {
        number: {month: value for month, value in zip(SPAN.months, row, strict=True) if value is not None}
        for number, row in found.items()
    }


def a_seat(account: Account, day: date, verdict: str, host: Staff | None = None) -> None:
    lecture = a_lecture(
        starts_at=datetime(day.year, day.month, day.day, 1, tzinfo=UTC), host_id=host.id if host else None
    )
    contact = a_contact(account)
    seat = a_registration(contact, lecture)
    with db.writing():
        db.session.add(Turnout(registration_id=seat.id, lecture_id=lecture.id, account_id=account.id, contact_id=contact.id, course_id=lecture.course_id, day=day, lead="week", size="1", plan="", it_skill="", asked="first", reminder="sent", verdict=verdict, joined=verdict == "attended"))  # fmt: skip


def test_attendance_is_the_rate_of_those_known_by_month(account: Account, member: Staff) -> None:
    for verdict in ("attended", "attended", "partial", "missed", "excused", "unknown"):
        a_seat(account, date(2026, 1, 31), verdict, member)
    a_seat(account, FEB, "attended")
    a_seat(an_account(), FEB, "missed", member)
    assert values("attendance") == {account.id: {JAN: 0.5, FEB: 1}}
    # A member's: whoever came to the lectures hosted, of whatever account.
    assert values("attendance", "staff") == {member.id: {JAN: 0.5, FEB: 0}}


def test_days_to_ready_stand_in_the_month_it_became_ready(account: Account, member: Staff) -> None:
    live = an_account()
    tags.tag_accounts([live.id], ["新"], NOW, CLI)
    ready = date(2026, 2, 20)
    with db.writing():
        kept = {"stores": 0, "stores_attended": 0}
        db.session.add(
            Milestone(account_id=account.id, began_on=date(2026, 1, 11), came_live=False, ready_on=ready, **kept)
        )
        db.session.add(Milestone(account_id=live.id, began_on=JAN, came_live=True, ready_on=ready, **kept))
        spans = [(JAN, date(2026, 2, 10), None), (date(2026, 2, 10), date(2026, 3, 1), member.id), (MAR, None, None)]
        for since, until, owner in spans:
            db.session.add(Tenure(account_id=account.id, stage="onboarding", owner_id=owner, stores=0, from_on=since, until_on=until))  # fmt: skip
    assert values("days_to_ready") == {account.id: {FEB: 40}}
    assert values("days_to_ready", "staff") == {member.id: {FEB: 40}}


def test_returned_handovers_are_a_share_of_those_answered(account: Account, member: Staff) -> None:
    # The last of January in UTC is the first of February in Tokyo.
    answers = [("returned", datetime(2026, 1, 20, tzinfo=UTC)), ("accepted", datetime(2026, 1, 22, tzinfo=UTC))]
    answers += [("returned", datetime(2026, 1, 31, 16, tzinfo=UTC)), ("withdrawn", datetime(2026, 3, 1, tzinfo=UTC))]
    with db.writing():
        for state, at in answers:
            db.session.add(Handover(account_id=account.id, from_stage="onboarding", to_stage="success", state=state, requested_at=at - timedelta(days=2), requested_by_id=member.id, decided_at=at))  # fmt: skip
        # Moved with many others in a wave: nobody answered that.
        db.session.add(Handover(account_id=account.id, from_stage="success", to_stage="renewal", state="accepted", requested_at=at, requested_by_id=member.id, decided_at=datetime(2026, 2, 3, tzinfo=UTC), wave="w"))  # fmt: skip
    assert values("returned_handovers") == {account.id: {JAN: 0.5, FEB: 1}}
    assert values("returned_handovers", "staff") == {member.id: {JAN: 0.5, FEB: 1}}


def test_the_average_of_accounts_is_not_that_of_members(account: Account, member: Staff) -> None:
    told = [(account.id, None, JAN, 1.0), (account.id, None, FEB, 0.0), (None, member.id, JAN, 1.0)]
    with db.writing():
        for account_id, staff_id, month, renewed in told:
            figure = Figure(account_id=account_id, staff_id=staff_id, month=month, measure="renewed", value=renewed)
            db.session.add(figure)
    assert [measuring.average("renewed", kind, SPAN) for kind in ("accounts", "staff")] == [0.5, 1.0]
    assert measuring.average("renewed", "accounts", Span(MAR, APR)) is None


def test_contacts_are_presses_on_the_telephone_or_by_hand_and_one_to_ones(account: Account, member: Staff) -> None:
    at = datetime(2026, 2, 3, 2, tzinfo=UTC)
    by = {"account_id": account.id, "actor_kind": "staff", "actor_id": member.id}
    lines = [
        {"at": at, "key": "cancelled", "channel": "phone"} | by,
        # One press that wrote two lines.
        {"at": at, "key": "registered", "channel": "phone"} | by,
        {"at": at + timedelta(hours=1), "key": "invited_again", "channel": "page"} | by,
        {"at": at + timedelta(hours=2), "key": "task_done", "channel": "page"} | by,
        {"at": at + timedelta(hours=3), "key": "account_changed", "channel": "page"} | by,
        {"at": at + timedelta(hours=4), "key": "registered", "channel": "page", "account_id": account.id, "actor_kind": "contact"},
    ]  # fmt: skip
    a_lecture(starts_at=datetime(2026, 3, 31, 15, tzinfo=UTC), account_id=account.id, host_id=member.id)
    a_lecture(
        starts_at=datetime(2026, 3, 5, 1, tzinfo=UTC), account_id=account.id, host_id=member.id, status="cancelled"
    )
    with db.writing():
        db.session.add_all(Event(**line) for line in lines)
    months = dict.fromkeys((JAN, MAR, date(2026, 5, 1)), 0) | {FEB: 3, APR: 1}
    # June is not over yet, and July has not begun.
    assert values("contacts") == {account.id: months}
    assert values("contacts", "staff") == {member.id: months}


def test_nobody_is_counted_before_being_here_or_after_leaving(account: Account) -> None:
    late = an_account(created_at=datetime(2026, 2, 10, tzinfo=UTC), cancelled_on=date(2026, 5, 9))
    tags.tag_accounts([late.id], ["新"], NOW, CLI)
    assert values("contacts")[late.id] == {MAR: 0, APR: 0}


def test_before_any_month_is_over_nothing_is_counted(account: Account) -> None:
    assert values("contacts", now=datetime(2026, 1, 10, tzinfo=UTC)) == {}


def test_an_increase_needs_the_month_before_in_the_same_period() -> None:
    found = measuring.rises({1: (10, 15, 30, 31), 2: (1, None, 5, None)}, (slice(0, 2), slice(2, 4)))
    assert found == {1: (None, 5, None, 1), 2: (None, None, None, None)}
