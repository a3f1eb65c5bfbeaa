"""What will leave is looked at by day, and another timing is tried on the plan before it is saved."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible

pytestmark = pytest.mark.chromium


def test_another_timing_is_tried_on_the_plan_and_given_up(walk: tuple[Page, str, int], site: Site) -> None:
    page, name, _number = walk
    page.goto(f"{site.base}/staff/mails/plan")
    accessible(page, f"plan-{name}")
    page.goto(f"{site.base}/staff/settings/mails")
    page.locator("[name='rule.staff_digest.at']").fill("09:15")
    page.locator("[name='rule.reminder_hour.on']").select_option("off")
    page.get_by_role("button", name=re.compile("保存せずに送信予定を確認する|without saving")).click()
    expect(page.locator("#tried li").first).to_be_visible()
    accessible(page, f"plan-tried-{name}")
    page.locator("#tried .counts a").last.click()
    expect(page.locator("tbody .state-waiting").first).to_be_visible()
    page.get_by_role("link", name=re.compile("試すのをやめる|Stop trying")).click()
    expect(page.locator("#tried")).to_have_count(0)
