"""Whether only such trials are kept as can show something, and each refusal names what is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.trials import Trial, TrialGroup
from scheduler.services import tags
from scheduler.services.actors import CLI
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.trials import keeping
from scheduler.services.trials.keeping import Wanted
from tests.factories import a_member, an_account

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def tag(name: str) -> int:
    found = tags.by_name(name)
    assert found is not None
    return found.id


def events() -> list[str]:
    lines = db.session.scalars(select(Event.key).where(Event.key.startswith("trial_")).order_by(Event.id))
    return list(lines)


@pytest.fixture
def wanted(app: Flask) -> Wanted:
    accounts = [an_account(name=f"会社{n}").id for n in range(4)]
    tags.tag_accounts(accounts[:2], ["新"], NOW, CLI)
    tags.tag_accounts(accounts[2:], ["旧"], NOW, CLI)
    tags.set_member(a_member().id, ["人だけ"], NOW, CLI)
    months = ("2025-10", "2025-12", "2026-01", "2026-06")
    return Wanted(
        "試し", "accounts", [(tag("新"), True), (tag("旧"), False)], *months, ["meetings", "attendance"], "なぜ"
    )


def test_a_trial_is_kept_changed_and_removed_and_the_history_tells(wanted: Wanted) -> None:
    number = keeping.add(replace(wanted, name=" 試し ", measures=["attendance", "meetings"]), NOW, CLI)
    kept = keeping.the(number)
    assert (kept.name, kept.measures, kept.note) == ("試し", ["meetings", "attendance"], "なぜ")
    assert (kept.baseline_from, kept.baseline_to) == (date(2025, 10, 1), date(2025, 12, 1))
    assert [(one.name, tried) for one, tried in keeping.groups(number)] == [("新", True), ("旧", False)]
    keeping.change(number, replace(wanted, groups=[(tag("旧"), True)], trial_to="2026年9月"), NOW, CLI)
    assert keeping.the(number).trial_to == date(2026, 9, 1)
    assert [(one.name, tried) for one, tried in keeping.groups(number)] == [("旧", True)]
    keeping.remove(number, NOW, CLI)
    assert keeping.every() == []
    assert db.session.scalar(select(func.count()).select_from(TrialGroup)) == 0
    assert tags.by_name("新") is not None
    assert events() == ["trial_added", "trial_changed", "trial_removed"]
    with pytest.raises(NotFound):
        keeping.the(number)


@pytest.mark.parametrize(
    ("values", "field", "why"),
    [
        ({"name": "  "}, "name", "missing"),
        ({"name": "長" * 81}, "name", "too_long"),
        ({"name": "もう一つ"}, "name", "trial_exists"),
        ({"subjects": "stores"}, "subjects", "not_a_choice"),
        ({"measures": ["happiness"]}, "measures", "not_a_choice"),
        ({"measures": []}, "measures", "missing"),
        ({"note": "長" * 1001}, "note", "too_long"),
        ({"baseline_from": ""}, "baseline_from", "missing"),
        ({"trial_to": "いつか"}, "trial_to", "month_unreadable"),
        ({"baseline_from": "2026-01", "baseline_to": "2025-12"}, "baseline_to", "no_baseline_months"),
        ({"trial_from": "2026-07"}, "trial_to", "no_trial_months"),
        ({"baseline_to": "2026-02"}, "baseline_to", "months_overlap"),
        ({"baseline_from": "2026-01", "baseline_to": "2026-03", "trial_from": "2025-10", "trial_to": "2025-12"}, "baseline_to", "baseline_after_trial"),
        ({"baseline_to": "2026-04", "trial_from": "2026-05"}, "baseline_to", "baseline_not_over"),
        ({"trial_to": "2029-01"}, "trial_to", "period_of_months_too_long"),
        ({"groups": []}, "groups", "no_group"),
        ({"groups": [("旧", False)]}, "groups", "no_tried_group"),
        ({"groups": [("新", True), ("新", False)]}, "groups", "group_twice"),
        ({"groups": [("新", True), ("", False)]}, "groups", "no_such_tag"),
        ({"groups": [("新", True), ("人だけ", False)]}, "groups", "tag_without_accounts"),
        ({"groups": [("新", True)], "subjects": "staff"}, "groups", "tag_without_staff"),
        ({"groups": [("新", True)] * 7}, "groups", "too_many_groups"),
    ],
)  # fmt: skip
def test_what_could_show_nothing_is_refused(wanted: Wanted, values: dict[str, Any], field: str, why: str) -> None:
    keeping.add(replace(wanted, name="もう一つ"), NOW, CLI)
    if "groups" in values:
        values |= {"groups": [(tag(name) if name else 999, tried) for name, tried in values["groups"]]}
    with pytest.raises(Invalid) as error:
        keeping.add(replace(wanted, **values), NOW, CLI)
    assert (error.value.params["field"], error.value.params["why"]) == (field, why)
    assert [trial.name for trial in db.session.scalars(select(Trial))] == ["もう一つ"]


def test_groups_that_overlap_are_refused_by_number_and_name(wanted: Wanted) -> None:
    both = [an_account(name=f"両方{n}").id for n in range(4)]
    tags.tag_accounts(both, ["新", "旧"], NOW, CLI)
    with pytest.raises(Invalid) as error:
        keeping.add(wanted, NOW, CLI)
    assert error.value.params == {
        "field": "groups", "why": "groups_overlap", "count": 4, "names": "両方0, 両方1, 両方2, …"
    }  # fmt: skip
    assert keeping.overlapping("accounts", [tag("新"), tag("旧")], 1) == ([(both[0], "両方0")], 4)


def test_a_tag_that_a_trial_compares_by_stays(wanted: Wanted) -> None:
    keeping.add(wanted, NOW, CLI)
    with pytest.raises(Invalid):
        tags.remove(tag("新"), NOW, CLI)
