"""Whether monthly figures go in whole or not at all, replace what they say anew, and come out again."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.models.trials import Figure
from scheduler.services.actors import CLI
from scheduler.services.refusals import FileUnreadable, RowsRefused, UploadExpired
from scheduler.services.trials import figures
from scheduler.services.trials.figures import Plan
from tests.factories import a_member, an_account

NOW = datetime(2026, 6, 10, tzinfo=UTC)


def a_file(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def bring(*lines: str) -> tuple[int, Plan]:
    return figures.bring_in(a_file(*lines), "f.csv", NOW, CLI)


def kept() -> dict[tuple[int | None, int | None, str, date], float]:
    rows = db.session.scalars(select(Figure).execution_options(populate_existing=True))
    return {(row.account_id, row.staff_id, row.measure, row.month): row.value for row in rows}


def refusals(*lines: str) -> list[tuple[int, str]]:
    return [(row.number, row.key) for row in figures.plan(a_file(*lines), "f.csv", NOW).refused]


@pytest.fixture
def member(app: Flask) -> Staff:
    return a_member(name="小林 美咲", email="misaki@vendor.example")


@pytest.fixture
def account(app: Flask) -> Account:
    return an_account(external_id="A-1", name="株式会社さくら")


def test_figures_of_members_and_accounts_go_in(database: Flask) -> None:
    seller = a_member(name="小林 美咲", email="misaki@vendor.example")
    customer = an_account(external_id="A-1", name="株式会社さくら")
    _number, plan = bring(
        "月,担当者,顧客企業,商談数,売上,更新",
        "2026-04,小林美咲,,18,1200000,",
        "2026-05,MISAKI@vendor.example,,20,,",
        "2026-05,,A-1,,,はい",
        "2027-05,,株式会社さくら,,,いいえ",
    )
    april, may = date(2026, 4, 1), date(2026, 5, 1)
    assert kept() == {
        (None, seller.id, "meetings", april): 18,
        (None, seller.id, "revenue", april): 1_200_000,
        (None, seller.id, "meetings", may): 20,
        (customer.id, None, "renewed", may): 1,
        (customer.id, None, "renewed", date(2027, 5, 1)): 0,
    }
    assert plan.to_json() == {"new": 5, "replaced": 0, "unchanged": 0, "subjects": 2, "gaps": 0, "silent": 0, "left_out": [], "refused": []}  # fmt: skip


def test_the_same_file_again_changes_nothing_and_another_value_replaces(database: Flask) -> None:
    a_member(name="小林 美咲")
    first, _plan = bring("月,担当者,商談数", "2026-04,小林 美咲,18", "2026-05,小林 美咲,19")
    _again, plan = bring("月,担当者,商談数", "2026-04,小林 美咲,18", "2026-05,小林 美咲,19")
    assert (len(plan.new), len(plan.replaced), plan.to_json()["unchanged"]) == (0, 0, 2)
    later, plan = bring("月,担当者,商談数", "2026-05,小林 美咲,25", "2026-06,小林 美咲,3")
    assert (len(plan.new), len(plan.replaced)) == (1, 1)
    assert sorted(kept().values()) == [3, 18, 25]
    assert figures.undo(later, NOW, CLI) == 2
    assert sorted(kept().values()) == [18, 19]
    assert figures.undo(first, NOW, CLI) == 2
    assert kept() == {}
    with pytest.raises(UploadExpired):
        figures.undo(first, NOW, CLI)


def test_undoing_leaves_what_another_file_has_replaced_since(member: Staff) -> None:
    first, _plan = bring("月,担当者,商談数", "2026-04,小林 美咲,18", "2026-05,小林 美咲,19")
    bring("月,担当者,商談数", "2026-05,小林 美咲,25")
    assert figures.undo(first, NOW, CLI) == 1
    assert list(kept().values()) == [25]


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ("2026-04,小林 美咲,,多数", "not_a_number"),
        ("2026-04,小林 美咲,,-3", "negative"),
        ("2026-04,小林 三咲,,3", "member_unknown_but"),
        ("2026-04,まったくの別人XYZ,,3", "member_unknown"),
        ("2026-04,,さくら,3", "customer_unknown_but"),
        ("2026-04,,A-999X,3", "customer_unknown"),
        ("2062-04,小林 美咲,,3", "month_far"),
        ("2026-03,misaki@vendor.example,,4", "figure_twice"),
    ],
)
def test_one_row_that_cannot_be_used_stops_the_whole_file(member: Staff, account: Account, row: str, key: str) -> None:
    lines = ("月,担当者,顧客企業,商談数", "2026-03,小林 美咲,,18", row)
    with pytest.raises(RowsRefused) as error:
        bring(*lines)
    assert [(one.number, one.key) for one in error.value.params["refused"]] == [(3, key)]
    assert kept() == {}


def test_whoever_shares_a_name_must_be_named_otherwise(account: Account) -> None:
    for number in (1, 2):
        a_member(name="佐藤 健", email=f"sato{number}@vendor.example")
        an_account(name="みどり商店")
    lines = [
        "2026-04,佐藤 健,,",
        "2026-04,,みどり商店,",
        "2026-04,,,佐藤 健",
        "2026-04,,,みどり商店",
        "2026-04,,,だれか",
    ]
    found = refusals("月,担当者,顧客企業,対象,商談数", *(f"{line},3" for line in lines))
    assert [key for _row, key in found] == [
        "member_ambiguous", "customer_ambiguous", "subject_ambiguous", "subject_ambiguous", "subject_unknown"
    ]  # fmt: skip


def test_who_left_gives_way_to_who_bears_the_same_name_now(app: Flask) -> None:
    a_member(name="佐藤 健", email="old@vendor.example", active=False)
    here = a_member(name="佐藤 健", email="new@vendor.example")
    a_member(name="木村 昔", email="gone@vendor.example", active=False)
    bring("月,担当者,商談数", "2026-04,佐藤 健,3", "2026-04,木村 昔,4")
    assert kept()[None, here.id, "meetings", date(2026, 4, 1)] == 3
    assert len(kept()) == 2


def test_gaps_are_told_and_go_in_all_the_same(member: Staff) -> None:
    bring("月,担当者,商談数", "2026-01,小林 美咲,18")
    _number, plan = bring("月,担当者,商談数,備考", "2026-04,小林 美咲,20,x", "2026-06,小林 美咲,20,")
    (series,) = plan.series
    assert series.gaps == (date(2026, 2, 1), date(2026, 3, 1), date(2026, 5, 1))
    assert (series.first, series.last, series.new) == (date(2026, 4, 1), date(2026, 6, 1), 2)
    assert (plan.left_out, len(kept())) == (("備考",), 3)


def test_a_list_is_looked_at_and_confirmed_once(member: Staff) -> None:
    number = figures.stage(a_file("月,担当者,商談数", "2026-04,小林 美咲,3"), "f.csv", NOW, CLI)
    assert kept() == {}
    figures.confirm(number, NOW, CLI)
    assert len(kept()) == 1
    with pytest.raises(UploadExpired):
        figures.confirm(number, NOW, CLI)
    with pytest.raises(FileUnreadable):
        figures.stage(b"nothing", "f.csv", NOW, CLI)
