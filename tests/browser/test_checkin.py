"""A lecture that runs now: the roster that follows the room, check-in with a thumb, the code from the screen to the phone."""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible

pytestmark = pytest.mark.chromium


def begin(site: Site, number: int) -> int:
    """Let one of the demo company's lectures with people booked have begun ten minutes ago; return its id."""
    start = site.now().replace(microsecond=0) - timedelta(minutes=10)
    with sqlite3.connect(site.folder / "demo.db") as database:
        people = "SELECT lecture_id FROM registrations WHERE status = 'booked' GROUP BY lecture_id HAVING count(*) > 4"
        ahead = f"SELECT id FROM lectures WHERE starts_at > ? AND status = 'scheduled' AND id IN ({people}) ORDER BY id"
        lecture = database.execute(ahead, [_written(start)]).fetchall()[number][0]
        times = (_written(start), _written(start + timedelta(hours=1)), lecture)
        database.execute("UPDATE lectures SET starts_at = ?, ends_at = ? WHERE id = ?", times)
    return int(lecture)


def come_in(site: Site, lecture: int) -> None:
    """Let the meeting tool have seen somebody come in."""
    now = _written(site.now().replace(microsecond=0))
    with sqlite3.connect(site.folder / "demo.db") as database:
        database.execute(
            "INSERT INTO presences (lecture_id, source, key, display_name, email, personal_key, from_at, recorded_at)"
            " VALUES (?, 'webhook', ?, 'iPhone', '', '', ?, ?)",
            (lecture, f"zoom:{lecture}:1", now, now),
        )


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def test_a_lecture_that_runs_is_followed_and_its_people_are_taken_down(walk: tuple[Page, str, int], site: Site) -> None:
    page, name, number = walk
    lecture = begin(site, number)
    page.clock.install()
    page.goto(f"{site.base}/staff/lectures/{lecture}")
    # Nobody reloads the page: it asks again by itself.
    come_in(site, lecture)
    page.clock.fast_forward(11_000)
    expect(page.locator("#strangers")).to_contain_text("iPhone")
    expect(page.locator("#room b")).to_have_text("1")
    accessible(page, f"roster-strangers-{name}")
    page.goto(f"{site.base}/staff/lectures/{lecture}/check-in")
    buttons = page.get_by_role("button", name=re.compile("^(チェックイン|Check in) "))
    before = buttons.count()
    buttons.first.click()
    expect(buttons).to_have_count(before - 1)
    for box in page.locator("input[name=contact]").all()[:2]:
        box.check()
    page.get_by_role("button", name=re.compile("選んだ方をチェックインする|Check in the people ticked")).click()
    expect(buttons).to_have_count(before - 3)
    accessible(page, f"check-in-{name}")


def test_the_code_goes_from_the_hosts_screen_to_a_phone(walk: tuple[Page, str, int], site: Site) -> None:
    page, name, number = walk
    lecture = begin(site, number)
    page.goto(f"{site.base}/staff/lectures/{lecture}")
    page.get_by_role("button", name=re.compile("参加コードを表示する|Show the attendance code")).click()
    accessible(page, f"code-{name}")
    code = page.locator(".screen-code").inner_text().replace(" ", "")
    page.goto(f"{site.base}/attend?code={code}")
    page.get_by_role("button", name=re.compile("送信する|Send")).click()
    accessible(page, f"attend-missing-{name}")
    page.fill("[name=name]", "見本 花子")
    page.fill("[name=company]", "駅前の店")
    page.locator("[name=understanding][value=talk]").check()
    page.get_by_role("button", name=re.compile("送信する|Send")).click()
    page.wait_for_url("**/attend/thanks")
    page.goto(f"{site.base}/staff/lectures/{lecture}#strangers")
    expect(page.locator("#strangers")).to_contain_text("駅前の店 見本 花子")
