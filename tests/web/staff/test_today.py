"""The page a working day begins with."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from scheduler.models.staff import Staff
from scheduler.services import readiness
from tests.conftest import NOW, Client
from tests.factories import a_contact, a_lecture, a_member, a_registration, a_setup_step, an_account

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def page(client: Client, path: str = "/staff/today?whose=all") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.text.split())


def section(text: str, name: str) -> str:
    return text.partition(f'<section class="section" id="{name}"')[2].partition("</section>")[0]


def test_an_empty_day_says_what_will_stand_where(staff_client: Client) -> None:
    text = page(staff_client)
    assert "4月1日(水)" in text
    for words in (
        "本日の開催はありません。",
        "引き継ぎ可の顧客企業はありません",
        "フォローが必要な顧客企業はありません",
    ):
        assert words in text


def test_todays_lectures_stand_apart_from_those_of_the_week(staff_client: Client) -> None:
    host = a_member(name="小林 美咲")
    lecture = a_lecture(starts_at=NOW + 5 * HOUR, host_id=host.id, capacity=20)
    a_registration(lecture=lecture)
    later = a_lecture(starts_at=NOW + 2 * DAY)
    text = page(staff_client)
    today = section(text, "today")
    for words in ("14:00–15:00", "1/20 名", "小林 美咲", f"/staff/lectures/{lecture.id}"):
        assert words in today
    assert f"/staff/lectures/{later.id}" in section(text, "week")
    assert "日本時間" in today


def test_a_full_lecture_says_so_and_how_many_wait(staff_client: Client) -> None:
    full, free = a_lecture(starts_at=NOW + 5 * HOUR, capacity=1), a_lecture(starts_at=NOW + 2 * DAY, locale="en")
    a_registration(lecture=full)
    for _ in range(2):
        a_registration(lecture=full, status="waitlisted")
    a_registration(lecture=free)
    text = page(staff_client)
    today, week = section(text, "today"), section(text, "week")
    assert all(words in today for words in ("満席", "待ち 2"))
    assert not any(words in week for words in ("満席", "待ち"))
    assert ("英語で開催" in today, "英語で開催" in week) == (False, True)


def test_a_ready_account_can_be_handed_over_from_here(staff_client: Client) -> None:
    account = an_account(name="株式会社みほん", ready_since=NOW)
    ready = section(page(staff_client), "ready")
    assert "株式会社みほん" in ready
    assert f"/staff/accounts/{account.id}/handover" in ready


def test_who_needs_someone_stands_with_the_reason_and_the_next_step(staff_client: Client) -> None:
    a_setup_step("menu")
    account = an_account(name="株式会社あおば", planned_start_on=date(2026, 3, 27), introduced_at=NOW - DAY)
    a_contact(account)
    readiness.refresh(account.id, NOW)
    follow = section(page(staff_client), "follow")
    for words in ("株式会社あおば", "停滞", "利用開始予定日（3月27日(金)）を 3 営業日過ぎ、条件が 3 件残っています"):
        assert words in follow
    assert "電話する" in follow or "案内を開始する" in follow


@pytest.mark.parametrize(("whose", "shown"), [("mine", {"私の"}), ("all", {"私の", "他の"})])
def test_mine_or_everyones(staff_client: Client, member: Staff, whose: str, shown: set[str]) -> None:
    an_account(name="私の会社", level="stuck", onboarding_owner_id=member.id)
    an_account(name="他の会社", level="stuck")
    text = page(staff_client, f"/staff/today?whose={whose}")
    assert {word for word in ("私の", "他の") if f"{word}会社" in text} == shown


def test_without_a_choice_an_owner_sees_her_own_and_others_see_all(staff_client: Client, member: Staff) -> None:
    other = an_account(name="他の会社", level="stuck")
    assert "他の会社" in page(staff_client, "/staff/today")
    an_account(name="私の会社", onboarding_owner_id=member.id)
    assert "他の会社" not in page(staff_client, "/staff/today")
    assert other.id


def test_loose_ends_link_to_the_rows_behind_their_number(staff_client: Client) -> None:
    an_account(undecided=True)
    a_contact(checks=["no_email"])
    over = a_lecture(starts_at=NOW - DAY)
    a_registration(lecture=over)
    text = page(staff_client)
    ends = section(text, "ends")
    assert ends.count("<b>1</b>") == 3
    assert "/staff/accounts?state=undecided" in ends
    assert f"/staff/lectures/{over.id}" in section(text, "unreported")


def test_the_staffs_root_leads_here(staff_client: Client) -> None:
    assert staff_client.get("/staff/").location == "/staff/today"
