"""The main job, end to end: a customer carried from the CRM's list to the success team, over HTTP and SMTP alone.

The program runs as a user runs it (gunicorn, worker), on SQLite and on PostgreSQL; the clock is set forward from step
to step. Nothing is read from the database: what the story sees is what people and programs see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from icalendar import Calendar

from tests.browsing import Browser
from tests.story import world as worlds
from tests.story.reports import report
from tests.story.world import World, invitation, link, words

LIST = Path(__file__).parents[1] / "data" / "customers_cp932.csv"
HANAKO, JOHN, LATE = "hanako@mihon.example", "john@mihon.example", "late@mihon.example"
OWNER, RECEIVER = "misaki@vendor.example", "naoko@vendor.example"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The program on an empty database of each kind, its mails going to a real SMTP server."""
    url = f"sqlite:///{tmp_path / 'story.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").create("story")
    with worlds.post_office() as (port, mailbox):
        world = World(tmp_path, url, port, mailbox)
        yield world
        world.stop()
    if request.param == "postgres":
        request.getfixturevalue("postgres").drop("story")


def test_a_customer_is_carried_from_the_list_to_the_success_team(world: World) -> None:
    world.command("migrate")
    world.token = world.command("token", "add", "crm").split()[-1]
    world.at("2026-11-20T09:00:00")
    misaki = world.member(OWNER, "onboarding", "小林 美咲", "03-5550-0112")
    naoko = world.member(RECEIVER, "success", "高橋 直子", "03-5550-0113")
    customers_come_in(world, misaki)
    lectures = lectures_recur(world)
    account = an_account_is_handed_in(world, misaki)
    page = invitations_go_out(world, misaki, account)
    customer = a_customer_registers(world, page, lectures)
    staff_register_on_the_telephone(world, misaki, account, lectures)
    reminders_go_once(world, page, account)
    attendance_is_taken(world, misaki, lectures)
    set_up_and_usage_are_recorded(world, customer, page, misaki, account)
    the_account_is_handed_over(world, misaki, naoko, account)
    assert_nobody_else_was_mailed(world)


def customers_come_in(world: World, misaki: Browser) -> None:
    """1. The CRM's list goes in by the page; the same file again, by the command, changes nothing; nobody is mailed."""
    with LIST.open("rb") as file:
        preview = misaki.press("/staff/imports", "内容を確認する", files={"file": (LIST.name, file)})
    assert "112" in preview
    assert "595" in preview
    misaki.press(misaki.at, "取り込む（メールは送られません）")
    assert "A10017" in str(world.api("GET", "/accounts/A10017"))
    again = world.command("import", "accounts", str(LIST), "--as-of", "2026-11-20", "--json")
    assert '"new": 0' in again or '"accounts_new": 0' in again
    account = world.api("GET", "/accounts/A10017")
    assert (len(account["stores"]), len(account["contacts"])) == (37, 40)
    stages: dict[str, int] = {}
    for row in everything(world, "/accounts"):
        stages[row["stage"]] = stages.get(row["stage"], 0) + 1
    assert sum(stages.values()) == 112
    assert stages["success"] >= 79
    assert world.mailbox.letters == []


def lectures_recur(world: World) -> list[dict[str, Any]]:
    """2. A series makes its lectures ninety days ahead, without holidays."""
    world.api(
        "POST",
        "/series",
        {
            "course": "basic",
            "rrule": "FREQ=WEEKLY;BYDAY=MO,FR",
            "starts_at": "2026-11-20T14:00",
            "time_zone": "Asia/Tokyo",
            "holidays": "skip",
            "capacity": 30,
            "host": OWNER,
            "join_url": "https://meet.vendor.example/basic",
        },
        expect=201,
    )
    world.api(
        "POST",
        "/series",
        {
            "course": "advanced",
            "rrule": "FREQ=WEEKLY;BYDAY=WE",
            "starts_at": "2026-11-25T10:00",
            "time_zone": "Asia/Tokyo",
            "capacity": 20,
            "host": OWNER,
            "join_url": "https://meet.vendor.example/advanced",
        },
        expect=201,
    )
    lectures = everything(world, "/lectures?course=basic")
    starts = [lecture["starts_at"] for lecture in lectures]
    assert starts[0] == "2026-11-20T05:00:00Z"
    # Labour Thanksgiving Day (a Monday) and the vendor's New Year are left out.
    assert "2026-11-23T05:00:00Z" not in starts
    assert "2027-01-01T05:00:00Z" not in starts
    assert starts[-1] >= "2027-02-12"
    return lectures


