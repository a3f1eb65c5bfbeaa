"""A customer list comes to accounts, stores and people; the same list again comes to nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

from hypothesis import given

from scheduler.readers.customer_rows import Complaint, CustomerRow
from scheduler.readers.customers import read_customers
from scheduler.rules.differences import Change
from scheduler.rules.drafts import KnownAccount
from scheduler.rules.intake import plan_intake
from tests.rules.lists import ROWS, TODAY, applied, by_hand, kinds, planned, row

DATA = Path(__file__).parents[1] / "data"
EXPECTED = json.loads((DATA / "customers_expected.json").read_text())


def sample(name: str = "customers_cp932.csv") -> list[CustomerRow]:
    return read_customers((DATA / name).read_bytes(), name).rows


# The sample of a CRM's export


def test_the_sample_comes_to_its_totals() -> None:
    assert date.fromisoformat(EXPECTED["as_of"]) == TODAY
    plan = plan_intake(sample(), {}, TODAY)
    assert plan.totals == EXPECTED["totals"]
    biggest = max(plan.accounts, key=lambda account: len(account.stores))
    assert {
        "external_id": biggest.external_id,
        "stores": len(biggest.stores),
        "people": len(biggest.contacts),
    } == EXPECTED["biggest_account"]
    past = [account for account in plan.accounts if (TODAY - account.fields["planned_start_on"]).days > 30]  # type: ignore[operator]
    assert len(past) == EXPECTED["accounts_whose_planned_start_is_over_30_days_past"]


def test_the_sample_marks_the_rows_that_somebody_should_check() -> None:
    plan = plan_intake(sample(), {}, TODAY)
    assert kinds(plan) == [
        (116, "shared_address"),
        (303, "no_email"),
        (1246, "second_person"),
        (1247, "several_stores"),
    ]
    assert {row["row"] for row in EXPECTED["marked_rows"]} <= {mark.number for mark in plan.marks}


def test_the_sample_is_sorted_into_live_and_being_introduced() -> None:
    plan = plan_intake(sample(), {}, TODAY)
    live = {account.external_id: account.standing for account in plan.sorted_as("live")}
    # Two whose planned start is not that long past are live because the phase column says so.
    assert len(live) == EXPECTED["accounts_whose_planned_start_is_over_30_days_past"] + 2
    assert live["A10041"].reason == live["A10059"].reason == Complaint("phase", {"phase": "利用中"})
    assert len(plan.sorted_as("introducing")) == 31
    assert plan.owners["onboarding"] == ["小林 美咲", "中村 彩", "佐々木 亮"]


def test_the_workbook_comes_to_the_first_accounts_of_the_export() -> None:
    plan = plan_intake(sample("customers.xlsx"), {}, TODAY)
    assert plan.totals == {"accounts": 23, "stores": 223, "contacts": 259}


def test_the_same_file_again_changes_nothing() -> None:
    rows = sample()
    known = applied(plan_intake(rows, {}, TODAY))
    again = plan_intake(rows, known, TODAY)
    assert {account.state for account in again.accounts} == {"unchanged"}
    assert applied(again, known) == known
    assert [account.difference.kept for account in again.accounts if account.difference.kept] == []
    assert again.sorted_as("live") == again.sorted_as("introducing") == []


# Accounts and stores


def test_rows_that_disagree_about_their_account_are_marked_once_and_the_first_wins() -> None:
    first, second = date(2026, 4, 1), date(2026, 4, 2)
    plan = planned(row(2, signed_on=first), row(3, signed_on=second), row(4, signed_on=second), row(5))
    assert plan.accounts[0].fields["signed_on"] == first
    assert kinds(plan) == [(3, "conflict")]
    assert plan.marks[0].params == {"field": "signed_on", "kept": "2026-04-01", "other": "2026-04-02"}


def test_spellings_of_one_company_do_not_disagree() -> None:
    plan = planned(row(2, account_name="㈱みほん"), row(3, account_name="（株） みほん"))
    assert (plan.accounts[0].name, plan.marks) == ("㈱みほん", [])


def test_stores_are_told_apart_by_code_or_else_by_name() -> None:
    plan = planned(
        row(2, store_code="S1", store_name="金沢店", closed_days=(2,)),
        row(3, store_code="S2", store_name="金沢店"),
        row(4, store_code="S3", store_name="横浜店", name="山田", email="y@x.jp"),
        row(5, store_name="横浜店", name="佐藤", email="s@x.jp"),
        row(6, store_name="新潟店"),
        row(7, store_code="S4"),
    )
    stores = [(store.code, store.name) for store in plan.accounts[0].stores]
    assert stores == [("S1", "金沢店"), ("S2", "金沢店"), ("S3", "横浜店"), ("新潟店", "新潟店"), ("S4", "S4")]
    assert [contact.store_codes for contact in plan.accounts[0].contacts] == [("S3",), ("S3",)]


def test_a_note_belongs_to_the_person_of_its_row_unless_all_rows_share_it() -> None:
    people = [row(2, name="山田", email="y@x.jp", note="電話は午前中"), row(3, name="佐藤", email="s@x.jp")]
    account = planned(*people).accounts[0]
    assert ("note" in account.fields, [contact.note for contact in account.contacts]) == (False, ["電話は午前中", ""])
    account = planned(*[replace(person, note="紹介案件") for person in people]).accounts[0]
    assert (account.fields["note"], [contact.note for contact in account.contacts]) == ("紹介案件", ["", ""])
    account = planned(row(1, note="請求は本社"), *people).accounts[0]
    assert (account.fields["note"], account.contacts[0].note) == ("請求は本社", "電話は午前中")


# Beside what is known

LISTED = (
    row(
        2,
        plan="ライト",
        owner="小林 美咲",
        store_code="S1",
        store_name="横浜店",
        name="山田 花子",
        email="y@x.jp",
        phone="0311",
    ),
    row(3, store_code="S2", store_name="川崎店", name="佐藤 翔太", phone="0322", marks=(Complaint("no_email"),)),
)


def test_what_the_file_changes_is_told_field_by_field() -> None:
    known = applied(planned(*LISTED))
    later = [replace(LISTED[0], plan="プロ", email="new@x.jp"), replace(LISTED[1], store_name="川崎本店")]
    account = planned(*later, existing=known).accounts[0]
    assert account.state == "changed"
    assert account.difference.changes == (Change("plan", "ライト", "プロ"),)
    assert account.stores[1].difference.changes == (Change("name", "川崎店", "川崎本店"),)
    assert account.contacts[0].difference.changes == (Change("email", "y@x.jp", "new@x.jp"),)
    assert account.contacts[1].difference.state == "unchanged"


def test_what_a_hand_has_edited_is_shown_and_kept() -> None:
    known = applied(planned(*LISTED))["A1"]
    known = replace(known, current={**known.current, "plan": "特別", "onboarding_owner": "中村 彩"})
    known = by_hand(known, "contacts", 0, name="山田 はな子", email="hana@x.jp", phone="0399", stores=("S1", "S2"))
    known = by_hand(known, "stores", 0, closed_days=(1,))
    for rows in (LISTED, [replace(LISTED[0], plan="プロ"), LISTED[1]]):
        account = planned(*rows, existing={"A1": known}).accounts[0]
        assert account.state == "unchanged"
        assert [change.field for change in account.difference.kept] == ["plan", "onboarding_owner"]
        kept = account.contacts[0].difference.kept
        assert [change.field for change in kept] == ["name", "email", "phone", "stores"]
        assert kept[1] == Change("email", "hana@x.jp", "y@x.jp")
        assert len(account.contacts) == 2


def test_empty_cells_change_nothing() -> None:
    known = applied(planned(*LISTED))
    bare = [replace(listed, plan="", owner="", store_name="", role="") for listed in LISTED]
    assert planned(*bare, existing=known).accounts[0].state == "unchanged"


def test_a_field_never_imported_is_filled_when_empty_and_kept_when_not() -> None:
    made_by_api = KnownAccount(7, {"name": "みほん", "plan": "", "it_skill": "高"})
    account = planned(row(2, plan="プロ", it_skill="低"), existing={"A1": made_by_api}).accounts[0]
    assert account.difference.changes == (Change("plan", "", "プロ"),)
    assert account.difference.kept == (Change("it_skill", "高", "低"),)


@given(ROWS)
def test_any_list_imported_again_changes_nothing(rows: list[CustomerRow]) -> None:
    known = applied(planned(*rows))
    again = planned(*rows, existing=known)
    assert {account.state for account in again.accounts} <= {"unchanged"}
    assert all(not contact.difference.kept for account in again.accounts for contact in account.contacts)
