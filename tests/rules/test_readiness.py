"""Whether an account is ready, and exactly what is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.clauses.attended import Attended
from scheduler.rules.clauses.plain import FieldFilled
from scheduler.rules.clauses.setup import SetupComplete
from scheduler.rules.clauses.usage import UsageStarted
from scheduler.rules.facts import Attendance, Facts, Person, SetupItem, UsageDay
from scheduler.rules.readiness import DEFAULT, Rule, RuleUnreadable, evaluate

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


# ---------------------------------------------------------------- properties

DAYS = st.dates(date(2026, 10, 1), TODAY)
STORE = st.integers(1, 8)
FACTS = st.builds(
    Facts,
    stores=st.frozensets(STORE, max_size=8),
    people=st.lists(st.builds(Person, st.integers(1, 5), st.sampled_from(["coordinator", "member"])), max_size=4).map(tuple),
    attended=st.lists(
        st.builds(Attendance, DAYS, st.sampled_from(["basic", "advanced"]), st.integers(1, 5), st.lists(STORE).map(tuple)),
        max_size=6,
    ).map(tuple),
    setup=st.lists(
        st.builds(
            SetupItem,
            st.sampled_from(["users", "menu"]),
            st.booleans(),
            st.none() | STORE,
            st.sampled_from(["open", "waiting", "done", "not_needed"]),
            st.none() | DAYS,
        ),
        max_size=4,
    ).map(tuple),
    usage=st.lists(st.builds(UsageDay, DAYS, st.none() | STORE, st.just("order")), max_size=3).map(tuple),
    started_on=st.none() | DAYS,
)  # fmt: skip


def without(facts: Facts) -> list[Facts]:
    """Give every way to lose one fact; a step is lost by being open again."""
    fewer = [replace(facts, started_on=None)]
    for name in ("people", "attended", "usage"):
        known = getattr(facts, name)
        fewer += [replace(facts, **{name: known[:n] + known[n + 1 :]}) for n in range(len(known))]
    for n, item in enumerate(facts.setup):
        opened = replace(item, state="open", done_on=None)
        fewer.append(replace(facts, setup=(*facts.setup[:n], opened, *facts.setup[n + 1 :])))
    return fewer


@given(FACTS, st.sampled_from(RULES))
def test_losing_a_fact_never_makes_an_account_ready(facts: Facts, rule: Rule) -> None:
    before = {(n, clause.key): clause.met for n, clause in enumerate(evaluate(facts, rule, NOW).clauses)}
    for fewer in without(facts):
        after = {(n, clause.key): clause.met for n, clause in enumerate(evaluate(fewer, rule, NOW).clauses)}
        assert all(before[clause] or not met for clause, met in after.items())


@given(FACTS, st.sampled_from(RULES), st.randoms())
def test_the_order_of_facts_does_not_matter(facts: Facts, rule: Rule, random: Any) -> None:
    def shuffled(known: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(known, len(known)))

    mixed = replace(
        facts,
        people=shuffled(facts.people),
        attended=shuffled(facts.attended),
        setup=shuffled(facts.setup),
        usage=shuffled(facts.usage),
    )
    assert evaluate(mixed, rule, NOW) == evaluate(facts, rule, NOW)


@given(FACTS)
def test_every_answer_can_be_kept_as_json(facts: Facts) -> None:
    for clause in evaluate(facts, RULE, NOW).clauses:
        kept = json.loads(json.dumps(clause.to_json()))
        assert kept == clause.to_json()
        assert set(kept) == {"key", "met", "reason", "params", "evidence", "since"}