def an_account_is_handed_in(world: World, misaki: Browser) -> dict[str, Any]:
    """A newly signed account arrives from the CRM with a coordinator, an English-speaking manager and one by phone."""
    world.api(
        "PUT",
        "/accounts/A-1",
        {
            "name": "株式会社みほん",
            "signed_on": "2026-11-02",
            "planned_start_on": "2026-12-18",
            "owners": {"onboarding": OWNER},
            "stores": [{"code": "S1", "name": "横浜店"}, {"code": "S2", "name": "川崎店"}],
            "contacts": [
                {
                    "name": "山田 花子",
                    "reading": "ヤマダ ハナコ",
                    "email": HANAKO,
                    "role": "coordinator",
                    "stores": ["S1"],
                },
                {"name": "John Smith", "email": JOHN, "role": "manager", "locale": "en", "stores": ["S2"]},
                {"name": "電話 太郎", "phone": "045-123-4567", "role": "member", "stores": ["S2"]},
                {"name": "遅刻 次郎", "email": LATE, "role": "member", "stores": ["S1"]},
            ],
        },
        expect=201,
    )
    assert world.mailbox.letters == []
    found = re.search(r"/staff/accounts/(\d+)", misaki.get("/staff/accounts?q=A-1"))
    assert found is not None
    return world.api("GET", "/accounts/A-1") | {"number": found[1]}


def invitations_go_out(world: World, misaki: Browser, account: dict[str, Any]) -> str:
    """3. The owner sees how many mails will go, presses 案内を開始, and each person gets one, in her own language."""
    number = account["number"]
    assert "1 人に基本操作編の案内メールが届きます" in misaki.get(f"/staff/introductions?account={number}")
    preview = f"/staff/introductions?account={number}&audience=manager"
    assert "2 人に基本操作編の案内メールが届きます" in misaki.get(preview)
    for _ in range(2):
        misaki.press(preview, "案内を開始する", of="audience")
    (letter,) = world.mailbox.wait(HANAKO, 1)
    (english,) = world.mailbox.wait(JOHN, 1)
    for expected in ("株式会社みほん", "横浜店", "山田 花子 様", "小林 美咲", "03-5550-0112", "日本時間"):
        assert expected in words(letter)
    for expected in ("John Smith", "Misaki" if "Misaki" in words(english) else "小林 美咲", "Japan time"):
        assert expected in words(english)
    return link(letter, f"{world.base}/me/")


def a_customer_registers(world: World, page: str, lectures: list[dict[str, Any]]) -> Browser:
    """4. One button registers; the invitation and the feed show it; changing and cancelling keep the entry right."""
    customer = world.browser()
    page = page.partition("?")[0]
    first, second = lectures[1], lectures[2]
    customer.press(page, "申し込む", of=f"/{first['id']}/")
    method, event = invitation(world.mailbox.wait(HANAKO, 2)[-1])
    assert (method, event["SEQUENCE"], str(event["ATTENDEE"])) == ("REQUEST", 0, f"mailto:{HANAKO}")
    assert event["DTSTART"].dt.isoformat() == first["starts_at"].replace("Z", "+00:00")
    feed = feed_of(world)
    assert [entry["UID"] for entry in feed] == [event["UID"]]
    registration = world.api("GET", f"/lectures/{first['id']}/registrations")["items"][0]
    customer.press(
        f"{page}/registrations/{registration['id']}/change", "この日程に変更する", of=f"'lecture', '{second['id']}'"
    )
    moved_method, moved = invitation(world.mailbox.wait(HANAKO, 3)[-1])
    assert (moved_method, moved["UID"], moved["SEQUENCE"]) == ("REQUEST", event["UID"], 1)
    customer.press(f"{page}/registrations/{registration['id']}/cancel", "キャンセルする")
    cancel_method, cancelled = invitation(world.mailbox.wait(HANAKO, 4)[-1])
    assert (cancel_method, cancelled["UID"], cancelled["SEQUENCE"]) == ("CANCEL", event["UID"], 2)
    customer.press(page, "申し込む", of=f"/{second['id']}/")
    world.mailbox.wait(HANAKO, 5)
    return customer


