"""Columns of an unknown report named in a real browser: Japanese on a phone, English at a desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible, lectures

LECTURE = "a[href$='/report']"


def table(site: Site, starts_at: str, language: str, folder: Path) -> Path:
    """Write a list as no tool we know writes it, with long names and other lines above."""
    begins = datetime.fromisoformat(starts_at.replace("Z", "+00:00")) + timedelta(hours=9)
    header = [
        "出席",
        "お客様のご芳名",
        f"ご連絡先（{language}）",
        "開始",
        "おわり",
        "ご覧になったお時間（研修室での実測・分）",
    ]
    lines = [
        "株式会社〇〇ホールディングス首都圏統括本部 オンライン研修 受講者一覧,,",
        ",".join(header),
        *(
            f"○,見本 {number}郎,p{number}@long-domain-of-a-customer.example.jp,"
            f"{begins:%Y/%m/%d %H:%M},{begins + timedelta(minutes=50):%Y/%m/%d %H:%M},50"
            for number in range(3)
        ),
    ]
    file = folder / "list.csv"
    file.write_text("\r\n".join(lines), encoding="cp932")
    return file


def test_columns_are_named_once_in_either_language(walk: tuple[Page, str, int], site: Site, tmp_path: Path) -> None:
    page, language, _number = walk
    held = [one for one in lectures(site) if one["status"] == "scheduled"]
    lecture = next(one for one in held if datetime.fromisoformat(one["starts_at"].replace("Z", "+00:00")) < site.now())
    file = table(site, lecture["starts_at"], language, tmp_path)
    address = f"{site.base}/staff/lectures/{lecture['id']}/report"
    page.goto(address)
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form[enctype] button").last.click()
    page.wait_for_url("**/columns")
    accessible(page, f"staff-{language}-report-columns")
    page.locator("select[name=name]").select_option(index=3)
    page.locator("main form[method=post] button").last.click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.locator("select[name=name]").select_option("お客様のご芳名")
    page.locator("select[name=email]").select_option(index=3)
    page.locator("select[name=join]").select_option("開始")
    page.locator("select[name=leave]").select_option("おわり")
    page.locator("main form[method=post] button").last.click()
    expect(page.locator("main")).to_contain_text("見本 0郎")
    page.goto(address)
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form[enctype] button").last.click()
    expect(page.locator("main")).to_contain_text("見本 0郎")
