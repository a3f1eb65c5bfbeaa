"""A coordinator acts for the company's people, staff do the same on the telephone: on a phone and at a desk, readable by all."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible, in_language, lectures, under_way

pytestmark = pytest.mark.chromium


def open_all(page: Page) -> None:
    """Open whatever opens on a press."""
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")


def a_company(site: Site) -> dict[str, Any]:
    """Find an account with a coordinator and somebody else."""
    for account in under_way(site):
        roles = [person["role"] for person in account["contacts"]]
        if "coordinator" in roles and len(roles) > 1:
            return account
    raise AssertionError("the demo company has no account with a coordinator and a colleague")


def test_a_coordinator_sees_and_books_for_the_companys_people(visit: tuple[Page, str, int], site: Site) -> None:
    page, language, _number = visit
    people = a_company(site)["contacts"]
    coordinator = next(person for person in people if person["role"] == "coordinator")
    page.goto(coordinator["personal_url"])
    in_language(page, language)
    page.goto(f"{coordinator['personal_url']}/people")
    accessible(page, f"people-{language}")
    page.locator("main table a").first.click()
    open_all(page)
    accessible(page, f"people-one-{language}")
    page.goto(f"{coordinator['personal_url']}/colleagues")
    page.get_by_role("button", name=re.compile("申し込む|Register")).click()
    expect(page.get_by_role("alert")).to_be_visible()
    accessible(page, f"colleague-{language}")


def test_staff_do_it_on_the_telephone(walk: tuple[Page, str, int], site: Site) -> None:
    page, name, _number = walk
    booked = [row for row in lectures(site) if row["status"] == "scheduled" and row["seats_taken"] > 1]
    page.goto(f"{site.base}/staff/lectures/{booked[-1]['id']}")
    open_all(page)
    accessible(page, f"roster-{name}")
    page.locator("#roster tbody a[href*='/staff/accounts/']").first.click()
    page.locator("a[href*='/people/']").first.click()
    open_all(page)
    accessible(page, f"telephone-{name}")
