"""Whether a trial is judged by what it shows and no more, and the worked example gives its three figures."""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.rules.trials import (
    Comparison,
    Estimate,
    Group,
    Needed,
    Subject,
    check_months,
    compare,
    compare_to,
    gaps,
    growth_index,
    increases,
    months,
    sentences,
)

EXAMPLE = Path(__file__).parent.parent / "data" / "trials" / "worked_example.csv"
BASELINE = months(date(2025, 10, 1), date(2026, 3, 1))
TRIAL = months(date(2026, 4, 1), date(2026, 9, 1))
UNSAID = Estimate(None, None, None)


def people(count: int, effect: float, seed: int = 1, noise: float = 5.0, length: int = 6) -> Group:
    """Make people with a level of their own around 100, whose trial is `effect` times as high, months scattering by `noise`."""
    draw = random.Random(seed)
    own = [draw.gauss(100, 20) for _ in range(count)]
    return Group(
        f"group-{seed}",
        tuple(
            Subject(
                f"{seed}-{number}",
                tuple(draw.gauss(level, noise) for _ in range(length)),
                tuple(draw.gauss(level * effect, noise) for _ in range(length)),
            )
            for number, level in enumerate(own)
        ),
    )


def changed(group: Group, of: Callable[[tuple[float, ...]], tuple[float, ...]]) -> Group:
    return replace(group, subjects=tuple(Subject(x.key, of(x.baseline), of(x.trial)) for x in group.subjects))


def flat(key: str, *pairs: tuple[float, float]) -> Group:
    return Group(key, tuple(Subject(f"{key}-{n}", (before,), (after,)) for n, (before, after) in enumerate(pairs)))


def figures(comparison: Comparison) -> list[float | None]:
    parts = (comparison.treated.index, comparison.difference)
    return [figure for part in parts for figure in (part.value, part.low, part.high)]


# The worked example: four sellers with a person for delivery beside them, four without; the renewals of all 107 accounts.


def series(measure: str, *names: str) -> Group:
    """Read a measure of some people or accounts from the example; a renewal is 1, a loss 0."""
    held: dict[str, dict[str, float]] = {name: {} for name in names}
    for row in csv.DictReader(EXAMPLE.open(encoding="utf-8")):
        if row["person"] in held and row[measure]:
            value = {"yes": "1", "no": "0"}.get(row[measure], row[measure])
            held[row["person"]][row["month"]] = float(value)
    spans = [tuple(f"{month:%Y-%m}" for month in span) for span in (BASELINE, TRIAL)]
    return Group(
        measure,
        tuple(
            Subject(name, *(tuple(by[month] for month in span if month in by) for span in spans))
            for name, by in held.items()
        ),
    )


SELLERS = [f"seller-{number}" for number in range(1, 9)]
ACCOUNTS = [f"account-{number:03}" for number in range(1, 108)]


def test_the_worked_example_gives_130_percent_of_the_meetings_before() -> None:
    found = compare(series("meetings", *SELLERS[:4]), series("meetings", *SELLERS[4:]))
    assert found.treated.baseline == 20
    assert found.treated.trial == 26
    assert found.treated.index.value == 130
    assert found.treated.index.low == pytest.approx(112, abs=0.5)
    assert found.treated.index.high == pytest.approx(149, abs=0.5)
    assert found.verdict == "better"


def test_the_worked_example_gives_106_percent_of_the_increase_of_revenue() -> None:
    treated, control = series("revenue", *SELLERS[:4]), series("revenue", *SELLERS[4:])
    found = growth_index(treated)
    assert (found.baseline, found.trial) == (50_000, 53_000)
    assert found.index.value == pytest.approx(106, abs=1e-9)
    assert compare(increases(treated), increases(control)).verdict == "unclear"


