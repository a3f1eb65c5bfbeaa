"""What the personal page shows, to whom it opens, and what it never shows."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.services.installation import here
from tests.conftest import Client
from tests.factories import (
    NOW,
    a_contact,
    a_course,
    a_lecture,
    a_member,
    a_registration,
    a_store,
    an_account,
)
from tests.web.customer.pages import DAY, advanced, attend, page_of, written


def test_the_page_greets_by_company_store_and_name(client: Client) -> None:
    account = an_account(name="株式会社みほん")
    contact = a_contact(account, (a_store(account, name="横浜店"),), name="山田 花子")
    text = client.get(page_of(contact)).text
    assert "株式会社みほん 横浜店" in text
    assert "山田 花子 様" in text


def test_a_shared_mailbox_without_a_name_is_greeted_as_the_shop(client: Client) -> None:
    account = an_account()
    contact = a_contact(account, (a_store(account, name="横浜店"),), name="")
    assert "横浜店 ご担当者様" in client.get(page_of(contact)).text


@pytest.mark.parametrize("spoil", [lambda path: path[:-1] + "9", lambda path: path + "x", lambda path: "/me/nonsense"])
def test_a_tampered_link_opens_nothing_and_says_what_to_do(client: Client, app: Flask, spoil) -> None:  # type: ignore[no-untyped-def]
    answer = client.get(spoil(page_of(a_contact())))
    assert answer.status_code == 404
    assert "メールのリンクをもう一度開くか" in answer.text


def test_a_link_ends_when_the_links_are_reset(client: Client, app: Flask) -> None:
    contact = a_contact()
    path = page_of(contact)
    with db.writing():
        db.session.get_one(Contact, contact.id).link_version += 1
    assert client.get(path).status_code == 404


def test_a_link_for_another_purpose_does_not_open_the_page(client: Client, app: Flask) -> None:
    contact = a_contact()
    for purpose in ("calendar", "unsubscribe", "join"):
        assert client.get(f"/me/{here().links.sign(purpose, contact.id, 1)}").status_code == 404  # type: ignore[arg-type]


def test_guessing_links_is_stopped_for_a_while(client: Client, app: Flask) -> None:
    statuses = [client.get(f"/me/guess{number}").status_code for number in range(31)]
    assert statuses[0] == 404
    assert statuses[-1] == 429


def test_the_page_is_kept_out_of_caches_and_search_engines(client: Client, app: Flask) -> None:
    answer = client.get(page_of(a_contact()))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_a_form_without_its_token_changes_nothing(client: Client, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    contact, lecture = a_contact(), a_lecture()
    before = written()
    assert client.post(f"{page_of(contact)}/lectures/{lecture.id}/register").status_code == 400
    assert written() == before


def test_customers_see_their_own_four_knots_and_never_our_words(client: Client, app: Flask) -> None:
    contact = a_contact(an_account(onboarding_owner_id=a_member(name="小林 美咲").id))
    a_lecture()
    text = client.get(page_of(contact)).text
    for knot in ("お申し込み", "受講", "初期設定", "ご利用開始"):
        assert knot in text
    assert "残り 4 項目です" in text
    for ours in ("引き継ぎ", "契約", "フェーズ"):
        assert ours not in text


def test_the_owner_can_be_called_from_the_page(client: Client, app: Flask) -> None:
    owner = a_member(name="小林 美咲", phone="03-5555-0123")
    text = client.get(page_of(a_contact(an_account(onboarding_owner_id=owner.id)))).text
    assert "小林 美咲" in text
    assert 'href="tel:0355550123"' in text


def test_a_number_of_seats_is_shown_only_when_few_are_left(client: Client, app: Flask) -> None:
    contact = a_contact()
    a_lecture(starts_at=NOW + DAY, capacity=30, seats_taken=24)
    text = client.get(page_of(contact)).text
    assert "空きあり" in text
    assert "残り 6 席" not in text
    a_lecture(starts_at=NOW + 2 * DAY, capacity=30, seats_taken=25)
    assert "残り 5 席" in client.get(page_of(contact)).text


def test_a_full_date_offers_the_waiting_list(client: Client, app: Flask) -> None:
    contact = a_contact()
    a_lecture(capacity=1, seats_taken=1)
    text = client.get(page_of(contact)).text
    assert "満席" in text
    assert "キャンセル待ちをする" in text
    assert "申し込む</button>" not in text


def test_dates_are_grouped_by_day_in_the_readers_zone(client: Client, app: Flask) -> None:
    a_lecture(starts_at=NOW + 7 * DAY)  # 8 April 09:00 in Tokyo, 7 April 20:00 in New York
    tokyo = client.get(page_of(a_contact())).text
    assert "4月8日(水)" in tokyo
    assert "09:00–10:00" in tokyo
    assert tokyo.count("日本時間") == 1
    elsewhere = client.get(page_of(a_contact(zone="America/New_York"))).text
    assert "4月7日(火)" in elsewhere
    assert "20:00–21:00" in elsewhere


def test_days_on_which_the_shop_is_closed_come_last(client: Client, app: Flask) -> None:
    account = an_account()
    contact = a_contact(account, (a_store(account, closed_days=[2]),))
    a_lecture(starts_at=NOW + 7 * DAY)  # a Wednesday
    a_lecture(starts_at=NOW + 8 * DAY)
    text = client.get(page_of(contact)).text
    assert text.index("4月9日(木)") < text.index("定休日の日程を見る") < text.index("4月8日(水)")


def test_nothing_to_choose_is_said_with_what_to_do(client: Client, app: Flask) -> None:
    a_course()
    assert "ただいまご案内できる日程がありません" in client.get(page_of(a_contact())).text


def test_the_advanced_course_opens_once_the_basic_one_was_attended(client: Client, app: Flask) -> None:
    contact, basic = a_contact(), a_lecture(starts_at=NOW - 7 * DAY)
    a_lecture(advanced(), starts_at=NOW + 3 * DAY)
    assert "基本操作編の受講後に、お申し込みいただけます。" in client.get(page_of(contact)).text
    attend(contact, basic)
    text = client.get(page_of(contact)).text
    assert "活用編レクチャー（60分・オンライン）" in text
    assert "4月4日(土)" in text
    assert "受講済み 3月25日(水)" in text


def test_an_account_that_was_handed_over_keeps_its_page(client: Client, app: Flask) -> None:
    contact, basic = a_contact(an_account(stage="success")), a_lecture(starts_at=NOW - 7 * DAY)
    attend(contact, basic)
    lecture = a_lecture(advanced(), starts_at=NOW + 3 * DAY)
    assert client.post(f"{page_of(contact)}/lectures/{lecture.id}/register").status_code == 303
    assert "お申し込み済み" in client.get(page_of(contact)).text


@pytest.mark.parametrize(
    ("verdict", "words"), [("missed", "ご参加いただけませんでした"), ("partial", "途中までのご参加でした")]
)
def test_whoever_missed_it_is_asked_for_another_date(client: Client, app: Flask, verdict: str, words: str) -> None:
    contact, lecture = a_contact(), a_lecture(starts_at=NOW - 2 * DAY)
    a_registration(contact, lecture)
    a_lecture()
    assert "出席を確認しています" in client.get(page_of(contact)).text
    attend(contact, lecture, verdict)
    text = client.get(page_of(contact)).text
    assert words in text
    assert "申し込む</button>" in text or "申し込む<span" in text


def test_the_page_of_a_shared_address_shows_only_the_persons_own_dates(client: Client, app: Flask) -> None:
    account = an_account()
    one = a_contact(account, name="山田 花子", email="shop@customer.example")
    other = a_contact(account, name="佐藤 次郎", email="shop@customer.example")
    a_registration(other, a_lecture())
    text = client.get(page_of(one)).text
    assert "お申し込み済み" not in text
    assert "佐藤" not in text


def test_the_coordinator_sees_how_far_the_stores_have_come_and_no_names(client: Client, app: Flask) -> None:
    account = an_account()
    first, second = a_store(account, name="横浜店"), a_store(account, name="川崎店")
    coordinator = a_contact(account, role="coordinator")
    manager = a_contact(account, (first,), role="manager", name="佐藤 次郎")
    lecture = a_lecture()
    a_registration(manager, lecture)
    elsewhere = an_account()
    a_registration(a_contact(elsewhere, (a_store(elsewhere, name="よその店"),)), lecture)
    text = client.get(page_of(coordinator)).text
    assert "申込のある店舗 1 / 2" in text
    assert second.name in text
    assert "佐藤" not in text
    assert "よその店" not in text
    assert "店舗ごとの受講状況" not in client.get(page_of(manager)).text
    # Who belongs to no shop is listed, and no shop.
    a_registration(coordinator, lecture)
    text = client.get(page_of(coordinator)).text
    assert "店舗に属さない方" in text
    assert "申込のある店舗 1 / 2" in text


def test_the_page_can_be_read_in_the_other_language(client: Client, app: Flask) -> None:
    contact = a_contact()
    a_lecture()
    client.post("/language", data={"locale": "en", "next": page_of(contact)})
    text = client.get(page_of(contact)).text
    assert '<html lang="en">' in text
    assert "Wed 8 April" in text


def test_a_meeting_says_that_other_companies_take_part_and_one_companys_own_does_not(
    client: Client, app: Flask
) -> None:
    contact = a_contact()
    a_lecture(starts_at=NOW + DAY)
    assert "ほかの会社の方" not in client.get(page_of(contact)).text
    meeting = a_lecture(starts_at=NOW + 2 * DAY, kind="meeting")
    own = a_lecture(starts_at=NOW + 3 * DAY, kind="meeting", account_id=contact.account_id)
    assert client.get(page_of(contact)).text.count("ほかの会社の方も参加") == 1
    a_registration(contact, own)
    assert "ミーティング形式" not in client.get(page_of(contact)).text
    a_registration(contact, meeting)
    assert "ミーティング形式で開催します" in client.get(page_of(contact)).text


@pytest.mark.parametrize("kept", [None, NOW + DAY])
def test_whoever_waits_for_a_meeting_knows_that_other_companies_take_part(
    client: Client, app: Flask, kept: datetime | None
) -> None:
    contact = a_contact()
    meeting = a_lecture(starts_at=NOW + 2 * DAY, kind="meeting", capacity=1, seats_taken=1)
    a_registration(contact, meeting, status="waitlisted", offered_until=kept)
    assert "ミーティング形式で開催します" in client.get(page_of(contact)).text


def test_material_stands_beside_the_date_and_recording_and_more_after_attending(client: Client, app: Flask) -> None:
    links = {name: f"https://vendor.example/{name}" for name in ("before", "recording", "after")}
    lecture, contact = a_lecture(a_course(materials=links)), a_contact()
    assert "vendor.example" not in client.get(page_of(contact)).text
    a_registration(contact, lecture)
    page = client.get(page_of(contact)).text
    assert (links["before"] in page, links["recording"] in page, links["after"] in page) == (True, False, False)
    other = a_contact()
    attend(other, a_lecture(starts_at=NOW - DAY))
    page = client.get(page_of(other)).text
    assert links["recording"] in page
    assert links["after"] in page
