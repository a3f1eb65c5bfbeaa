"""A report of thirty people without an address: two presses, and what may be wrong with it, on a phone and at a desk."""

from __future__ import annotations

import re
import sqlite3
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible

pytestmark = pytest.mark.chromium

FAMILY = [
    "佐藤",
    "鈴木",
    "高橋",
    "田中",
    "伊藤",
    "渡辺",
    "山本",
    "中村",
    "小林",
    "加藤",
    "吉田",
    "山田",
    "佐々木",
    "松本",
    "井上",
]
GIVEN = ("陽菜", "大翔")
# As people write themselves in a meeting: {0} family name, {1} given name, {2} shop.
WAYS = ("{0} {1}", "{0}{1}", "{1} {0}", "{2}　{0}{1}", "{0}　{1} 様", "{2}_{0} {1}", "iPhone ({0} {1})")
ATTENDED = re.compile("出席|Attended")
# Seconds for all thirty, at most.
BUDGET = 120


def a_room(site: Site, number: int) -> tuple[int, list[tuple[str, str, str]]]:
    """Add a lecture of an hour, held yesterday, with thirty people of one company booked; return their names and shops."""
    people = [(family, given, f"{family}坂店") for family in FAMILY for given in GIVEN]
    contacts = [{"name": f"{family} {given}", "stores": [shop]} for family, given, shop in people]
    shops = [{"code": shop, "name": shop} for shop in dict.fromkeys(shop for _family, _given, shop in people)]
    key = f"ROOM-{number}"
    site.put(f"/accounts/{key}", {"name": f"株式会社みほん{number}", "stores": shops, "contacts": contacts})
    start = site.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1, hours=number)
    with sqlite3.connect(site.folder / "demo.db") as database:
        database.row_factory = sqlite3.Row
        like = dict(
            database.execute("SELECT * FROM lectures WHERE series_id IS NULL OR 1 ORDER BY id LIMIT 1").fetchone()
        )
        lecture = like | {
            **{"id": None, "uid": f"room-{number}@test.example", "series_id": None, "slot": None, "code": None},
            **{"account_id": None, "contact_id": None, "status": "scheduled", "capacity": 40, "seats_taken": 30},
            **{"starts_at": _written(start), "ends_at": _written(start + timedelta(hours=1)), "reported_at": None},
            "local_start": (start + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M"),
        }
        lecture_id = _insert(database, "lectures", lecture)
        ids = database.execute(
            "SELECT c.id FROM contacts c JOIN accounts a ON a.id = c.account_id WHERE a.external_id = ?", (key,)
        ).fetchall()
        booked = dict(database.execute("SELECT * FROM registrations WHERE status = 'booked' LIMIT 1").fetchone())
        for (contact_id,) in ids:
            row = {"id": None, "lecture_id": lecture_id, "contact_id": contact_id, "uid": f"{lecture_id}-{contact_id}"}
            _insert(database, "registrations", booked | row | {"companions": "[]", "unnamed_companions": 0})
    return lecture_id, people


def a_report(lecture_id: int, people: list[tuple[str, str, str]], site: Site, folder: Path) -> Path:
    """Write Zoom's report of that lecture: everybody in some way of writing, one stranger, no address anywhere."""
    starts_at = site.api(f"/lectures/{lecture_id}")["starts_at"]
    start = datetime.fromisoformat(starts_at.replace("Z", "+00:00")) + timedelta(hours=9)
    span = f"{start:%Y/%m/%d %H:%M:%S},{start + timedelta(hours=1):%Y/%m/%d %H:%M:%S},60"
    names = [WAYS[place % len(WAYS)].format(*person) for place, person in enumerate(people)]
    lines = [f"{name},,{span}" for name in (*names, "=HYPERLINK(1)")]
    file = folder / "participants.csv"
    file.write_text("\n".join(("名前 (元の名前),ユーザーメール,参加時刻,退出時刻,所要時間（分）", *lines)), "utf-8")
    return file


def test_thirty_people_without_an_address_take_two_presses(
    walk: tuple[Page, str, int], site: Site, tmp_path: Path
) -> None:
    page, language, number = walk
    lecture_id, people = a_room(site, number)
    file = a_report(lecture_id, people, site, tmp_path)
    begun = time.monotonic()
    page.goto(f"{site.base}/staff/lectures/{lecture_id}/report")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name=re.compile("内容を確認する|Check the contents")).click()
    expect(page.locator("#ready input[type=checkbox]:checked")).to_have_count(30)
    expect(page.locator("#unknown tbody tr")).to_have_count(1)
    page.locator("main .form-actions .btn-primary").click()
    expect(page.locator("#roster .state-met", has_text=ATTENDED)).to_have_count(30)
    assert time.monotonic() - begun < BUDGET
    page.goto(f"{site.base}/staff/lectures/{lecture_id}/report")
    accessible(page, f"attendance-{language}-recorded")
    page.locator("#last .btn").click()
    new = page.locator("#unknown option[value^='new:']").first.get_attribute("value")
    page.select_option("#unknown select", new)
    page.locator("main .form-actions [value=look]").click()
    expect(page.locator("#new tbody tr")).to_have_count(1)
    accessible(page, f"attendance-{language}-walk-in")
    page.fill("#new input[name^=name-]", "見学 三郎")
    page.locator("main .form-actions .btn-primary").click()
    expect(page.locator("#roster tbody tr", has_text="見学 三郎")).to_have_count(1)
    page.goto(f"{site.base}/staff/lectures/{lecture_id}/report")
    page.get_by_role("link", name=re.compile("この取り込みを取り消す|Undo this upload")).click()
    expect(page.locator("#verdicts li")).to_have_count(31)
    accessible(page, f"attendance-{language}-undo")
    page.get_by_role("button", name=re.compile("取り込みを取り消す|Undo the upload")).click()
    expect(page.locator("#roster .state-met", has_text=ATTENDED)).to_have_count(0)


def _written(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def _insert(database: sqlite3.Connection, table: str, row: dict[str, Any]) -> int:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    return database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values())).lastrowid or 0
