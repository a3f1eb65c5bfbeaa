"""An account that a list brings in is being introduced, live, or left to a person, and the reason is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from scheduler.rules.phases import standing

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("phase", "days_past", "sort", "stage", "reason"),
    [
        ("", 31, "live", "success", "planned_start"),
        ("", 30, "introducing", "onboarding", "planned_start"),
        ("", -60, "introducing", "onboarding", "planned_start"),
        ("", None, "undecided", "onboarding", "nothing_said"),
        ("顧客", None, "undecided", "onboarding", "nothing_said"),
        ("Customer", 40, "live", "success", "planned_start"),
        ("利用中", -10, "live", "success", "phase"),
        ("稼働中", None, "live", "success", "phase"),
        ("運用中", None, "live", "success", "phase"),
        ("定着", 5, "live", "success", "phase"),
        ("Live", 5, "live", "success", "phase"),
        ("サクセス", None, "live", "success", "phase"),
        ("導入完了", None, "live", "success", "phase"),
        ("更新待ち", 400, "live", "renewal", "phase"),
        ("Renewal", None, "live", "renewal", "phase"),
        ("導入中", None, "introducing", "onboarding", "phase"),
        ("オンボーディング", 10, "introducing", "onboarding", "phase"),
        ("Onboarding", -5, "introducing", "onboarding", "phase"),
        ("稼働前", None, "introducing", "onboarding", "phase"),
        ("未稼働", None, "introducing", "onboarding", "phase"),
        ("利用開始待ち", None, "introducing", "onboarding", "phase"),
        ("導入中", 45, "undecided", "onboarding", "phase_and_start_differ"),
        ("解約済", 400, "undecided", "onboarding", "phase_ended"),
        ("利用停止中", 400, "undecided", "onboarding", "phase_ended"),
        ("Churned", None, "undecided", "onboarding", "phase_ended"),
        ("Inactive", 400, "undecided", "onboarding", "phase_ended"),
    ],
)
def test_an_account_stands_where_its_phase_and_planned_start_say(
    phase: str, days_past: int | None, sort: str, stage: str, reason: str
) -> None:
    planned_start_on = None if days_past is None else TODAY - timedelta(days=days_past)
    found = standing(phase, planned_start_on, TODAY)
    assert (found.sort, found.stage, found.reason.key) == (sort, stage, reason)
