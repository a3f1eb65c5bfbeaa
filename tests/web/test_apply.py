"""How somebody without a link applies for a date: the same words for everybody, and a link that only its reader can use."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from scheduler.models.applications import Application
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services import addresses
from scheduler.services.applications import deciding
from scheduler.services.installation import here
from tests.browsing import forms
from tests.conftest import Client, sign_in
from tests.factories import (
    NOW,
    a_contact,
    a_course,
    a_lecture,
    a_member,
    a_registration,
    a_token,
    an_account,
    an_application,
)
from tests.services.outbox.answering import Answering, deliver
from tests.statements import noted

DAY = timedelta(days=1)
FORM = {"company": "株式会社みほん", "name": "山田 花子", "email": "hanako@mihon.example", "consent": "1"}


def form_of(lecture: Lecture) -> str:
    return f"/lectures/{lecture.id}/apply"


def send(client: Client, lecture: Lecture, **fields: str) -> TestResponse:
    return client.post(form_of(lecture), data=FORM | fields)


def link_of(row: Application) -> str:
    return addresses.application(row).removeprefix(here().base_url)


def count(model: type[Application] | type[Mail] | type[Registration]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def visible(page: str) -> str:
    """Return a page without what differs at every reading: tokens, and the address the reader typed."""
    return re.sub(r'name="csrf_token" value="[^"]*"|<span class="nowrap">\w+@</span>', "", page)


def test_from_the_programme_to_the_seat(client: Client, database: Flask, now: datetime) -> None:
    contact = a_contact(an_account(name="株式会社みほん"), name="山田 花子", email="hanako@mihon.example")
    lecture = a_lecture()
    assert f'href="{form_of(lecture)}"' in client.get("/lectures").text
    page = client.get(form_of(lecture)).text
    assert [words for form in forms(page) for _name, _value, words in form.buttons if "リンク" in words]
    answer = client.post(form_of(lecture), data=FORM, follow_redirects=True)
    assert "お申し込みを完了するためのリンクをお送りしました。" in answer.text
    transport = Answering()
    deliver(now, transport)
    link = next(word for word in transport.given[0].text.split() if "/apply/" in word).removeprefix(here().base_url)
    page = client.get(link).text
    assert "山田 花子" in page
    assert count(Registration) == 0
    answer = client.post(link)
    assert (answer.status_code, answer.headers["Location"]) == (303, link_to_page(contact.id))
    assert "お申し込みを承りました。確認メールをお送りします。" in client.get(answer.headers["Location"]).text
    assert db.session.scalars(select(Registration.contact_id)).all() == [contact.id]


def link_to_page(contact_id: int) -> str:
    return f"/me/{here().links.sign('me', contact_id, 1)}"


def test_no_answer_tells_whether_an_address_is_known(client: Client, app: Flask) -> None:
    lecture = a_lecture()
    a_contact(email="known@mihon.example")
    a_registration(a_contact(email="booked@mihon.example"), lecture)
    shared = an_account()
    for name in ("一", "二"):
        a_contact(shared, name=name, email="shared@mihon.example")
    seen = set()
    for name in ("known", "booked", "shared", "unknown"):
        browser = app.test_client()
        answer = browser.post(form_of(lecture), data=FORM | {"email": f"{name}@mihon.example"})
        page = browser.get(answer.headers["Location"])
        told = {key: value for key, value in answer.headers if key != "Set-Cookie"}
        seen.add((answer.status_code, str(told), answer.text, page.status_code, visible(page.text)))
    assert len(seen) == 1


def test_reading_the_form_asks_for_as_much_of_the_database_for_everybody(client: Client, app: Flask) -> None:
    """The form's view never looks at people: what it reads and writes names no contact."""
    lecture = a_lecture()
    a_contact(email="hanako@mihon.example")
    with noted() as asked:
        send(client, lecture)
    assert asked
    assert not [statement for statement in asked if re.search(r"\bcontacts\b|\baccounts\b", statement)]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"company": ""}, "company"),
        ({"name": " "}, "name"),
        ({"email": "hanako"}, "email"),
        ({"consent": ""}, "consent"),
        ({"phone": "0" * 300}, "phone"),
    ],
)
def test_a_fault_is_told_at_its_field_and_nothing_typed_is_lost(
    client: Client, app: Flask, fields: dict[str, str], field: str
) -> None:
    answer = send(client, a_lecture(), **{"store": "横浜店"} | fields)
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in answer.text
    assert f'id="error-{field}"' in answer.text
    assert 'value="横浜店"' in answer.text
    assert count(Application) == 0


