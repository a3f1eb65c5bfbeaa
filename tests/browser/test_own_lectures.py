"""A customer for whom no date suits, from the wish to the seat: the task, the offer and the booking, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible, under_way

pytestmark = pytest.mark.chromium


def to_come(site: Site, days: int) -> date:
    """Return a working day so many days ahead."""
    day = site.now().date() + timedelta(days=days)
    return day + timedelta(days=(7 - day.weekday()) % 7) if day.weekday() > 4 else day


def without_a_date(site: Site, last_first: bool = False) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Go through the accounts with their first person, where that person still has a date to choose."""
    firsts = [(row, row["contacts"][0]) for row in under_way(site) if row["contacts"] and not row["undecided"]]
    asked = [(row, person) for row, person in firsts if person["email"] and not row["attendance"]]
    for one in reversed(asked) if last_first else asked:
        if "/wishes/basic" in requests.get(one[1]["personal_url"], timeout=30).text:
            yield one


def test_from_the_wish_to_the_seat(walk: tuple[Page, str, int], site: Site) -> None:
    page, name, number = walk
    account, person = next(islice(without_a_date(site), number, None))
    page.goto(person["personal_url"])
    page.get_by_role("link", name=re.compile("ご希望を送る|Send my wishes")).first.click()
    accessible(page, f"wishes-{name}")
    page.get_by_role("button", name=re.compile("ご希望を送る|Send my wishes")).click()
    expect(page.locator(".error-summary")).to_be_visible()
    accessible(page, f"wishes-refused-{name}")
    page.fill("[name=on_1]", to_come(site, 10).isoformat())
    page.select_option("[name=part_1]", "morning")
    page.locator("main details summary").first.click()
    page.fill("[name=words_2]", "平日の18時以降")
    page.fill("[name=phone]", "090-5550-0100")
    page.get_by_role("button", name=re.compile("ご希望を送る|Send my wishes")).click()
    accessible(page, f"wished-{name}")

    page.goto(f"{site.base}/staff/tasks?whose=all")
    accessible(page, f"tasks-{name}")
    task = page.locator("main li", has_text="090-5550-0100").filter(has_text=account["name"])
    task.get_by_role("link", name=re.compile("候補日時を送る|Offer times")).click()
    accessible(page, f"proposal-form-{name}")
    for field, hour in (("time_1", "10:00"), ("time_2", "15:30")):
        page.fill(f"[name={field}]", f"{to_come(site, 10)}T{hour}")
    page.get_by_role("button", name=re.compile("内容を確認する|Preview|Check")).click()
    accessible(page, f"proposal-check-{name}")
    page.locator("button[name=step][value=offer]").click()
    accessible(page, f"account-offer-{name}")

    page.goto(person["personal_url"])
    accessible(page, f"offered-{name}")
    page.get_by_role("button", name=re.compile("この日時に決める|Choose this time")).first.click()
    expect(page.locator("[role=status] .note-success")).to_be_visible()
    accessible(page, f"chosen-{name}")

    page.goto(f"{site.base}/staff/tasks?whose=all&state=done")
    expect(page.locator("main li", has_text="090-5550-0100").filter(has_text=account["name"])).to_be_visible()


def test_staff_book_a_lecture_for_a_whole_company(walk: tuple[Page, str, int], site: Site) -> None:
    page, name, number = walk
    account, _person = next(islice(without_a_date(site, last_first=True), number, None))
    page.goto(f"{site.base}/staff/today?whose=all")
    accessible(page, f"today-tasks-{name}")
    page.goto(f"{site.base}/staff/accounts?q={account['external_id']}")
    page.locator("main a", has_text=account["name"]).first.click()
    page.locator("#own").get_by_role("link", name=re.compile("個社開催を予約する|Book a lecture")).click()
    accessible(page, f"booking-form-{name}")
    page.check("[name=whose][value=company]")
    page.locator("[name=people]").first.check()
    page.fill("[name=starts_at]", f"{to_come(site, 12)}T11:00")
    page.fill("[name=capacity]", "8")
    page.get_by_role("button", name=re.compile("内容を確認する|Preview|Check")).click()
    accessible(page, f"booking-check-{name}")
    page.locator("button[name=step][value=edit]").click()
    expect(page.locator("[name=capacity]")).to_have_value("8")
    page.get_by_role("button", name=re.compile("内容を確認する|Preview|Check")).click()
    page.locator("button[name=step][value=book]").click()
    expect(page).to_have_url(re.compile(r"/staff/lectures/\d+$"))
    accessible(page, f"booked-{name}")
    page.goto(f"{site.base}/staff/accounts?q={account['external_id']}")
    page.locator("main a", has_text=account["name"]).first.click()
    page.locator("#tasks").get_by_role("link", name=re.compile("タスクを追加|Add a task")).click()
    accessible(page, f"task-form-{name}")
    page.fill("[name=words]", f"予約枠の件で電話する {name}")
    page.get_by_role("button", name=re.compile("追加する|Add")).click()
    expect(page.locator("#tasks")).to_contain_text(name)
    accessible(page, f"account-own-{name}")
