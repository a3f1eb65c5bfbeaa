"""Attendance on the page: handed in, looked at, one press for the lot, and single people by hand; all without JavaScript."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.uploads import Upload
from scheduler.services.attendance import staging
from scheduler.settings import Settings
from tests.conftest import Client, sign_in
from tests.factories import a_contact, a_lecture, a_member, an_account
from tests.services.attendance.room import EVENING, NO_EMAIL, SAMPLES, Room
from tests.services.attendance.test_heard import told
from tests.services.attendance.test_record import line, report


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The evening of the samples' lecture."""
    return settings.model_copy(update={"clock": EVENING.isoformat()})


@pytest.fixture
def room(member: object) -> Iterator[Room]:
    return Room().book()


def fields(page: str) -> dict[str, list[str]]:
    """Take what a browser would send of the preview: boxes that stand ticked, the first choice of each select."""
    form = page.split('id="people"', 1)[1].split("</form>", 1)[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]+>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and ('type="checkbox"' not in tag or " checked" in tag):
            found.setdefault(name[1], []).append(value[1])
    for name, options in re.findall(r'<select class="form-select" name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = [chosen[1] if chosen else ""]
    return found


def hand_in(client: Client, room: Room, data: bytes | str = NO_EMAIL, **more: str) -> str:
    """Hand a report in and return the address of its preview."""
    content = data if isinstance(data, bytes) else (SAMPLES / data).read_bytes()
    form = {"file": (io.BytesIO(content), "participants.csv"), "zone": "Asia/Tokyo"} | more
    answer = client.post(f"/staff/lectures/{room.lecture.id}/report", data=form)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def test_one_press_confirms_what_stands_ticked(staff_client: Client, room: Room) -> None:
    address = hand_in(staff_client, room)
    page = staff_client.get(address).text
    mails = "受講のお礼 5 通、一部参加の方へのご案内 2 通、欠席された方への再案内 1 通"
    assert f"{mails}を、4月16日(木) 10:00 に送ります。" in page
    assert "出席 5 · 一部参加 2 · 欠席 1" in page
    assert "店舗・会社名と氏名が一致 · 一致度 100" in page
    assert room.verdicts()["hayashi"] == "unknown"
    answer = staff_client.post(address, data=fields(page), follow_redirects=True)
    assert "出欠を確定しました（出席 5 · 一部参加 2 · 欠席 1）。" in answer.text
    assert "照合できていない参加者 4 人" in answer.text
    assert room.verdicts()["hayashi"] == "attended"
    assert len(room.mails()) == 8


def test_handing_the_same_file_in_again_leads_to_what_was_recorded(staff_client: Client, room: Room) -> None:
    address = hand_in(staff_client, room)
    staff_client.post(address, data=fields(staff_client.get(address).text))
    before = room.everything()
    assert hand_in(staff_client, room) == address
    page = staff_client.get(address).text
    assert "変わるところはありません" in page
    assert "送信待ちのメールが 8 通あります。" in page
    staff_client.post(address, data=fields(page))
    assert room.everything() == before
    assert "記録済みのレポート" in staff_client.get(f"/staff/lectures/{room.lecture.id}/report").text


def test_an_unticked_name_is_nobody_of_ours_and_another_can_be_chosen(staff_client: Client, room: Room) -> None:
    address = hand_in(staff_client, room)
    sent = fields(staff_client.get(address).text)
    hayashi, ono = room.people["hayashi"], room.people["ono"]
    del sent["person-6"]
    sent["person-13"] = [str(ono.id)]
    looked = staff_client.post(address, data=sent | {"action": "look"}, follow_redirects=True).text
    assert room.verdicts()["ono"] == "unknown"
    again = fields(looked)
    assert again["person-6"] == ["0"]
    assert again["person-13"] == [str(ono.id)]
    staff_client.post(address, data=again)
    assert (room.verdicts()["hayashi"], room.verdicts()["ono"]) == ("missed", "attended")
    assert hayashi.id not in {row[0] for row in room.evidence().values()}


def test_who_is_in_no_list_is_found_by_a_search_that_keeps_what_was_chosen(staff_client: Client, room: Room) -> None:
    stranger = a_contact(an_account(name="株式会社みほん"), name="田中 次郎", email=None, phone="090-1111-2222")
    address = hand_in(staff_client, room)
    page = staff_client.get(address).text
    assert "田中 次郎" not in page
    sent = fields(page) | {"person-13": ["0"]}
    found = staff_client.post(address, data=sent | {"action": "look", "q": "1111-2222"}, follow_redirects=True).text
    assert "田中 次郎（株式会社みほん" in found
    again = fields(found)
    assert again["person-13"] == ["0"]
    staff_client.post(address, data=again | {"person-16": [str(stranger.id)]})
    room.people["stranger"] = stranger
    assert room.verdicts()["stranger"] == "attended"
    nobody = staff_client.get(f"{address}?q=どこにもいない").text
    assert "に合う先方担当者はいません" in nobody


def test_somebody_unknown_becomes_a_new_contact_of_a_company_in_the_same_press(
    staff_client: Client, room: Room
) -> None:
    company = an_account(name="株式会社みほん")
    address = hand_in(staff_client, room)
    sent = fields(staff_client.get(address).text) | {"action": "look", "q": "みほん"}
    found = staff_client.post(address, data=sent, follow_redirects=True).text
    assert f'<option value="new:{company.id}">株式会社みほん の新しい方</option>' in found
    sent = fields(found) | {"person-16": [f"new:{company.id}"]}
    looked = staff_client.post(address, data=sent | {"action": "look"}, follow_redirects=True).text
    section = looked.split('id="new"')[1].split("</section>")[0]
    assert 'name="name-16" value="田中"' in section
    assert "受講のお礼 5 通" in looked
    assert db.session.scalars(select(Contact).where(Contact.account_id == company.id)).all() == []
    sent = fields(looked) | {"name-16": ["田中 三郎"], "email-16": ["saburo@mihon.example.jp"]}
    staff_client.post(address, data=sent)
    room.people["saburo"] = db.session.scalars(select(Contact).where(Contact.account_id == company.id)).one()
    assert (room.people["saburo"].name, room.people["saburo"].email) == ("田中 三郎", "saburo@mihon.example.jp")
    assert room.verdicts()["saburo"] == "attended"
    assert ("thanks", "saburo") in room.mails()


def test_somebody_to_be_added_without_a_name_is_told_and_nothing_chosen_is_lost(
    staff_client: Client, room: Room
) -> None:
    number = room.people["ono"].account_id
    address = hand_in(staff_client, room)
    sent = fields(staff_client.get(address).text) | {"person-16": [f"new:{number}"], "name-16": [" "]}
    told = staff_client.post(address, data=sent, follow_redirects=True).text
    assert "新しく追加する方の氏名を入力してください。" in told
    assert set(room.verdicts().values()) == {"unknown"}
    again = fields(told)
    assert again["person-16"] == [f"new:{number}"]
    twice = again | {"name-16": ["小野 静"], "email-16": [room.people["ono"].email or ""]}
    assert "「小野 静」という方は、すでに" in staff_client.post(address, data=twice, follow_redirects=True).text
    assert set(room.verdicts().values()) == {"unknown"}


def test_a_second_report_says_who_is_new_who_is_gone_and_whose_time_changes(staff_client: Client, room: Room) -> None:
    room.take(report(line("林 健太"), line("佐藤 恵美", "14:00", "14:50"), line("誰か")))
    address = hand_in(staff_client, room, report(line("佐藤 恵美"), line("小野 静"), line("別の人")))
    page = staff_client.get(address).text.split('id="changes"')[1].split("</section>")[0]
    said = [re.sub(r"<[^>]+>|\s+", " ", item) for item in page.split("<li>")[1:]]
    said = [" ".join(item.split()) for item in said]
    assert said[:2] == [
        "別の人 新しく現れた、照合できていない表示名",
        "誰か 照合できていなかった表示名がなくなります",
    ]
    assert set(said[2:]) == {
        "佐藤 恵美 カナデ株式会社 大宮店 50 分 → 60 分",
        "小野 静 おの商店 欠席 → 出席 0 分 → 60 分 新しく参加者に入ります",
        "林 健太 株式会社あおば 仙台支店 出席 → 欠席 60 分 → 0 分 参加者から外れます",
    }


def test_a_recorded_report_is_taken_back_after_a_look_at_what_that_comes_to(staff_client: Client, room: Room) -> None:
    address = hand_in(staff_client, room)
    number = room.people["ono"].account_id
    sent = fields(staff_client.get(address).text) | {"person-16": [f"new:{number}"], "name-16": ["田中 三郎"]}
    staff_client.post(address, data=sent)
    room.people["saburo"] = db.session.scalars(select(Contact).where(Contact.name == "田中 三郎")).one()
    form = staff_client.get(f"/staff/lectures/{room.lecture.id}/report").text
    assert f'href="{address}/undo"' in form
    before = (room.everything(), db.session.scalars(select(Contact.id)).all())
    page = staff_client.get(f"{address}/undo").text
    assert "まだ送っていないメール 8 通を取りやめます。" in page
    assert "田中 三郎" in page.split('id="people"')[1].split("</section>")[0]
    assert (room.everything(), db.session.scalars(select(Contact.id)).all()) == before
    done = staff_client.post(f"{address}/undo", follow_redirects=True).text
    assert "送信前のメール 8 通を取りやめました。" in done
    assert "参加レポートの取り込みを取り消しました" in done.split('id="history"')[1]
    assert (set(room.verdicts().values()), room.evidence()) == ({"unknown"}, {})
    assert "取り消し済みです" in staff_client.post(f"{address}/undo", follow_redirects=True).text
    assert staff_client.get(f"{address}/undo").headers["Location"].endswith("/report")
    other = a_lecture(starts_at=room.lecture.starts_at)
    assert staff_client.get(address.replace(f"/{room.lecture.id}/", f"/{other.id}/") + "/undo").status_code == 404


def test_what_the_meeting_tool_told_stands_in_for_a_report(staff_client: Client, room: Room) -> None:
    path = f"/staff/lectures/{room.lecture.id}/report"
    assert "heard" not in staff_client.get(path).text
    assert staff_client.post(f"{path}/heard").status_code == 404
    told(room, "林 健太")
    assert f'action="{path}/heard"' in staff_client.get(path).text
    address = staff_client.post(f"{path}/heard").headers["Location"]
    staff_client.post(address, data=fields(staff_client.get(address).text))
    assert (room.verdicts()["hayashi"], room.verdicts()["ono"]) == ("attended", "missed")


def test_all_the_rest_can_be_said_to_be_nobody_at_once(staff_client: Client, room: Room) -> None:
    address = hand_in(staff_client, room)
    staff_client.post(address, data=fields(staff_client.get(address).text) | {"rest": "1"})
    last = staging.latest(room.lecture.id)
    assert last is not None
    assert (last.result or {})["open"] == 0
    assert "照合できていない参加者" not in staff_client.get(f"/staff/lectures/{room.lecture.id}").text


def test_a_form_that_says_nothing_records_only_what_is_certain(staff_client: Client, room: Room) -> None:
    staff_client.post(hand_in(staff_client, room), data={"shown": ["x", "99"], "person-99": "7" * 30})
    assert set(room.verdicts().values()) == {"unknown", "missed"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空のファイルです"),
        (b"\x00\x01\x02\x03" * 50, "participants.csv"),
        (report(line("林 健太", "03:00", "04:00")), "別の時刻のレポートのようです"),
    ],
)
def test_a_file_that_is_no_report_is_told_beside_the_field(
    staff_client: Client, room: Room, data: bytes, words: str
) -> None:
    form = {"file": (io.BytesIO(data), "participants.csv"), "zone": "Asia/Tokyo"}
    answer = staff_client.post(f"/staff/lectures/{room.lecture.id}/report", data=form)
    assert answer.status_code == 422
    assert words in answer.text.split('id="error-file"')[1]
    assert db.session.scalars(select(Upload)).all() == []