def test_every_fault_is_told_at_once(client: Client, app: Flask) -> None:
    page = client.post(form_of(a_lecture()), data={}).text
    assert re.findall(r'id="error-(\w+)"', page) == ["company", "name", "email", "consent"]


def test_a_program_that_fills_in_everything_gets_the_same_answer_and_nothing_is_kept(
    client: Client, app: Flask
) -> None:
    lecture = a_lecture()
    person, robot = app.test_client(), app.test_client()
    answers = [
        person.post(form_of(lecture), data=FORM),
        robot.post(form_of(lecture), data=FORM | {"topic": "https://spam.example"}),
    ]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (303, f"{form_of(lecture)}/sent")
    }
    pages = [visible(browser.get(f"{form_of(lecture)}/sent").text) for browser in (person, robot)]
    assert pages[0] == pages[1]
    assert count(Application) == 1


def test_no_cookie_grows_with_what_a_program_writes_into_the_form(client: Client, app: Flask) -> None:
    lecture = a_lecture()
    answer = send(client, lecture, email="x" * 100_000, topic="https://spam.example")
    assert answer.status_code == 303
    assert all(len(cookie) < 4096 for cookie in answer.headers.getlist("Set-Cookie"))


def test_one_address_of_the_net_may_apply_twenty_times_an_hour(client: Client, app: Flask) -> None:
    lecture = a_lecture()
    for number in range(20):
        assert send(client, lecture, email=f"a{number}@mihon.example").status_code == 303
    answer = send(client, lecture)
    assert answer.status_code == 429
    assert "1時間ほどおいてお試しいただくか、お電話で" in answer.text
    assert 'value="山田 花子"' in answer.text
    assert count(Application) == 20
    assert client.get("/lectures").status_code == 200


@pytest.mark.parametrize("field", ["account_id", "unknown"])
def test_a_date_that_is_not_open_to_all_has_no_form(client: Client, app: Flask, field: str) -> None:
    path = form_of(a_lecture(account_id=an_account().id)) if field == "account_id" else "/lectures/999/apply"
    for answer in (client.get(path), client.post(path, data=FORM), client.get(f"{path}/sent")):
        assert answer.status_code == 404


@pytest.mark.parametrize(("fields", "words"), [({"starts_at": NOW}, "受付を終了"), ({"status": "cancelled"}, "中止")])
def test_a_closed_date_says_so_and_leads_to_the_others(
    client: Client, app: Flask, fields: dict[str, object], words: str
) -> None:
    lecture = a_lecture(**fields)  # type: ignore[arg-type]
    for answer in (client.get(form_of(lecture)), send(client, lecture)):
        assert answer.status_code == 409
        assert words in answer.text
        assert 'href="/lectures"' in answer.text


def test_a_full_date_offers_the_waiting_list_and_promises_nothing(client: Client, app: Flask) -> None:
    lecture = a_lecture(capacity=1, seats_taken=1)
    assert "キャンセル待ちをする" in client.get("/lectures").text
    page = client.get(form_of(lecture)).text
    assert "空きが出ない場合もございます" in page
    assert "自動で" not in page


def test_what_to_know_before_stands_on_the_form(client: Client, app: Flask) -> None:
    advanced = a_course("advanced", prerequisite_id=a_course("basic").id)
    page = client.get(form_of(a_lecture(advanced, kind="meeting"))).text
    assert "「基本操作編レクチャー」を受講された方が対象です。" in page
    assert "ほかの会社の方もご参加になる" in page


def test_whoever_is_unknown_is_told_that_somebody_looks_at_it(client: Client, app: Flask) -> None:
    row = an_application(email="hanako@mihon.example")
    page = client.post(link_of(row)).text
    assert "お席はまだ確定していません" in page
    assert "/me/" not in page
    # Pressed or opened again it says the same.
    assert "お席はまだ確定していません" in client.post(link_of(row)).text
    assert "お席はまだ確定していません" in client.get(link_of(row)).text


def test_opening_the_link_changes_nothing_however_often(client: Client, app: Flask) -> None:
    row = an_application()
    for _ in range(3):
        assert client.get(link_of(row)).status_code == 200
    assert db.session.get_one(Application, row.id, populate_existing=True).state == "sent"