def staff_register_on_the_telephone(
    world: World, misaki: Browser, account: dict[str, Any], lectures: list[dict[str, Any]]
) -> None:
    """4. Who has no address is found by number and registered; the roster and the history say 電話. One date moves."""
    lecture = lectures[2]
    address = f"/staff/lectures/{lecture['id']}?q=045-123-4567"
    assert "電話 太郎" in misaki.get(address)
    misaki.press(address, "電話で申し込む", of="contact")
    assert "電話" in misaki.get(f"/staff/lectures/{lecture['id']}")
    assert "電話にて" in misaki.get(f"/staff/accounts/{account['number']}/history")
    misaki.press(
        f"/staff/lectures/{lecture['id']}/edit",
        "保存する",
        {"starts_at": "2026-11-30T15:00", "ends_at": "2026-11-30T16:00", "reason_ja": "講師都合のため"},
    )
    letter = world.mailbox.wait(HANAKO, 6)[-1]
    assert "15:00" in words(letter)
    assert "講師都合のため" in words(letter)
    assert invitation(letter)[1]["DTSTART"].dt.isoformat() == "2026-11-30T06:00:00+00:00"
    full = world.api(
        "POST",
        "/lectures",
        {"course": "basic", "starts_at": "2026-12-03T01:00:00Z", "capacity": 1, "host": OWNER},
        expect=201,
    )
    world.api("POST", f"/lectures/{full['id']}/registrations", {"contact": JOHN}, expect=201)
    pages = {contact["email"]: contact["personal_url"] for contact in account["contacts"]}
    unregistered = world.browser().get(pages[LATE])
    assert "満席" in unregistered
    assert "キャンセル待ちをする" in unregistered


def reminders_go_once(world: World, page: str, account: dict[str, Any]) -> None:
    """5. The day before and an hour before, once each, and not to whoever registered after the moment."""
    personal = {contact["email"]: contact["personal_url"] for contact in account["contacts"]}
    lecture = next(
        row for row in everything(world, "/lectures?course=basic") if row["starts_at"] == "2026-11-30T06:00:00Z"
    )
    world.at("2026-11-29T16:00:00")
    assert "15:00" in words(world.mailbox.wait(HANAKO, 1, having="開催日のご確認")[-1])
    world.browser().press(personal[LATE].partition("?")[0], "申し込む", of=f"/{lecture['id']}/")
    world.mailbox.wait(LATE, 1)
    world.at("2026-11-30T14:10:00")
    # On Mondays the coordinator also hears how the company's stores stand.
    for once in ("まもなく開始", "受講状況"):
        world.mailbox.wait(HANAKO, 1, having=once)
    world.mailbox.wait(LATE, 2)


def attendance_is_taken(world: World, misaki: Browser, lectures: list[dict[str, Any]]) -> None:
    """6. The report without any address: names stand ticked, one button confirms; thanks and missed follow by morning."""
    number = lectures[2]["id"]
    world.at("2026-11-30T17:00:00")
    file = report("2026-11-30", [("山田 花子", "15:01:00", "16:00:00"), ("川崎店 電話太郎", "15:00:00", "16:01:00")])
    for _ in range(2):
        preview = misaki.press(
            f"/staff/lectures/{number}/report", "内容を確認する", files={"file": ("participants.csv", file)}
        )
        assert "山田 花子" in preview
        misaki.press(misaki.at, "出欠を確定する")
        verdicts = {
            row["contact"]: row["verdict"] for row in world.api("GET", f"/lectures/{number}/attendance")["items"]
        }
        assert verdicts[HANAKO] == "attended"
        assert verdicts[LATE] == "missed"
        assert sorted(verdicts.values()) == ["attended", "attended", "missed"]
    assert not [message for message in world.mailbox.to(HANAKO) if "御礼" in str(message["Subject"])]
    world.at("2026-12-01T11:00:00")
    thanks = words(world.mailbox.wait(HANAKO, 1, having="御礼")[-1])
    assert "活用編" in thanks
    missed = words(world.mailbox.wait(LATE, 3)[-1])
    assert f"{world.base}/me/" in missed


