"""What a customer can do on the personal page, and what it never shows or does."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Course, Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.setup import Completion
from scheduler.services import addresses, lectures, registrations
from scheduler.services.actors import WORKER, Actor
from scheduler.services.installation import here
from tests.conftest import Client
from tests.factories import (
    NOW,
    a_contact,
    a_course,
    a_lecture,
    a_member,
    a_registration,
    a_setup_step,
    a_store,
    an_account,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def page_of(contact: Contact, lecture: Lecture | None = None) -> str:
    return addresses.personal(contact, lecture.id if lecture else None).removeprefix(here().base_url)


def actor(contact: Contact) -> Actor:
    return Actor("contact", contact.id, "page")


def written() -> tuple[int, ...]:
    """Count everything that registering, moving and cancelling would write."""
    return tuple(
        db.session.scalar(select(func.count()).select_from(model)) or 0 for model in (Registration, Mail, Event)
    )


def fill(lecture: Lecture) -> None:
    with db.writing():
        db.session.get_one(Lecture, lecture.id).seats_taken = lecture.capacity


def attend(contact: Contact, lecture: Lecture, verdict: str = "attended") -> None:
    with db.writing():
        db.session.add(
            Attendance(lecture_id=lecture.id, contact_id=contact.id, verdict=verdict, seconds=3600, decided_at=NOW)
        )


def advanced() -> Course:
    return a_course("advanced", prerequisite_id=a_course("basic").id, position=2)


# --- The door --------------------------------------------------------------------------------------------------------


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


# --- What it shows ---------------------------------------------------------------------------------------------------


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


def test_the_page_can_be_read_in_the_other_language(client: Client, app: Flask) -> None:
    contact = a_contact()
    a_lecture()
    client.post("/language", data={"locale": "en", "next": page_of(contact)})
    text = client.get(page_of(contact)).text
    assert '<html lang="en">' in text
    assert "Wed 8 April" in text


# --- Registering -----------------------------------------------------------------------------------------------------


def test_one_press_registers_and_shows_the_date_large_with_what_happens_next(client: Client, database: Flask) -> None:
    contact, lecture = a_contact(), a_lecture()
    answer = client.post(f"{page_of(contact)}/lectures/{lecture.id}/register")
    assert (answer.status_code, answer.headers["Location"]) == (303, page_of(contact))
    text = client.get(page_of(contact)).text
    assert "お申し込みを承りました。確認メールをお送りします。" in text
    assert re.search(r'dateblock-day"[^>]*>4月8日\(水\)<', text)
    assert "当日は 08:45 から" in text
    row = db.session.scalars(select(Registration)).one()
    assert (row.contact_id, row.status, row.channel) == (contact.id, "booked", "page")
    assert db.session.scalars(select(Mail.kind)).all() == ["confirmation"]


def test_pressing_twice_registers_once_and_says_so_kindly(client: Client, database: Flask) -> None:
    contact, lecture = a_contact(), a_lecture()
    for _press in range(2):
        assert client.post(f"{page_of(contact)}/lectures/{lecture.id}/register").status_code == 303
    assert "すでにお申し込みいただいています" in client.get(page_of(contact)).text
    assert db.session.scalar(select(func.count(Registration.id))) == 1
    assert db.session.get_one(Lecture, lecture.id).seats_taken == 1


def test_colleagues_before_the_same_screen_can_be_named_at_once(client: Client, app: Flask) -> None:
    contact, lecture = a_contact(), a_lecture()
    client.post(f"{page_of(contact)}/lectures/{lecture.id}/register", data={"companions": "佐藤 次郎\r\n 鈴木、高橋 "})
    assert db.session.scalars(select(Registration)).one().companions == ["佐藤 次郎", "鈴木", "高橋"]


def test_a_date_that_has_just_filled_up_says_so_and_shows_the_others(client: Client, database: Flask) -> None:
    contact, lecture, other = a_contact(), a_lecture(capacity=2), a_lecture(starts_at=NOW + 9 * DAY)
    fill(lecture)
    before = written()
    answer = client.post(f"{page_of(contact)}/lectures/{lecture.id}/register")
    assert answer.status_code == 409
    assert "こちらの日程は満席となりました" in answer.text
    assert f"/lectures/{other.id}/register" in answer.text
    assert written() == before


def test_the_waiting_list_is_joined_and_left_again(client: Client, app: Flask) -> None:
    contact, lecture = a_contact(), a_lecture(capacity=1, seats_taken=1)
    path = page_of(contact)
    assert client.post(f"{path}/lectures/{lecture.id}/register", data={"waitlist": "1"}).status_code == 303
    text = client.get(path).text
    assert "キャンセル待ちを承りました" in text
    row = db.session.scalars(select(Registration)).one()
    assert row.status == "waitlisted"
    assert client.post(f"{path}/registrations/{row.id}/cancel").status_code == 303
    assert "キャンセル待ちを取り消しました" in client.get(path).text


def test_a_seat_that_is_no_longer_given_out_by_itself_can_be_taken(client: Client, app: Flask) -> None:
    contact, lecture = a_contact(), a_lecture(starts_at=NOW + 5 * HOUR)
    a_registration(contact, lecture, status="waitlisted")
    assert "空きが出ました" in client.get(page_of(contact)).text
    client.post(f"{page_of(contact)}/lectures/{lecture.id}/register")
    assert db.session.scalars(select(Registration.status)).one() == "booked"


@pytest.mark.parametrize(
    ("case", "status", "words"),
    [
        ("over", 409, "受付を終了しました"),
        ("cancelled", 409, "中止となりました"),
        ("another's", 404, "対象が見つかりません"),
        ("unknown", 404, "対象が見つかりません"),
        ("too early", 409, "前提となるレクチャーの受講後に"),
    ],
)
def test_a_date_that_cannot_be_had_says_why_and_shows_the_others(
    client: Client, app: Flask, case: str, status: int, words: str
) -> None:
    contact, other = a_contact(), a_lecture(starts_at=NOW + 9 * DAY)
    lecture_id = {
        "over": lambda: a_lecture(starts_at=NOW - HOUR).id,
        "cancelled": lambda: a_lecture(status="cancelled").id,
        "another's": lambda: a_lecture(account_id=an_account().id).id,
        "unknown": lambda: 999_999_999,
        "too early": lambda: a_lecture(advanced()).id,
    }[case]()
    before = written()
    answer = client.post(f"{page_of(contact)}/lectures/{lecture_id}/register")
    assert answer.status_code == status
    assert words in answer.text
    assert f"/lectures/{other.id}/register" in answer.text
    assert written() == before
    shown = client.get(f"{page_of(contact)}?lecture={lecture_id}")
    assert shown.status_code == 200
    assert words in shown.text


def test_a_lecture_held_for_the_own_company_can_be_taken(client: Client, app: Flask) -> None:
    contact = a_contact()
    lecture = a_lecture(account_id=contact.account_id)
    assert client.post(f"{page_of(contact)}/lectures/{lecture.id}/register").status_code == 303


def test_a_link_to_one_date_shows_that_date_first_with_one_button(client: Client, app: Flask) -> None:
    contact, first, wanted = a_contact(), a_lecture(), a_lecture(starts_at=NOW + 20 * DAY)
    text = client.get(page_of(contact, wanted)).text
    assert text.index(f"/lectures/{wanted.id}/register") < text.index(f"/lectures/{first.id}/register")
    assert text.count(f"/lectures/{wanted.id}/register") == 1
    assert "この日程で申し込む" in text
    assert db.session.scalar(select(func.count(Registration.id))) == 0


@pytest.mark.parametrize("odd", ["x", "-1", "9" * 40, "", "１"])
def test_an_unreadable_date_in_the_link_is_left_out(client: Client, app: Flask, odd: str) -> None:
    assert client.get(f"{page_of(a_contact())}?lecture={odd}").status_code == 200


@pytest.mark.parametrize("number", [0, 2**31 - 1, 2**31, 2**63, 10**40])
def test_a_number_no_database_holds_is_not_found(client: Client, app: Flask, number: int) -> None:
    path = page_of(a_contact())
    for action in (f"lectures/{number}/register", f"registrations/{number}/cancel"):
        assert client.post(f"{path}/{action}").status_code in (404, 405)


def test_reloading_the_page_after_a_refusal_leads_back_to_the_date(client: Client, app: Flask) -> None:
    contact, lecture = a_contact(), a_lecture()
    answer = client.get(f"{page_of(contact)}/lectures/{lecture.id}/register")
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(contact, lecture))


# --- Changing and cancelling -----------------------------------------------------------------------------------------


def test_the_date_is_changed_with_one_button(client: Client, database: Flask) -> None:
    contact, lecture, other = a_contact(), a_lecture(), a_lecture(starts_at=NOW + 9 * DAY)
    number = registrations.register(contact.id, lecture.id, NOW, actor(contact))
    uid = db.session.get_one(Registration, number).uid
    change = f"{page_of(contact)}/registrations/{number}/change"
    assert "この日程に変更する" in client.get(change).text
    assert client.post(change, data={"lecture": other.id}).status_code == 303
    text = client.get(page_of(contact)).text
    assert "日程を変更しました" in text
    assert "4月10日(金)" in text
    row = db.session.scalars(select(Registration)).one()
    assert (row.lecture_id, row.uid, row.sequence) == (other.id, uid, 1)
    assert db.session.get_one(Lecture, lecture.id).seats_taken == 0
    assert client.post(change, data={"lecture": other.id}).status_code == 303
    assert "すでにお申し込みいただいています" in client.get(page_of(contact)).text


def test_changing_to_a_date_that_filled_up_keeps_the_old_one(client: Client, database: Flask) -> None:
    contact, lecture, full = a_contact(), a_lecture(), a_lecture(starts_at=NOW + 9 * DAY, capacity=1)
    number = registrations.register(contact.id, lecture.id, NOW, actor(contact))
    fill(full)
    before = written()
    answer = client.post(f"{page_of(contact)}/registrations/{number}/change", data={"lecture": full.id})
    assert answer.status_code == 409
    assert "満席となりました" in answer.text
    assert db.session.get_one(Registration, number).lecture_id == lecture.id
    assert written() == before


def test_another_date_can_be_taken_beside_the_one_held(client: Client, app: Flask) -> None:
    contact, lecture, other = a_contact(), a_lecture(), a_lecture(starts_at=NOW + 9 * DAY)
    number = registrations.register(contact.id, lecture.id, NOW, actor(contact))
    text = client.get(f"{page_of(contact)}/registrations/{number}/change?also=1").text
    assert f"/lectures/{other.id}/register" in text
    client.post(f"{page_of(contact)}/lectures/{other.id}/register")
    assert client.get(page_of(contact)).text.count("お申し込み済み") == 2


def test_a_mail_for_another_date_offers_the_change_first(client: Client, app: Flask) -> None:
    contact, lecture, other = a_contact(), a_lecture(), a_lecture(starts_at=NOW + 9 * DAY)
    number = registrations.register(contact.id, lecture.id, NOW, actor(contact))
    text = client.get(page_of(contact, other)).text
    assert text.index(f"/registrations/{number}/change") < text.index("今のお申し込みを残して、追加で申し込む")


def test_cancelling_asks_first_and_changes_nothing_before_the_press(client: Client, app: Flask) -> None:
    contact = a_contact()
    number = registrations.register(contact.id, a_lecture().id, NOW, actor(contact))
    before = written()
    path = f"{page_of(contact)}/registrations/{number}/cancel"
    assert "キャンセルしてよろしいですか" in client.get(path).text
    assert written() == before
    assert client.post(path).status_code == 303
    assert "お申し込みをキャンセルしました" in client.get(page_of(contact)).text
    assert db.session.get_one(Registration, number).status == "cancelled"
    assert client.post(path).status_code == 303
    assert "すでに取り消されています" in client.get(page_of(contact)).text


def test_a_lecture_that_has_begun_can_neither_be_changed_nor_cancelled(client: Client, app: Flask) -> None:
    contact, other = a_contact(), a_lecture()
    row = a_registration(contact, a_lecture(starts_at=NOW - HOUR / 2))
    path = f"{page_of(contact)}/registrations/{row.id}"
    text = client.get(page_of(contact)).text
    assert "お申し込み済み" in text
    assert "日程を変更する" not in text
    for method, action, data in (
        ("GET", "change", {}),
        ("POST", "change", {"lecture": other.id}),
        ("POST", "cancel", {}),
    ):
        answer = client.open(f"{path}/{action}", method=method, data=data)
        assert answer.status_code == 409
        assert "受付を終了しました" in answer.text
    assert db.session.get_one(Registration, row.id).status == "booked"


def test_nobody_touches_anothers_registration(client: Client, app: Flask) -> None:
    account = an_account()
    row, lecture = a_registration(a_contact(account)), a_lecture(starts_at=NOW + 9 * DAY)
    path = f"{page_of(a_contact(account))}/registrations/{row.id}"
    before = written()
    for method, action, data in (
        ("GET", "change", {}),
        ("POST", "change", {"lecture": lecture.id}),
        ("GET", "cancel", {}),
        ("POST", "cancel", {}),
        ("POST", "companions", {"companions": "x"}),
    ):
        answer = client.open(f"{path}/{action}", method=method, data=data)
        assert answer.status_code == 404
        assert f"/lectures/{lecture.id}/register" in answer.text
    assert written() == before


def test_a_cancelled_lecture_is_told_with_its_reason_and_the_booking_can_move(client: Client, app: Flask) -> None:
    contact, lecture, other = a_contact(), a_lecture(), a_lecture(starts_at=NOW + 9 * DAY)
    number = registrations.register(contact.id, lecture.id, NOW, actor(contact))
    lectures.cancel(lecture.id, {"ja": "講師の都合により"}, NOW, WORKER)
    text = client.get(page_of(contact)).text
    assert "都合により中止となりました" in text
    assert "講師の都合により" in text
    assert (
        client.post(f"{page_of(contact)}/registrations/{number}/change", data={"lecture": other.id}).status_code == 303
    )
    assert "中止" not in client.get(page_of(contact)).text


def test_companions_are_named_afterwards(client: Client, app: Flask) -> None:
    contact = a_contact()
    row = a_registration(contact)
    path = f"{page_of(contact)}/registrations/{row.id}/companions"
    client.post(path, data={"companions": "佐藤 次郎"})
    assert "同席される方（1 名）" in client.get(page_of(contact)).text
    assert client.post(path, data={"companions": "\n".join(map(str, range(31)))}).status_code == 422
    assert client.post(path, data={"companions": "長" * 61}).status_code == 422
    assert db.session.get_one(Registration, row.id).companions == ["佐藤 次郎"]


# --- On the day ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts_in", "shown"),
    [(timedelta(minutes=16), False), (timedelta(minutes=15), True), (-timedelta(minutes=59), True)],
)
def test_the_join_button_stands_there_from_a_quarter_of_an_hour_before(
    client: Client, app: Flask, starts_in: timedelta, shown: bool
) -> None:
    contact = a_contact()
    row = a_registration(contact, a_lecture(starts_at=NOW + starts_in))
    text = client.get(page_of(contact)).text
    assert (addresses.join(row.id, contact).removeprefix(here().base_url) in text) is shown
    assert "meet.example" not in text


def test_calendar_buttons_subscribe_to_the_own_feed(client: Client, app: Flask) -> None:
    contact = a_contact()
    a_registration(contact)
    text = client.get(page_of(contact)).text
    feed = addresses.feed(contact)
    assert f'href="webcal://{feed.removeprefix("http://")}"' in text
    assert "https://calendar.google.com/calendar/render?cid=webcal%3A%2F%2F" in text
    assert "https://outlook.office.com/calendar/0/addfromweb?url=http%3A%2F%2F" in text
    assert f'href="{feed}" download' in text
    assert "1日ほどかかる" in text


# --- Set-up ----------------------------------------------------------------------------------------------------------


def test_the_customers_own_steps_are_ticked_and_unticked(client: Client, app: Flask) -> None:
    contact = a_contact()
    a_setup_step("menu")
    path = f"{page_of(contact)}/setup/menu"
    answer = client.post(path, data={"done": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{page_of(contact)}#step-menu")
    text = client.get(page_of(contact)).text
    assert "初期設定 1 / 1" in text
    assert "完了 4月1日(水)" in text
    client.post(path, data={"done": "0"})
    assert db.session.scalar(select(func.count(Completion.id))) == 0


def test_a_step_that_is_ours_has_no_button_and_cannot_be_ticked(client: Client, app: Flask) -> None:
    contact = a_contact()
    a_setup_step("import", doer="us")
    assert "弊社で行います" in client.get(page_of(contact)).text
    assert "/setup/import" not in client.get(page_of(contact)).text
    assert client.post(f"{page_of(contact)}/setup/import", data={"done": "1"}).status_code == 403
    assert client.post(f"{page_of(contact)}/setup/nothing", data={"done": "1"}).status_code == 404
    assert db.session.scalar(select(func.count(Completion.id))) == 0


def test_a_manager_ticks_the_own_stores_only_and_the_coordinator_sees_all(client: Client, app: Flask) -> None:
    account = an_account()
    mine, other = a_store(account, name="横浜店"), a_store(account, name="川崎店")
    a_setup_step("logins", per="store")
    manager = a_contact(account, (mine,), role="manager")
    assert "川崎店" not in client.get(page_of(manager)).text
    client.post(f"{page_of(manager)}/setup/logins", data={"done": "1", "store": mine.code})
    assert db.session.scalars(select(Completion.store_id)).all() == [mine.id]
    text = client.get(page_of(a_contact(account, role="coordinator"))).text
    assert "店舗ごとの状況 1 / 2 店舗" in text
    assert other.name in text


def test_reloading_after_a_tick_leads_back(client: Client, app: Flask) -> None:
    path = page_of(a_contact())
    assert client.get(f"{path}/setup/menu").status_code == 302
    assert client.get(f"{path}/registrations/1/companions").status_code == 303
