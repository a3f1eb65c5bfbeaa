"""How forms and people say a recurrence rule."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.recurrence import SeriesRule
from scheduler.rules.rhythms import Rhythm, describe, read, weekly_rrule, written
from scheduler.rules.rrules import RuleRefused


def series(rrule: str, starts_at: str) -> SeriesRule:
    return SeriesRule(rrule, datetime.fromisoformat(starts_at), "Asia/Tokyo")


@pytest.mark.parametrize(
    ("rhythm", "rrule"),
    [
        (Rhythm("weekly", days=(0, 4)), "FREQ=WEEKLY;BYDAY=MO,FR"),
        (Rhythm("weekly", 2, days=(1,), count=6), "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=6"),
        (Rhythm("monthly_on_date", monthday=15), "FREQ=MONTHLY;BYMONTHDAY=15"),
        (Rhythm("monthly_on_date", 3, monthday=-1), "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1"),
        (Rhythm("monthly_on_weekday", nth=2, weekday=1), "FREQ=MONTHLY;BYDAY=2TU"),
        (
            Rhythm("monthly_on_weekday", nth=-1, weekday=4, until=date(2027, 3, 31)),
            "FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270331",
        ),
        (Rhythm("raw", rrule="FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1"), "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1"),
        (Rhythm("raw", rrule="FREQ=DAILY;INTERVAL=3"), "FREQ=DAILY;INTERVAL=3"),
    ],
)
def test_a_form_and_its_rule_say_the_same(rhythm: Rhythm, rrule: str) -> None:
    assert written(rhythm) == rrule
    assert read(series(rrule, "2026-11-16T14:00")) == rhythm


@pytest.mark.parametrize(
    ("rhythm", "key"),
    [
        (Rhythm("monthly_on_date", monthday=0), "no_monthday"),
        (Rhythm("monthly_on_date", monthday=32), "no_monthday"),
        (Rhythm("monthly_on_weekday", nth=5), "no_weekday"),
        (Rhythm("monthly_on_weekday", weekday=7), "no_weekday"),
        (Rhythm("monthly_on_date", 0), "rrule_part"),
        (Rhythm("weekly", days=(1,), count=2, until=date(2027, 1, 1)), "count_and_until"),
        (Rhythm("raw", rrule="FREQ=HOURLY"), "freq_below_daily"),
        (Rhythm("raw"), "rrule_unreadable"),
        (Rhythm("sometimes"), "rrule_unreadable"),  # type: ignore[arg-type]
    ],
)
def test_a_form_without_sense_makes_no_rule(rhythm: Rhythm, key: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        written(rhythm)
    assert refused.value.key == key


@pytest.mark.parametrize(
    ("rrule", "rhythm"),
    [
        # What a rule leaves to its first date is said: a Monday, the 16th.
        ("FREQ=WEEKLY", Rhythm("weekly", days=(0,))),
        ("FREQ=MONTHLY", Rhythm("monthly_on_date", monthday=16)),
        # What the fields cannot say stays a rule.
        ("FREQ=DAILY", Rhythm("raw", rrule="FREQ=DAILY")),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", Rhythm("raw", rrule="FREQ=MONTHLY;BYMONTHDAY=1,15")),
        ("FREQ=MONTHLY;BYMONTHDAY=-2", Rhythm("raw", rrule="FREQ=MONTHLY;BYMONTHDAY=-2")),
        ("FREQ=MONTHLY;BYDAY=5MO", Rhythm("raw", rrule="FREQ=MONTHLY;BYDAY=5MO")),
        ("FREQ=MONTHLY;BYDAY=1MO,3MO", Rhythm("raw", rrule="FREQ=MONTHLY;BYDAY=1MO,3MO")),
        (
            "FREQ=WEEKLY;BYDAY=MO;UNTIL=20270331T160000Z",
            Rhythm("raw", rrule="FREQ=WEEKLY;BYDAY=MO;UNTIL=20270331T160000Z"),
        ),
    ],
)
def test_a_rule_is_read_as_a_form_shows_it(rrule: str, rhythm: Rhythm) -> None:
    assert read(series(rrule, "2026-11-16T14:00")) == rhythm


@pytest.mark.parametrize(
    ("arguments", "rrule"),
    [
        ({"days": [0, 4]}, "FREQ=WEEKLY;BYDAY=MO,FR"),
        ({"days": [4, 0, 4], "interval": 2}, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR"),
        ({"days": [2], "until": date(2027, 3, 31)}, "FREQ=WEEKLY;BYDAY=WE;UNTIL=20270331"),
        ({"days": [6], "count": 8}, "FREQ=WEEKLY;BYDAY=SU;COUNT=8"),
    ],
)
def test_a_weekly_rule_is_written_from_its_days(arguments: dict, rrule: str) -> None:
    assert weekly_rrule(**arguments) == rrule


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({"days": []}, "no_weekday"),
        ({"days": [7]}, "no_weekday"),
        ({"days": [0], "interval": 0}, "rrule_part"),
        ({"days": [0], "count": 20_000}, "too_many_dates"),
        ({"days": [0], "count": 3, "until": date(2027, 3, 31)}, "count_and_until"),
    ],
)
def test_a_weekly_rule_without_sense_is_not_written(arguments: dict, key: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        weekly_rrule(**arguments)
    assert refused.value.key == key


@pytest.mark.parametrize(
    ("rrule", "key", "params"),
    [
        ("FREQ=DAILY", "daily", {"interval": 1}),
        ("FREQ=WEEKLY;BYDAY=FR,MO", "weekly", {"days": [0, 4]}),
        ("FREQ=WEEKLY;INTERVAL=2", "weekly", {"days": [0], "interval": 2}),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=8", "weekly", {"count": 8, "until": None}),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20270331", "weekly", {"until": "2027-03-31"}),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20270331T160000Z", "weekly", {"until": "2027-04-01"}),
        ("FREQ=MONTHLY", "monthly_on_date", {"monthdays": [16]}),
        ("FREQ=MONTHLY;BYMONTHDAY=1,-1", "monthly_on_date", {"monthdays": [1, -1]}),
        ("FREQ=MONTHLY;BYDAY=2TU,-1FR", "monthly_on_weekday", {"nth": [[2, 1], [-1, 4]]}),
        ("FREQ=YEARLY", "yearly", {"month": 11, "day": 16}),
        ("FREQ=MONTHLY;BYDAY=MO", "other", {"rrule": "FREQ=MONTHLY;BYDAY=MO"}),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "other", {"rrule": "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1"}),
    ],
)
def test_a_rule_is_named_for_people(rrule: str, key: str, params: dict) -> None:
    name, found = describe(series(rrule, "2026-11-16T14:00"))
    assert name == key
    assert found["time"] == "14:00"
    assert params.items() <= found.items()


ENDS = st.one_of(
    st.just({}),
    st.integers(1, 500).map(lambda n: {"count": n}),
    st.dates(date(2026, 1, 1), date(2090, 1, 1)).map(lambda day: {"until": day}),
)
RHYTHMS = st.one_of(
    st.builds(
        lambda n, days, end: Rhythm("weekly", n, days=tuple(sorted(days)), **end),
        st.integers(1, 9),
        st.sets(st.integers(0, 6), min_size=1),
        ENDS,
    ),
    st.builds(
        lambda n, day, end: Rhythm("monthly_on_date", n, monthday=day, **end),
        st.integers(1, 9),
        st.sampled_from([-1, *range(1, 32)]),
        ENDS,
    ),
    st.builds(
        lambda n, nth, day, end: Rhythm("monthly_on_weekday", n, nth=nth, weekday=day, **end),
        st.integers(1, 9),
        st.sampled_from([1, 2, 3, 4, -1]),
        st.integers(0, 6),
        ENDS,
    ),
)


@given(RHYTHMS)
def test_reading_what_a_form_wrote_gives_the_form_again(rhythm: Rhythm) -> None:
    assert read(series(written(rhythm), "2026-11-16T14:00")) == rhythm
