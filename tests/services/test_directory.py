"""Finding people and companies by what one hears on the telephone."""

from __future__ import annotations

from datetime import date

import pytest

from scheduler.services import directory
from scheduler.services.directory import Filter
from tests.factories import NOW, a_contact, a_member, a_store, an_account

pytestmark = pytest.mark.usefixtures("database")


def names(text: str) -> list[str]:
    return [contact.name for contact in directory.find_people(text)]


@pytest.mark.parametrize(
    "text",
    [
        "山田", "山田 花子", "山田花子", "ヤマダ", "やまだ", "ﾔﾏﾀﾞ", "hanako@", "HANAKO@customer.example",
        "045-123-4567", "０４５１２３４５６７", "045 123 4567", "4567", "みほん 山田", "横浜店 山田", "ミホンフドウサン",
        "c-77", "株式会社みほん",
    ],
)  # fmt: skip
def test_a_person_is_found_by(text: str) -> None:
    account = an_account(name="株式会社みほん不動産", reading="ミホン フドウサン", external_id="C-77")
    a_contact(
        account,
        stores=(a_store(account, name="横浜店"),),
        name="山田 花子",
        reading="ヤマダ ハナコ",
        email="hanako@customer.example",
        phone="045-123-4567",
    )
    a_contact(name="鈴木 一郎", email="ichiro@other.example", phone="03-9999-8888")
    assert names(text) == ["山田 花子"]


@pytest.mark.parametrize("text", ["", "  ", "45%", "_", "山田 一郎", "999", "@customer.example"])
def test_nobody_is_found_by(text: str) -> None:
    a_contact(name="山田 花子", email="hanako@customer.example", phone="045-123-4567")
    assert names(text) == []


def test_a_list_of_found_people_ends_somewhere() -> None:
    account = an_account()
    for number in range(25):
        a_contact(account, name=f"山田 {number}", email=None)
    assert len(names("山田")) == 20


def listed(**wanted: object) -> list[str]:
    rows, total = directory.accounts(Filter(**wanted))  # type: ignore[arg-type]
    assert total == len(rows)
    return [row.external_id for row in rows]


def test_filters_narrow_the_list() -> None:
    member = a_member()
    an_account(external_id="ready", ready_since=NOW, onboarding_owner_id=member.id)
    an_account(external_id="stuck", level="stuck")
    an_account(external_id="behind", level="behind", success_owner_id=member.id)
    an_account(external_id="new", undecided=True)
    an_account(external_id="live", stage="success", success_owner_id=member.id)
    assert set(listed()) == {"ready", "stuck", "behind", "new", "live"}
    assert listed(stage="success") == ["live"]
    assert listed(level="stuck") == ["stuck"]
    assert set(listed(follow=True)) == {"stuck", "behind"}
    assert listed(ready=True) == ["ready"]
    assert set(listed(ready=False)) == {"stuck", "behind", "new"}
    assert listed(undecided=True) == ["new"]
    assert set(listed(owner_id=member.id)) == {"ready", "live"}
    assert listed(text="liv") == ["live"]


def test_sorting_puts_what_is_unknown_last_in_both_directions() -> None:
    for name, planned in (("a", date(2026, 5, 1)), ("b", None), ("c", date(2026, 4, 1))):
        an_account(external_id=name, name=name, planned_start_on=planned)
    assert listed(sort="planned") == ["c", "a", "b"]
    assert listed(sort="-planned") == ["a", "c", "b"]
    assert listed(sort="-name") == ["c", "b", "a"]
    assert listed(sort="1; drop table") == ["a", "b", "c"]


def test_japanese_names_sort_by_their_reading() -> None:
    an_account(external_id="2", name="相川", reading="アイカワ")
    an_account(external_id="3", name="会田", reading="アイダ")
    an_account(external_id="1", name="亜細亜", reading="アジア")
    assert listed(sort="name") == ["2", "3", "1"]


def test_pages_follow_each_other_without_gap() -> None:
    made = [an_account(name=f"社{number:03}").id for number in range(7)]
    pages = [directory.accounts(Filter(), page, 3) for page in (1, 2, 3, 4)]
    assert [row.id for rows, _total in pages for row in rows] == made
    assert {total for _rows, total in pages} == {7}


def test_stores_in_scope_are_counted_per_account() -> None:
    account, other = an_account(), an_account()
    a_store(account)
    a_store(account, scope="out")
    assert directory.store_counts([account.id, other.id]) == {account.id: 1}


def test_who_owns_an_account_of_another_stage_owns_none_now() -> None:
    member = a_member()
    an_account(stage="onboarding", success_owner_id=member.id)
    assert not directory.owned_by(member.id)
    an_account(stage="success", success_owner_id=member.id)
    assert directory.owned_by(member.id)


def test_who_left_is_found_only_where_she_may_be_meant() -> None:
    contact = a_contact(name="退職 花子", left_on=date(2026, 4, 1))
    assert directory.find_people("退職") == []
    assert [one.id for one in directory.find_people("退職", gone_too=True)] == [contact.id]
