"""What the new mails tell of a lecture's day, of the way to the start, and of our own accounts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from emails import Entry
from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.services import addresses
from scheduler.services.outbox import facts
from scheduler.services.outbox.owe import owe
from scheduler.services.vendor import Vendor
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

VENDOR = Vendor(name="株式会社あさひ予約", phone="03-5550-0100")
# 10:00 on Thursday 2 April in Tokyo.
MORNING = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("app")


def owed(kind: str, now: datetime, **about: Any) -> Mail:
    with db.writing():
        owe(kind, f"{kind}:test", now=now, **about)
    return db.session.scalars(select(Mail).where(Mail.key == f"{kind}:test")).one()


def reminder(now: datetime, lecture: Lecture, **contact: Any) -> Mail:
    account = contact.pop("account", None) or an_account()
    person = a_contact(account, **contact)
    registration = a_registration(person, lecture)
    about = {"contact_id": person.id, "account_id": account.id, "registration_id": registration.id}
    return owed("reminder_hour", now, lecture_id=lecture.id, **about)


@pytest.mark.parametrize(
    ("host", "owner", "expected"),
    [
        ("03-1111-1111", "03-2222-2222", "03-1111-1111"),
        ("", "03-2222-2222", "03-2222-2222"),
        (None, "03-2222-2222", "03-2222-2222"),
        ("", "", "03-5550-0100"),
    ],
)
def test_who_is_called_on_the_day_is_the_host_else_the_owner_else_the_vendor(
    host: str | None, owner: str, expected: str, now: datetime
) -> None:
    host_id = a_member(phone=host).id if host is not None else None
    account = an_account(onboarding_owner_id=a_member(phone=owner).id)
    lecture = a_lecture(host_id=host_id, meeting_id="987 6543 2100", passcode="481516")
    values = facts.of(reminder(now, lecture, account=account), now, VENDOR)
    assert values["day_phone"] == expected
    assert (values["meeting_id"], values["passcode"]) == ("987 6543 2100", "481516")


@pytest.mark.parametrize(
    ("state", "told"), [("queued", False), ("sending", True), ("delivered", True), ("dropped", False)]
)
def test_a_mail_about_a_change_tells_the_number_only_to_whoever_a_reminder_told_the_old_one(
    now: datetime, state: str, told: bool
) -> None:
    lecture = a_lecture(meeting_id="987 6543 2100", passcode="481516")
    earlier = reminder(now, lecture)
    about = {"contact_id": earlier.contact_id, "registration_id": earlier.registration_id, "lecture_id": lecture.id}
    changed = owed("changed", now, params={"sequence": 1, "by_us": True, "link": True}, **about)
    with db.writing():
        db.session.get_one(Mail, earlier.id).state = state
    values = facts.of(changed, now, VENDOR)
    assert (values["meeting_id"], values["passcode"]) == (("987 6543 2100", "481516") if told else ("", ""))


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        (datetime(2026, 4, 1, 9, 0, tzinfo=UTC), "Asia/Tokyo", True),
        # Held up until after midnight, it is no longer tomorrow.
        (datetime(2026, 4, 1, 15, 1, tzinfo=UTC), "Asia/Tokyo", False),
        (datetime(2026, 4, 2, 0, 0, tzinfo=UTC), "Asia/Tokyo", False),
        # 20:00 and 21:00 of one evening.
        (datetime(2026, 4, 2, 0, 0, tzinfo=UTC), "America/New_York", False),
    ],
)
def test_tomorrow_is_the_readers_own(moment: datetime, zone: str, expected: bool) -> None:
    mail = reminder(moment, a_lecture(starts_at=MORNING), zone=zone)
    assert facts.of(mail, moment, VENDOR)["evening_before"] is expected


def test_an_invitation_to_the_next_course_names_the_one_that_was_attended(now: datetime) -> None:
    basic = a_course()
    advanced = a_course("advanced", prerequisite_id=basic.id)
    people = [a_contact(), a_contact(locale="en")]
    past = a_lecture(basic, starts_at=now - timedelta(days=3))
    with db.writing():
        db.session.add(Attendance(lecture_id=past.id, contact_id=people[1].id, verdict="attended", decided_at=now))
    named = []
    for person in people:
        params = {"course_id": advanced.id, "again": True} if person is people[0] else {"course_id": advanced.id}
        about = {"contact_id": person.id, "account_id": person.account_id, "params": params}
        with db.writing():
            owe("invitation", f"invitation:{person.id}", now=now, **about)
        mail = db.session.scalars(select(Mail).where(Mail.contact_id == person.id)).one()
        values = facts.of(mail, now, VENDOR)
        named.append((values["prerequisite_name"], values["again"]))
    assert named == [("", True), (basic.name["en"], False)]


def nudge(kind: str, contact: Contact, now: datetime, **params: Any) -> dict[str, Any]:
    about = {"contact_id": contact.id, "account_id": contact.account_id, "params": params}
    return facts.of(owed(kind, now, **about), now, VENDOR)


@pytest.mark.parametrize(
    ("kind", "planned", "expected"),
    [
        ("welcome", date(2026, 4, 10), "2026年4月10日(金)"),
        ("welcome", date(2026, 3, 31), ""),
        ("welcome", None, ""),
        ("setup_nudge", date(2026, 4, 1), "2026年4月1日(水)"),
        ("setup_nudge", date(2026, 3, 31), ""),
        ("usage_nudge", date(2026, 3, 31), "2026年3月31日(火)"),
        ("usage_nudge", None, ""),
    ],
)
def test_a_planned_start_that_has_passed_is_named_only_where_it_is_asked_about(
    kind: str, planned: date | None, expected: str, now: datetime
) -> None:
    a_setup_step()
    contact = a_contact(an_account(planned_start_on=planned))
    assert nudge(kind, contact, now, course_id=a_course().id)["planned_start"] == expected


def test_a_set_up_nudge_lists_what_the_customer_has_left(now: datetime) -> None:
    account = an_account()
    a_store(account)
    a_store(account)
    slots = a_setup_step("slots", per="store", name={"ja": "予約枠の登録", "en": "Booking slots"})
    a_setup_step("ours", doer="us")
    a_setup_step("extra", required=False)
    values = nudge("setup_nudge", a_contact(account, locale="en"), now)
    (step,) = values["steps"]
    assert isinstance(step, Entry)
    assert (step.what, step.note) == (slots.name["en"], "0 of 2 stores")
    assert (values["done_count"], values["step_count"]) == (0, 1)


def test_a_mail_about_nudges_leaves_the_list_of_nudges(now: datetime) -> None:
    contact = a_contact()
    assert nudge("usage_nudge", contact, now)["unsubscribe_url"] == addresses.unsubscribe(contact, "nudges")


def test_an_owner_reads_in_the_own_language_why_an_account_is_stuck(now: datetime) -> None:
    owner = a_member(locale="en")
    account = an_account(onboarding_owner_id=owner.id)
    with db.writing():
        row = db.session.get_one(Account, account.id)
        row.level, row.next_step = "stuck", "call"
        params = {"on": "2026-03-27", "working_days": 3, "open": 1}
        row.level_reasons = [{"key": "past_planned_start", "params": params}]
    values = facts.of(owed("staff_stuck", now, staff_id=owner.id, account_id=account.id), now, VENDOR)
    expected = "The planned start (Fri 27 March 2026) was 3 working days ago, with 1 condition still open"
    assert values["reasons"] == (Entry(expected),)
    assert values["next_step"] == "Call them"


def test_whose_mail_does_not_arrive_is_named_with_address_and_reason(now: datetime) -> None:
    contact, member = a_contact(name="山田 花子", email="hanako@mihon.example"), a_member()
    params = {"contact_id": contact.id, "reason": "bounced", "detail": "550 5.1.1"}
    about = {"staff_id": member.id, "account_id": contact.account_id, "params": params}
    values = facts.of(owed("staff_unreachable", now, **about), now, VENDOR)
    assert (values["contact_name"], values["contact_address"]) == ("山田 花子", "hanako@mihon.example")
    assert values["why"] == "宛先に届かず、戻ってきました（550 5.1.1）"
    assert str(values["contact_url"]).endswith(f"/staff/accounts/{contact.account_id}/people/{contact.id}")
