"""One person of an account: called, registered on the telephone, corrected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from scheduler.models.accounts import Contact, Store
from scheduler.models.db import db
from scheduler.services.installation import here
from tests.conftest import NOW, Client, sign_in
from tests.factories import a_contact, a_lecture, a_member, a_registration, a_store, an_account

WEEK = timedelta(days=7)


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.text.split())


def of(contact: Contact) -> str:
    return f"/staff/accounts/{contact.account_id}/people/{contact.id}"


def the(contact: Contact) -> Contact:
    return db.session.get_one(Contact, contact.id, populate_existing=True)


def test_a_person_can_be_registered_moved_and_cancelled_from_the_own_page(staff_client: Client) -> None:
    contact = a_contact(name="山田 花子")
    first, second = a_lecture(starts_at=NOW + WEEK), a_lecture(starts_at=NOW + 2 * WEEK)
    text = page(staff_client, of(contact))
    assert f'<option value="{first.id}" selected>' in text
    registration = a_registration(contact, first)
    text = page(staff_client, of(contact))
    assert f"/staff/roster/{registration.id}/move" in text
    assert f"/staff/roster/{registration.id}/cancel" in text
    assert f'<option value="{second.id}">' in text
    assert "に申込済みです" in text


def test_a_full_date_says_so_and_the_first_free_one_stands_chosen(staff_client: Client) -> None:
    full = a_lecture(starts_at=NOW + WEEK, capacity=1)
    a_registration(a_contact(), full)
    free = a_lecture(starts_at=NOW + 2 * WEEK)
    text = page(staff_client, of(a_contact()))
    assert "4月8日(水) 09:00–10:00（満席）" in text
    assert f'<option value="{free.id}" selected>' in text


def test_who_has_no_address_is_registered_without_a_mail(staff_client: Client) -> None:
    a_lecture()
    text = page(staff_client, of(a_contact(email=None, phone="045-111-2222")))
    assert "メールアドレスがないため、メールは送りません" in text
    assert 'href="tel:0451112222"' in text


def test_a_person_is_only_found_under_the_own_account(staff_client: Client) -> None:
    contact = a_contact()
    assert staff_client.get(f"/staff/accounts/{an_account().id}/people/{contact.id}").status_code == 404


def test_a_person_is_added_with_stores(staff_client: Client) -> None:
    account = an_account()
    store = a_store(account, code="Y1", name="横浜店")
    form = {"name": "山田　花子", "role": "manager", "locale": "en", "zone": "Asia/Tokyo", "stores": ["Y1"]}
    response = staff_client.post(f"/staff/accounts/{account.id}/people/new", data=form)
    assert "先方担当者を追加しました。" in page(staff_client, response.location)
    contact = db.session.get_one(Contact, int(response.location.rpartition("/")[2]))
    assert (contact.name, contact.role, contact.locale, contact.email) == ("山田 花子", "manager", "en", None)
    assert [row.id for row in contact.stores] == [store.id]


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"email": "not an address"}, "email", "メールアドレスの形式"),
        ({"name": "", "email": "", "phone": ""}, "name", "いずれかを入力してください"),
        ({"zone": "Asia/Yokohama"}, "zone", "Asia/Yokohama"),
        ({"role": "king"}, "role", "次のいずれかにしてください"),
    ],
)
def test_a_wrong_entry_is_told_beside_its_field_and_kept_on_the_page(
    staff_client: Client, form: dict[str, str], field: str, words: str
) -> None:
    contact = a_contact(name="山田 花子")
    base = {"name": "佐藤 花子", "role": "member", "locale": "ja", "zone": "Asia/Tokyo", "phone": "03-1111-2222"}
    response = staff_client.post(f"{of(contact)}/edit", data=base | form)
    assert response.status_code == 422
    assert words in response.text
    assert f'id="error-{field}"' in response.text
    assert the(contact).name == "山田 花子"


def test_the_same_person_twice_is_refused_in_words(staff_client: Client) -> None:
    contact = a_contact(name="山田 花子", email="hanako@customer.example")
    form = {
        "name": "山田花子",
        "email": "hanako@customer.example",
        "role": "member",
        "locale": "ja",
        "zone": "Asia/Tokyo",
    }
    response = staff_client.post(f"/staff/accounts/{contact.account_id}/people/new", data=form)
    assert response.status_code == 422
    assert "すでに登録されています" in response.text


def test_an_edit_keeps_the_person_and_her_links(staff_client: Client) -> None:
    contact = a_contact(name="山田 花子")
    form = {
        "name": "佐藤 花子",
        "role": "coordinator",
        "email": "s@customer.example",
        "locale": "ja",
        "zone": "Asia/Seoul",
    }
    staff_client.post(f"{of(contact)}/edit", data=form)
    changed = the(contact)
    assert (changed.name, changed.zone, changed.link_version) == ("佐藤 花子", "Asia/Seoul", 1)


def test_ended_links_open_nothing_any_more(staff_client: Client) -> None:
    contact = a_contact()
    before = here().links.sign("me", contact.id, contact.link_version)
    assert before in page(staff_client, of(contact))
    staff_client.post(f"{of(contact)}/reset-links")
    text = page(staff_client, of(contact))
    assert before not in text
    assert here().links.sign("me", contact.id, the(contact).link_version) in text


def test_a_store_is_added_and_corrected(staff_client: Client) -> None:
    account = an_account()
    new = f"/staff/accounts/{account.id}/stores/new"
    form = {"code": "Y1", "name": "横浜店", "closed_days": ["1", "2"], "scope": "in", "scope_from": ""}
    text = page(staff_client, staff_client.post(new, data=form).location)
    assert "横浜店" in text
    assert "定休日 火曜、水曜" in text
    assert "すでに使われています" in staff_client.post(new, data=form).text
    store = db.session.query(Store).one()
    edit = f"/staff/accounts/{account.id}/stores/{store.id}/edit"
    assert 'value="横浜店"' in page(staff_client, edit)
    staff_client.post(edit, data=form | {"name": "横浜本店", "scope": "later", "scope_from": "2026-06-01"})
    assert "後日対象" in page(staff_client, f"/staff/accounts/{account.id}")


def test_who_may_only_look_gets_no_personal_link(client: Client, app: Flask) -> None:
    contact = a_contact()
    sign_in(client, a_member(team="sales"))
    text = page(client, of(contact))
    assert "/me/" not in text
    assert "電話で申し込む" not in text
