"""The mails' pages: why somebody did or did not get one, and what it said."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from emails.transports.setting import transport_from
from scheduler.models.db import db
from scheduler.models.mails import Mail, MailEvent, Suppression
from scheduler.services import mail_holding, readiness
from scheduler.services.actors import WORKER, Actor
from scheduler.services.outbox.deliver import deliver_due
from scheduler.services.outbox.owe import owe
from scheduler.services.registrations import booking, changes
from scheduler.settings import Settings
from tests.conftest import Client
from tests.factories import a_contact, a_lecture, an_account

PAGE = Actor("contact", 1, "page")


def booked(now: datetime, **fields: object) -> int:
    contact = a_contact(an_account(name="株式会社みほん"), name="山田 花子", **fields)
    return booking.register(contact.id, a_lecture().id, now, PAGE)


def put(**values: Any) -> Mail:
    with db.writing():
        db.session.execute(update(Mail).values(values))
    return db.session.scalars(select(Mail).execution_options(populate_existing=True)).one()


def test_a_mail_that_waits_is_shown_as_it_would_be_sent(staff_client: Client, now: datetime) -> None:
    booked(now)
    mail = db.session.scalars(select(Mail)).one()
    page = staff_client.get(f"/staff/mails/{mail.id}").text
    assert "送信待ち" in page
    assert "本文（いま送る場合）" in page
    assert "株式会社みほん" in page


def test_a_sent_mail_of_the_folder_is_readable_with_its_calendar(
    staff_client: Client, now: datetime, settings: Settings
) -> None:
    booked(now)
    deliver_due(now, transport_from(settings.mail), readiness.refresh)
    mail = db.session.scalars(select(Mail)).one()
    page = staff_client.get(f"/staff/mails/{mail.id}").text
    assert "送信済み" in page
    assert "BEGIN:VEVENT" in page
    file = staff_client.get(f"/staff/mails/{mail.id}/file.eml")
    assert file.data == (Path(settings.mail.removeprefix("folder:")) / f"{mail.id}.eml").read_bytes()


def test_a_dropped_mail_says_why(staff_client: Client, now: datetime, settings: Settings) -> None:
    number = booked(now)
    changes.cancel(number, now, PAGE)
    deliver_due(now, transport_from(settings.mail), readiness.refresh)
    page = staff_client.get("/staff/mails?state=dropped").text
    assert "その後の変更のお知らせに置き換わりました" in page


def test_a_failed_mail_can_be_sent_again(staff_client: Client, now: datetime) -> None:
    booked(now)
    with db.writing():
        mail = db.session.scalars(select(Mail)).one()
        mail.state, mail.reason = "failed", "550 no such user"
    assert "550 no such user" in staff_client.get(f"/staff/mails/{mail.id}").text
    staff_client.post(f"/staff/mails/{mail.id}/retry")
    db.session.expire_all()
    assert db.session.get_one(Mail, mail.id).state == "queued"


def test_a_mail_that_left_can_be_sent_again_once_however_often_the_button_is_pressed(
    staff_client: Client, now: datetime
) -> None:
    booked(now)
    mail = put(state="bounced", sent_at=now)
    for _press in range(2):
        assert staff_client.post(f"/staff/mails/{mail.id}/retry", data={"press": "0"}).status_code == 302
    assert [row.state for row in db.session.scalars(select(Mail).order_by(Mail.id))] == ["bounced", "queued"]
    assert 'name="press" value="1"' in staff_client.get(f"/staff/mails/{mail.id}").text


def test_why_a_mail_cannot_be_sent_again_is_said_before_the_button_is_pressed(
    staff_client: Client, now: datetime
) -> None:
    booked(now)
    mail = put(state="missed", reason="too_late", expires_at=now)
    page = staff_client.get(f"/staff/mails/{mail.id}").text
    assert "もう一度送ることはできません（間に合わなかったため送りませんでした）。" in page
    assert "電話などで直接お伝えください" in page
    assert f"/staff/mails/{mail.id}/retry" not in page
    answer = staff_client.post(f"/staff/mails/{mail.id}/retry", follow_redirects=True).text
    assert "もう一度送信しませんでした: 間に合わなかったため送りませんでした" in answer


def test_what_the_provider_told_is_a_mails_story(staff_client: Client, now: datetime) -> None:
    booked(now)
    mail = put(state="delivered", sent_at=now, delivered_at=now, opened_at=now)
    with db.writing():
        for number, kind in enumerate(("delivered", "machine_opened", "opened")):
            db.session.add(MailEvent(event_id=str(number), mail_id=mail.id, kind=kind, at=now))
    page = staff_client.get(f"/staff/mails/{mail.id}").text
    assert page.index("届きました") < page.index("自動で開かれました") < page.index("<span>開かれました")


def test_an_address_that_gets_no_mails_is_named_with_the_way_to_lift_it(staff_client: Client, now: datetime) -> None:
    booked(now)
    mail = put(state="bounced", sent_at=now)
    assert mail.contact is not None
    with db.writing():
        row = {"address": mail.contact.email, "list": "all", "reason": "bounced", "created_at": now}
        db.session.add(Suppression(**row))
    for path in (f"/staff/mails/{mail.id}", f"/staff/accounts/{mail.account_id}/people/{mail.contact_id}"):
        page = staff_client.get(path).text
        assert "届かなかったため、このアドレスには送りません。" in page
        assert "/staff/mails/suppressions?q=" in page


def test_a_persons_page_says_what_is_to_come_first_and_why_the_rest_was_not_sent(
    staff_client: Client, now: datetime
) -> None:
    booked(now)
    mail = put(state="dropped", reason="unsubscribed")
    with db.writing():
        owe("thanks", "later", now=now, due_at=now, contact_id=mail.contact_id, account_id=mail.account_id)
    mail_holding.pause_everything(now, WORKER)
    page = staff_client.get(f"/staff/accounts/{mail.account_id}/people/{mail.contact_id}").text
    section = page[page.index('id="mails"') :]
    assert section.index("受講のお礼") < section.index("前日のお知らせ") < section.index("お申し込み確認")
    assert "全送信を一時停止しています" in section
    assert "配信停止のお申し出があります" in section
    assert "お電話でご案内するか" in section


def test_an_unknown_mail_or_file_is_not_found(staff_client: Client, now: datetime) -> None:
    booked(now)
    mail = db.session.scalars(select(Mail)).one()
    assert staff_client.get("/staff/mails/999").status_code == 404
    assert staff_client.get(f"/staff/mails/{mail.id}/file.eml").status_code == 404
