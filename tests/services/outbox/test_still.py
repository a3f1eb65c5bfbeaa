"""What leaves by itself is dropped, with its reason, when something happened meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.mails import Mail, Suppression
from scheduler.models.setup import UsageDay
from scheduler.services import boundaries, setup
from scheduler.services.actors import CLI
from scheduler.services.outbox import about
from scheduler.services.outbox.owe import owe
from scheduler.services.outbox.wanted import unwanted
from tests.factories import a_contact, a_course, a_lecture, a_member, a_registration, a_setup_step, an_account

pytestmark = pytest.mark.usefixtures("app")


def verdict(kind: str, contact: Contact, now: datetime, **more: Any) -> tuple[str, str] | None:
    """Owe a mail, unless it is owed, and ask whether it is wanted."""
    to = {"staff_id": a_member().id} if kind.startswith("staff_") else {"contact_id": contact.id}
    with db.writing():
        owe(kind, f"{kind}:test", now=now, account_id=contact.account_id, **to, **more)
    number = db.session.scalars(select(Mail.id).where(Mail.key == f"{kind}:test")).one()
    found = about.read(number)
    assert found is not None
    return unwanted(found, now)


def change(contact: Contact, **fields: Any) -> None:
    with db.writing():
        account = db.session.get_one(Account, contact.account_id)
        for name, value in fields.items():
            setattr(account, name, value)


def set_up(contact: Contact, now: datetime) -> None:
    setup.complete(contact.account_id, "menu", now, CLI)


def use(contact: Contact, now: datetime) -> None:
    with db.writing():
        row = UsageDay(account_id=contact.account_id, day=now.date(), event="signed_in", recorded_at=now)
        db.session.add(row)


def start(contact: Contact, now: datetime) -> None:
    change(contact, started_on=now.date())


def hand_over(contact: Contact, _now: datetime) -> None:
    change(contact, stage="success")


def test_an_invitation_leaves_before_the_order_where_customers_are_written_to_then(now: datetime) -> None:
    contact = a_contact(an_account(stage="sales"))
    params = {"course_id": a_course().id}
    assert verdict("invitation", contact, now, params=params) == ("dropped", "stage_changed")
    boundaries.save_first_contact("before", now, CLI)
    assert verdict("invitation", contact, now, params=params) is None


@pytest.mark.parametrize(
    ("kind", "meanwhile", "reason"),
    [
        ("setup_nudge", set_up, "nothing_open"),
        ("setup_nudge", hand_over, "stage_changed"),
        ("usage_nudge", use, "use_began"),
        ("usage_nudge", start, "use_began"),
        ("usage_nudge", hand_over, "stage_changed"),
        ("welcome", hand_over, "stage_changed"),
    ],
)
def test_what_happened_meanwhile_is_asked_about_no_more(
    kind: str, meanwhile: Callable[[Contact, datetime], None], reason: str, now: datetime
) -> None:
    a_setup_step("menu")
    contact = a_contact(an_account())
    params = {"params": {"course_id": a_course().id}}
    assert verdict(kind, contact, now, **params) is None
    meanwhile(contact, now)
    assert verdict(kind, contact, now, **params) == ("dropped", reason)


def test_nobody_is_greeted_after_the_invitation_left(now: datetime) -> None:
    contact = a_contact(an_account())
    params = {"course_id": a_course().id}
    with db.writing():
        owe(
            "invitation",
            "invitation:basic:1",
            now=now,
            account_id=contact.account_id,
            contact_id=contact.id,
            params=params,
        )
    assert verdict("welcome", contact, now, params=params) is None
    with db.writing():
        db.session.execute(update(Mail).where(Mail.kind == "invitation").values(state="sent", sent_at=now))
        db.session.execute(delete(Mail).where(Mail.kind == "welcome"))
    assert verdict("welcome", contact, now, params=params) == ("dropped", "superseded")


def test_nobody_is_invited_again_who_has_a_seat_or_has_been_there(now: datetime) -> None:
    params = {"params": {"course_id": a_course().id, "again": True}}
    contact = a_contact(an_account())
    assert verdict("invitation", contact, now, **params) is None
    # Also a seat that was taken long before this mail was owed.
    lecture = a_lecture(starts_at=now - timedelta(days=2))
    a_registration(contact, lecture)
    assert verdict("invitation", contact, now, **params) == ("dropped", "already_registered")
    with db.writing():
        row = Attendance(lecture_id=lecture.id, contact_id=contact.id, verdict="attended", decided_at=now)
        db.session.add(row)
    assert verdict("invitation", contact, now, **params) == ("dropped", "already_attended")


def test_an_account_that_moves_again_is_no_news(now: datetime) -> None:
    contact = a_contact(an_account(level="stuck"))
    assert verdict("staff_stuck", contact, now) is None
    change(contact, level="behind")
    assert verdict("staff_stuck", contact, now) == ("dropped", "no_longer_stuck")


def test_whoever_can_be_reached_again_needs_no_call(now: datetime) -> None:
    contact = a_contact(an_account(), email="gone@mihon.example")
    with db.writing():
        db.session.add(Suppression(address="gone@mihon.example", list="all", reason="bounced", created_at=now))
    params = {"params": {"contact_id": contact.id, "reason": "bounced", "detail": ""}}
    assert verdict("staff_unreachable", contact, now, **params) is None
    with db.writing():
        db.session.get_one(Contact, contact.id).email = "new@mihon.example"
    assert verdict("staff_unreachable", contact, now, **params) == ("dropped", "reachable_again")


def test_a_reply_that_is_no_longer_kept_cannot_be_handed_on(now: datetime) -> None:
    contact = a_contact(an_account())
    assert verdict("staff_reply", contact, now, params={"reply_id": 404}) == ("dropped", "reply_gone")