def set_up_and_usage_are_recorded(
    world: World, customer: Browser, page: str, misaki: Browser, account: dict[str, Any]
) -> None:
    """7. Steps are ticked by the customer, by staff and by a program; usage comes over the API; 8. then it is ready."""
    page = page.partition("?")[0]
    before = world.api("GET", "/accounts/A-1")
    assert before["readiness"]["ready"] is False
    assert {clause["met"] for clause in before["readiness"]["clauses"]} == {True, False}
    assert "営業日" in misaki.get(f"/staff/accounts/{account['number']}")
    customer.press(page, "完了にする")
    assert "未完了に戻す" in customer.get(page)
    for step in before["setup"]:
        for item in step["items"]:
            world.api("PUT", f"/accounts/A-1/setup/{step['step']}", {"done": True} | store_of(item))
    world.api("POST", "/accounts/A-1/usage", {"at": "2026-12-01T00:10:00Z", "event": "signed_in"}, expect=201)
    misaki.press(
        f"/staff/accounts/{account['number']}",
        "利用開始を確認",
        {"on": "2026-12-01", "source": "電話で確認"},
    )
    after = world.api("GET", "/accounts/A-1")
    assert after["readiness"]["ready"] is True, after["readiness"]
    assert any("みほん" in str(message["Subject"]) for message in world.mailbox.wait(OWNER, 1, having="みほん"))
    assert "株式会社みほん" in misaki.get("/staff/today")


def the_account_is_handed_over(world: World, misaki: Browser, naoko: Browser, account: dict[str, Any]) -> None:
    """8. Requested, returned with a reason, requested again, accepted; the 窓口 gets the letter, the history tells it."""
    number = account["number"]
    misaki.press(f"/staff/accounts/{number}/handover", "引き継ぎを依頼する", {"note": "窓口は山田様"})
    world.mailbox.wait(RECEIVER, 1, having="みほん")
    handover = world.api("GET", "/handovers")["items"][0]
    naoko.press(f"/staff/handovers/{handover['id']}", "差し戻す", {"reason": "川崎店の設定が未確認です"})
    assert "川崎店の設定が未確認です" in words(world.mailbox.wait(OWNER, 2, having="みほん")[-1])
    misaki.press(f"/staff/accounts/{number}/handover", "引き継ぎを依頼する", {"note": "確認しました"})
    world.mailbox.wait(RECEIVER, 2, having="みほん")
    again = next(row for row in world.api("GET", "/handovers")["items"] if row["state"] == "requested")
    naoko.press(f"/staff/handovers/{again['id']}", "引き受ける")
    world.mailbox.wait(OWNER, 3, having="みほん")
    assert world.api("GET", "/accounts/A-1")["stage"] == "success"
    assert not [message for message in world.mailbox.to(HANAKO) if "担当者" in str(message["Subject"])]
    world.at("2026-12-02T10:05:00")
    letter = words(world.mailbox.wait(HANAKO, 1, having="担当者")[-1])
    assert "高橋 直子" in letter
    for word in ("引き継ぎ", "契約", "フェーズ"):
        assert word not in letter
    history = misaki.get(f"/staff/accounts/{number}/history")
    for told in ("電話にて", "引き継ぎ", "差し戻"):
        assert told in history


def assert_nobody_else_was_mailed(world: World) -> None:
    """No customer of the imported list ever got a mail, and nobody saw another company's people."""
    assert {address for address, _message in world.mailbox.letters} == {HANAKO, JOHN, LATE, OWNER, RECEIVER}
    for address, message in world.mailbox.letters:
        others = {HANAKO, JOHN, LATE} - {address}
        if address in (HANAKO, JOHN, LATE):
            assert not [other for other in others if other in message.as_string()]


def everything(world: World, path: str) -> list[dict[str, Any]]:
    """Walk all pages of a list of the API."""
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        joiner = "&" if "?" in path else "?"
        page = world.api("GET", f"{path}{joiner}limit=100" + (f"&cursor={cursor}" if cursor else ""))
        items += page["items"]
        cursor = page["next"]
        if not cursor:
            return items


def feed_of(world: World) -> list[Any]:
    """Read the coordinator's calendar feed as a calendar program does."""
    contacts = world.api("GET", "/accounts/A-1")["contacts"]
    address = next(contact["feed_url"] for contact in contacts if contact["email"] == HANAKO)
    answer = requests.get(address, timeout=10)
    assert answer.status_code == 200
    assert requests.get(address, headers={"If-None-Match": answer.headers["ETag"]}, timeout=10).status_code == 304
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def store_of(item: dict[str, Any]) -> dict[str, str]:
    """Name the store of a thing that is done in each of them."""
    return {"store": item["store"]} if item["store"] else {}
