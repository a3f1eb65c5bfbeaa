"""Accounts and rules of all kinds, groups within groups among them, for the properties of readiness."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from scheduler.rules.clauses.attended import Attended
from scheduler.rules.clauses.groups import AllOf, AnyOf, AtLeast, Clause
from scheduler.rules.clauses.plain import ContractEnds, DaysInStage, FieldFilled, NoOpenTask
from scheduler.rules.clauses.setup import SetupComplete
from scheduler.rules.clauses.usage import UsageStarted
from scheduler.rules.facts import Attendance, Facts, Person, SetupItem, UsageDay
from scheduler.rules.readiness import DEFAULT, Rule

TODAY = date(2026, 11, 24)
COURSES, FIELDS, TASKS = ("basic", "advanced"), ("plan", "note"), ("wish", "by_hand")
DAYS = st.dates(TODAY - timedelta(days=20), TODAY)
STORE, CONTACT = st.integers(1, 6), st.integers(1, 5)


def _few(of: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=most).map(tuple)


SEEN = _few(st.builds(Attendance, DAYS, st.sampled_from(COURSES), CONTACT, _few(STORE, 3)), 6)
ITEM = st.builds(
    lambda step, required, store, state, on: SetupItem(step, required, store, state, on if state != "open" else None),
    st.sampled_from(["users", "menu"]),
    st.booleans(),
    st.none() | STORE,
    st.sampled_from(["open", "waiting", "done", "not_needed"]),
    st.none() | DAYS,
)
FACTS = st.builds(
    Facts,
    stores=st.frozensets(STORE, max_size=6),
    people=_few(st.builds(Person, CONTACT, st.sampled_from(["coordinator", "manager", "member"])), 4),
    attended=SEEN,
    setup=_few(ITEM, 4),
    usage=_few(st.builds(UsageDay, DAYS, st.none() | STORE, st.just("order")), 6),
    started_on=st.none() | DAYS,
    fields=st.fixed_dictionaries({name: st.sampled_from([None, "", " ", "有"]) for name in FIELDS}),
    recordings=SEEN,
    stage_since=st.none() | DAYS,
    open_tasks=_few(st.sampled_from(TASKS), 3),
    contract_ends_on=st.none() | st.dates(TODAY, TODAY + timedelta(days=200)),
    reopened=st.frozensets(st.sampled_from(["attended", "setup_complete", "field_filled"]), max_size=2),
)


@st.composite
def _usage(draw: st.DrawFn) -> UsageStarted:
    days = draw(st.integers(1, 3))
    within = draw(st.just(0) | st.integers(days, 10))
    return UsageStarted(days, draw(st.booleans()), within, since_setup=draw(st.booleans()))


PLAIN: st.SearchStrategy[Clause] = st.one_of(
    st.builds(
        Attended,
        st.sampled_from(COURSES),
        st.integers(1, 3),
        st.sampled_from([0.0, 1 / 3, 0.5, 1.0]),
        st.booleans(),
        st.integers(0, 3),
        st.none() | st.integers(3, 6),
        st.booleans(),
    ),
    st.just(SetupComplete()),
    _usage(),
    st.builds(FieldFilled, st.sampled_from(FIELDS)),
    st.builds(DaysInStage, st.integers(0, 20)),
    st.builds(NoOpenTask, _few(st.sampled_from(TASKS), 2)),
    st.builds(ContractEnds, st.integers(0, 200)),
)


def _groups(of: st.SearchStrategy[Clause]) -> st.SearchStrategy[Clause]:
    inner = st.lists(of, min_size=1, max_size=3).map(tuple)
    at_least = inner.flatmap(lambda clauses: st.builds(AtLeast, st.just(clauses), st.integers(1, len(clauses))))
    return st.one_of(st.builds(AllOf, inner), st.builds(AnyOf, inner), at_least)


CLAUSE = st.one_of(PLAIN, _groups(PLAIN), _groups(PLAIN | _groups(PLAIN)))
DRAWN = st.lists(CLAUSE, min_size=1, max_size=4).map(lambda clauses: Rule(("onboarding", "success"), tuple(clauses)))
RULE = st.sampled_from(list(DEFAULT.values())) | DRAWN
