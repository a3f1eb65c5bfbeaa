"""Every kind of mail finds all its facts, so that no row ends as one that cannot be made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from emails import FOLLOW_UP, KINDS
from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.lectures import Course
from scheduler.models.mails import Mail
from scheduler.models.proposals import Proposal
from scheduler.models.replies import Reply
from scheduler.services import vendor
from scheduler.services.actors import CLI
from scheduler.services.outbox.content import basis, message_of
from scheduler.services.outbox.owe import owe
from tests.factories import (
    a_contact,
    a_course,
    a_lecture,
    a_member,
    a_registration,
    a_setup_step,
    a_store,
    an_account,
    an_application,
)

pytestmark = pytest.mark.usefixtures("app")

OLD = {"old_starts_at": "2026-04-07T00:00:00+00:00", "old_ends_at": "2026-04-07T01:00:00+00:00"}
BOOKED = ("confirmation", "waitlisted", "promoted", "changed", "cancelled", "lecture_cancelled", "called_off")


def a_mail(kind: str, locale: str, now: datetime) -> Mail:
    """Owe one mail of this kind about a whole little world and return its row."""
    owner = a_member(team="success", locale=locale)
    account = an_account(
        name="株式会社みほん", stage="success", onboarding_owner_id=a_member().id, success_owner_id=owner.id
    )
    contact = a_contact(account, (a_store(account, name="横浜店"),), name="山田 花子", locale=locale)
    basic = a_course("basic")
    a_course("advanced", prerequisite_id=basic.id)
    lecture = a_lecture(basic)
    registration = a_registration(contact, lecture)
    with db.writing():
        handover = Handover(account_id=account.id, from_stage="onboarding", to_stage="success", requested_at=now)
        handover.decided_by_id = owner.id
        db.session.add(handover)
    about: dict[str, Any] = {"account_id": account.id}
    about |= {"contact_id": contact.id} if KINDS[kind].audience == "contact" else {"staff_id": owner.id}
    if KINDS[kind].audience == "visitor":
        about = {"application_id": an_application(lecture, locale=locale).id, "lecture_id": lecture.id}
    if kind in (*BOOKED, "offered", "reminder_day", "reminder_hour", *FOLLOW_UP.values(), "staff_report_missing"):
        about |= {"lecture_id": lecture.id, "registration_id": registration.id}
    if "handover" in kind:
        about |= {"handover_id": handover.id}
    params = {"sequence": 0, "course_id": basic.id, "starts_at": lecture.starts_at.isoformat()} | OLD
    params |= {"until": now.isoformat(), "day": now.date().isoformat(), "monday": "2026-03-30"}
    params |= {"waiting_days": 2, "to_operations": False, "wave": "w"}
    if kind == "staff_accounts_moved":
        with db.writing():
            handover.state, handover.wave, handover.receiver_id = "accepted", "w", owner.id
    if kind == "proposal":
        params["proposal_id"] = a_proposal(contact, basic, now).id
    a_setup_step()
    if kind in ("staff_unreachable", "staff_reply"):
        params |= {"contact_id": contact.id, "reason": "bounced", "detail": "550 5.1.1"}
        params["reply_id"] = a_reply(contact, now).id
    with db.writing():
        owe(kind, f"{kind}:test", now=now, params=params, **about)
    return db.session.scalars(select(Mail).where(Mail.key == f"{kind}:test")).one()


def a_reply(contact: Contact, now: datetime) -> Reply:
    """Receive an answer from a contact."""
    row = Reply(message_id="<1@mihon.example>", received_at=now, sender=str(contact.email), outcome="kept")
    row.subject, row.text = "Re: レクチャーのご案内", "この日は無理です。"
    with db.writing():
        db.session.add(row)
    return row


def a_proposal(contact: Contact, course: Course, now: datetime) -> Proposal:
    """Offer one time to a contact."""
    row = Proposal(account_id=contact.account_id, contact_id=contact.id, course_id=course.id, minutes=60, capacity=1)
    row.times, row.zone, row.created_at = [{"at": "2026-04-20T14:00"}], "Asia/Tokyo", now
    with db.writing():
        db.session.add(row)
    return row


@pytest.mark.parametrize("locale", ["ja", "en"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_of_mail_can_be_made_in_both_languages(kind: str, locale: str, now: datetime) -> None:
    prepared = message_of(a_mail(kind, locale, now), now, basis())
    account = db.session.scalars(select(Account)).one()
    assert prepared.locale == locale
    # On a quiet day the digest names no account.
    names_it = KINDS[kind].audience != "visitor" and kind not in ("staff_digest", "staff_report_missing")
    assert (account.name in prepared.message.text) == names_it
    assert (prepared.message.calendar is not None) == (KINDS[kind].calendar is not None)
    assert (prepared.message.unsubscribe_url is not None) == (KINDS[kind].subscription is not None)


@pytest.mark.parametrize(
    ("kind", "replies_to", "own"),
    [("confirmation", "team", False), ("confirmation", "owner", True), ("application", "owner", False)]
    + [("staff_ready", "owner", False)],
)
def test_the_last_lines_name_the_mailbox_that_a_reply_goes_to(
    now: datetime, kind: str, replies_to: str, own: bool
) -> None:
    vendor.save({"reply_to": "team@vendor.example", "replies_to": replies_to}, now, CLI)
    mail = a_mail(kind, "ja", now)
    message = message_of(mail, now, basis()).message
    account = mail.contact.account if mail.contact is not None else None
    owner = account.success_owner.email if own and account is not None and account.success_owner is not None else ""
    expected = owner if own else "team@vendor.example"
    assert message.reply_to is not None
    assert message.reply_to.address == expected
    if kind != "staff_ready":
        assert f"お問い合わせ: {expected}（" in message.text


@pytest.mark.parametrize("kind", ["confirmation", "promoted", "changed"])
@pytest.mark.parametrize("read", [True, False])
def test_a_no_is_promised_to_cancel_only_where_answers_are_read(now: datetime, kind: str, read: bool) -> None:
    vendor.save({"answers_read": read}, now, CLI)
    message = message_of(a_mail(kind, "ja", now), now, basis()).message
    assert ("「いいえ」「辞退」" in message.text) is read
    assert message.calendar is not None
    asked = b"RSVP=TRUE" if read else b"RSVP=FALSE"
    assert asked in message.calendar.ics.replace(b"\r\n ", b"")
    assert b"PARTSTAT=NEEDS-ACTION" in message.calendar.ics.replace(b"\r\n ", b"")
