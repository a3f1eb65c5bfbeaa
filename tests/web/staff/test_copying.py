"""What a mail would say can be copied, read out and scanned, also for people without an address."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import addresses, passing_on
from scheduler.services.actors import CLI
from scheduler.services.outbox.owe import owe
from scheduler.services.registrations import booking
from tests.conftest import Client, sign_in
from tests.factories import a_contact, a_course, a_lecture, a_member, an_account


def path_of(contact: Contact) -> str:
    return f"/staff/accounts/{contact.account_id}/people/{contact.id}/words"


def test_whoever_has_no_address_is_invited_by_hand_in_their_language(staff_client: Client, now: datetime) -> None:
    contact = a_contact(email=None, name="Jane Doe", locale="en")
    a_lecture(starts_at=now + timedelta(days=7))
    page = staff_client.get(path_of(contact)).text
    assert "Dear Jane Doe," in page
    assert addresses.personal(contact) in page
    assert "Wednesday the 8th of April, from 9 am to 10 am" in page
    assert f"{path_of(contact)}?about=invitation-basic" in page


def test_a_booked_date_is_passed_on_with_the_page_and_the_way_into_the_meeting(
    staff_client: Client, now: datetime
) -> None:
    contact, lecture = a_contact(name="山田 花子"), a_lecture()
    number = booking.register(contact.id, lecture.id, now, CLI)
    booked = staff_client.get(f"{path_of(contact)}?about=booked-{number}").text
    assert "お申し込みを承っております" in booked
    assert addresses.personal(contact, lecture.id) in booked
    reminder = staff_client.get(f"{path_of(contact)}?about=reminder-{number}").text
    assert addresses.join(number, contact) in reminder
    assert "invitation-basic" not in reminder


def test_the_words_of_a_mail_are_those_of_what_it_is_about(staff_client: Client, now: datetime) -> None:
    contact, lecture = a_contact(), a_lecture()
    number = booking.register(contact.id, lecture.id, now, CLI)
    a_course("advanced")
    with db.writing():
        owe("invitation", "i", now=now, contact_id=contact.id, account_id=contact.account_id, params={"course_id": a_course("advanced").id})  # fmt: skip
    confirmation, invitation = db.session.scalars(select(Mail).order_by(Mail.id)).all()
    assert passing_on.key_of(confirmation) == f"booked-{number}"
    assert passing_on.key_of(invitation) == "invitation-advanced"
    assert "活用編" in staff_client.get(f"{path_of(contact)}?mail={invitation.id}").text
    assert "お申し込みを承っております" in staff_client.get(f"{path_of(contact)}?mail={confirmation.id}").text
    assert f"{path_of(contact)}?mail={invitation.id}" in staff_client.get(f"/staff/mails/{invitation.id}").text
    # Another person's mail tells nothing.
    assert passing_on.matters(a_contact(), now)[0].key == "invitation-basic"
    assert staff_client.get(f"{path_of(a_contact())}?mail={confirmation.id}").status_code == 200


def test_the_link_is_there_to_scan(staff_client: Client) -> None:
    contact = a_contact()
    drawn = staff_client.get(f"{path_of(contact)}/qr.svg?about=page")
    assert drawn.mimetype == "image/svg+xml"
    assert drawn.data.startswith(b"<?xml")
    assert "no-store" in drawn.headers["Cache-Control"]


@pytest.mark.parametrize("about", ["booked-999", "nothing", "invitation-none"])
def test_what_there_is_not_is_not_found(staff_client: Client, about: str) -> None:
    contact = a_contact()
    assert staff_client.get(f"{path_of(contact)}?about={about}").status_code == 404
    assert staff_client.get(f"{path_of(contact)}/qr.svg?about={about}").status_code == 404
    assert staff_client.get(f"/staff/accounts/{an_account().id}/people/{contact.id}/words").status_code == 404


def test_the_personal_link_is_shown_only_to_who_registers_people(client: Client) -> None:
    sign_in(client, a_member(team="sales"))
    assert client.get(path_of(a_contact())).status_code == 403