def test_the_worked_example_gives_renewals_7_percent_above_the_companys_average() -> None:
    everyone = series("renewed", *ACCOUNTS)
    average = sum(each.trial[0] for each in everyone.subjects) / len(everyone.subjects)
    found = compare_to(series("renewed", *ACCOUNTS[:20]), average).treated
    assert (found.subjects, found.trial) == (20, 0.8)
    assert found.index.value == pytest.approx(107, abs=1e-9)
    assert found.index.low is not None
    assert found.index.low < 100  # twenty accounts cannot tell 7 % from chance


def test_the_worked_example_is_said_in_one_breath() -> None:
    meetings = compare(series("meetings", *SELLERS[:4]), series("meetings", *SELLERS[4:]))
    said = sentences(meetings)
    assert said[0] == ("index", {"group": "meetings", "subjects": 4, "value": 130, "low": 112, "high": 149})
    assert [key for key, _ in said] == ["index", "difference", "better"]
    revenue = sentences(compare(*(increases(series("revenue", *names)) for names in (SELLERS[:4], SELLERS[4:]))))
    assert [key for key, _ in revenue][:3] == ["index", "difference", "unclear"]
    assert dict(revenue)["needed_subjects"] == {"count": pytest.approx(27, abs=4)}
    assert dict(revenue)["needed_months"] == {"count": pytest.approx(28, abs=6)}


# Levels and indexes.


def test_a_level_is_the_mean_over_all_subject_months() -> None:
    group = Group("g", (Subject("a", (10, 20, 30), (40,)), Subject("b", (100,), (60, 80))))
    found = compare(group, None).treated
    assert (found.baseline, found.trial, found.index.value) == (40, 60, 150)


def test_the_difference_of_differences_is_that_of_the_indexes_and_that_of_the_changes() -> None:
    treated = flat("new", (100, 120), (200, 260), (150, 190), (50, 50))
    control = flat("old", (40, 42), (60, 60), (50, 56), (50, 42))
    found = compare(treated, control)
    assert found.difference.value == pytest.approx(124 - 100)
    assert found.units.value == pytest.approx(30 - 0)


def test_without_a_control_the_difference_is_that_to_the_past() -> None:
    found = compare(flat("new", (100, 120), (200, 240)), None)
    assert found.control is None
    assert (found.difference.value, found.units.value) == (pytest.approx(20), 30)


def test_accounts_seen_in_one_period_only_count_in_that_period() -> None:
    before = [Subject(f"b{n}", (20.0 + n % 5,), ()) for n in range(40)]
    after = [Subject(f"t{n}", (), (11.0 + n % 5,)) for n in range(40)]
    found = compare(Group("days to ready", (*before, *after)), None, less_is_better=True)
    assert (found.treated.baseline, found.treated.trial, found.treated.subjects) == (22, 13, 80)
    assert found.treated.index.low is not None
    assert found.verdict == "better"


def test_less_is_better_for_days_and_returned_handovers() -> None:
    fewer = people(30, 0.7)
    assert compare(fewer, None, less_is_better=True).verdict == "better"
    assert compare(fewer, None).verdict == "worse"


# What cannot be said.


@pytest.mark.parametrize(
    ("group", "verdict", "note"),
    [
        (Group("g", ()), "too_few", "nobody"),
        (Group("g", (Subject("a", (), ()),)), "too_few", "nobody"),
        (flat("g", (10, 12)), "too_few", "one_subject"),
        (flat("g", *[(0, 12)] * 8), "no_baseline", "no_baseline"),
        (flat("g", *[(-5, 12)] * 8), "no_baseline", "no_baseline"),
        (Group("g", tuple(Subject(str(n), (), (3.0,)) for n in range(8))), "no_baseline", "no_baseline"),
        (Group("g", tuple(Subject(str(n), (3.0,), ()) for n in range(8))), "no_trial", "no_trial"),
    ],
)
def test_what_cannot_be_said_is_named(group: Group, verdict: str, note: str) -> None:
    alone = compare(group, None)
    assert (alone.verdict, alone.treated.note) == (verdict, note)
    assert (alone.treated.index.low, alone.treated.index.high) == (None, None)
    beside = compare(group, people(20, 1.0))
    assert (beside.verdict, beside.treated.note) == (verdict, note)
    assert (beside.difference.low, beside.difference.high) == (None, None)
    assert beside.control is not None
    assert beside.control.index.low is not None
    assert sentences(alone)[0][0] == ("index_alone" if note == "one_subject" else "no_index")


