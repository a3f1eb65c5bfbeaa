"""The mails' pages: why somebody did or did not get one, and what it said."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from emails.transports.setting import transport_from
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import readiness
from scheduler.services.actors import Actor
from scheduler.services.outbox.deliver import deliver_due
from scheduler.services.registrations import booking, changes
from scheduler.settings import Settings
from tests.conftest import Client
from tests.factories import a_contact, a_lecture, an_account

PAGE = Actor("contact", 1, "page")


def booked(now: datetime, **fields: object) -> int:
    contact = a_contact(an_account(name="株式会社みほん"), name="山田 花子", **fields)
    return booking.register(contact.id, a_lecture().id, now, PAGE)


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


def test_an_unknown_mail_or_file_is_not_found(staff_client: Client, now: datetime) -> None:
    booked(now)
    mail = db.session.scalars(select(Mail)).one()
    assert staff_client.get("/staff/mails/999").status_code == 404
    assert staff_client.get(f"/staff/mails/{mail.id}/file.eml").status_code == 404