def test_a_lecture_held_at_another_hour_is_taken_when_somebody_says_so(staff_client: Client, room: Room) -> None:
    data = report(line("林 健太", "03:00", "03:50"))
    form = {"file": (io.BytesIO(data), "participants.csv"), "zone": "Asia/Tokyo"}
    refused = staff_client.post(f"/staff/lectures/{room.lecture.id}/report", data=form).text
    assert 'name="anyway"' in refused
    address = hand_in(staff_client, room, data, anyway="1")
    staff_client.post(address, data=fields(staff_client.get(address).text))
    assert room.verdicts()["hayashi"] == "attended"


def test_no_file_and_a_wrong_zone_are_told(staff_client: Client, room: Room) -> None:
    path = f"/staff/lectures/{room.lecture.id}/report"
    assert "参加レポートのファイルをお選びください。" in staff_client.post(path, data={}).text
    form = {"file": (io.BytesIO((SAMPLES / NO_EMAIL).read_bytes()), "a.csv"), "zone": "Asia/Nowhere"}
    answer = staff_client.post(path, data=form)
    assert "Asia/Nowhere" in answer.text.split('id="error-zone"')[1]


def test_a_lecture_that_has_not_begun_has_no_form(staff_client: Client) -> None:
    lecture = a_lecture(starts_at=EVENING.replace(day=20))
    page = staff_client.get(f"/staff/lectures/{lecture.id}/report").text
    assert 'type="file"' not in page
    assert "まだレポートを取り込めません" in page