def test_a_control_without_a_baseline_is_no_control() -> None:
    assert compare(people(20, 1.5), flat("old", *[(0, 1)] * 8)).verdict == "no_baseline"


def test_a_baseline_of_almost_nobody_gives_no_interval() -> None:
    found = compare(flat("g", (10, 10), *[(0, 8)] * 7), None)
    assert found.treated.index == Estimate(660, None, None)
    assert found.verdict == "unclear"


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_no_number_is_refused(bad: float) -> None:
    with pytest.raises(ValueError):
        compare(flat("g", (1, bad), (2, 3)), None)


@pytest.mark.parametrize(
    ("treated", "control", "verdict"),
    [(3, None, "too_few"), (5, None, "too_few"), (6, None, "better"), (3, 3, "too_few"), (3, 200, "too_few")]
    + [(200, 3, "too_few"), (4, 4, "better")],
)
def test_a_handful_never_wins_however_large_the_effect(treated: int, control: int | None, verdict: str) -> None:
    beside = None if control is None else people(control, 1.0, seed=2)
    found = compare(people(treated, 3.0), beside)
    assert found.verdict == verdict
    if verdict == "too_few":
        assert found.needed == Needed(4 if control else 6, None)


# How sure.


def test_a_huge_effect_with_thirty_is_found() -> None:
    found = compare(people(30, 1.5), people(30, 1.0, seed=2))
    assert found.verdict == "better"
    assert found.needed is None
    assert compare(people(30, 0.5), people(30, 1.0, seed=2)).verdict == "worse"


def test_chance_alone_is_seldom_called_an_effect() -> None:
    told = [
        compare(people(8, 1.0, seed, noise=30), people(8, 1.0, seed + 1000, noise=30), resamples=300).verdict
        for seed in range(200)
    ]
    assert sum(verdict != "unclear" for verdict in told) / 200 < 0.08


def test_the_interval_agrees_with_the_formula_for_many() -> None:
    """For a mean of n shares the standard error is √(p(1 − p)/n); 400 accounts, 300 renewed, average 0.5."""
    group = Group("g", tuple(Subject(f"{n:03}", (), (float(n % 4 > 0),)) for n in range(400)))
    found = compare_to(group, 0.5).treated
    assert found.index.value == 150
    reach = 1.96 * 200 * (0.75 * 0.25 / 400) ** 0.5
    assert found.index.low == pytest.approx(150 - reach, abs=0.7)
    assert found.index.high == pytest.approx(150 + reach, abs=0.7)


def test_thousands_are_drawn_at_once_and_told_the_same() -> None:
    """999 people are resampled one by one, 1,000 by their sums; one person more or less moves nothing."""
    draw = random.Random(3)
    levels = [(draw.expovariate(0.01), draw.expovariate(0.01) * 1.1) for _ in range(2000)]
    new, old = levels[:1000], levels[1000:]
    resampled = compare(flat("new", *new[:-1]), flat("old", *old[:-1]))
    drawn = compare(flat("new", *new), flat("old", *old))
    for few, many in zip(figures(resampled), figures(drawn), strict=True):
        assert many == pytest.approx(few, abs=1.5)
    assert compare(flat("new", *new), flat("old", *old)) == drawn
    # Everybody alike: nothing wanders, and nobody has no period.
    even = Group("even", tuple(Subject(f"{n:04}", (4.0,), (5.0,)) for n in range(1000)))
    assert figures(compare(even, None)) == pytest.approx([125, 125, 125, 25, 25, 25], abs=1e-4)


