"""Whether readiness keeps its promises whatever the rule asks: every kind of condition, groups within groups among them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from scheduler.rules.clauses.groups import AllOf, AnyOf, AtLeast
from scheduler.rules.clauses.plain import FieldFilled
from scheduler.rules.clauses.setup import SetupComplete
from scheduler.rules.clauses.usage import UsageStarted
from scheduler.rules.facts import Facts, SetupItem, UsageDay
from scheduler.rules.readiness import Readiness, Rule, evaluate
from tests.rules.random_rules import FACTS, RULE, TODAY

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
# What a condition may rest on, told in any order and as often as one likes.
SEVERAL = ("people", "attended", "recordings", "setup", "usage", "open_tasks")


def lost(facts: Facts) -> Iterator[Facts]:
    """Give every way to lose one fact: a step is lost by being open again, nothing to do by something to do."""
    for name in ("people", "attended", "recordings", "usage"):
        known = getattr(facts, name)
        yield from (replace(facts, **{name: known[:n] + known[n + 1 :]}) for n in range(len(known)))
    for n, item in enumerate(facts.setup):
        opened = replace(item, state="open", done_on=None)
        yield replace(facts, setup=(*facts.setup[:n], opened, *facts.setup[n + 1 :]))
    yield from (replace(facts, fields={**facts.fields, name: None}) for name in facts.fields)
    yield replace(facts, started_on=None)
    yield replace(facts, stage_since=None)
    yield replace(facts, contract_ends_on=None)
    yield replace(facts, open_tasks=(*facts.open_tasks, "by_hand"))
    yield replace(facts, reopened=facts.reopened | {"usage_started"})


def met(found: Readiness) -> list[bool]:
    """List what is met, groups and, in the rule's order, each condition within them."""
    return [clause.met for clause in found.clauses] + [leaf.met for leaf in found.leaves]


USED = Facts(
    setup=(SetupItem("users", True, None, "done", TODAY),),
    usage=(UsageDay(TODAY, None, "order"),),
    fields={"plan": "有", "note": None},
)
NESTED = Rule(
    ("onboarding", "success"),
    (AllOf((AnyOf((FieldFilled("note"), UsageStarted(since_setup=True))), AtLeast((SetupComplete(),), 1))),),
)


@given(FACTS, RULE)
@example(USED, NESTED)
def test_losing_a_fact_never_meets_a_condition_nor_makes_an_account_ready(facts: Facts, rule: Rule) -> None:
    before = evaluate(facts, rule, NOW)
    for fewer in lost(facts):
        after = evaluate(fewer, rule, NOW)
        assert before.ready or not after.ready
        assert all(was or not now for was, now in zip(met(before), met(after), strict=True))


@given(FACTS, RULE, st.randoms())
def test_the_order_of_facts_does_not_matter(facts: Facts, rule: Rule, random: Any) -> None:
    mixed: dict[str, Any] = {"fields": dict(random.sample(list(facts.fields.items()), len(facts.fields)))}
    for name in SEVERAL:
        told = getattr(facts, name)
        mixed[name] = tuple(random.sample(told, len(told)))
    shuffled = replace(facts, **mixed)
    assert evaluate(shuffled, rule, NOW) == evaluate(facts, rule, NOW)


@given(FACTS, RULE)
def test_a_fact_told_twice_counts_once(facts: Facts, rule: Rule) -> None:
    twice: dict[str, Any] = {name: getattr(facts, name) * 2 for name in ("people", "attended", "recordings", "usage")}
    assert met(evaluate(replace(facts, **twice), rule, NOW)) == met(evaluate(facts, rule, NOW))


@given(FACTS, RULE)
def test_an_account_is_ready_exactly_when_nothing_is_open(facts: Facts, rule: Rule) -> None:
    found = evaluate(facts, rule, NOW)
    assert found.ready == (bool(found.clauses) and not found.open)
    assert found.since is None or found.ready


@given(FACTS, RULE)
def test_every_rule_and_answer_survives_being_kept_as_json(facts: Facts, rule: Rule) -> None:
    assert Rule.from_json(json.loads(json.dumps(rule.to_json()))) == rule
    kept = [clause.to_json() for clause in evaluate(facts, rule, NOW).clauses]
    assert json.loads(json.dumps(kept)) == kept
