"""On the chosen morning every member learns in her own language what the week brought, once, and never on a holiday."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.services import mail_plan, mail_rules, packs
from scheduler.services.actors import CLI
from scheduler.services.outbox import about, content, facts_pack
from scheduler.services.outbox.wanted import unwanted
from tests.factories import NOW, a_course, a_lecture, a_member, an_account

DAY = timedelta(days=1)
# Monday 6 April 2026, 08:00 in Tokyo; it tells of the week of 30 March.
MONDAY = datetime(2026, 4, 5, 23, tzinfo=UTC)


def keys(kind: str = packs.KIND) -> list[str]:
    return list(db.session.scalars(select(Mail.key).where(Mail.kind == kind).order_by(Mail.id)))


def the_mail(member: Staff) -> Mail:
    return db.session.scalars(select(Mail).where(Mail.staff_id == member.id)).one()


@pytest.mark.usefixtures("database")
def test_every_member_with_an_address_gets_the_pack_once_a_week() -> None:
    members = [a_member(), a_member(team="sales"), a_member(team="operations")]
    a_member(active=False)
    a_member(email=None)
    an_account(level="stuck")
    moments = [MONDAY - timedelta(minutes=1), MONDAY, MONDAY + timedelta(hours=3), MONDAY + 16 * timedelta(hours=1)]
    assert [packs.plan(at) for at in moments] == [0, 3, 0, 0]
    assert keys() == [f"staff_pack:{one.id}:2026-04-06" for one in members]
    mail = the_mail(members[0])
    assert (mail.due_at, mail.expires_at, mail.params) == (
        MONDAY,
        MONDAY + timedelta(hours=16),
        {"monday": "2026-03-30"},
    )
    assert packs.plan(MONDAY + 7 * DAY) == 3


def test_each_reads_it_in_her_own_language(app: Flask) -> None:
    here, there = a_member(name="鈴木 健"), a_member(locale="en", name="Ken Suzuki")
    reasons = [{"key": "not_registered", "params": {"working_days": 9}}]
    an_account(name="あおば", level="stuck", level_reasons=reasons)
    lecture = a_lecture(a_course(), MONDAY + 2 * DAY, seats_taken=5)
    packs.plan(MONDAY)
    japanese, english = (content.preview(the_mail(one), MONDAY) for one in (here, there))
    assert japanese.subject == "【週次パック】3月30日(月)–4月5日(日)"
    assert "あおば 案内から9営業日、申込がありません" in japanese.text
    assert "4月8日(水) 08:00 基本操作編 5 / 30 名" in japanese.text
    assert english.subject == "Weekly pack: Mon 30 March–Sun 5 April"
    assert "あおば, Invited 9 working days ago, and nobody has registered" in english.text
    assert f"/staff/lectures/{lecture.id}" in english.text
    assert "/staff/reports/pack?week=2026-03-30" in english.text


def test_long_lists_are_cut_and_lead_to_the_page(app: Flask) -> None:
    member = a_member()
    for _ in range(12):
        an_account(level="stuck")
    packs.plan(MONDAY)
    told = facts_pack.values(the_mail(member), member)["stuck"]
    assert isinstance(told, list)
    assert (len(told), told[-1].what, told[-1].url) == (
        10,
        "ほか 3 件",
        facts_pack.values(the_mail(member), member)["pack_url"],
    )


def test_a_holiday_moves_it_to_the_next_working_day_at_the_same_time(app: Flask) -> None:
    member = a_member()
    an_account(level="stuck")
    # Monday 4 to Wednesday 6 May are holidays in Japan.
    thursday = datetime(2026, 5, 6, 23, tzinfo=UTC)
    assert [packs.plan(at) for at in (thursday - 3 * DAY, thursday - DAY, thursday)] == [0, 0, 1]
    assert the_mail(member).due_at == thursday
    assert the_mail(member).params == {"monday": "2026-04-27"}


def test_a_friday_that_is_a_holiday_waits_until_the_next_week(app: Flask) -> None:
    a_member()
    an_account(level="stuck")
    mail_rules.save({"staff_pack.weekday": "4", "staff_pack.at": "17:30"}, NOW, CLI)
    # Friday 20 March is the equinox.
    monday = datetime(2026, 3, 23, 8, 30, tzinfo=UTC)
    assert [packs.plan(at) for at in (monday - 3 * DAY, monday)] == [0, 1]
    assert keys()[0].endswith(":2026-03-16")


def test_operations_choose_the_morning_or_none(app: Flask) -> None:
    a_member()
    an_account(level="stuck")
    mail_rules.save({"staff_pack.weekday": "1"}, NOW, CLI)
    assert [packs.plan(at) for at in (MONDAY, MONDAY + DAY)] == [0, 1]
    mail_rules.save({"staff_pack.on": "off"}, NOW, CLI)
    assert packs.plan(MONDAY + 8 * DAY) == 0


def test_there_is_none_where_there_is_nothing_to_talk_about(app: Flask) -> None:
    member = a_member()
    assert packs.plan(MONDAY) == 0
    account = an_account(level="stuck")
    packs.plan(MONDAY)
    number = the_mail(member).id
    found = about.read(number)
    assert found is not None
    assert unwanted(found, MONDAY) is None
    with db.writing():
        db.session.get_one(Account, account.id).level = "on_track"
    assert unwanted(found, MONDAY) == ("dropped", "nothing_to_tell")


def test_the_plan_of_mails_foresees_the_packs(app: Flask) -> None:
    a_member()
    an_account(level="stuck")
    told = [mail.when for mail in mail_plan.plan(NOW, 14) if mail.kind == packs.KIND]
    assert told == [MONDAY, MONDAY + 7 * DAY]