def test_an_old_upload_leads_back_to_the_form(staff_client: Client, room: Room) -> None:
    old = hand_in(staff_client, room, report(line("林 健太")))
    new = hand_in(staff_client, room)
    staff_client.post(new, data=fields(staff_client.get(new).text))
    for answer in (staff_client.get(old), staff_client.post(old, data={})):
        assert answer.headers["Location"].endswith("/report")
    assert "もう一度ファイルをお選びください" in staff_client.get(old, follow_redirects=True).text
    assert room.verdicts()["sato"] == "attended"


def test_a_preview_belongs_to_its_lecture(staff_client: Client, room: Room) -> None:
    number = hand_in(staff_client, room).rpartition("/")[2]
    other = a_lecture(starts_at=room.lecture.starts_at)
    assert staff_client.get(f"/staff/lectures/{other.id}/report/{number}").status_code == 404
    assert staff_client.post(f"/staff/lectures/{other.id}/report/{number}", data={}).status_code == 404
    assert staff_client.get(f"/staff/lectures/{room.lecture.id}/report/999999").status_code == 404


def test_names_of_the_report_are_shown_as_text(staff_client: Client, room: Room) -> None:
    page = staff_client.get(hand_in(staff_client, room, report(line("<b>=SUM(1)</b>"), line("=1+1")))).text
    assert "&lt;b&gt;=SUM(1)&lt;/b&gt;" in page
    assert "<b>=SUM" not in page


