"""A change of a series on its page: shown first, done as shown, what no longer fits decided there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture, Series
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from tests.conftest import Client, sign_in
from tests.factories import a_course, a_member, a_registration
from tests.web.staff.test_series import FORM, shown

CHANGE = {
    **{name: FORM[name] for name in ("course", "zone", "kind", "days", "interval", "holidays", "capacity", "minutes")},
    **{"join_url": FORM["join_url"], "time": "14:00", "scope": "all", "ends": "never"},
}


def made(client: Client) -> str:
    a_course()
    address: str = client.post("/staff/series/new", data=FORM | {"action": "create"}).location
    return address


def lectures() -> list[Lecture]:
    return list(db.session.scalars(select(Lecture).order_by(Lecture.starts_at)))


def told() -> int:
    return db.session.scalar(select(func.count()).select_from(Mail).where(Mail.kind == "changed")) or 0


def preview(client: Client, address: str, **change: Any) -> tuple[str, str]:
    """Press the preview button; return the page's words and the name of what it shows."""
    page = client.post(f"{address}/change", data=CHANGE | change | {"action": "preview"}).text
    found = re.search(r'name="fingerprint" value="(\w+)"', page)
    return shown(page), found[1] if found else ""


def test_a_change_is_shown_first_and_then_done(staff_client: Client) -> None:
    address = made(staff_client)
    a_registration(lecture=lectures()[0])
    words, name = preview(staff_client, address, time="15:00")
    assert "変更を保存すると、メールが 1 通届きます。" in words
    assert "変更 25 件" in words
    assert "4月3日(金) 14:00–15:00 → 15:00–16:00 申込 1 名 メール 1 通" in words
    assert told() == 0
    answer = staff_client.post(
        f"{address}/change", data=CHANGE | {"time": "15:00", "action": "apply", "fingerprint": name}
    )
    page = staff_client.get(answer.location).text
    assert "1 通のメールでお知らせします" in page
    assert "毎週 月・金 15:00" in page
    assert told() == 1


def test_saving_without_having_looked_shows_it_first(staff_client: Client) -> None:
    address = made(staff_client)
    a_registration(lecture=lectures()[0])
    answer = staff_client.post(f"{address}/change", data=CHANGE | {"time": "15:00", "action": "apply"})
    assert (answer.status_code, "メールが 1 通届きます" in answer.text, told()) == (200, True, 0)


def test_what_changed_meanwhile_is_shown_anew_and_nothing_is_done(staff_client: Client) -> None:
    address = made(staff_client)
    _words, name = preview(staff_client, address, time="15:00")
    a_registration(lecture=lectures()[0])
    answer = staff_client.post(
        f"{address}/change", data=CHANGE | {"time": "15:00", "action": "apply", "fingerprint": name}
    )
    assert (answer.status_code, told()) == (409, 0)
    assert "ほかの操作で変更されたところです" in answer.text
    assert "メールが 1 通届きます" in answer.text


def test_this_and_following_opens_another_series(staff_client: Client) -> None:
    address = made(staff_client)
    second = lectures()[1]
    form = staff_client.get(f"{address}/change?lecture={second.id}").text
    assert "この日程以降" in form
    chosen = {"lecture": second.id, "scope": "following", "capacity": "12"}
    words, name = preview(staff_client, address, **chosen)
    assert "変更 24 件" in words
    answer = staff_client.post(f"{address}/change", data=CHANGE | chosen | {"action": "apply", "fingerprint": name})
    assert answer.location != address
    assert "からは新しい定期開催に続きます" in staff_client.get(address).text
    assert "より前の定期開催" in staff_client.get(answer.location).text
    assert db.session.scalar(select(func.count()).select_from(Series)) == 2
    assert [row.capacity for row in lectures()[:2]] == [30, 12]


def test_the_form_of_a_change_changes_nothing_by_itself(staff_client: Client) -> None:
    address = made(staff_client)
    words, _name = preview(staff_client, address)
    assert "メールは送られません。" in words
    assert "変更なし 25 件" in words


def test_the_live_preview_is_a_part_of_the_page(staff_client: Client) -> None:
    address = made(staff_client)
    fragment = staff_client.post(f"{address}/change/preview", data=CHANGE | {"time": "16:00"}).text
    assert "<html" not in fragment
    assert "変更 25 件" in shown(fragment)
    faulty = staff_client.post(f"{address}/change/preview", data=CHANGE | {"time": "soon"})
    assert "時刻として読み取れません" in faulty.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"time": ""}, "時刻として読み取れません"),
        ({"capacity": "0"}, "定員は 1 から"),
        ({"scope": "this"}, "変更する範囲を選んでください"),
        ({"kind": "raw", "rrule": "FREQ=HOURLY"}, "1 日より短い間隔"),
        ({"zone": "Asia/Nowhere"}, "そのタイムゾーンはありません"),
    ],
)
def test_what_cannot_be_is_said_in_words(staff_client: Client, change: dict[str, str], sentence: str) -> None:
    address = made(staff_client)
    answer = staff_client.post(f"{address}/change", data=CHANGE | change | {"action": "preview"})
    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_dates_that_no_longer_fit_are_decided_on_the_series_page(staff_client: Client) -> None:
    address = made(staff_client)
    first, _monday, second, *_rest = lectures()
    for lecture in (first, second):
        a_registration(lecture=lecture)
    words, name = preview(staff_client, address, days=["0"])
    assert "確認が必要 2 件" in words
    staff_client.post(f"{address}/change", data=CHANGE | {"days": ["0"], "action": "apply", "fingerprint": name})
    page = staff_client.get(address).text
    assert "確認が必要な日程" in page
    assert "確認が必要な日程" in staff_client.get("/staff/series").text
    staff_client.post(f"{address}/strays/{first.id}/keep")
    refused = staff_client.post(f"{address}/strays/{second.id}/cancel", follow_redirects=True).text
    assert "理由を入力してください" in refused
    staff_client.post(f"{address}/strays/{second.id}/cancel", data={"reason_ja": "曜日の変更のため"})
    assert "確認が必要な日程" not in staff_client.get(address).text
    db.session.expire_all()
    assert (first.series_id, first.status, second.status) == (None, "scheduled", "cancelled")


def test_only_teams_that_schedule_may_change(client: Client, member: Staff) -> None:
    sign_in(client, member)
    address = made(client)
    sign_in(client, a_member(team="sales"))
    assert client.get(f"{address}/change").status_code == 403
    assert client.post(f"{address}/change", data=CHANGE).status_code == 403
