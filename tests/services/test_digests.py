"""In the morning each of us learns what the day brings and what waits, and nothing when there is nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from emails import Entry
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.services import digests, mail_rules
from scheduler.services.actors import CLI
from scheduler.services.almanac import Almanac
from scheduler.services.outbox import about, content, facts_digest
from scheduler.services.outbox.wanted import unwanted
from tests.factories import NOW, a_contact, a_course, a_lecture, a_member, an_account

DAY = timedelta(days=1)
# Wednesday 1 April 2026, 08:30 in Tokyo, half an hour before the tests' moment.
MORNING = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
TWO_O_CLOCK = datetime(2026, 4, 1, 5, tzinfo=UTC)


def told(member: Staff) -> dict[str, Any]:
    """Return what the only digest of a member lists, without what it does not."""
    mail = db.session.scalars(select(Mail).where(Mail.staff_id == member.id)).one()
    return {name: value for name, value in facts_digest.values(mail, member).items() if value}


def lost_mail(account_id: int, contact_id: int, **fields: Any) -> None:
    values = {"kind": "invitation", "state": "failed", "account_id": account_id, "contact_id": contact_id}
    moments = dict.fromkeys(("created_at", "due_at", "next_try_at"), MORNING - DAY)
    with db.writing():
        db.session.add(Mail(**{"key": f"lost:{contact_id}", **values, **moments} | fields))


@pytest.mark.usefixtures("database")
def test_a_host_learns_of_the_days_lectures_once_at_half_past_eight() -> None:
    host = a_member()
    lecture = a_lecture(a_course(), TWO_O_CLOCK, host_id=host.id, seats_taken=18)
    a_lecture(a_course(), TWO_O_CLOCK + DAY, host_id=host.id)
    a_lecture(a_course(), TWO_O_CLOCK, host_id=host.id, status="cancelled")
    moments = [MORNING - timedelta(minutes=1), MORNING, MORNING + timedelta(hours=2)]
    assert [digests.plan(at) for at in moments] == [0, 1, 0]
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.key, mail.staff_id) == (f"staff_digest:{host.id}:2026-04-01", host.id)
    assert (mail.due_at, mail.expires_at) == (MORNING, datetime(2026, 4, 1, 3, tzinfo=UTC))
    facts = told(host)
    assert set(facts) == {"day", "lectures", "today_url"}
    assert facts["day"] == "2026年4月1日(水)"
    assert facts["lectures"][0].what == "14:00–15:00 基本操作編"
    assert facts["lectures"][0].note == "18 / 30 名"
    assert facts["lectures"][0].url.endswith(f"/staff/lectures/{lecture.id}")
    assert "18 / 30 名" in content.preview(mail, MORNING).text


@pytest.mark.usefixtures("database")
def test_an_owner_learns_who_is_ready_who_is_stuck_and_what_did_not_arrive() -> None:
    owner, other = a_member(), a_member()
    since = {"stage_since": NOW - 30 * DAY, "ready_since": NOW - 3 * DAY}
    ready = an_account(name="さくら", onboarding_owner_id=owner.id, **since)
    requested = an_account(onboarding_owner_id=owner.id, **since)
    reasons = [{"key": "past_planned_start", "params": {"on": "2026-03-27", "working_days": 3, "open": 2}}]
    an_account(name="あおば", onboarding_owner_id=owner.id, level="stuck", level_reasons=reasons)
    an_account(onboarding_owner_id=other.id, level="stuck", undecided=True)
    lost_mail(ready.id, a_contact(ready, name="山田 花子").id)
    with db.writing():
        values = {"account_id": requested.id, "from_stage": "onboarding", "to_stage": "success", "requested_at": NOW}
        db.session.add(Handover(**values))
    assert digests.plan(MORNING) == 1
    facts = told(owner)
    assert [(one.what, one.note) for one in facts["ready"]] == [("さくら", "3月29日(日)から")]
    assert [one.what for one in facts["stuck"]] == ["あおば"]
    assert "3営業日" in facts["stuck"][0].note
    assert [(one.what, one.note) for one in facts["failed_mails"]] == [("さくら 山田 花子", "送信失敗")]


def test_owners_of_every_stage_learn_of_theirs(app: Flask) -> None:
    seller, keeper = a_member(team="sales"), a_member(team="success")
    # Looked after by somebody of onboarding before, who learns nothing of it any more.
    before = a_member()
    since = {"stage_since": NOW - 30 * DAY, "ready_since": NOW - 3 * DAY, "onboarding_owner_id": before.id}
    an_account(stage="sales", name="みどり", sales_owner_id=seller.id, **since)
    an_account(stage="success", name="わかば", success_owner_id=keeper.id, level="stuck", onboarding_owner_id=before.id)
    assert digests.plan(MORNING) == 2
    assert [one.what for one in told(seller)["ready"]] == ["みどり"]
    assert [one.what for one in told(keeper)["stuck"]] == ["わかば"]


def test_operations_learn_of_everything_and_colleagues_of_their_own(app: Flask) -> None:
    host, operations, idle = a_member(), a_member(team="operations"), a_member()
    a_lecture(a_course(), TWO_O_CLOCK - DAY, host_id=host.id, seats_taken=2)
    an_account(level="stuck")
    assert digests.plan(MORNING) == 2
    assert [one.note for one in told(host)["missing_reports"]] == ["2名"]
    assert {"missing_reports", "stuck"} <= set(told(operations))
    assert db.session.scalars(select(Mail).where(Mail.staff_id == idle.id)).all() == []


@pytest.mark.parametrize("fields", [{"active": False}, {"email": None}], ids=str)
def test_who_has_left_or_has_no_address_gets_none(app: Flask, fields: dict[str, Any]) -> None:
    a_lecture(a_course(), TWO_O_CLOCK, host_id=a_member(**fields).id)
    assert digests.plan(MORNING) == 0


def test_after_noon_and_on_days_without_work_there_is_none(app: Flask) -> None:
    an_account(onboarding_owner_id=a_member().id, level="stuck")
    assert digests.plan(MORNING + timedelta(hours=4)) == 0
    # Saturday; then Monday morning after a weekend of sleep: one.
    assert digests.plan(MORNING + 3 * DAY) == 0
    assert digests.plan(MORNING + 5 * DAY) == 1


@pytest.mark.parametrize(("days", "weekly"), [(5, True), (6, False), (28, False), (36, True)])
def test_the_first_working_day_of_a_week_tells_of_the_week(app: Flask, days: int, weekly: bool) -> None:
    """Monday 6 April and, after three holidays, Thursday 7 May; not the days after, nor Wednesday 29 April, a holiday."""
    host = a_member()
    morning = MORNING + days * DAY
    thursday = TWO_O_CLOCK + (days + 1) * DAY
    a_lecture(a_course(), thursday, host_id=host.id)
    assert digests.plan(morning) == weekly
    if weekly:
        assert len(told(host)["week"]) == 1
        assert told(host)["weekly"] is True


def test_what_was_settled_meanwhile_needs_no_mail(app: Flask) -> None:
    account = an_account(onboarding_owner_id=a_member().id, level="stuck")
    digests.plan(MORNING)
    with db.writing():
        account.level = "on_track"
        db.session.merge(account)
    found = about.read(db.session.scalars(select(Mail.id)).one())
    assert found is not None
    assert unwanted(found, MORNING) == ("dropped", "nothing_to_tell")


def test_long_lists_end_and_lead_to_the_page(app: Flask) -> None:
    owner = a_member(locale="en")
    for _number in range(25):
        an_account(onboarding_owner_id=owner.id, level="stuck")
    digests.plan(MORNING)
    stuck = told(owner)["stuck"]
    assert len(stuck) == 20
    assert stuck[-1] == Entry("6 more", "", told(owner)["today_url"])


def test_the_days_to_come_are_told_beforehand(app: Flask) -> None:
    host = a_member()
    for days in (0, 1, 12):
        a_lecture(a_course(), TWO_O_CLOCK + days * DAY, host_id=host.id)
    to_come = digests.upcoming(MORNING - DAY, MORNING + 13 * DAY, Almanac.read())
    # 1 and 2 April; Monday 13 April, whose week has a lecture, and that day.
    assert [(one.when - MORNING).days for one in to_come] == [0, 1, 12]


def test_it_can_be_switched_off_or_come_later(app: Flask) -> None:
    an_account(onboarding_owner_id=a_member().id, level="stuck")
    mail_rules.save({"staff_digest.at": "13:00"}, NOW, CLI)
    assert digests.plan(MORNING) == 0
    assert digests.plan(MORNING + timedelta(hours=5)) == 1
    mail_rules.save({"staff_digest.on": "off"}, NOW, CLI)
    assert digests.plan(MORNING + DAY + timedelta(hours=5)) == 0