def test_somebody_is_marked_by_hand_with_a_reason_and_the_mark_is_taken_back(staff_client: Client, room: Room) -> None:
    path = f"/staff/lectures/{room.lecture.id}/attendance/{room.people['ono'].id}"
    refused = staff_client.post(path, data={"verdict": "attended", "reason": " "}, follow_redirects=True).text
    assert "理由を入力してください。" in refused
    assert room.verdicts()["ono"] == "unknown"
    page = staff_client.post(path, data={"verdict": "attended", "reason": "同席を確認"}, follow_redirects=True).text
    assert "出欠を「出席」にしました。" in page
    assert "同席を確認" in page
    assert "手動" in page
    staff_client.post(path, data={"verdict": "evidence"})
    assert room.verdicts()["ono"] == "unknown"


def test_somebody_without_a_booking_is_found_and_marked(staff_client: Client, room: Room) -> None:
    walk_in = a_contact(name="見学 三郎")
    path = f"/staff/lectures/{room.lecture.id}"
    page = staff_client.get(f"{path}?q=見学").text
    assert f"{path}/attendance/{walk_in.id}" in page
    staff_client.post(f"{path}/attendance/{walk_in.id}", data={"verdict": "attended", "reason": "隣の席"})
    assert "申込なしで参加" in staff_client.get(path).text
    assert "欠席連絡ありにできません" in staff_client.post(
        f"{path}/attendance/{a_contact().id}", data={"verdict": "missed", "reason": "-"}, follow_redirects=True
    ).text  # fmt: skip


def test_the_roster_leaves_as_a_file_with_the_verdicts_and_never_a_formula(staff_client: Client, room: Room) -> None:
    a_formula = a_contact(an_account(name="=CMD()"), name="+1 式")
    staff_client.post(
        f"/staff/lectures/{room.lecture.id}/attendance/{a_formula.id}", data={"verdict": "attended", "reason": "@x"}
    )
    room.take()
    answer = staff_client.get(f"/staff/lectures/{room.lecture.id}/roster.csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 9
    hayashi = next(row for row in rows if row["氏名"] == "林 健太")
    assert (hayashi["店舗"], hayashi["申込"], hayashi["出欠"], hayashi["参加時間（分）"]) == (
        "仙台支店",
        "申込済み",
        "出席",
        "60",
    )
    walk_in = next(row for row in rows if row["申込"] == "申込なし")
    assert (walk_in["氏名"], walk_in["会社名"], walk_in["理由"]) == ("'+1 式", "'=CMD()", "'@x")


@pytest.mark.parametrize("team", ["sales", "renewal"])
def test_teams_that_may_not_take_attendance_do_not(client: Client, room: Room, team: str) -> None:
    upload_id = room.stage()
    sign_in(client, a_member(team=team))
    path = f"/staff/lectures/{room.lecture.id}"
    contact = room.people["ono"].id
    for answer in (
        client.get(f"{path}/report"),
        client.post(f"{path}/report"),
        client.get(f"{path}/report/{upload_id}"),
        client.post(f"{path}/report/{upload_id}"),
        client.post(f"{path}/attendance/{contact}", data={"verdict": "attended", "reason": "x"}),
    ):
        assert answer.status_code == 403
    page = client.get(path).text
    assert "出欠を記録する" not in page
    assert "レポートを取り込む" not in page
    assert client.get(f"{path}/roster.csv").status_code == (403 if team == "sales" else 200)