def test_as_many_as_needed_are_enough_four_times_in_five() -> None:
    small = compare(people(12, 1.04, noise=10), people(12, 1.0, seed=2, noise=10))
    assert small.verdict == "unclear"
    assert small.needed is not None
    assert small.needed.subjects is not None
    # By hand: the standard error of one's index is about 100 · √(2/6) · 10/100 = 5.8, and d = the difference seen.
    assert small.difference.value is not None
    by_hand = 2 * (2.8 * 5.8 / small.difference.value) ** 2
    assert small.needed.subjects == pytest.approx(by_hand, rel=0.5)
    enough = small.needed.subjects
    effect = 1 + small.difference.value / 100
    told = [
        compare(
            people(enough, effect, seed, noise=10), people(enough, 1.0, seed + 500, noise=10), resamples=300
        ).verdict
        for seed in range(60)
    ]
    assert 0.6 < sum(verdict == "better" for verdict in told) / 60 <= 1


def test_more_months_help_only_where_months_scatter() -> None:
    """Months scatter by 60 about everyone's 100 before and 104 in the two months since.

    400 people: squared error 60² / 2 / 400 = 4.5, and 9 / months as months are added; allowed are (4 / 2.8)² = 2.04,
    which is five months (1.8), three more.
    """
    trials = [(104 + 60 * first, 104 + 60 * second) for first in (1, -1) for second in (1, -1)]
    noisy = Group("noisy", tuple(Subject(f"{n:03}", (40, 160) * 15, trials[n % 4]) for n in range(400)))
    found = compare(noisy, None)
    assert found.verdict == "unclear"
    assert found.needed is not None
    assert found.needed.months == 3
    assert found.needed.subjects == pytest.approx(400 * 4.5 / 2.04, rel=0.1)  # the error itself is drawn
    steady = flat("steady", *[(100, 100 + 20 * (-1) ** n + 3) for n in range(20)])
    alone = compare(steady, None)
    assert alone.needed is not None
    assert alone.needed.subjects is not None
    assert alone.needed.months is None


def test_no_difference_needs_nobody_named() -> None:
    same = people(10, 1.0)
    assert compare(same, same).needed == Needed(None, None)


# Properties.

groups = st.lists(
    st.tuples(
        st.lists(st.integers(1, 500), min_size=1, max_size=5), st.lists(st.integers(0, 500), min_size=1, max_size=5)
    ),
    min_size=2,
    max_size=9,
).map(lambda rows: Group("g", tuple(Subject(f"{n}", tuple(b), tuple(t)) for n, (b, t) in enumerate(rows))))


@settings(max_examples=30, deadline=None)
@given(groups, groups, st.sampled_from([0.25, 3, 1000]))
def test_the_unit_of_a_measure_leaves_the_indexes_as_they_are(one: Group, other: Group, factor: float) -> None:
    found = compare(one, other, resamples=200)
    scaled = compare(*(changed(each, lambda v: tuple(factor * x for x in v)) for each in (one, other)), resamples=200)
    assert figures(scaled) == pytest.approx(figures(found))
    assert scaled.verdict == found.verdict


@settings(max_examples=30, deadline=None)
@given(groups, groups)
def test_the_order_of_months_and_subjects_changes_nothing(one: Group, other: Group) -> None:
    turned = [changed(replace(x, subjects=x.subjects[::-1]), lambda values: values[::-1]) for x in (one, other)]
    assert compare(*turned, resamples=200) == compare(one, other, resamples=200)


@settings(max_examples=30, deadline=None)
@given(groups)
def test_equal_groups_do_not_differ(group: Group) -> None:
    found = compare(group, group, resamples=500)
    assert found.difference.value == 0
    assert found.verdict in ("unclear", "too_few")
    if found.difference.low is not None and found.difference.high is not None:
        assert found.difference.low <= 1e-6
        assert found.difference.high >= -1e-6


@settings(max_examples=30, deadline=None)
@given(groups, groups)
def test_three_subjects_never_win_and_what_is_sure_needs_nothing_more(one: Group, other: Group) -> None:
    few = replace(one, subjects=one.subjects[:3])
    assert compare(few, other, resamples=200).verdict == "too_few"
    found = compare(one, other, resamples=200)
    assert (found.needed is None) == (found.verdict in ("better", "worse"))


