"""A lecture for one account is booked from the account's page: entered, looked at, and booked once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.staff import Staff
from tests.conftest import Client, sign_in
from tests.factories import a_contact, a_course, a_lecture, a_member, an_account


def body(**changes: object) -> dict[str, object]:
    a_course()
    basic: dict[str, object] = {
        "whose": "person",
        "course": "basic",
        "starts_at": "2026-04-08T14:00",
        "minutes": "",
        "capacity": "",
        "host": "",
        "join_url": "https://meet.example/own",
        "kind": "meeting",
        "locale": "ja",
        "zone": "Asia/Tokyo",
        "mails": "1",
    }
    return basic | changes


def path(account: Account) -> str:
    return f"/staff/accounts/{account.id}/lectures/new"


def lectures() -> list[Lecture]:
    return list(db.session.scalars(select(Lecture).order_by(Lecture.id)))


def test_the_accounts_page_leads_to_the_form_which_knows_its_people(staff_client: Client) -> None:
    account = an_account()
    contact = a_contact(account, name="山田 花子")
    other = a_contact(name="他社 太郎")
    assert path(account) in staff_client.get(f"/staff/accounts/{account.id}").text
    text = staff_client.get(f"{path(account)}?contact={contact.id}&course=basic").text
    assert f'value="{contact.id}" checked' in text
    assert "山田 花子" in text
    assert "他社 太郎" not in text
    assert (
        "checked" not in staff_client.get(f"{path(account)}?contact={other.id}").text.partition('name="people"')[2][:80]
    )


def test_it_is_looked_at_first_and_then_booked(staff_client: Client, member: Staff) -> None:
    account = an_account()
    contact = a_contact(account, name="山田 花子")
    busy = a_lecture(starts_at=datetime(2026, 4, 8, 4, 30, tzinfo=UTC), host_id=member.id)
    sent = body(people=contact.id, host=member.id, meeting_id="987 6543", passcode="481516")
    seen = staff_client.post(path(account), data=sent)
    assert seen.status_code == 200
    for words in (
        "4月8日(水)",
        "14:00–15:00",
        "山田 花子",
        "ホストが重複",
        "1 人に確認メールが届きます",
        "お一人だけ",
        "987 6543",
    ):
        assert words in seen.text
    assert lectures() == [busy]
    booked = staff_client.post(path(account), data=sent | {"step": "book"})
    [lecture] = [one for one in lectures() if one.id != busy.id]
    assert booked.location == f"/staff/lectures/{lecture.id}"
    assert (lecture.account_id, lecture.contact_id, lecture.host_id) == (account.id, contact.id, member.id)
    assert (lecture.meeting_id, lecture.passcode) == ("987 6543", "481516")
    registration = db.session.scalars(select(Registration)).one()
    assert (registration.contact_id, registration.channel, registration.mails) == (contact.id, "phone", True)
    assert db.session.scalars(select(Mail.kind)).all() == ["confirmation"]
    text = staff_client.get(f"/staff/accounts/{account.id}").text
    assert f'href="/staff/lectures/{lecture.id}"' in text.partition('id="own"')[2]


def test_pressed_twice_it_is_booked_once(staff_client: Client) -> None:
    contact = a_contact()
    sent = body(people=contact.id, step="book")
    places = {staff_client.post(path(contact.account), data=sent).location for _ in range(2)}
    assert places == {f"/staff/lectures/{lectures()[0].id}"}
    assert len(lectures()) == 1


def test_the_check_says_who_joins_a_lecture_that_is_booked_already(staff_client: Client) -> None:
    account = an_account()
    first, second = a_contact(account), a_contact(account)
    sent = body(people=[first.id], whose="company")
    staff_client.post(path(account), data=sent | {"step": "book"})
    both = sent | {"people": [first.id, second.id]}
    text = staff_client.post(path(account), data=both).text
    assert "まだ申込のない 1 人を追加します" in text
    assert "1 人に確認メールが届きます" in text
    staff_client.post(path(account), data=both | {"step": "book"})
    assert [lecture.seats_taken for lecture in lectures()] == [2]
    assert "全員お申し込み済みです" in staff_client.post(path(account), data=both).text
    other = staff_client.post(path(account), data=both | {"join_url": "https://meet.example/other"})
    assert (other.status_code, "すでに予約されています" in other.text) == (422, True)


def test_from_the_check_one_goes_back_with_everything_still_there(staff_client: Client) -> None:
    account = an_account()
    first, second = a_contact(account), a_contact(account)
    sent = body(people=[first.id, second.id], whose="company", capacity="8", step="edit")
    text = staff_client.post(path(account), data=sent).text
    for shown in (
        'value="8"',
        'value="2026-04-08T14:00"',
        f'value="{first.id}" checked',
        f'value="{second.id}" checked',
    ):
        assert shown in text
    assert 'value="company" checked' in text


def test_a_whole_company_without_mails(staff_client: Client) -> None:
    account = an_account()
    people = [a_contact(account).id, a_contact(account).id]
    sent = body(people=people, whose="company", capacity="8", mails="")
    assert "メールは送りません。" in staff_client.post(path(account), data=sent).text
    staff_client.post(path(account), data=sent | {"step": "book"})
    [lecture] = lectures()
    assert (lecture.contact_id, lecture.capacity, lecture.seats_taken) == (None, 8, 2)
    assert db.session.scalars(select(Mail)).all() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"people": ""}, "受講する方を選んでください。"),
        ({"starts_at": ""}, "は日時として読み取れません"),
        ({"starts_at": "2026-03-01T10:00"}, "開始日時は、これから先の日時にしてください。"),
        ({"capacity": "たくさん"}, "は数ではありません"),
        ({"capacity": "0"}, "定員は 1 から"),
        ({"minutes": "999"}, "長さは 1 分から 720 分までで入力してください。"),
        ({"join_url": "ftp://x"}, "リンクは https:// から始まる形で入力してください。"),
        ({"zone": "Mars/Base"}, "タイムゾーンはありません"),
        ({"course": "none"}, "対象が見つかりません"),
    ],
)
def test_a_fault_is_told_in_the_form_and_nothing_is_booked(
    staff_client: Client, changes: dict[str, str], words: str
) -> None:
    contact = a_contact()
    for step in ("", "book"):
        response = staff_client.post(path(contact.account), data=body(people=contact.id, step=step) | changes)
        assert response.status_code in (404, 422)
        assert words in response.text
        assert 'name="starts_at"' in response.text
    assert lectures() == []


def test_without_the_prerequisite_the_form_asks_for_a_reason(staff_client: Client) -> None:
    contact = a_contact()
    a_course("advanced", prerequisite_id=a_course("basic").id)
    sent = body(people=contact.id, course="advanced", step="book")
    refused = staff_client.post(path(contact.account), data=sent)
    assert refused.status_code == 409
    assert 'name="exception"' in refused.text
    staff_client.post(path(contact.account), data=sent | {"exception": "前職で利用していた"})
    assert db.session.scalars(select(Registration.exception)).one() == "前職で利用していた"


def test_an_account_without_people_says_what_to_do(staff_client: Client) -> None:
    account = an_account()
    text = staff_client.get(path(account)).text
    assert "先方担当者がまだいません" in text
    assert f"/staff/accounts/{account.id}/people/new" in text or "contacts/new" in text


def test_who_may_not_schedule_may_not_book(client: Client) -> None:
    contact = a_contact()
    sign_in(client, a_member("renewal"))
    assert client.get(path(contact.account)).status_code == 403
    assert client.post(path(contact.account), data=body(people=contact.id, step="book")).status_code == 403
    assert path(contact.account) not in client.get(f"/staff/accounts/{contact.account_id}").text


def test_the_time_is_wall_clock_of_the_zone_chosen(staff_client: Client) -> None:
    contact = a_contact(zone="Asia/Singapore")
    text = staff_client.get(path(contact.account)).text
    assert 'value="Asia/Singapore"' in text
    staff_client.post(path(contact.account), data=body(people=contact.id, zone="Asia/Singapore", step="book"))
    assert lectures()[0].starts_at == datetime(2026, 4, 8, 6, tzinfo=UTC)


def test_an_account_that_is_not_there_is_not_found(staff_client: Client) -> None:
    assert staff_client.get("/staff/accounts/999/lectures/new").status_code == 404
    assert staff_client.post("/staff/accounts/999/lectures/new", data=body()).status_code == 404
