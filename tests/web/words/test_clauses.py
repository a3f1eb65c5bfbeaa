"""Conditions and reasons read as sentences that say what is missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from scheduler.rules import clauses as rules
from scheduler.rules import stalling
from scheduler.web.words import clauses as words
from tests.factories import a_contact, a_store

COURSES = {"basic": {"ja": "基本操作編", "en": "Basics"}}
ATTENDED = {
    "course": "basic", "people": 1, "people_needed": 1, "stores": 6, "stores_covered": 2, "stores_needed": 3,
    "stores_missing": [], "coordinator": "attended",
}  # fmt: skip


def kept(key: str, reason: str, met: bool = False, **params: Any) -> dict[str, Any]:
    return {"key": key, "met": met, "reason": reason, "params": params, "evidence": [], "since": None}


def test_every_reason_of_the_rules_has_words(app: Flask) -> None:
    source = Path(rules.__file__).read_text(encoding="utf-8")
    reasons = set(re.findall(r'"((?:attended|setup|usage|field)_\w+)"', source)) - {"setup_complete", "usage_started"}
    steps = set(re.findall(r'"(\w+)"', source.partition("_STEP_OF")[2]))
    with app.test_request_context():
        assert reasons - words._clause_sentences({}).keys() - {"field_filled"} == set(), steps
        source = Path(stalling.__file__).read_text(encoding="utf-8")
        keys = set(re.findall(r'\("(\w+)", (?:params|\{)', source)) | {"long_in_stage", "no_progress"}
        assert len(keys) >= 7
        assert keys - words._reasons().keys() == set()
        for step in set(re.findall(r'": "(\w+)"', source)) | {"invite", "request_handover"}:
            assert words.next_step(step), step
        assert words.next_step("wait") == ""


@pytest.mark.parametrize(
    ("clause", "sentence"),
    [
        (kept("attended", "attended_people_short", **ATTENDED | {"people": 0}), "受講した方がまだいません。"),
        (kept("attended", "attended_people_short", **ATTENDED | {"people_needed": 3}), "あと 2 名の受講が必要です。"),
        (
            kept("attended", "attended_coordinator_missing", **ATTENDED | {"coordinator": "nobody"}),
            "窓口の方が登録されていません。",
        ),
        (kept("attended", "attended_met", met=True, **ATTENDED), "1 名、2 / 6 店舗が受講しました。"),
        (kept("attended", "attended_met", met=True, **ATTENDED | {"stores_needed": 0}), "1 名が受講しました。"),
        (
            kept("setup_complete", "setup_open", done=3, total=5, left=2, steps=[
                {"step": "menu", "done": 0, "total": 1, "on": None}, {"step": "logins", "done": 2, "total": 6, "on": None},
            ]),
            "必須 5 項目のうち 2 項目が残っています: menu、logins 2/6",
        ),
        (kept("usage_started", "usage_days_short", days=1, days_needed=3), "利用した日は 1 日です（必要 3 日）。"),
    ],
)  # fmt: skip
def test_a_clause_reads(app: Flask, clause: dict[str, Any], sentence: str) -> None:
    with app.test_request_context():
        (line,) = words.clauses([clause], COURSES)
    assert line.sentence == sentence


def test_missing_stores_are_named_and_many_are_counted(app: Flask) -> None:
    numbers = [a_store(name=f"{n}号店").id for n in range(1, 8)]
    params = ATTENDED | {"stores_missing": numbers, "stores": 9}
    with app.test_request_context():
        (line,) = words.clauses([kept("attended", "attended_stores_short", **params)], COURSES)
    assert line.title == "基本操作編の受講"
    assert line.sentence == ("受講した店舗は 2 / 9 です。あと 1 店舗: 1号店、2号店、3号店、4号店、5号店 ほか 2 件")


def test_evidence_names_people_days_and_how_one_knows(app: Flask) -> None:
    contact = a_contact(name="山田 花子")
    clause = kept("attended", "attended_met", met=True, **ATTENDED)
    clause["evidence"] = [
        {"contact": contact.id, "on": "2026-03-20", "stores": []},
        {"step": "menu", "done": 1, "total": 1, "on": "2026-03-21"},
        {"source": "person", "on": "2026-03-22", "how": "電話"},
        {"source": "usage", "on": "2026-03-23"},
    ]
    with app.test_request_context():
        (line,) = words.clauses([clause], COURSES)
    assert line.evidence == [
        "山田 花子 3月20日(金)",
        "menu 3月21日(土)",
        "3月22日(日)（確認方法: 電話）",
        "3月23日(月) 製品の利用記録",
    ]


@pytest.mark.parametrize("locale", ["ja", "en"])
@pytest.mark.parametrize(
    ("key", "params"),
    [
        ("past_planned_start", {"on": "2026-03-20", "working_days": 3, "open": 2}),
        ("past_planned_start", {"on": "2026-03-20", "working_days": 0, "open": 2}),
        ("planned_start_near", {"on": "2026-04-10", "working_days": 7, "open": 1}),
        ("planned_start_near", {"on": "2026-04-01", "working_days": 0, "open": 1}),
        ("no_progress", {"since": "2026-03-01", "working_days": 20}),
        ("long_in_stage", {"since": "2026-01-01", "working_days": 50}),
        ("missed_repeatedly", {"times": 2}),
        ("not_registered", {"since": "2026-03-01", "working_days": 12}),
        ("unreachable", {}),
        ("on_hold", {"until": "2026-05-01"}),
    ],
)
def test_a_reason_reads_in_both_languages(app: Flask, locale: str, key: str, params: dict[str, Any]) -> None:
    with app.test_request_context(), force_locale(locale):
        sentence = words.reason(key, params)
    assert sentence != key
    assert "%(" not in sentence
    assert "2026-" not in sentence
