"""Addresses no mail leaves to at 360 and 1280 pixels, in both languages: found, looked at, and lifted for a reason."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible, newcomer

pytestmark = pytest.mark.chromium

LIFT = re.compile("^(解除する|Lift)")


def close(site: Site, *rows: tuple[str, str, str, str]) -> None:
    """Close addresses in the running program's database: address, list, reason, what the other side said."""
    statement = "INSERT INTO suppressions (address, list, reason, detail, created_at) VALUES (?, ?, ?, ?, '2026-04-01 00:00:00')"
    with closing(sqlite3.connect(site.folder / "demo.db")) as database, database:
        database.execute("DELETE FROM suppressions")
        database.executemany(statement, rows)


def test_staff_find_why_nothing_is_sent_and_lift_it(walk: tuple[Page, str, int], site: Site) -> None:
    page, language, number = walk
    email = newcomer(site, number)["email"]
    close(site)
    page.goto(f"{site.base}/staff/mails/suppressions")
    accessible(page, f"suppressions-none-{language}")
    long = "shinjuku-nishiguchi-honten-reservation-desk@customer-with-a-long-name.example"
    close(
        site,
        (email, "all", "bounced", "550 5.1.1 …: Recipient address rejected: User unknown in virtual mailbox table"),
        (email, "nudges", "unsubscribed", ""),
        (long, "all", "complained", ""),
    )
    page.reload()
    accessible(page, f"suppressions-{language}")
    page.fill("[name=q]", email)
    page.press("[name=q]", "Enter")
    expect(page.get_by_role("link", name=LIFT)).to_have_count(2)
    page.get_by_role("link", name=LIFT).last.click()
    page.get_by_role("button", name=LIFT).click()
    accessible(page, f"suppressions-lift-{language}")
    page.fill("[name=reason]", "電話で確認しました")
    page.get_by_role("button", name=LIFT).click()
    expect(page.get_by_role("link", name=LIFT)).to_have_count(2)
