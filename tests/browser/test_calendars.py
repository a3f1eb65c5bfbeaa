"""The pages about calendars at 360 and 1280 pixels, in both languages: looked at, and pressed as far as another link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import LANGUAGES, Site, accessible, in_language, newcomer, sign_in

pytestmark = pytest.mark.chromium

CHANGE = re.compile("^(リンクを変更する|Change the link)$")
WIDTHS = (360, 1280)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_customer_gets_another_link(chromium: Browser, site: Site, language: str, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 740}, locale=language)
    page.goto(newcomer(site, 0)["personal_url"] + "/calendar")
    in_language(page, language)
    change_the_link(page, f"me-{language}-{width}-calendar")
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_get_other_links(chromium: Browser, site: Site, language: str, width: int) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 800}, locale=language)
    sign_in(page, site, language)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.base}/staff/calendar")
    change_the_link(page, f"staff-{language}-{width}-calendar")
    page.close()


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
