"""Whether the report on trials finds the worked example's figures, and says no more of others than they show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.models.tags import Tag
from scheduler.models.trials import Figure
from scheduler.rules.reporting import Named, Note, Report, Spread
from scheduler.services import tags
from scheduler.services.actors import CLI
from scheduler.services.imports import confirm
from scheduler.services.imports.lists import Choices
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.reports import asking
from scheduler.services.reports.trial import behind, building
from scheduler.services.trials import figures, keeping
from scheduler.services.trials.keeping import Wanted
from tests.factories import a_member, an_account
from tests.statements import noted

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
# The example's trial is over, and most of its renewals are still to come.
NOW = datetime(2026, 10, 5, 3, tzinfo=UTC)
MONTHS = ("2025-10", "2026-03", "2026-04", "2026-09")


def a_trial(measures: Sequence[str], subjects: str = "accounts", *, control: bool = True, months: tuple[str, str, str, str] = MONTHS) -> str:  # fmt: skip
    groups = [(tag("新"), True)] + ([(tag("旧"), False)] if control else [])
    return str(keeping.add(Wanted("試し", subjects, groups, *months, measures), NOW, CLI))


def tag(name: str) -> int:
    found = tags.by_name(name)
    assert found is not None
    return found.id


def report(trial: str = "", **asked: str) -> Report:
    return building.build(asking.read(asked | {"trial": trial}, NOW, building.CHOICES), NOW)


def said(found: Report, part: str) -> dict[str, dict[str, object]]:
    return {note.key: dict(note.params) for note in found.part(part).notes}


def value(found: Report, part: str, row: str, column: str) -> object:
    told = found.part(part)
    return next(one for one in told.rows if one.key == row).values[told.column(column)]


def two_groups(count: int = 6, kind: str = "accounts") -> tuple[list[int], list[int]]:
    """Add accounts (or members) bearing 新, and as many bearing 旧."""
    if kind == "accounts":
        made = [an_account(external_id=f"T-{n:02}", name=f"会社{n:02}", created_at=datetime(2025, 1, 1, tzinfo=UTC)).id for n in range(2 * count)]  # fmt: skip
        tags.tag_accounts(made[:count], ["新"], NOW, CLI)
        tags.tag_accounts(made[count:], ["旧"], NOW, CLI)
    else:
        made = [a_member(email=f"s{n}@vendor.example", name=f"人{n}").id for n in range(2 * count)]
        for place, number in enumerate(made):
            tags.set_member(number, ["新" if place < count else "旧"], NOW, CLI)
    return made[:count], made[count:]


def bring(measure: str, rows: dict[int, dict[str, float]], kind: str = "account_id") -> None:
    values = [
        {"month": date.fromisoformat(f"{month}-01"), kind: number, "measure": measure, "value": amount}
        for number, by in rows.items()
        for month, amount in by.items()
    ]
    with db.writing():
        db.session.execute(insert(Figure), values)


def test_the_shipped_example_gives_its_three_figures(app: Flask) -> None:
    """docs/trials.md: meetings 130 %, the increase of revenue 106 %, renewals 7 % above the company's average, a forecast."""
    sellers = [a_member(team="sales", email=f"seller-{n}@vendor.example", name=f"seller-{n}").id for n in range(1, 9)]
    confirm.bring_in((EXAMPLES / "trial_accounts.csv").read_bytes(), "trial_accounts.csv", Choices(), NOW, CLI)
    for place, number in enumerate(sellers):
        tags.set_member(number, ["新" if place < 4 else "旧"], NOW, CLI)
    ids = list(db.session.scalars(select(Account.id).order_by(Account.external_id)))
    tags.tag_accounts(ids[:20], ["新"], NOW, CLI)
    _upload, plan = figures.bring_in((EXAMPLES / "trial.csv").read_bytes(), "trial.csv", NOW, CLI)
    assert (plan.refused, len(plan.new)) == ([], 8 * 12 * 2 + 107)

    found = report(a_trial(["meetings", "revenue", "renewed"], "staff"))

    new = tag("新")
    meetings = value(found, "meetings", str(new), "index")
    assert isinstance(meetings, Spread)
    assert (meetings.middle, round(meetings.low or 0), round(meetings.high or 0)) == (130, 112, 149)
    growth = value(found, "growth", str(new), "index")
    assert isinstance(growth, Spread)
    assert growth.middle == pytest.approx(106)
    renewed = value(found, "renewed", str(new), "against_average")
    assert isinstance(renewed, Spread)
    assert renewed.middle == pytest.approx(107)
    assert [found.part(key).measured for key in ("meetings", "growth", "renewed")] == ["actual", "actual", "estimate"]
    notes = said(found, "verdicts")
    assert notes["index.staff"]["group"] == "新"
    assert said(found, "meetings")["index.staff"] == {"measure": "meetings", "group": "新", "subjects": 4, "value": 130, "low": 112, "high": 149}  # fmt: skip
    assert {"better", "difference.staff"} <= said(found, "meetings").keys()
    assert {"unclear", "needed_subjects.staff", "needed_months.staff"} <= said(found, "growth").keys()
    assert said(found, "renewed")["average.accounts"]["value"] == 107
    assert {"unclear", "forecast"} <= said(found, "renewed").keys()
    assert value(found, "renewed", str(new), "people") == 20