def test_on_a_date_that_filled_up_meanwhile_one_more_press_waits(client: Client, app: Flask) -> None:
    contact = a_contact(email="hanako@mihon.example")
    lecture = a_lecture(capacity=1)
    row = an_application(lecture, email="hanako@mihon.example")
    a_registration(lecture=lecture)
    answer = client.post(link_of(row))
    assert answer.status_code == 409
    assert "満席となりました" in answer.text
    (button,) = [form for form in forms(answer.text) if any("キャンセル待ち" in words for *_, words in form.buttons)]
    answer = client.post(button.action, data=dict(button.fields))
    assert answer.headers["Location"] == link_to_page(contact.id)
    statuses = select(Registration.status).where(Registration.contact_id == contact.id)
    assert db.session.scalars(statuses).all() == ["waitlisted"]


def test_a_missing_prerequisite_is_told_to_its_reader(client: Client, app: Flask) -> None:
    a_contact(email="hanako@mihon.example")
    lecture = a_lecture(a_course("advanced", prerequisite_id=a_course("basic").id))
    answer = client.post(link_of(an_application(lecture, email="hanako@mihon.example")))
    assert answer.status_code == 409
    assert "前提となるレクチャー" in answer.text


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"created_at": NOW - 7 * DAY}, 410, "有効期限が過ぎました"),
        ({"state": "done"}, 200, "手続きは完了しています"),
        ({"state": "refused"}, 410, "受け付けは終了しました"),
    ],
)
def test_a_link_that_is_over_says_why_and_leads_nobody_anywhere_else(
    client: Client, app: Flask, fields: dict[str, object], status: int, words: str
) -> None:
    contact = a_contact(email="hanako@mihon.example")
    row = an_application(a_lecture(), email="hanako@mihon.example", contact_id=contact.id, **fields)
    for answer in (client.get(link_of(row)), client.post(link_of(row))):
        assert answer.status_code == status
        assert words in answer.text
        assert "/me/" not in answer.text
    assert count(Registration) == 0


def test_a_date_cancelled_meanwhile_says_so_at_the_press(client: Client, app: Flask) -> None:
    row = an_application(a_lecture(status="cancelled"))
    answer = client.post(link_of(row))
    assert answer.status_code == 409
    assert "中止となりました" in answer.text


def test_the_link_reads_in_the_language_and_zone_of_the_form(client: Client, app: Flask) -> None:
    row = an_application(a_lecture(), locale="en", zone="Europe/London")
    page = client.get(link_of(row), headers={"Accept-Language": "ja"}).text
    assert '<html lang="en">' in page
    assert "01:00" in page
    assert "London time" in page


def test_these_pages_are_kept_by_nobody(client: Client, app: Flask) -> None:
    lecture = a_lecture()
    for path in (form_of(lecture), f"{form_of(lecture)}/sent", link_of(an_application(lecture))):
        headers = client.get(path).headers
        assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("no-store", "noindex")


def test_a_visitors_own_words_are_shown_as_words(client: Client, app: Flask) -> None:
    row = an_application(name="<script>alert(1)</script>", company='"><img src=x>')
    page = client.get(link_of(row)).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_the_mail_is_shown_to_staff_and_programs_as_an_applicants(client: Client, app: Flask, now: datetime) -> None:
    send(client, a_lecture())
    row = db.session.scalars(select(Application)).one()
    sign_in(client, a_member(team="operations"))
    listed = client.get("/staff/mails").text
    assert "公開フォームからのお申し込み" in listed
    assert "山田 花子" in listed
    mail = db.session.scalars(select(Mail)).one()
    assert "お申し込みを完了する" in client.get(f"/staff/mails/{mail.id}").text
    headers = {"Authorization": f"Bearer {a_token('read')}"}
    (item,) = client.get("/api/v1/mails", headers=headers).json["items"]  # type: ignore[index]
    told = {key: item[key] for key in ("kind", "to", "contact", "staff", "application", "account")}
    assert told == {
        "kind": "application",
        "to": "hanako@mihon.example",
        "contact": None,
        "staff": None,
        "application": row.id,
        "account": None,
    }


def test_with_the_application_its_mail_is_forgotten(client: Client, app: Flask, now: datetime) -> None:
    send(client, a_lecture())
    deliver(now, Answering())
    assert deciding.expire(now + 31 * DAY) == 1
    assert (count(Application), count(Mail)) == (0, 0)