@settings(max_examples=20, deadline=None)
@given(groups)
def test_a_figure_lies_within_the_range_of_its_own_people(group: Group) -> None:
    found = compare(group, None, resamples=200).treated.index
    own = [100 * sum(x.trial) / len(x.trial) / (sum(x.baseline) / len(x.baseline)) for x in group.subjects]
    if (
        found.low is not None
        and found.high is not None
        and len({len(x.baseline + x.trial) for x in group.subjects}) == 1
    ):
        assert found.low <= found.high
        if all(len(x.trial) == len(group.subjects[0].trial) for x in group.subjects):
            assert min(own) - 1e-6 <= found.low
            assert found.high <= max(own) + 1e-6


def test_one_seed_gives_one_answer() -> None:
    one, other = people(9, 1.1), people(9, 1.0, seed=2)
    assert compare(one, other, seed=5) == compare(one, other, seed=5)
    assert figures(compare(one, other, seed=6)) == pytest.approx(figures(compare(one, other, seed=5)), abs=1.5)


def test_the_increase_is_over_the_month_before_within_each_period() -> None:
    group = Group("g", (Subject("a", (100, 110, 140), (500, 520)), Subject("b", (7,), ())))
    found = increases(group)
    assert found.subjects == (Subject("a", (10, 30), (20,)), Subject("b", (), ()))
    assert growth_index(group).index.value == 100


def test_what_did_not_grow_before_has_no_growth_to_compare() -> None:
    shrinking = Group("g", tuple(Subject(str(n), (100, 90), (100, 120)) for n in range(8)))
    assert growth_index(shrinking).index == UNSAID


def test_a_company_that_never_renews_has_no_average_to_beat() -> None:
    assert compare_to(flat("g", *[(0, 1)] * 8), 0.0).treated.note == "no_baseline"


@pytest.mark.parametrize(("count", "most"), [(50, 0.15), (2500, 1.0)])
def test_a_trial_is_judged_at_once(count: int, most: float) -> None:
    one, other = people(count, 1.1, length=6), people(count, 1.0, seed=2, length=6)
    compare(flat("g", (1, 1), (1, 2)), None, resamples=10)  # SciPy is loaded by the first
    began = perf_counter()
    compare(one, other)
    assert perf_counter() - began < most


# Months.


def test_months_run_over_the_turn_of_the_year() -> None:
    turn = (date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1))
    assert months(date(2025, 11, 30), date(2026, 1, 2)) == turn
    assert months(date(2026, 1, 2), date(2025, 12, 31)) == ()


def test_missing_months_are_named() -> None:
    found = [date(2025, 11, 30), date(2026, 1, 1)]
    assert gaps(found, date(2025, 11, 1), date(2026, 2, 1)) == (date(2025, 12, 1), date(2026, 2, 1))
    assert gaps([], date(2026, 2, 1), date(2026, 1, 1)) == ()


@pytest.mark.parametrize(
    ("baseline", "trial", "complaints"),
    [
        (("2026-01", "2026-03"), ("2026-04", "2026-06"), []),
        (("2026-03", "2026-01"), ("2026-04", "2026-06"), [("no_baseline_months", {})]),
        (("2026-01", "2026-03"), ("2026-06", "2026-04"), [("no_trial_months", {})]),
        (("2026-01", "2026-03"), ("2026-03", "2026-06"), [("months_overlap", {"months": ["2026-03"]})]),
        (
            ("2026-04", "2026-06"),
            ("2026-01", "2026-03"),
            [("baseline_after_trial", {"baseline": "2026-06", "trial": "2026-01"})],
        ),
    ],
)
def test_impossible_periods_are_complained_of(
    baseline: tuple[str, str], trial: tuple[str, str], complaints: list[tuple[str, dict[str, object]]]
) -> None:
    spans = [months(*(date.fromisoformat(f"{month}-15") for month in span)) for span in (baseline, trial)]
    assert check_months(*spans) == complaints
