"""A host falls ill: the pages with which staff call a lecture off, ring its people and move them, on a phone and at a desk."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible, lectures

pytestmark = pytest.mark.chromium


def with_people(site: Site) -> list[dict[str, Any]]:
    """List the demo company's lectures that are open to all and have people booked, by start; the last are to come."""
    return [
        row
        for row in lectures(site)
        if row["status"] == "scheduled" and row["seats_taken"] > 1 and row["account"] is None
    ]


def test_a_lecture_is_called_off_its_people_ticked_and_moved(walk: tuple[Page, str, int], site: Site) -> None:
    page, name, number = walk
    lecture = with_people(site)[-1 - number]
    page.goto(f"{site.base}/staff/lectures/{lecture['id']}")
    page.locator("#sudden summary").click()
    accessible(page, f"sudden-{name}")
    page.get_by_role("link", name=re.compile("ホストを交代する|Change the host")).click()
    accessible(page, f"host-{name}")
    page.goto(f"{site.base}/staff/lectures/{lecture['id']}/call-off")
    accessible(page, f"call-off-{name}")
    page.fill("[name=reason_ja]", "講師の急病のため")
    page.get_by_role("button", name=re.compile("緊急中止にしてお知らせする|Call off and tell everybody")).click()
    accessible(page, f"calls-{name}")
    before = page.locator("#to-call li").count()
    page.get_by_role("button", name=re.compile("連絡済にする|Mark as called")).first.click()
    expect(page.locator("#reached li")).to_have_count(1)
    expect(page.locator("#to-call li")).to_have_count(before - 1)
    accessible(page, f"calls-ticked-{name}")
    page.goto(f"{site.base}/staff/today?whose=all")
    accessible(page, f"calls-today-{name}")
    page.goto(f"{site.base}/staff/lectures/{lecture['id']}/move")
    page.select_option("[name=to]", index=1)
    page.get_by_role("button", name=re.compile("内容を確認する|Check the contents")).click()
    accessible(page, f"move-{name}")


def test_courses_and_their_newcomers(walk: tuple[Page, str, int], site: Site) -> None:
    page, name, _number = walk
    for path in ("courses", "courses/new", "courses/advanced/edit", "courses/advanced/newcomers"):
        page.goto(f"{site.base}/staff/{path}")
        accessible(page, f"{path.replace('/', '-')}-{name}")
