"""Set-up and usage at 360 and 1280 pixels, in both languages: the list that operations keep, ticks, and lists brought in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible, newcomer, under_way

pytestmark = pytest.mark.chromium

SAVE = re.compile("^(保存する|Save)$")
ADD = re.compile("^(追加する|Add)$")
LOOK = re.compile("^(内容を確認する|Check the contents|.*check.*)$", re.IGNORECASE)


def an_account(site: Site, number: int) -> dict[str, object]:
    """Find an account being introduced that has several stores."""
    return dict([account for account in under_way(site) if len(account["stores"]) >= 6][number])


def test_operations_keep_the_list_of_steps(walk: tuple[Page, str, int], site: Site) -> None:
    page, language, number = walk
    page.goto(f"{site.base}/staff/settings/steps")
    accessible(page, f"steps-{language}")
    page.goto(f"{site.base}/staff/settings/steps/new")
    accessible(page, f"steps-new-{language}")
    page.fill("[name=key]", f"first_sign_in_{number}")
    page.fill("[name=name_ja]", "はじめてのログイン")
    page.fill("[name=due_days]", "7")
    page.get_by_role("button", name=ADD).click()
    page.get_by_role("link", name="はじめてのログイン").last.click()
    page.fill("[name=name_en]", "First sign-in")
    page.get_by_role("button", name=SAVE).click()
    page.goto(f"{site.base}/staff/settings/steps/staff_logins/edit")
    accessible(page, f"steps-edit-{language}")
    page.goto(f"{site.base}/staff/settings/steps/website_button/edit")
    page.get_by_role("button", name=re.compile("使用をやめる|Stop using it")).click()
    accessible(page, f"steps-retired-{language}")
    page.get_by_role("button", name=re.compile("また使う|Use it again")).first.click()


def test_ticks_and_what_they_wait_on(walk: tuple[Page, str, int], site: Site) -> None:
    page, language, number = walk
    account = an_account(site, number)
    codes = [store["code"] for store in account["stores"]]  # type: ignore[attr-defined]
    waits = {"store": codes[0], "state": "waiting", "waiting_on": "third_party", "reason": "回線工事の日程待ち"}
    site.put(f"/accounts/{account['external_id']}/setup/staff_logins", waits)
    page.goto(f"{site.base}/staff/accounts?q={account['external_id']}")
    page.get_by_role("link", name=str(account["name"])).first.click()
    step = page.locator("#step-staff_logins")
    step.locator("summary").first.click()
    accessible(page, f"account-setup-{language}")
    for box in range(2):
        step.locator("[name=store][type=checkbox]").nth(box).check()
    step.locator("select[name=state]").select_option("done")
    step.get_by_role("button", name=re.compile("^(記録する|Record)")).last.click()
    expect(page.locator("#step-staff_logins")).to_contain_text("/")


def test_the_customer_sees_what_is_due_and_whose_turn_it_is(visit: tuple[Page, str, int], site: Site) -> None:
    page, language, number = visit
    person = newcomer(site, number)
    page.goto(person["personal_url"])
    page.locator("#setup").scroll_into_view_if_needed()
    accessible(page, f"my-setup-{language}")


@pytest.mark.parametrize("matter", ["setup", "usage"])
def test_lists_are_looked_at_before_they_are_recorded(walk: tuple[Page, str, int], site: Site, matter: str) -> None:
    page, language, number = walk
    name = an_account(site, number)["external_id"]
    page.goto(f"{site.base}/staff/imports/{matter}")
    accessible(page, f"import-{matter}-{language}")
    lines = {
        "setup": f"顧客ID,項目,状態,理由\n{name},company_profile,完了,\n{name},property_import,対応待ち（お客様）,物件一覧待ち\n{name},x,完了,\n",
        "usage": f"顧客ID,日付,操作\n{name},2026-01-05,反響に返信\nX,2026-01-05,\n",
    }
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": lines[matter].encode()}
    page.set_input_files("[name=file]", files=[file])  # type: ignore[list-item]
    page.locator("#upload button").click()
    accessible(page, f"import-{matter}-preview-{language}")
    page.locator(".page-head form button").click()
    accessible(page, f"import-{matter}-result-{language}")
