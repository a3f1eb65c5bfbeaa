"""Rows that speak of one person become one person, and nobody is merged by name alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from scheduler.readers.customer_rows import Complaint, CustomerRow
from scheduler.rules.names import name_key
from tests.rules.lists import ROWS, applied, kinds, planned, row


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


def test_of_two_known_people_alike_the_one_that_fits_exactly_is_meant() -> None:
    known = applied(planned(row(2, name="田中 誠", email="t@x.jp", phone="0322")))["A1"]
    by_program = replace(known.contacts[0], id=9, current={**known.contacts[0].current, "phone": "0311"}, imported={})
    known = replace(known, contacts=(*known.contacts, by_program))
    later = planned(row(2, name="田中 誠", email="t@x.jp", phone="0311"), existing={"A1": known})
    difference = later.accounts[0].contacts[0].difference
    assert (difference.known_id, difference.changes) == (9, ())


def test_a_new_person_at_an_address_known_for_another_is_marked() -> None:
    known = applied(planned(row(2, name="中村 涼平", email="a@x.jp")))
    later = planned(row(2, name="別名 太郎", email="a@x.jp"), existing=known)
    assert later.accounts[0].contacts[0].difference.state == "new"
    assert kinds(later) == [(2, "second_person")]


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