def test_without_a_choice_every_trial_of_the_period_stands_with_its_verdicts(app: Flask) -> None:
    assert [note.key for note in report().part("trials").notes] == ["no_trials"]
    new, old = two_groups()
    bring("meetings", {n: {"2026-03": 10.0, "2026-04": 20.0 if n in new else 10.0} for n in (*new, *old)})
    number = a_trial(["meetings"])
    (row,) = report().part("trials").rows
    assert row.values[0] == Named(number, "試し")
    assert (row.values[3], row.values[8]) == ("meetings", "better")
    assert report(**{"from": "2020-01-01", "to": "2021-01-01"}).part("trials").rows == ()


def test_the_list_leaves_what_would_take_long_to_the_trials_own_page(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_groups()
    for name in ("先", "後"):
        keeping.add(Wanted(name, "accounts", [(tag("新"), True)], *MONTHS, ["meetings", "contacts"]), NOW, CLI)
    assert [row.values[3] for row in report().part("trials").rows] == ["meetings", "contacts"] * 2
    monkeypatch.setattr(building, "MOST_VALUES", 20)
    rows = report().part("trials").rows
    assert [(row.values[3], row.values[8]) for row in rows[2:]] == [(None, "own_page")]
    told = asking.read({}, NOW, building.CHOICES)
    with pytest.raises(NotFound):
        behind.behind(told, "trials", rows[2].key, "people", NOW, None, 0)


def test_a_trial_is_chosen_by_number_or_name(app: Flask) -> None:
    two_groups()
    number = a_trial(["meetings"])
    assert report("試し").parts == report(number).parts
    with pytest.raises(Invalid) as error:
        report("99")
    assert error.value.params["why"] == "no_such_trial"


def test_who_stands_in_both_groups_counts_in_neither_and_is_told(app: Flask) -> None:
    new, old = two_groups()
    bring("meetings", {n: {"2026-03": 10.0, "2026-04": 20.0} for n in (*new, *old)})
    number = a_trial(["meetings"])
    tags.tag_accounts(new[:2], ["旧"], NOW, CLI)
    found = report(number)
    assert Note("shared", {"count": 2}) in found.notes
    assert [row.values[2] for row in found.part("meetings").rows] == [4, 6]


def test_without_a_group_to_compare_the_own_past_is_all_there_is(app: Flask) -> None:
    new, _old = two_groups()
    bring("revenue", {n: {"2026-02": 100.0, "2026-03": 110.0, "2026-04": 200.0, "2026-05": 230.0} for n in new})
    found = report(a_trial(["revenue"], control=False))
    assert "nothing_compared" in [note.key for note in found.notes]
    assert value(found, "verdicts", f"growth.{tag('新')}", "index") == Spread(300, 300, 300)
    assert value(found, "verdicts", f"revenue.{tag('新')}", "difference") == Spread(pytest.approx(104.76, abs=0.01), pytest.approx(104.76, abs=0.01), pytest.approx(104.76, abs=0.01))  # type: ignore[arg-type]  # fmt: skip


def test_missing_months_are_named_and_break_the_increase(app: Flask) -> None:
    new, old = two_groups(4)
    full = {"2026-01": 10.0, "2026-02": 20.0, "2026-03": 30.0, "2026-04": 50.0, "2026-05": 70.0, "2026-06": 90.0}
    holed = {month: amount for month, amount in full.items() if month != "2026-05"}
    bring("revenue", {n: holed if n == new[0] else full for n in (*new, *old)})
    found = report(a_trial(["revenue"], months=("2026-01", "2026-03", "2026-04", "2026-06")))
    assert said(found, "revenue")["gaps.accounts"] == {"subjects": 1, "months": "2026-05"}
    # 50 to 90 over the gap is no month's increase.
    assert value(found, "growth", str(tag("新")), "during") == 20
    assert value(found, "growth_months", f"{tag('新')}.2026-06", "people") == 3


def test_a_trial_that_shows_nothing_yet_says_so(app: Flask) -> None:
    two_groups()
    found = report(a_trial(["meetings", "attendance"], months=("2026-01", "2026-03", "2026-11", "2027-01")))
    assert "running" in [note.key for note in found.notes]
    assert [row.values[5] for row in found.part("verdicts").rows] == ["too_few", "too_few"]
    assert found.part("attendance_months").rows == ()
    assert said(found, "meetings").keys() >= {"no_index.nobody", "too_few", "gaps.accounts"}


def test_a_report_is_narrowed_to_some_accounts(app: Flask) -> None:
    new, old = two_groups()
    bring("meetings", {n: {"2026-03": 10.0, "2026-04": 20.0} for n in (*new, *old)})
    tags.tag_accounts([*new[:4], *old[:5]], ["関東"], NOW, CLI)
    found = report(a_trial(["meetings"]), tag="関東")
    assert [row.values[2] for row in found.part("meetings").rows] == [4, 5]


def test_the_months_stand_as_an_index_of_each_groups_baseline(app: Flask) -> None:
    new, old = two_groups(4)
    bring("meetings", {n: {"2026-02": 8.0, "2026-03": 12.0, "2026-04": 15.0, "2026-10": 30.0} for n in (*new, *old)})
    found = report(a_trial(["meetings"], months=("2026-02", "2026-03", "2026-04", "2026-12")))
    rows = [row.values for row in found.part("meetings_months").rows if row.values[1] == Named(str(tag("新")), "新")]
    assert [(row[0], row[2], row[3], row[4], row[5]) for row in rows] == [
        (date(2026, 2, 1), 80, 8, 4, "actual"),
        (date(2026, 3, 1), 120, 12, 4, "actual"),
        (date(2026, 4, 1), 150, 15, 4, "actual"),
        (date(2026, 10, 1), 300, 30, 4, "estimate"),
    ]
    assert found.part("meetings").measured == "estimate"
    assert said(found, "meetings")["forecast"] == {"count": 8}


@pytest.mark.parametrize("kind", ["accounts", "staff"])
def test_behind_every_number_of_people_stand_these_people(app: Flask, kind: str) -> None:
    new, old = two_groups(5, kind)
    column = "account_id" if kind == "accounts" else "staff_id"
    bring("meetings", {n: {"2026-03": 10.0, "2026-04": 20.0} for n in (*new, *old[:4])}, column)
    number = a_trial(["meetings"], kind)
    for asked, parts in (("", ("trials",)), (number, ("verdicts", "meetings", "meetings_months"))):
        for part in parts:
            told = report(asked)
            reading = asking.read({"trial": asked}, NOW, building.CHOICES)
            for row in told.part(part).rows:
                found = behind.behind(reading, part, row.key, "people", NOW, None, 0)
                assert found.total == len(found.rows) == row.values[told.part(part).column("people")]
    page = behind.behind(reading, "meetings", str(tag("新")), "people", NOW, 2, 2)
    assert (page.total, len(page.rows)) == (5, 2)
    assert page.rows[0].values[1:] == (10.0, 20.0)
    first = (db.session.get_one(Account, new[2]) if kind == "accounts" else db.session.get_one(Staff, new[2])).name
    assert page.rows[0].values[0] == Named(str(new[2]), first)


@pytest.mark.parametrize(
    ("part", "row", "column"),
    [("meetings", "99", "people"), ("meetings", "x", "people"), ("meetings", "1", "index"), ("trials", "99.meetings.1", "people")]
    + [("meetings_months", "1", "people"), ("meetings_months", "1.2026", "people"), ("other", "1", "people")]
    + [("revenue", "1", "people"), ("verdicts", "meetings", "people")],
)  # fmt: skip
def test_nothing_stands_behind_what_is_no_number(app: Flask, part: str, row: str, column: str) -> None:
    two_groups()
    number = a_trial(["meetings"])
    with pytest.raises(NotFound):
        behind.behind(asking.read({"trial": number}, NOW, building.CHOICES), part, row, column, NOW, None, 0)


def test_a_hundred_accounts_take_no_more_statements_than_a_few(app: Flask) -> None:
    new, old = two_groups(4)
    number = a_trial(["attendance", "days_to_ready", "returned_handovers", "contacts", "meetings", "revenue"])

    def statements() -> int:
        db.session.expire_all()
        with noted() as seen:
            report(number)
        return len(seen)

    before = statements()
    for name in ("新", "旧"):
        tags.tag_accounts([an_account().id for _ in range(20)], [name], NOW, CLI)
    assert statements() == before
    assert before < 30


def test_the_tag_of_a_group_is_renamed_with_it(app: Flask) -> None:
    two_groups()
    number = a_trial(["meetings"])
    tags.rename(tag("新"), "支援つき", NOW, CLI)
    assert db.session.scalars(select(Tag.name).order_by(Tag.id)).all() == ["支援つき", "旧"]
    assert report(number).part("meetings").rows[0].values[0] == Named(str(tag("支援つき")), "支援つき")
