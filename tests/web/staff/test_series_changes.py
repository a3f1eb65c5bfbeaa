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

MEETING = {name: FORM[name] for name in ("join_url", "meeting_id", "passcode")}
CHANGE = {
    **{name: FORM[name] for name in ("course", "zone", "kind", "days", "interval", "holidays", "capacity", "minutes")},
    **MEETING,
    **{"time": "14:00", "scope": "all", "ends": "never"},
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


def by_hand(client: Client, address: str) -> Lecture:
    """Change one date on its own page: later, shorter of seats, another link."""
    lecture = lectures()[1]
    values = {"starts_at": "2026-04-07T16:00", "ends_at": "2026-04-07T17:00", "capacity": "5"}
    client.post(f"/staff/lectures/{lecture.id}/edit", data=values | {"join_url": "https://meet.example/own"})
    return lecture


def entered(page: str) -> dict[str, str]:
    """Read what stands in the fields of a form."""
    wanted = ("day", "time", "minutes", "capacity", *MEETING, "shown")
    fields = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", page)]
    return {field["name"]: field.get("value", "") for field in fields if field.get("name") in wanted}


def test_the_form_for_one_date_shows_its_own_values_and_can_set_them_back(staff_client: Client) -> None:
    address = made(staff_client)
    lecture = by_hand(staff_client, address)
    values = entered(staff_client.get(f"{address}/change?lecture={lecture.id}&scope=this").text)
    own = {"day": "2026-04-07", "time": "16:00", "minutes": "60", "capacity": "5", "shown": "lecture"}
    assert values == own | {"join_url": "https://meet.example/own", "meeting_id": "", "passcode": ""}
    chosen = values | {"lecture": lecture.id, "scope": "this"}
    assert "変更なし 1 件" in preview(staff_client, address, **chosen)[0]
    back = {"day": "2026-04-06", "time": "14:00", "capacity": "30"} | MEETING
    words, name = preview(staff_client, address, **chosen | back)
    assert "4月7日(火) 16:00–17:00 → 4月6日(月) 14:00–15:00" in words
    done = CHANGE | chosen | back | {"action": "apply", "fingerprint": name}
    assert staff_client.post(f"{address}/change", data=done).status_code == 302
    db.session.expire_all()
    assert (lecture.local_start, lecture.capacity) == ("2026-04-06T14:00", 30)
    assert {name: getattr(lecture, name) for name in MEETING} == MEETING


def test_choosing_one_date_shows_its_values_but_keeps_what_was_typed(staff_client: Client) -> None:
    address = made(staff_client)
    lecture = by_hand(staff_client, address)
    form = entered(staff_client.get(f"{address}/change?lecture={lecture.id}").text)
    assert (form["time"], form["capacity"], form["shown"]) == ("14:00", "30", "series")
    typed = CHANGE | form | {"lecture": lecture.id, "scope": "this", "capacity": "8", "action": "preview"}
    page = staff_client.post(f"{address}/change", data=typed).text
    assert "変更する項目: 定員" in shown(page)
    again = entered(page)
    assert (again["time"], again["capacity"], again["shown"]) == ("16:00", "8", "lecture")
    found = re.search(r'name="fingerprint" value="(\w+)"', page)
    assert found is not None
    last = CHANGE | again | {"lecture": lecture.id, "scope": "this", "action": "apply", "fingerprint": found[1]}
    assert staff_client.post(f"{address}/change", data=last).status_code == 302
    db.session.expire_all()
    assert (lecture.local_start, lecture.capacity) == ("2026-04-07T16:00", 8)


def test_only_teams_that_schedule_may_change(client: Client, member: Staff) -> None:
    sign_in(client, member)
    address = made(client)
    sign_in(client, a_member(team="sales"))
    assert client.get(f"{address}/change").status_code == 403
    assert client.post(f"{address}/change", data=CHANGE).status_code == 403
