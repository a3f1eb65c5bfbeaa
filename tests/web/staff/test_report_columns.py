"""Columns named once on a page: by a person without JavaScript, then known to the page, the command line and the API."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from scheduler.settings import Settings
from tests.conftest import Client
from tests.readers.reports.reading import workbook
from tests.services.attendance.room import EVENING, Room

HEADER = ["お客様", "連絡先", "入", "出"]
HAYASHI = ["林 健太", "kenta.hayashi@aoba.example.jp", "2026/04/15 14:00", "2026/04/15 14:55"]
CHOSEN = {"line": "1", "name": "お客様", "email": "連絡先", "join": "入", "leave": "出", "unit": ""}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The evening of the lecture."""
    return settings.model_copy(update={"clock": EVENING.isoformat()})


@pytest.fixture
def room(member: object) -> Iterator[Room]:
    return Room().book("hayashi")


def csv_of(*rows: list[str]) -> bytes:
    return "\n".join(",".join(row) for row in rows).encode("utf-8-sig")


def hand_in(client: Client, room: Room, data: bytes, name: str = "list.csv") -> str:
    """Hand a file in and return the address it leads to."""
    form = {"file": (io.BytesIO(data), name), "zone": "Asia/Tokyo"}
    answer = client.post(f"/staff/lectures/{room.lecture.id}/report", data=form, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.request.path


def test_columns_are_named_once_and_the_next_file_goes_straight_to_the_preview(
    staff_client: Client, room: Room
) -> None:
    address = hand_in(staff_client, room, csv_of(HEADER, HAYASHI))
    assert address.endswith("/columns")
    page = staff_client.get(address).text
    assert "連絡先（例: kenta.hayashi@aoba.examp…）" in page
    answer = staff_client.post(address, data=CHOSEN, follow_redirects=True)
    assert "列の対応を覚えました。" in answer.text
    assert "メールアドレスが一致" in answer.text
    for written in (csv_of(["2026年4月"], HEADER, HAYASHI[:3] + ["2026/04/15 14:50"]), workbook(HEADER, HAYASHI)):
        assert hand_in(staff_client, room, written).endswith("/columns") is False


def test_another_line_is_taken_for_the_header(staff_client: Client, room: Room) -> None:
    address = hand_in(staff_client, room, csv_of(["a", "b", "c", "d"], HEADER, HAYASHI))
    assert "お客様（例: 林 健太）" not in staff_client.get(address).text
    assert "お客様（例: 林 健太）" in staff_client.get(f"{address}?line=2").text
    assert staff_client.get(f"{address}?line=x").status_code == 200
    assert staff_client.post(address, data=CHOSEN | {"line": "2"}).status_code == 302


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "", "email": ""}, "どなたの行かが分かる列（氏名かメールアドレス）を選んでください。"),
        ({"join": "", "leave": ""}, "参加時刻か、参加していた長さの列を選んでください。"),
        ({"leave": "入"}, "同じ列を二つの項目に選んでいます。どちらか一方にしてください。"),
        ({"join": "forged"}, "その列はファイルにありません。一覧からお選びください。"),
        ({"line": "99"}, "見出しの行を一覧から選んでください。"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_what_was_chosen_stays(
    staff_client: Client, room: Room, changed: dict[str, str], sentence: str
) -> None:
    address = hand_in(staff_client, room, csv_of(HEADER, HAYASHI))
    answer = staff_client.post(address, data=CHOSEN | changed)
    assert answer.status_code == 422
    assert sentence in answer.text
    if "name" not in changed:
        assert '<option value="お客様" selected>' in answer.text


def test_a_file_of_another_day_asks_before_it_is_taken(staff_client: Client, room: Room) -> None:
    other_day = [*HAYASHI[:2], "2026/04/08 14:00", "2026/04/08 15:00"]
    address = hand_in(staff_client, room, csv_of(HEADER, other_day))
    answer = staff_client.post(address, data=CHOSEN)
    assert answer.status_code == 422
    assert "別の時刻のレポートのようです" in answer.text
    taken = staff_client.post(address, data=CHOSEN | {"anyway": "1"}, follow_redirects=True)
    assert "メールアドレスが一致" in taken.text


def test_the_page_belongs_to_its_lecture_and_ends_with_its_upload(staff_client: Client, room: Room) -> None:
    address = hand_in(staff_client, room, csv_of(HEADER, HAYASHI))
    other = address.replace(f"/lectures/{room.lecture.id}/", "/lectures/999/")
    assert staff_client.get(other).status_code == 404
    assert staff_client.post(other, data=CHOSEN).status_code == 404


def test_the_preview_says_how_the_file_was_read_and_counts_what_could_not_be(staff_client: Client, room: Room) -> None:
    lines = [["山田 花子", "soon", f"later {number}"] for number in range(8)]
    rows = [["氏名", "参加時刻", "退出時刻"], [HAYASHI[0], "14:00", "14:55"], *lines]
    written = csv_of(*rows).decode("utf-8-sig").encode("cp932")
    form = {"file": (io.BytesIO(written), "list.csv"), "zone": "Asia/Tokyo"}
    page = staff_client.post(f"/staff/lectures/{room.lecture.id}/report", data=form, follow_redirects=True).text
    assert "list.csv · 一般の CSV · Shift_JIS" in page
    assert page.count("を読み取れません。") == 10
    assert "ほかにも読み取れないところが 6 か所あります。" in page
    assert "列の対応を変える" in page
