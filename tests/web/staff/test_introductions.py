"""案内を開始: the page says beforehand how many mails will go, and pressing sends exactly those."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import mail_holding
from scheduler.services.actors import CLI
from tests.conftest import Client, sign_in
from tests.factories import a_contact, a_course, a_member, an_account


def test_the_page_says_how_many_mails_will_go_and_to_whom(staff_client: Client) -> None:
    a_course()
    account = an_account()
    a_contact(account, name="窓口 一郎")
    a_contact(account, name="店長 次郎", role="manager")
    a_contact(account, name="電話 三郎", email=None)
    page = staff_client.get(f"/staff/introductions?account={account.id}").text
    assert "1 人に基本操作編の案内メールが届きます" in page
    assert "窓口 一郎" in page
    assert "店長 次郎" not in page
    assert "電話 三郎" in page
    wide = staff_client.get(f"/staff/introductions?account={account.id}&audience=everyone").text
    assert "2 人に基本操作編の案内メールが届きます" in wide
    assert db.session.scalars(select(Mail)).all() == []


def test_pressing_sends_each_person_one_invitation_once(staff_client: Client) -> None:
    a_course()
    accounts = [an_account(), an_account()]
    people = {a_contact(account).id for account in accounts}
    form = {"account": [account.id for account in accounts], "audience": "coordinator"}
    for said in ("2 人に案内メールを送ります", "新しく送るメールはありません"):
        assert said in staff_client.post("/staff/introductions", data=form, follow_redirects=True).text
    assert set(db.session.scalars(select(Mail.contact_id))) == people
    assert len(db.session.scalars(select(Mail)).all()) == 2


def test_accounts_that_are_live_already_are_named_and_left_alone(staff_client: Client) -> None:
    a_course()
    live = an_account(name="株式会社稼働中", stage="success")
    a_contact(live)
    assert "株式会社稼働中" in staff_client.get(f"/staff/introductions?account={live.id}").text
    pressed = staff_client.post("/staff/introductions", data={"account": live.id}, follow_redirects=True).text
    assert "案内を開始できる会社がありません" in pressed
    assert db.session.scalars(select(Mail)).all() == []


def test_what_keeps_the_mails_back_is_said_beforehand(staff_client: Client, now: datetime) -> None:
    a_course()
    account = an_account(name="株式会社一時停止", mails_paused_at=now)
    a_contact(account)
    assert (
        "一時停止しています。再開すると送られます: 株式会社一時停止"
        in staff_client.get(f"/staff/introductions?account={account.id}").text
    )
    mail_holding.pause_everything(now, CLI)
    assert "全送信を一時停止しています" in staff_client.get(f"/staff/introductions?account={account.id}").text


def test_nothing_chosen_says_where_to_choose(staff_client: Client) -> None:
    a_course()
    assert "顧客企業が選ばれていません" in staff_client.get("/staff/introductions").text


def test_sales_may_not_start_it(client: Client) -> None:
    sign_in(client, a_member(team="sales"))
    assert client.get("/staff/introductions").status_code == 403
    assert client.post("/staff/introductions").status_code == 403


def test_people_can_be_greeted_first_and_the_page_says_that_no_invitation_is_among_it(staff_client: Client) -> None:
    a_course()
    account = an_account()
    person = a_contact(account)
    page = staff_client.get(f"/staff/introductions?account={account.id}&mail=welcome").text
    assert "1 人にごあいさつのメールが届きます" in page
    assert "あらためて「案内を開始」から送ります" in page
    form = {"account": account.id, "audience": "coordinator", "mail": "welcome"}
    assert staff_client.post("/staff/introductions", data=form).status_code == 302
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.kind, mail.contact_id) == ("welcome", person.id)
    assert "ごあいさつのメールで案内を開始しました" in staff_client.get(f"/staff/accounts/{account.id}").text
