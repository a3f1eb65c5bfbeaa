"""Staff look after accounts that need someone: called, put on hold, a person who left with her seats, all with a picture."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible

pytestmark = pytest.mark.chromium


def test_an_account_is_called_held_and_a_person_leaves(walk: tuple[Page, str, int], site: Site) -> None:
    page, language, number = walk
    page.goto(f"{site.base}/staff/board?whose=all&stage=onboarding")
    accessible(page, f"board-{language}-1")
    page.get_by_role("button", name=re.compile("^(電話する|Call)")).nth(number).click()
    expect(page.get_by_role("button", name=re.compile("^(電話した|I called)")).first).to_be_visible()
    accessible(page, f"board-{language}-2-called")

    page.locator(".board-name").nth(number + 3).click()
    account = page.url
    page.get_by_role("link", name=re.compile("^(保留にする|Put on hold)")).last.click()
    page.fill("[name=until]", "2026-12-01")
    accessible(page, f"hold-{language}-1")
    page.get_by_role("button", name=re.compile("^(保留にする|Put on hold)")).click()
    page.goto(account)
    expect(page.get_by_text(re.compile("まで保留中です|On hold until"))).to_be_visible()
    accessible(page, f"hold-{language}-2-held")
    page.get_by_role("button", name=re.compile("^(保留を終える|End the hold)")).click()
    expect(page.get_by_text(re.compile("まで保留中です|On hold until"))).to_have_count(0)

    page.locator("#people tbody th a").first.click()
    person = page.url
    page.get_by_role("link", name=re.compile("^(退職・異動を記録する|Note that they)")).click()
    accessible(page, f"leave-{language}-1")
    page.get_by_role("button", name=re.compile("^(退職・異動を記録する|Note that they)")).click()
    expect(page).to_have_url(person)
    accessible(page, f"leave-{language}-2-left")
    page.get_by_role("button", name=re.compile("^(退職・異動の記録を取り消す|Take it back)")).click()
    expect(page.get_by_role("link", name=re.compile("^(退職・異動を記録する|Note that they)"))).to_be_visible()
