"""Staff note that a person left: the links answer like a reset one, and she is offered nowhere."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.registrations import Registration
from scheduler.services import addresses
from tests.conftest import Client
from tests.factories import a_contact, a_course, a_lecture, a_registration, an_account

TODAY = date(2026, 4, 1)


def page_of(contact: Contact) -> str:
    return f"/staff/accounts/{contact.account_id}/people/{contact.id}"


def paths(contact: Contact, registration: int) -> list[str]:
    """List what a person's mails lead to."""
    made = (addresses.personal(contact), addresses.join(registration, contact))
    links = (*made, addresses.feed(contact), addresses.unsubscribe(contact, "nudges"))
    return [link.partition("://")[2].partition("/")[2] for link in links]


def test_every_link_of_who_left_ends_and_opens_again_when_it_is_taken_back(
    client: Client, staff_client: Client
) -> None:
    contact = a_contact()
    row = a_registration(contact)
    links = paths(contact, row.id)
    assert [client.get(f"/{path}").status_code for path in links] == [200] * 4
    answer = staff_client.post(f"{page_of(contact)}/departure", data={"on": "2026-04-01"})
    assert answer.location == page_of(contact)
    reset = a_contact(link_version=2, feed_version=2)
    with db.writing():
        old = Contact(id=reset.id, link_version=1, feed_version=1, locale="ja")
    assert [client.get(f"/{path}").status_code for path in links] == [404] * 4
    assert client.get(f"/{links[0]}").text == client.get(f"/{paths(old, row.id)[0]}").text
    staff_client.post(f"{page_of(contact)}/departure/undo")
    assert [client.get(f"/{path}").status_code for path in links] == [200] * 4


def test_a_link_made_for_who_left_opens_nothing(client: Client) -> None:
    contact = a_contact(left_on=TODAY)
    row = a_registration(contact)
    assert [client.get(f"/{path}").status_code for path in paths(contact, row.id)] == [404] * 4


def test_a_new_person_takes_over_with_the_seat(staff_client: Client) -> None:
    contact = a_contact(an_account())
    row = a_registration(contact)
    data = {"on": "2026-04-01", "successor": "new", "name": "後任 次郎", "email": "jiro@x.example", "take_over": "1"}
    answer = staff_client.post(f"{page_of(contact)}/departure", data=data | {f"seat_{row.id}": "pass"})
    assert answer.location != page_of(contact)
    assert "後任 次郎" in staff_client.get(answer.location).text
    shown = staff_client.get(page_of(contact)).text
    assert "退職・異動されました" in shown
    assert "後任 次郎" in shown
    assert "電話で申し込む" not in shown


def test_what_is_missing_is_asked_for_with_everything_kept(staff_client: Client) -> None:
    contact = a_contact()
    row = a_registration(contact)
    answer = staff_client.post(f"{page_of(contact)}/departure", data={"on": "2026-03-20", f"seat_{row.id}": "pass"})
    assert answer.status_code == 422
    assert "申込を引き継ぐ後任の方を選んでください" in answer.text
    assert 'value="2026-03-20"' in answer.text
    assert 'value="pass" checked' in answer.text


def test_who_left_is_marked_where_people_are_listed_and_offered_nowhere(staff_client: Client) -> None:
    a_course()
    account = an_account()
    gone = a_contact(account, name="退職 花子", left_on=TODAY)
    a_contact(account, name="在籍 太郎")
    lecture = a_lecture()
    assert "退職・異動 4月1日(水)" in staff_client.get(f"/staff/accounts/{account.id}").text
    for path in ("lectures/new", "proposals/new"):
        form = staff_client.get(f"/staff/accounts/{account.id}/{path}").text
        assert ("在籍 太郎" in form, "退職 花子" in form) == (True, False)
    data = {"lecture": str(lecture.id), "contact": str(gone.id), "mails": "1"}
    staff_client.post("/staff/roster/register", data=data)
    db.session.rollback()
    assert db.session.scalars(select(Registration)).all() == []
    assert staff_client.get(f"{page_of(gone)}/words").status_code == 404
