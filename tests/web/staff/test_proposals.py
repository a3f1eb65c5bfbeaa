"""Staff offer up to three times, see what became of the offer, choose on the telephone and take it back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.proposals import Proposal
from scheduler.models.registrations import Registration
from scheduler.models.staff import Staff
from scheduler.services import proposals, tasks
from scheduler.services.actors import Actor
from tests.conftest import NOW, Client, sign_in
from tests.factories import a_contact, a_lecture, a_member, an_account
from tests.services.test_bookings import own
from tests.web.staff.test_bookings import body

STAFF = Actor("staff", None, "page")
MORNING = datetime(2026, 4, 8, 10)


def path(account: Account) -> str:
    return f"/staff/accounts/{account.id}/proposals/new"


def offered() -> list[Proposal]:
    return list(db.session.scalars(select(Proposal).order_by(Proposal.id)))


def an_offer(contact: Contact, **changes: object) -> int:
    return proposals.offer(own(contact, **changes), [MORNING], NOW, STAFF)


def test_times_are_looked_at_first_and_then_offered(staff_client: Client, member: Staff) -> None:
    contact = a_contact(name="山田 花子")
    account = contact.account
    a_lecture(starts_at=datetime(2026, 4, 8, 1, tzinfo=UTC), host_id=member.id)
    assert path(account) in staff_client.get(f"/staff/accounts/{account.id}").text
    sent = body(contact=contact.id, host=member.id, time_1="2026-04-08T10:00", time_2="2026-04-09T10:00")
    seen = staff_client.post(path(account), data=sent)
    assert seen.status_code == 200
    for words in ("4月8日(水) 10:00–11:00", "4月9日(木) 10:00–11:00", "ホストが重複", "山田 花子 さんにメールで"):
        assert words in seen.text
    assert offered() == []
    assert staff_client.post(path(account), data=sent | {"step": "offer"}).location.endswith("#own")
    [row] = offered()
    assert (row.contact_id, row.created_by_id, row.for_company) == (contact.id, member.id, False)
    assert db.session.scalars(select(Mail.kind)).all() == ["proposal"]
    text = staff_client.get(f"/staff/accounts/{account.id}").text
    assert f'id="proposal-{row.id}"' in text
    assert "候補日時を送りました: 山田 花子（2 件）" in text


def test_colleagues_come_along_when_it_is_for_the_company(staff_client: Client) -> None:
    account = an_account()
    contact, colleague = a_contact(account), a_contact(account)
    sent = body(contact=contact.id, people=[colleague.id, contact.id], whose="company", step="offer", capacity="5")
    staff_client.post(path(account), data=sent | {"time_1": "2026-04-08T10:00"})
    [row] = offered()
    assert (row.contact_id, row.people, row.for_company, row.capacity) == (contact.id, [colleague.id], True, 5)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"contact": ""}, "受講する方を選んでください。"),
        ({"time_1": ""}, "必ず入力してください。"),
        ({"time_2": "いつか"}, "「いつか」は日時として読み取れません"),
        ({"time_2": "2026-03-31T10:00"}, "開始日時は、これから先の日時にしてください。"),
    ],
)
def test_a_fault_is_told_in_the_form(staff_client: Client, changes: dict[str, str], words: str) -> None:
    contact = a_contact()
    sent = body(contact=contact.id, time_1="2026-04-08T10:00", step="offer") | changes
    response = staff_client.post(path(contact.account), data=sent)
    assert response.status_code == 422
    assert words in response.text
    assert offered() == []


def test_on_the_telephone_staff_choose_for_the_customer(staff_client: Client) -> None:
    contact = a_contact()
    number = an_offer(contact)
    base = f"/staff/accounts/{contact.account_id}/proposals/{number}"
    assert f"{base}/choose" in staff_client.get(f"/staff/accounts/{contact.account_id}").text
    response = staff_client.post(f"{base}/choose", data={"at": "2026-04-08T10:00"})
    lecture = db.session.scalars(select(Lecture)).one()
    assert response.location == f"/staff/lectures/{lecture.id}"
    assert db.session.scalars(select(Registration.channel)).one() == "phone"
    again = staff_client.post(f"{base}/withdraw")
    assert again.location.endswith("#own")
    assert "すでにお選びいただいています" in staff_client.get(again.location).text


def test_an_offer_is_taken_back(staff_client: Client) -> None:
    contact = a_contact()
    number = an_offer(contact)
    base = f"/staff/accounts/{contact.account_id}/proposals/{number}"
    staff_client.post(f"{base}/withdraw")
    assert offered()[0].state == "withdrawn"
    assert f"{base}/choose" not in staff_client.get(f"/staff/accounts/{contact.account_id}").text
    refused = staff_client.post(f"{base}/choose", data={"at": "2026-04-08T10:00"})
    assert "取り下げられています" in staff_client.get(refused.location).text


def test_another_accounts_offer_is_not_found(staff_client: Client) -> None:
    number = an_offer(a_contact())
    other = an_account()
    for act in ("choose", "withdraw"):
        assert staff_client.post(f"/staff/accounts/{other.id}/proposals/{number}/{act}").status_code == 404
    assert offered()[0].state == "open"


def test_a_wish_leads_to_both_forms(staff_client: Client) -> None:
    contact = a_contact()
    params = {"course": "basic", "wishes": [], "phone": ""}
    tasks.add("w", "wish", now=NOW, account_id=contact.account_id, contact_id=contact.id, params=params)
    text = staff_client.get("/staff/tasks?whose=all").text.replace("&amp;", "&")
    for form in ("proposals", "lectures"):
        assert f"/staff/accounts/{contact.account_id}/{form}/new?contact={contact.id}&course=basic" in text


def test_who_may_only_register_chooses_but_neither_offers_nor_withdraws(client: Client) -> None:
    contact = a_contact()
    number = an_offer(contact)
    sign_in(client, a_member("renewal"))
    base = f"/staff/accounts/{contact.account_id}/proposals"
    assert client.get(f"{base}/new").status_code == 403
    assert client.post(f"{base}/{number}/withdraw").status_code == 403
    assert client.post(f"{base}/{number}/choose", data={"at": "2026-04-08T10:00"}).status_code == 302
    assert offered()[0].state == "chosen"
