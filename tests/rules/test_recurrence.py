"""On which dates a series takes place."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, reset_tzpath

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.recurrence import Policy, SeriesRule, check, left_out, slots, split, tail
from scheduler.rules.rhythms import weekly_rrule
from scheduler.rules.rrules import RuleRefused
from scheduler.rules.workdays import WorkingDays, read_closed_days, to_utc

JAPAN = WorkingDays("JP", read_closed_days(["12-29..01-03"]))
TOKYO = "Asia/Tokyo"
NEW_YORK = "America/New_York"
WHOLE = (date(2026, 1, 1), date(2027, 12, 31))


def series(rrule: str, starts_at: str, zone: str = TOKYO, policy: Policy = "skip") -> SeriesRule:
    return SeriesRule(rrule, datetime.fromisoformat(starts_at), zone, policy)


def dates(rule: SeriesRule, start: str, end: str) -> list[str]:
    return [f"{one.local:%m-%d}" for one in slots(rule, JAPAN, date.fromisoformat(start), date.fromisoformat(end))]


MONDAYS_AND_FRIDAYS = "FREQ=WEEKLY;BYDAY=MO,FR"


@pytest.mark.parametrize(
    ("rrule", "starts_at", "policy", "start", "end", "expected"),
    [
        # Every Monday and Friday; 11-23 and the days around New Year are no working days.
        (MONDAYS_AND_FRIDAYS, "2026-11-16T14:00", "keep", "2026-11-16", "2026-11-30", "11-16 11-20 11-23 11-27 11-30"),
        (MONDAYS_AND_FRIDAYS, "2026-11-16T14:00", "skip", "2026-11-16", "2026-11-30", "11-16 11-20 11-27 11-30"),
        (MONDAYS_AND_FRIDAYS, "2026-11-16T14:00", "next", "2026-11-16", "2026-11-30", "11-16 11-20 11-24 11-27 11-30"),
        # Friday 01-01 may not take Monday 01-04, which is a date of its own: Tuesday it is.
        (MONDAYS_AND_FRIDAYS, "2026-12-25T14:00", "next", "2026-12-25", "2027-01-08", "12-25 12-28 01-04 01-05 01-08"),
        # Two dates in one break go to two days.
        ("FREQ=WEEKLY;BYDAY=TU,WE", "2026-12-22T10:00", "next", "2026-12-28", "2027-01-09", "01-04 01-05 01-06 01-07"),
        # On every working day there is nowhere to move to.
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-19T10:00", "next", "2026-11-20", "2026-11-24", "11-20 11-24"),
        # A Saturday that the rule names is not a holiday.
        ("FREQ=WEEKLY;BYDAY=SA", "2026-11-21T10:00", "skip", "2026-11-21", "2026-12-05", "11-21 11-28 12-05"),
        # Every second week; the second Tuesday; the last day of the month; the 31st where there is one.
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-11-16T14:00", "keep", "2026-11-01", "2026-12-10", "11-16 11-30"),
        ("FREQ=MONTHLY;BYDAY=2TU", "2026-10-01T14:00", "skip", "2026-10-01", "2027-01-31", "10-13 11-10 12-08 01-12"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-10-01T14:00", "keep", "2026-10-01", "2026-12-31", "10-31 11-30 12-31"),
        ("FREQ=MONTHLY", "2026-10-31T14:00", "keep", "2026-10-01", "2027-03-31", "10-31 12-31 01-31 03-31"),
        ("FREQ=YEARLY", "2028-02-29T14:00", "keep", "2028-01-01", "2032-12-31", "02-29 02-29"),
        # Ends: a last date is included; the count includes dates that a holiday takes away.
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20261130", "2026-11-16T14:00", "skip", "2026-11-01", "2027-01-31", "11-16 11-30"),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=3", "2026-11-16T14:00", "skip", "2026-11-01", "2027-01-31", "11-16 11-30"),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=3", "2026-11-16T14:00", "next", "2026-11-01", "2027-01-31", "11-16 11-24 11-30"),
        # UNTIL in UTC: 05:00 is 14:00 in Tokyo; a second less leaves the last date out. Local time needs no zone.
        ("FREQ=DAILY;UNTIL=20261117T050000Z", "2026-11-16T14:00", "keep", "2026-11-01", "2026-12-01", "11-16 11-17"),
        ("FREQ=DAILY;UNTIL=20261117T045959Z", "2026-11-16T14:00", "keep", "2026-11-01", "2026-12-01", "11-16"),
        ("FREQ=DAILY;UNTIL=20261117T140000", "2026-11-16T14:00", "keep", "2026-11-01", "2026-12-01", "11-16 11-17"),
        # The first time need not fit the rule; what came before it never happens.
        (MONDAYS_AND_FRIDAYS, "2026-11-18T14:00", "keep", "2026-11-01", "2026-11-24", "11-20 11-23"),
        # Lower case and the name in front are understood.
        ("rrule:freq=weekly;byday=mo", "2026-11-16T14:00", "keep", "2026-11-16", "2026-11-23", "11-16 11-23"),
    ],
)  # fmt: skip
def test_a_series_takes_place_on_these_dates(
    rrule: str, starts_at: str, policy: Policy, start: str, end: str, expected: str
) -> None:
    assert dates(series(rrule, starts_at, policy=policy), start, end) == expected.split()


def test_a_moved_date_keeps_the_identity_it_has_in_the_rule() -> None:
    rule = series("FREQ=WEEKLY;BYDAY=MO", "2026-11-16T14:00", policy="next")
    (moved,) = slots(rule, JAPAN, date(2026, 11, 24), date(2026, 11, 24))
    assert moved.slot == datetime(2026, 11, 23, 14)
    assert moved.local == datetime(2026, 11, 24, 14)
    assert moved.starts_at == datetime(2026, 11, 24, 5, tzinfo=UTC)
    assert slots(rule, JAPAN, date(2026, 11, 23), date(2026, 11, 23)) == []


@pytest.mark.parametrize(
    ("starts_at", "zone", "expected"),
    [
        # Eight in the morning in Tokyo is the day before in UTC.
        ("2026-12-06T08:00", TOKYO, ["2026-12-05T23:00", "2026-12-06T23:00", "2026-12-07T23:00"]),
        ("2026-12-06T00:00", TOKYO, ["2026-12-05T15:00", "2026-12-06T15:00", "2026-12-07T15:00"]),
        # Two in the afternoon stays two in the afternoon when the clocks change.
        ("2026-10-31T14:00", NEW_YORK, ["2026-10-31T18:00", "2026-11-01T19:00", "2026-11-02T19:00"]),
        # Half past two is skipped on 14 March: an hour later on the wall.
        ("2027-03-13T02:30", NEW_YORK, ["2027-03-13T07:30", "2027-03-14T07:30", "2027-03-15T06:30"]),
        # Half past one comes twice on 1 November: the first.
        ("2026-10-31T01:30", NEW_YORK, ["2026-10-31T05:30", "2026-11-01T05:30", "2026-11-02T06:30"]),
    ],
)
def test_a_series_keeps_its_wall_clock_time(starts_at: str, zone: str, expected: list[str]) -> None:
    rule = series("FREQ=DAILY;COUNT=3", starts_at, zone, "keep")
    found = slots(rule, JAPAN, date(2026, 1, 1), date(2027, 12, 31))
    assert [f"{one.starts_at:%Y-%m-%dT%H:%M}" for one in found] == expected


@pytest.mark.parametrize(
    ("rrule", "key"),
    [
        ("", "rrule_unreadable"),
        ("weekly on Monday", "rrule_unreadable"),
        ("FREQ=FORTNIGHTLY", "rrule_unreadable"),
        ("BYDAY=MO", "rrule_unreadable"),
        ("FREQ=WEEKLY;FREQ=DAILY", "rrule_unreadable"),
        ("FREQ=WEEKLY;BYDAY=", "rrule_unreadable"),
        ("FREQ=WEEKLY;" + "BYDAY=MO," * 100, "rrule_unreadable"),
        ("DTSTART:20261116T140000\nRRULE:FREQ=DAILY", "rrule_only"),
        ("FREQ=DAILY\nEXDATE:20261117T140000", "rrule_only"),
        ("EXDATE:20261117T140000", "rrule_only"),
        ("FREQ=HOURLY", "freq_below_daily"),
        ("FREQ=MINUTELY;COUNT=5", "freq_below_daily"),
        ("FREQ=SECONDLY", "freq_below_daily"),
        ("FREQ=DAILY;BYHOUR=9,14", "rrule_times"),
        ("FREQ=DAILY;COUNT=5;UNTIL=20270101", "count_and_until"),
        ("FREQ=DAILY;INTERVAL=0", "rrule_part"),
        ("FREQ=DAILY;INTERVAL=-1", "rrule_part"),
        ("FREQ=DAILY;INTERVAL=1001", "rrule_part"),
        ("FREQ=DAILY;COUNT=0", "rrule_part"),
        ("FREQ=DAILY;COUNT=many", "rrule_part"),
        ("FREQ=DAILY;COUNT=²", "rrule_part"),
        ("FREQ=DAILY;UNTIL=tomorrow", "rrule_part"),
        ("FREQ=DAILY;UNTIL=20270230", "rrule_part"),
        ("FREQ=WEEKLY;BYDAY=XX", "rrule_part"),
        ("FREQ=WEEKLY;BYDAY=2MO", "rrule_part"),
        ("FREQ=MONTHLY;BYDAY=0MO", "rrule_part"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "rrule_part"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "rrule_part"),
        ("FREQ=YEARLY;BYMONTH=13", "rrule_part"),
        ("FREQ=YEARLY;BYMONTH=-1", "rrule_part"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "rrule_part"),
        ("FREQ=MONTHLY;BYWEEKNO=3", "rrule_part"),
        ("FREQ=DAILY;BYSETPOS=1", "rrule_part"),
        ("FREQ=DAILY;BYEASTER=1", "rrule_part"),
        ("FREQ=WEEKLY;WKST=1", "rrule_part"),
        ("FREQ=DAILY;COUNT=1000000", "too_many_dates"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "no_dates"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "no_dates"),
        ("FREQ=MONTHLY;BYDAY=6MO", "no_dates"),
        ("FREQ=DAILY;UNTIL=20261115", "no_dates"),
        ("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1", "no_dates"),  # always a holiday
    ],
)
def test_a_rule_that_cannot_be_used_is_refused(rrule: str, key: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        check(series(rrule, "2026-11-16T14:00"), JAPAN)
    assert refused.value.key == key


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        (series("FREQ=DAILY", "2026-11-16T14:00", "Asia/Edo"), "unknown_zone"),
        (series("FREQ=DAILY", "2026-11-16T14:00", "../../etc/localtime"), "unknown_zone"),
        (series("FREQ=DAILY;UNTIL=20270101T000000Z", "2026-11-16T14:00", ""), "unknown_zone"),
        (series("FREQ=DAILY", "2026-11-16T14:00+09:00"), "starts_at_unusable"),
        (series("FREQ=DAILY", "1815-11-16T14:00"), "starts_at_unusable"),
        (SeriesRule("FREQ=DAILY", datetime(2026, 11, 16, 14), TOKYO, "sometimes"), "unknown_policy"),  # type: ignore[arg-type]
        (series("FREQ=DAILY", "2000-01-01T14:00", policy="keep"), "too_many_dates"),
    ],
)
def test_a_series_with_an_unusable_start_zone_or_policy_is_refused(rule: SeriesRule, key: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        slots(rule, JAPAN, date(2030, 1, 1), date(2030, 12, 31))
    assert refused.value.key == key


def test_the_same_rule_is_fine_when_holidays_are_kept_or_moved() -> None:
    check(series("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1", "2026-11-16T14:00", policy="keep"), JAPAN)
    check(series("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1", "2026-11-16T14:00", policy="next"), JAPAN)


# ---------------------------------------------------------------- properties

WEEKDAYS = st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True)
RULES = st.one_of(
    st.builds(lambda n: f"FREQ=DAILY;INTERVAL={n}", st.integers(1, 10)),
    st.builds(weekly_rrule, WEEKDAYS, st.integers(1, 4)),
    st.builds(lambda days, n: weekly_rrule(days, count=n), WEEKDAYS, st.integers(1, 40)),
    st.builds(lambda day: f"FREQ=MONTHLY;BYDAY={day}", st.sampled_from(["1MO", "2SA", "4MO", "-1FR"])),
    st.builds(lambda day: f"FREQ=MONTHLY;BYMONTHDAY={day}", st.sampled_from([1, 3, 15, 29, 31, -1])),
    st.just("FREQ=YEARLY"),
)
STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
ZONES = st.sampled_from(
    [TOKYO, NEW_YORK, "Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca"]
)
CALENDARS = st.sampled_from([JAPAN, WorkingDays("JP"), WorkingDays("US"), WorkingDays("SA")])
SERIES = st.builds(SeriesRule, RULES, STARTS, ZONES, st.sampled_from(["keep", "skip", "next"]))
SPANS = st.tuples(st.integers(-30, 400), st.integers(0, 200))


def span(rule: SeriesRule, offsets: tuple[int, int]) -> tuple[date, date]:
    start = rule.starts_at.date() + timedelta(days=offsets[0])
    return start, start + timedelta(days=offsets[1])


@given(SERIES, CALENDARS, SPANS)
def test_local_time_never_drifts_and_no_date_comes_twice(
    rule: SeriesRule, calendar: WorkingDays, offsets: tuple[int, int]
) -> None:
    start, end = span(rule, offsets)
    found = slots(rule, calendar, start, end)
    assert {one.local.time() for one in found} <= {rule.starts_at.time()}
    assert all(start <= one.local.date() <= end for one in found)
    assert all(one.starts_at == to_utc(one.local, rule.zone) for one in found)
    for days in ([one.local.date() for one in found], [one.slot.date() for one in found]):
        assert len(set(days)) == len(days)


@given(SERIES, CALENDARS, SPANS)
def test_nothing_takes_place_on_a_skipped_day(
    rule: SeriesRule, calendar: WorkingDays, offsets: tuple[int, int]
) -> None:
    for one in slots(rule, calendar, *span(rule, offsets)):
        assert rule.policy == "keep" or not calendar.is_holiday(one.local.date())
        if one.local != one.slot:
            assert rule.policy == "next"
            assert calendar.is_holiday(one.slot.date())
            assert calendar.is_working_day(one.local.date())
            assert one.slot < one.local <= one.slot + timedelta(days=14)


@given(SERIES, CALENDARS, SPANS, st.integers(0, 200))
def test_splitting_the_span_and_joining_the_parts_gives_the_same_dates(
    rule: SeriesRule, calendar: WorkingDays, offsets: tuple[int, int], cut: int
) -> None:
    start, end = span(rule, offsets)
    middle = min(start + timedelta(days=cut), end)
    parts = slots(rule, calendar, start, middle) + slots(rule, calendar, middle + timedelta(days=1), end)
    assert parts == slots(rule, calendar, start, end)


@given(SERIES, CALENDARS, SPANS)
def test_where_no_holiday_applies_the_dates_are_dateutils_own(
    rule: SeriesRule, calendar: WorkingDays, offsets: tuple[int, int]
) -> None:
    start, end = span(rule, offsets)
    first, last = datetime.combine(start, datetime.min.time()), datetime.combine(end, datetime.max.time())
    expected = list(rrulestr(rule.rrule, dtstart=rule.starts_at).between(first, last, inc=True))
    kept = SeriesRule(rule.rrule, rule.starts_at, rule.zone, "keep")
    assert [one.slot for one in slots(kept, calendar, start, end)] == expected
    working = [moment for moment in expected if not calendar.is_holiday(moment.date())]
    found = slots(rule, calendar, start, end)
    assert [one.slot for one in found if one.slot == one.local] == (expected if rule.policy == "keep" else working)


@given(st.text(alphabet="FREQ=DAILYWKMONTH;BYU0123456789,+-TZ\n", max_size=60))
def test_any_text_gives_a_rule_or_a_refusal(text: str) -> None:
    with suppress(RuleRefused):
        check(series(text, "2026-11-16T14:00"), JAPAN)


@given(SERIES, CALENDARS, st.integers(-30, 500), SPANS)
def test_a_series_cut_in_two_has_together_the_dates_it_had(
    rule: SeriesRule, calendar: WorkingDays, cut: int, offsets: tuple[int, int]
) -> None:
    start, end = span(rule, offsets)
    earlier, later = split(rule, rule.starts_at.date() + timedelta(days=cut))
    parts = slots(earlier, calendar, start, end) + slots(later, calendar, start, end)
    assert sorted(parts, key=lambda one: one.local) == slots(rule, calendar, start, end)


@given(SERIES, st.integers(0, 60), SPANS)
def test_the_tail_of_a_rule_goes_on_as_the_rule_itself(rule: SeriesRule, nth: int, offsets: tuple[int, int]) -> None:
    kept = replace(rule, policy="keep")
    start, end = span(rule, offsets)
    own = [one.slot for one in slots(kept, JAPAN, rule.starts_at.date(), end)]
    if nth >= len(own):
        return
    rest = tail(kept, own[nth])
    assert [one.slot for one in slots(rest, JAPAN, start, end)] == [slot for slot in own[nth:] if start <= slot.date()]


@given(SERIES, CALENDARS, SPANS)
def test_every_date_of_a_rule_is_held_moved_or_said_to_be_left_out(
    rule: SeriesRule, calendar: WorkingDays, offsets: tuple[int, int]
) -> None:
    start, end = span(rule, offsets)
    away = left_out(rule, calendar, start, end)
    held = {one.slot for one in slots(rule, calendar, start, end + timedelta(days=14))}
    own = {one.slot for one in slots(replace(rule, policy="keep"), calendar, start, end)}
    assert set(away) == own - held
    assert all(calendar.is_holiday(moment.date()) for moment in away)


@pytest.mark.parametrize(
    ("rrule", "cut", "rest"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,FR;COUNT=10", "2026-11-27T14:00", "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=7"),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20270331", "2026-11-30T14:00", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20270331"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-11-30T14:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
    ],
)
def test_the_tail_of_a_rule_has_what_is_left_of_its_count(rrule: str, cut: str, rest: str) -> None:
    found = tail(series(rrule, "2026-11-16T14:00"), datetime.fromisoformat(cut))
    assert (found.rrule, found.starts_at) == (rest, datetime.fromisoformat(cut))


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        # Kazakhstan left UTC+6 for UTC+5 on 1 March 2024; tz data older than 2024a does not know it yet.
        ("Etc/GMT-6", "2026-12-07T08:00"),
        ("Etc/GMT-5", "2026-12-07T09:00"),
    ],
)
def test_a_zone_whose_rules_change_between_versions_of_the_tz_data_keeps_the_wall_clock(
    file: str, expected: str, tmp_path: Path
) -> None:
    (tmp_path / "Test").mkdir()
    (tmp_path / "Test" / "Almaty").write_bytes(tz_file(file))
    reset_tzpath(to=[str(tmp_path)])
    ZoneInfo.clear_cache()
    try:
        (found,) = slots(series("FREQ=DAILY;COUNT=1", "2026-12-07T14:00", "Test/Almaty"), JAPAN, *WHOLE)
    finally:
        reset_tzpath()
        ZoneInfo.clear_cache()
    assert f"{found.local:%H:%M}" == "14:00"
    assert f"{found.starts_at:%Y-%m-%dT%H:%M}" == expected


def tz_file(name: str) -> bytes:
    """Read the data of a zone as the system has it."""
    return next(path for folder in TZPATH if (path := Path(folder) / name).is_file()).read_bytes()
