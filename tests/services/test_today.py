"""What today asks of the staff."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.services import today
from tests.factories import NOW, a_contact, a_lecture, a_member, a_registration, an_account

TOKYO = ZoneInfo("Asia/Tokyo")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.usefixtures("database")


def test_the_week_begins_at_the_readers_midnight_and_lasts_seven_days(now: datetime) -> None:
    midnight = now - 9 * HOUR  # 09:00 in Tokyo
    starts = [midnight - HOUR, midnight, now + 3 * HOUR, midnight + 7 * DAY - HOUR, midnight + 7 * DAY]
    made = [a_lecture(starts_at=start) for start in starts]
    assert [row.id for row in today.lectures(now, TOKYO)] == [row.id for row in made[1:4]]


def test_only_the_hosts_own_lectures_are_hers(now: datetime) -> None:
    member = a_member()
    mine, _other = a_lecture(starts_at=now + HOUR, host_id=member.id), a_lecture(starts_at=now + HOUR)
    assert [row.id for row in today.lectures(now, TOKYO, member.id)] == [mine.id]


def test_a_lecture_waits_for_its_report_once_it_is_over_and_had_people(now: datetime) -> None:
    def over(**fields: object) -> Lecture:
        lecture = a_lecture(starts_at=now - 2 * DAY, **fields)
        a_registration(lecture=lecture)
        return lecture

    waiting = over()
    over(reported_at=now)
    over(status="cancelled")
    a_lecture(starts_at=now - DAY)
    a_registration(lecture=a_lecture(starts_at=now - HOUR / 2))
    assert [row.id for row in today.unreported(now)] == [waiting.id]
    assert today.loose_ends(now, "onboarding").unreported == 1


def test_ready_accounts_stand_longest_waiting_first_and_say_when_their_handover_is_open(now: datetime) -> None:
    newer, older = an_account(ready_since=now), an_account(ready_since=now - DAY, stage_since=now - DAY)
    # What made it ready for an earlier stage is over.
    an_account(ready_since=now - DAY, stage="success")
    an_account()
    with db.writing():
        db.session.add(Handover(account_id=newer.id, from_stage="onboarding", to_stage="success", requested_at=now))
    accounts, requested = today.ready()
    assert [row.id for row in accounts] == [older.id, newer.id]
    assert requested == {newer.id}
    assert today.loose_ends(now, "success").handovers == 1
    assert today.loose_ends(now, "sales").handovers == 0


def test_stuck_accounts_come_before_those_behind_then_by_planned_start() -> None:
    behind = an_account(level="behind", planned_start_on=date(2026, 4, 1))
    later = an_account(level="stuck", planned_start_on=date(2026, 3, 20))
    unplanned = an_account(level="stuck")
    sooner = an_account(level="stuck", planned_start_on=date(2026, 3, 1))
    an_account(level="stuck", undecided=True)
    an_account()
    accounts, total = today.to_follow_up()
    assert [row.id for row in accounts] == [sooner.id, later.id, unplanned.id, behind.id]
    assert total == 4


def test_the_count_of_accounts_to_follow_up_tells_also_those_not_shown() -> None:
    member = a_member()
    for _ in range(today.MOST + 3):
        an_account(level="stuck", onboarding_owner_id=member.id)
    an_account(level="stuck")
    accounts, total = today.to_follow_up(member.id)
    assert (len(accounts), total) == (today.MOST, today.MOST + 3)


def test_loose_ends_are_counted(now: datetime) -> None:
    an_account(undecided=True)
    checked, doubtful = a_contact(), a_contact(checks=["no_email"])
    with db.writing():
        for number, (state, created_at) in enumerate([("failed", NOW), ("sent", NOW), ("failed", NOW - 90 * DAY)]):
            db.session.add(
                Mail(
                    key=f"k{number}",
                    kind="invitation",
                    contact_id=checked.id,
                    state=state,
                    created_at=created_at,
                    due_at=created_at,
                    next_try_at=created_at,
                )
            )
    ends = today.loose_ends(now, "onboarding")
    assert (ends.undecided, ends.to_check, ends.failed_mails) == (1, 1, 1)
    assert [row.id for row in today.contacts_to_check()] == [doubtful.id]
