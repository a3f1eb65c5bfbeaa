"""What the rules find out is said in both languages, and counts right in English."""

from __future__ import annotations

from pathlib import Path

import pytest

from emails import LOCALES, phrases
from scheduler.rules import stalling

PARAMS = {"on": "2026-12-15", "since": "2026-11-02", "until": "2027-01-10", "working_days": 12, "open": 2, "times": 2}
REASONS = (
    *("past_planned_start", "planned_start_near", "no_progress", "long_in_stage", "missed_repeatedly"),
    *("not_registered", "unreachable", "on_hold"),
)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("key", REASONS)
def test_every_reason_of_stalling_is_said(key: str, locale: str) -> None:
    assert f'"{key}"' in Path(str(stalling.__file__)).read_text(encoding="utf-8")
    for days in (0, 1, 12):
        words = phrases.reason(key, PARAMS | {"working_days": days}, locale)
        assert words != key
        assert "{" not in words


@pytest.mark.parametrize(
    ("key", "params", "ja", "en"),
    [
        (
            "past_planned_start",
            {"on": "2026-12-01", "working_days": 1, "open": 1},
            "利用開始予定日（2026年12月1日(火)）を1営業日過ぎ、条件が1件残っています",
            "The planned start (Tue 1 December 2026) was 1 working day ago, with 1 condition still open",
        ),
        (
            "past_planned_start",
            {"on": "2026-12-05", "working_days": 0, "open": 2},
            "利用開始予定日（2026年12月5日(土)）を過ぎ、条件が2件残っています",
            "The planned start (Sat 5 December 2026) has passed, with 2 conditions still open",
        ),
        (
            "not_registered",
            {"since": "2026-11-16", "working_days": 12},
            "案内から12営業日、申込がありません",
            "Invited 12 working days ago, and nobody has registered",
        ),
        ("missed_repeatedly", {"times": 2}, "続けて2回欠席しています", "Missed 2 lectures in a row"),
    ],
)
def test_a_reason_reads_as_it_was_approved(key: str, params: dict[str, object], ja: str, en: str) -> None:
    assert (phrases.reason(key, params, "ja"), phrases.reason(key, params, "en")) == (ja, en)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_step_but_waiting_is_said(locale: str) -> None:
    steps = {*stalling._STEP_OF_REASON.values(), *stalling._STEP_OF_CLAUSE.values(), "invite", "request_handover"}
    assert all(phrases.next_step(step, locale) for step in steps)
    assert phrases.next_step("wait", locale) == ""


def test_a_closed_address_is_explained_with_what_the_other_side_said() -> None:
    assert phrases.closed("bounced", "", "en") == "It came back as undeliverable"
    assert phrases.closed("complained", "feedback", "ja") == "迷惑メールとして報告されました（feedback）"
