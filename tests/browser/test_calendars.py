"""The pages about calendars at 360 and 1280 pixels, in both languages: looked at, and pressed as far as another link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible, in_language, newcomer

pytestmark = pytest.mark.chromium

CHANGE = re.compile("^(リンクを変更する|Change the link)$")


def test_a_customer_gets_another_link(visit: tuple[Page, str, int], site: Site) -> None:
    page, language, _number = visit
    page.goto(newcomer(site, 0)["personal_url"] + "/calendar")
    in_language(page, language)
    change_the_link(page, f"me-{language}-calendar")


def test_staff_get_other_links(walk: tuple[Page, str, int], site: Site) -> None:
    page, language, _number = walk
    page.goto(f"{site.base}/staff/calendar")
    change_the_link(page, f"staff-{language}-calendar")


def change_the_link(page: Page, name: str) -> None:
    """Look at the page, ask for another link, confirm; the link shown is another one."""
    accessible(page, name)
    before = page.locator("code.secret").first.text_content()
    page.get_by_role("link", name=CHANGE).click()
    accessible(page, f"{name}-reset")
    page.locator("main").get_by_role("button", name=CHANGE).click()
    expect(page.get_by_role("status").first).not_to_be_empty()
    accessible(page, f"{name}-changed")
    assert page.locator("code.secret").first.text_content() != before
