"""Whether an account is ready, and exactly what is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from scheduler.rules.clauses.attended import Attended
from scheduler.rules.clauses.plain import FieldFilled
from scheduler.rules.clauses.setup import SetupComplete
from scheduler.rules.clauses.usage import UsageStarted
from scheduler.rules.facts import Attendance, Facts, Person, SetupItem, UsageDay
from scheduler.rules.readiness import DEFAULT, Rule, RuleUnreadable, evaluate
from tests.rules.random_rules import FACTS

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
RULE = DEFAULT["onboarding"]

SMALL = Facts(
    stores=frozenset({101}),
    people=(Person(1, "coordinator"), Person(2, "member")),
    attended=(Attendance(date(2026, 11, 16), "basic", 2, (101,)),),
    setup=(SetupItem("users", True, None, "done", date(2026, 11, 17)),),
    usage=(UsageDay(date(2026, 11, 20), 101, "order"),),
)


def missing(facts: Facts) -> list[str]:
    return [clause.reason_key for clause in evaluate(facts, RULE, NOW).open]


def test_a_small_account_is_ready_when_one_person_attended_set_up_is_done_and_use_began() -> None:
    readiness = evaluate(SMALL, RULE, NOW)
    assert readiness.ready
    assert [clause.key for clause in readiness.clauses] == ["attended", "setup_complete", "usage_started"]
    assert readiness.since == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(), ["attended_people_short", "usage_none"]),
        (replace(SMALL, attended=()), ["attended_people_short"]),
        (replace(SMALL, setup=(SetupItem("users", True, None, "open"),)), ["setup_open"]),
        (replace(SMALL, usage=()), ["usage_none"]),
        (replace(SMALL, usage=(), started_on=date(2026, 11, 23)), []),
        (replace(SMALL, stores=frozenset({101, 102, 103})), []),
        (replace(SMALL, stores=frozenset({101, 102, 103, 104})), ["attended_coordinator_and_stores"]),
    ],
)
def test_an_account_is_told_exactly_what_is_missing(facts: Facts, expected: list[str]) -> None:
    assert missing(facts) == expected
    assert evaluate(facts, RULE, NOW).ready is (not expected)
    assert (evaluate(facts, RULE, NOW).since is None) is bool(expected)


def test_a_large_account_needs_its_coordinator_and_half_of_its_stores() -> None:
    large = replace(SMALL, stores=frozenset(range(101, 111)))
    five = (Attendance(date(2026, 11, 16), "basic", 2, (101, 102, 103, 104, 105)),)
    assert missing(replace(large, attended=five)) == ["attended_coordinator_missing"]
    assert missing(replace(large, attended=(*five, Attendance(date(2026, 11, 18), "basic", 1)))) == []


def test_what_lies_in_the_future_does_not_count_yet() -> None:
    next_week = TODAY + timedelta(days=7)
    assert missing(replace(SMALL, usage=(), started_on=next_week)) == ["usage_none"]
    assert missing(replace(SMALL, usage=(UsageDay(next_week, None, "order"),))) == ["usage_none"]
    assert missing(replace(SMALL, attended=(Attendance(next_week, "basic", 2),))) == ["attended_people_short"]


def test_a_day_counts_from_its_morning_in_tokyo_although_it_is_the_day_before_in_utc() -> None:
    eight_in_tokyo = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    facts = replace(SMALL, usage=(UsageDay(date(2026, 11, 24), None, "order"),))
    assert evaluate(facts, RULE, eight_in_tokyo).ready


def test_nobody_is_ready_by_a_rule_that_asks_nothing_of_them() -> None:
    large_only = Rule(("onboarding", "success"), (Attended("basic", stores_from=4),))
    assert not evaluate(SMALL, large_only, NOW).ready


# ---------------------------------------------------------------- rules as data

RULES = [
    RULE,
    Rule(("sales", "onboarding"), (FieldFilled("planned_start_on"),)),
    Rule(("success", "renewal"), (Attended("advanced", contacts=2), SetupComplete(), UsageStarted(3, confirmed=False))),
]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_survives_being_kept_as_json(rule: Rule) -> None:
    assert Rule.from_json(json.loads(json.dumps(rule.to_json()))) == rule


def test_a_stored_rule_reads_like_a_sentence() -> None:
    data = {
        "boundary": ["onboarding", "success"],
        "clauses": [{"kind": "attended", "course": "basic"}, {"kind": "usage_started", "days": 3}],
    }
    assert Rule.from_json(data) == Rule(("onboarding", "success"), (Attended("basic"), UsageStarted(3)))


HANDS_ON: dict[str, Any] = {"boundary": ["onboarding", "success"]}


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (None, "rule_malformed"),
        ([], "rule_malformed"),
        ({"clauses": []}, "unknown_boundary"),
        ({"boundary": ["onboarding", "renewal"], "clauses": []}, "unknown_boundary"),
        ({"boundary": "onboarding", "clauses": []}, "unknown_boundary"),
        (HANDS_ON, "rule_malformed"),
        (HANDS_ON | {"clauses": []}, "no_clauses"),
        (HANDS_ON | {"clauses": ["attended"]}, "unknown_clause"),
        (HANDS_ON | {"clauses": [{"kind": "mastered"}]}, "unknown_clause"),
        (HANDS_ON | {"clauses": [{"kind": "attended"}]}, "clause_malformed"),
        (HANDS_ON | {"clauses": [{"kind": "attended", "course": ""}]}, "clause_malformed"),
        (HANDS_ON | {"clauses": [{"kind": "attended", "course": "basic", "contacts": "2"}]}, "clause_malformed"),
        (HANDS_ON | {"clauses": [{"kind": "attended", "course": "basic", "contacts": 0}]}, "clause_malformed"),
        (HANDS_ON | {"clauses": [{"kind": "attended", "course": "basic", "share": 1.5}]}, "clause_malformed"),
        (HANDS_ON | {"clauses": [{"kind": "attended", "course": "basic", "everyone": True}]}, "clause_malformed"),
        (HANDS_ON | {"clauses": [{"kind": "usage_started", "days": 0}]}, "clause_malformed"),
        (HANDS_ON | {"clauses": [{"kind": "usage_started", "days": True}]}, "clause_malformed"),
        (HANDS_ON | {"clauses": [{"kind": "field_filled", "field": None}]}, "clause_malformed"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused(data: object, key: str) -> None:
    with pytest.raises(RuleUnreadable) as refused:
        Rule.from_json(data)
    assert refused.value.key == key


@given(FACTS)
def test_every_answer_can_be_kept_as_json(facts: Facts) -> None:
    for clause in evaluate(facts, RULE, NOW).clauses:
        kept = json.loads(json.dumps(clause.to_json()))
        assert kept == clause.to_json()
        assert set(kept) == {"key", "met", "reason", "params", "evidence", "since"}
