"""Who cannot find our mail, at 360 and 1280 pixels, in both languages; and the choice to greet people first."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible, in_language

pytestmark = pytest.mark.chromium


def test_from_the_programme_to_the_link(visit: tuple[Page, str, int], site: Site) -> None:
    page, language, number = visit
    page.goto(f"{site.base}/lectures")
    in_language(page, language)
    page.click("a[href='/lectures/find-mail']")
    accessible(page, f"find-mail-{language}-1-form")
    page.fill("[name=email]", f"nobody{number}@a-customer-with-a-rather-long-domain-name.example")
    page.locator("main form button").click()
    expect(page).to_have_url(f"{site.base}/lectures/find-mail/sent")
    accessible(page, f"find-mail-{language}-2-sent")


def test_the_choice_of_the_mail_to_start_with(walk: tuple[Page, str, int], site: Site) -> None:
    page, language, _number = walk
    page.goto(f"{site.base}/staff/introductions?account=1&mail=welcome")
    accessible(page, f"introductions-{language}-greeting")
