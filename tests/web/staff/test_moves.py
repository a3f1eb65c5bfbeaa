"""All people of a lecture, or of one account, move to another date after a preview that says who cannot and why."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from tests.conftest import Client
from tests.factories import a_contact, a_lecture, a_registration, an_account


def test_the_preview_says_who_moves_who_cannot_and_how_many_mails_go_and_moves_nobody(
    staff_client: Client, now: datetime
) -> None:
    old, new = a_lecture(), a_lecture(capacity=1, starts_at=now + timedelta(days=9))
    first = a_registration(a_contact(name="山田 花子"), old)
    a_registration(a_contact(name="鈴木 健"), old)
    page = staff_client.get(f"/staff/lectures/{old.id}/move?to={new.id}").text
    assert "1 人の日程を変更します。1 人に、新旧の日時" in page
    assert page.index("移せない方") < page.index("鈴木 健") < page.index("満席") < page.index("山田 花子")
    assert db.session.get_one(Registration, first.id).lecture_id == old.id
    staff_client.post(f"/staff/lectures/{old.id}/move", data={"to": new.id, "reason_ja": "講師の都合"})
    told = staff_client.get(f"/staff/lectures/{old.id}").text
    assert "1 人の日程を変更しました。1 人にメールでお知らせします。" in told
    assert "鈴木 健 様は変更できませんでした: 満席" in told
    assert "1 名の日程をまとめて変更しました" in told
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.kind, mail.params["reason"]) == ("changed", {"ja": "講師の都合"})


def test_one_accounts_people_move_and_the_others_stay(staff_client: Client, now: datetime) -> None:
    account = an_account(name="株式会社みほん")
    old, new = a_lecture(), a_lecture(starts_at=now + timedelta(days=9))
    mine, other = a_registration(a_contact(account), old), a_registration(lecture=old)
    assert "株式会社みほん（1 名）" in staff_client.get(f"/staff/lectures/{old.id}/move").text
    staff_client.post(f"/staff/lectures/{old.id}/move", data={"to": new.id, "account": account.id})
    db.session.expire_all()
    assert db.session.get_one(Registration, mine.id).lecture_id == new.id
    assert db.session.get_one(Registration, other.id).lecture_id == old.id


def test_a_date_nobody_can_move_to_is_said_and_nothing_breaks(staff_client: Client) -> None:
    old = a_lecture()
    assert "移す方はいません" in staff_client.get(f"/staff/lectures/{old.id}/move").text
    a_registration(lecture=old)
    assert "移せる日程がありません" in staff_client.get(f"/staff/lectures/{old.id}/move").text
    a_lecture()
    assert "いまと同じ日程です" in staff_client.get(f"/staff/lectures/{old.id}/move?to={old.id}").text
    assert staff_client.get(f"/staff/lectures/{old.id}/move?to=x&account=99").status_code == 200
    staff_client.post(f"/staff/lectures/{old.id}/move", data={"to": 99_999})
    assert "対象が見つかりません" in staff_client.get(f"/staff/lectures/{old.id}/move").text
