"""A customer list comes to accounts, stores and people; the same list again comes to nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.readers.customer_rows import Complaint, CustomerRow
from scheduler.readers.customers import read_customers
from scheduler.rules.differences import Change, Difference, Known, Value
from scheduler.rules.drafts import IntakePlan, KnownAccount
from scheduler.rules.intake import plan_intake
from scheduler.rules.names import name_key, phone_digits

DATA = Path(__file__).parents[1] / "data"
EXPECTED = json.loads((DATA / "customers_expected.json").read_text())
TODAY = date.fromisoformat(EXPECTED["as_of"])


def sample(name: str = "customers_cp932.csv") -> list[CustomerRow]:
    return read_customers((DATA / name).read_bytes(), name).rows


def row(number: int, **said: Any) -> CustomerRow:
    """Make a row of account A1; a name, address or number makes it speak of a person."""
    has_contact = any(said.get(field) for field in ("name", "email", "phone"))
    digits = phone_digits(said.get("phone", ""))
    defaults = {"account_id": "A1", "account_name": "みほん", "has_contact": has_contact, "phone_digits": digits}
    return CustomerRow(number=number, **{**defaults, **said})


def planned(*rows: CustomerRow, existing: Mapping[str, KnownAccount] | None = None) -> IntakePlan:
    return plan_intake(rows, existing or {}, TODAY)


def applied(plan: IntakePlan, before: Mapping[str, KnownAccount] | None = None) -> dict[str, KnownAccount]:
    """Do what a service does with a plan: write what is new or changed and remember what was imported."""
    known = dict(before or {})
    for account in plan.accounts:
        old = known.get(account.external_id)
        contacts = {contact.id: contact for contact in (old.contacts if old else ())}
        stores = {store.id: store for store in (old.stores if old else ())}
        for store in account.stores:
            written = _written(store.difference, stores, {"code": store.code, "closed_days": ()}, len(stores) + 1)
            stores[written.id] = written
        for contact in account.contacts:
            defaults: dict[str, Value] = {"name": "", "email": "", "phone": "", "role": "member", "locale": "ja"}
            written = _written(contact.difference, contacts, defaults, len(contacts) + 1)
            contacts[written.id] = written
        itself = _written(account.difference, {old.id: old} if old else {}, {}, len(known) + 1)
        known[account.external_id] = KnownAccount(
            itself.id, itself.current, itself.imported, tuple(stores.values()), tuple(contacts.values())
        )
    return known


def _written(difference: Difference, known: Mapping[int, Known], defaults: dict[str, Value], new_id: int) -> Known:
    id_ = difference.known_id or new_id
    before = known[id_].current if difference.known_id else defaults
    # What the database gives back: JSON in `imported`.
    remembered = json.loads(json.dumps(difference.imported))
    return Known(id_, {**before, **{change.field: change.new for change in difference.changes}}, remembered)


def by_hand(account: KnownAccount, part: str, position: int, **edits: Value) -> KnownAccount:
    parts = list(getattr(account, part))
    parts[position] = replace(parts[position], current={**parts[position].current, **edits})
    return replace(account, **{part: tuple(parts)})


def kinds(plan: IntakePlan) -> list[tuple[int, str]]:
    return [(mark.number, mark.key) for mark in plan.marks]


# The sample of a CRM's export


def test_the_sample_comes_to_its_totals() -> None:
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


# People


def test_one_person_in_two_stores_is_one_person() -> None:
    same = {"name": "松本 翔太", "email": "m@example.com"}
    plan = planned(row(2, store_code="S1", **same), row(3, store_code="S2", **same), row(4, store_code="S1", **same))
    (contact,) = plan.accounts[0].contacts
    assert (contact.store_codes, contact.row_numbers) == (("S1", "S2"), (2, 3, 4))
    assert kinds(plan) == [(3, "several_stores")]
    assert [mark.key for mark in contact.marks] == ["several_stores"]


@pytest.mark.parametrize(
    ("one", "other", "people"),
    [
        # the same name at the same address, however it is written
        ({"name": "髙橋 一郎", "email": "a@x.jp"}, {"name": "高橋　一郎 様", "email": "a@x.jp"}, 1),
        # the same name and telephone where one row has no address
        ({"name": "高橋 一郎", "email": "a@x.jp", "phone": "03-1-1"}, {"name": "高橋 一郎", "phone": "0311"}, 1),
        ({"name": "高橋 一郎", "phone": "0311"}, {"name": "高橋 一郎", "email": "a@x.jp", "phone": "03-1-1"}, 1),
        ({"name": "高橋 一郎"}, {"name": "高橋 一郎"}, 1),
        ({"email": "a@x.jp"}, {"email": "a@x.jp"}, 1),
        # two people at one address
        ({"name": "高橋 一郎", "email": "a@x.jp"}, {"name": "高橋 二郎", "email": "a@x.jp"}, 2),
        ({"name": "", "email": "a@x.jp"}, {"name": "高橋 二郎", "email": "a@x.jp"}, 2),
        # one name at two addresses, even behind one switchboard, and never by name alone
        (
            {"name": "田中 誠", "email": "a@x.jp", "phone": "0311"},
            {"name": "田中 誠", "email": "b@x.jp", "phone": "0311"},
            2,
        ),
        ({"name": "田中 誠", "email": "a@x.jp"}, {"name": "田中 誠"}, 2),
        ({"name": "田中 誠", "phone": "0311"}, {"name": "田中 誠", "phone": "0322"}, 2),
        # unnamed people behind one number, one of them with an address
        ({"email": "a@x.jp", "phone": "0311"}, {"phone": "0311"}, 2),
    ],
)
def test_who_is_one_person(one: dict[str, str], other: dict[str, str], people: int) -> None:
    for rows in ([row(2, **one), row(3, **other)], [row(2, **other), row(3, **one)]):
        assert len(planned(*rows).accounts[0].contacts) == people


def test_the_second_person_at_an_address_is_marked_and_both_go_in() -> None:
    plan = planned(row(2, name="中村 涼平", email="a@x.jp"), row(3, name="別名 太郎", email="a@x.jp"))
    assert [contact.name for contact in plan.accounts[0].contacts] == ["中村 涼平", "別名 太郎"]
    assert plan.marks[0].params == {"email": "a@x.jp", "first": "中村 涼平"}
    assert kinds(plan) == [(3, "second_person")]


def test_a_person_with_an_address_in_another_row_is_not_marked_as_having_none() -> None:
    without = row(2, name="高橋 一郎", phone="0311", marks=(Complaint("no_email"),))
    assert kinds(planned(without, row(3, name="高橋 一郎", phone="0311", email="a@x.jp"))) == []
    assert kinds(planned(without)) == [(2, "no_email")]


def test_of_two_roles_the_one_with_more_to_do_counts() -> None:
    same = {"name": "高橋 一郎", "email": "a@x.jp"}
    plan = planned(row(2, role="manager", **same), row(3, role="coordinator", **same), row(4, **same))
    assert plan.accounts[0].contacts[0].role == "coordinator"


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


def test_people_are_found_again_by_the_surest_sign_and_each_only_once() -> None:
    known = applied(planned(row(2, name="", email="shop@x.jp"), row(3, name="田中 誠", email="t@x.jp", phone="0311")))
    later = planned(
        row(2, name="山田 花子", email="shop@x.jp"),
        row(3, name="田中 誠", email="t@x.jp", phone="0311"),
        row(4, name="田中 誠", email="other@x.jp", phone="0311"),
        existing=known,
    )
    states = [(contact.name, contact.difference.state) for contact in later.accounts[0].contacts]
    assert states == [("山田 花子", "changed"), ("田中 誠", "unchanged"), ("田中 誠", "new")]


def test_a_new_person_at_an_address_known_for_another_is_marked() -> None:
    known = applied(planned(row(2, name="中村 涼平", email="a@x.jp")))
    later = planned(row(2, name="別名 太郎", email="a@x.jp"), existing=known)
    assert later.accounts[0].contacts[0].difference.state == "new"
    assert kinds(later) == [(2, "second_person")]


TEXTS = st.sampled_from(["", "甲", "乙"])
ROWS = st.lists(
    st.builds(
        lambda number, account_id, store, name, address, phone, plan: row(
            number, account_id=account_id, store_code=store, name=name, email=address, phone=phone, plan=plan
        ),
        *[st.integers(2, 50), st.sampled_from(["A1", "A2"]), st.sampled_from(["", "S1", "S2"]), TEXTS],
        *[st.sampled_from(["", "a@x.jp", "b@x.jp"]), st.sampled_from(["", "0311", "0322"]), TEXTS],
    ),
    max_size=12,
    unique_by=lambda made: made.number,
)


@given(ROWS)
def test_any_list_imported_again_changes_nothing(rows: list[CustomerRow]) -> None:
    known = applied(planned(*rows))
    again = planned(*rows, existing=known)
    assert {account.state for account in again.accounts} <= {"unchanged"}
    assert all(not contact.difference.kept for account in again.accounts for contact in account.contacts)


@given(ROWS)
def test_nobody_is_lost_or_made_twice(rows: list[CustomerRow]) -> None:
    for account in planned(*rows).accounts:
        speaking = [made.number for made in rows if made.account_id == account.external_id and made.has_contact]
        assert sorted(number for contact in account.contacts for number in contact.row_numbers) == sorted(speaking)
        identities = [(contact.email, contact.name_key, contact.phone_digits) for contact in account.contacts]
        assert len(set(identities)) == len(identities)
        assert all(contact.name_key == name_key(contact.name) for contact in account.contacts)


@given(ROWS, ROWS)
def test_any_later_list_leaves_no_two_rows_for_one_person(first: list[CustomerRow], second: list[CustomerRow]) -> None:
    known = applied(planned(*first))
    for account in applied(planned(*second, existing=known), known).values():
        people = [
            (one.current["email"], name_key(str(one.current["name"])), one.current["phone"]) for one in account.contacts
        ]
        assert len(set(people)) == len(people)
