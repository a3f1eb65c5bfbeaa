"""When a mail that can wait may leave."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.timing import Quiet, Reader, Waits, leave_at
from scheduler.rules.workdays import WorkingDays, read_closed_days, to_local, to_utc

TOKYO = "Asia/Tokyo"
QUIET = Quiet(time(20), time(8))
VENDOR = WorkingDays("JP", read_closed_days(["12-29..01-03"]))
DAYTIME = (time(10), time(17))
PRESSED = Waits(quiet=True, working_days=False, open_days=False, hours=None)
NUDGE = Waits(quiet=True, working_days=True, open_days=True, hours=DAYTIME)
CANNOT_WAIT = Waits(quiet=False, working_days=False, open_days=False, hours=None)
WEDNESDAYS = Reader(TOKYO, frozenset({2}))
NEVER_OPEN = Reader(TOKYO, frozenset(range(7)))


def tokyo(text: str) -> datetime:
    return to_utc(datetime.fromisoformat(text), TOKYO)


@pytest.mark.parametrize(
    ("moment", "waits", "reader", "leaves", "reason"),
    [
        # A Monday, by day; the quiet hours' ends belong to the day, their beginning does not.
        ("2026-12-07T11:30", PRESSED, Reader(TOKYO), "2026-12-07T11:30", ""),
        ("2026-12-07T19:59", PRESSED, Reader(TOKYO), "2026-12-07T19:59", ""),
        ("2026-12-07T20:00", PRESSED, Reader(TOKYO), "2026-12-08T08:00", "quiet_hours"),
        ("2026-12-07T03:00", PRESSED, Reader(TOKYO), "2026-12-07T08:00", "quiet_hours"),
        ("2026-12-07T08:00", PRESSED, Reader(TOKYO), "2026-12-07T08:00", ""),
        ("2026-12-07T22:00", CANNOT_WAIT, WEDNESDAYS, "2026-12-07T22:00", ""),
        # What somebody pressed leaves on a Saturday, what leaves by itself does not; nor before ten or after five.
        ("2026-12-05T11:00", PRESSED, Reader(TOKYO), "2026-12-05T11:00", ""),
        ("2026-12-05T11:00", NUDGE, Reader(TOKYO), "2026-12-07T10:00", "not_a_working_day"),
        ("2026-12-07T08:30", NUDGE, Reader(TOKYO), "2026-12-07T10:00", "hours"),
        ("2026-12-07T17:00", NUDGE, Reader(TOKYO), "2026-12-08T10:00", "hours"),
        # The shop is closed on Wednesdays; one that is closed on every day of the week has no say.
        ("2026-12-09T11:00", NUDGE, WEDNESDAYS, "2026-12-10T10:00", "closed_day"),
        ("2026-12-08T18:00", NUDGE, WEDNESDAYS, "2026-12-10T10:00", "closed_day"),
        ("2026-12-09T11:00", NUDGE, NEVER_OPEN, "2026-12-09T11:00", ""),
        # New Year: nothing from 29 December to 3 January, the vendor's time, then spread over 4, 5 and 6 January.
        ("2026-12-28T19:59", PRESSED, Reader(TOKYO), "2026-12-28T19:59", ""),
        ("2026-12-28T20:01", PRESSED, Reader(TOKYO), "2027-01-04T10:00", "vendor_closed"),
        ("2026-12-31T12:00", PRESSED, Reader(TOKYO, spread=1), "2027-01-05T10:00", "vendor_closed"),
        ("2026-12-31T12:00", PRESSED, Reader(TOKYO, spread=2), "2027-01-06T10:00", "vendor_closed"),
        # A shop that is closed on one of the three gets it on another of them.
        ("2026-12-31T12:00", NUDGE, Reader(TOKYO, frozenset({0}), spread=0), "2027-01-05T10:00", "vendor_closed"),
    ],
)
def test_what_can_wait_leaves_at_the_first_moment_that_suits(
    moment: str, waits: Waits, reader: Reader, leaves: str, reason: str
) -> None:
    assert leave_at(tokyo(moment), waits, reader, QUIET, VENDOR, TOKYO) == (tokyo(leaves), reason)


def test_quiet_hours_are_the_readers_and_closed_days_the_vendors() -> None:
    there = Reader("America/New_York")
    # 21:00 in Tokyo is 07:00 in New York; 28 December 10:30 there is the 29th in Tokyo.
    assert leave_at(tokyo("2026-12-07T21:00"), PRESSED, there, QUIET, VENDOR, TOKYO) == (
        tokyo("2026-12-07T22:00"),
        "quiet_hours",
    )
    moment, reason = leave_at(tokyo("2026-12-29T00:30"), PRESSED, there, QUIET, VENDOR, TOKYO)
    assert reason == "vendor_closed"
    assert to_local(moment, TOKYO).date() == date(2027, 1, 4)
    assert to_local(moment, there.zone).time() == time(10)


def test_a_day_off_of_the_vendor_is_waited_for_without_being_spread() -> None:
    calendar = WorkingDays("JP", read_closed_days(["2026-12-08"]))
    for number in range(5):
        reader = Reader(TOKYO, spread=number)
        assert leave_at(tokyo("2026-12-08T12:00"), PRESSED, reader, QUIET, calendar, TOKYO) == (
            tokyo("2026-12-09T08:00"),
            "vendor_closed",
        )


def test_a_kind_that_does_not_mind_closed_days_leaves_on_them() -> None:
    waits = Waits(quiet=True, working_days=False, open_days=False, hours=None, closed_days=False)
    assert leave_at(tokyo("2026-12-31T12:00"), waits, Reader(TOKYO), QUIET, VENDOR, TOKYO)[1] == ""


def test_no_quiet_hours_are_quiet_hours_that_end_as_they_begin() -> None:
    never = Quiet(time(20), time(20))
    assert leave_at(tokyo("2026-12-07T20:00"), PRESSED, Reader(TOKYO), never, VENDOR, TOKYO)[1] == ""


def test_after_new_year_a_thousand_accounts_are_spread_evenly_over_three_working_days() -> None:
    moments = [
        to_local(leave_at(tokyo("2026-12-30T12:00"), NUDGE, Reader(TOKYO, spread=n), QUIET, VENDOR, TOKYO)[0], TOKYO)
        for n in range(1000)
    ]
    days = [moment.date() for moment in moments]
    assert {day: days.count(day) for day in set(days)} == {
        date(2027, 1, 4): 334,
        date(2027, 1, 5): 333,
        date(2027, 1, 6): 333,
    }
    by_hour = [sum(moment.hour == hour for moment in moments) for hour in range(10, 17)]
    assert sum(by_hour) == 1000
    assert all(120 <= number <= 165 for number in by_hour)


def test_what_leaves_by_itself_on_the_first_day_after_new_year_shares_the_three_days() -> None:
    first_day, second_day = tokyo("2027-01-04T10:00"), tokyo("2027-01-05T10:00")
    given = (QUIET, VENDOR, TOKYO)
    moments = [leave_at(first_day, NUDGE, Reader(TOKYO, spread=n), *given)[0] for n in range(300)]
    days = [to_local(moment, TOKYO).day for moment in moments]
    assert {day: days.count(day) for day in set(days)} == {4: 100, 5: 100, 6: 100}
    for n in range(30):
        # What somebody sends that day goes at once, and the day after is like any other.
        assert leave_at(first_day, PRESSED, Reader(TOKYO, spread=n), *given) == (first_day, "")
        assert leave_at(second_day, NUDGE, Reader(TOKYO, spread=n), *given) == (second_day, "")
    # A weekend and a day off are no closure of three days.
    monday = tokyo("2026-12-07T10:00")
    off = WorkingDays("JP", read_closed_days(["2026-12-04"]))
    assert leave_at(monday, NUDGE, Reader(TOKYO, spread=1), QUIET, off, TOKYO) == (monday, "")


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        # On 14 March the clocks of New York go from 02:00 to 03:00: quiet until 02:30 is until half past three.
        ("2027-03-14T06:30", "2027-03-14T07:30"),
        # On 1 November they go from 02:00 back to 01:00, so 01:30 comes twice, and 01:10 after the first is quiet again.
        ("2026-11-01T05:10", "2026-11-01T05:30"),
        ("2026-11-01T05:45", "2026-11-01T05:45"),
        ("2026-11-01T06:10", "2026-11-01T06:30"),
    ],
)
def test_an_hour_that_is_skipped_or_comes_twice_ends_the_quiet_hours_once(moment: str, leaves: str) -> None:
    quiet = Quiet(time(20), time(2, 30) if "03-14" in moment else time(1, 30))
    given = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    expected = datetime.fromisoformat(leaves).replace(tzinfo=UTC)
    assert leave_at(given, PRESSED, Reader("America/New_York"), quiet, VENDOR, TOKYO)[0] == expected


@pytest.mark.parametrize("closed", [["01-01..12-31"], ["12-29..01-03", "01-04..12-28"]])
def test_a_vendor_that_never_works_still_sends_by_day_when_the_shop_is_open(closed: list[str]) -> None:
    never = WorkingDays("JP", read_closed_days(closed))
    moment, _ = leave_at(tokyo("2026-12-08T21:00"), NUDGE, WEDNESDAYS, QUIET, never, TOKYO)
    assert moment == tokyo("2026-12-10T10:00")


def test_hours_that_lie_in_the_quiet_ones_give_way_to_them() -> None:
    waits = Waits(quiet=True, working_days=False, open_days=False, hours=(time(21), time(23)))
    assert leave_at(tokyo("2026-12-07T21:30"), waits, Reader(TOKYO), QUIET, VENDOR, TOKYO)[0] == tokyo(
        "2026-12-08T08:00"
    )


ZONES = ["Asia/Tokyo", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Europe/London"]
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2029, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))
READERS = st.builds(
    Reader, st.sampled_from(ZONES), st.frozensets(st.integers(0, 6)), st.integers(min_value=0, max_value=10**6)
)
WAITS = st.builds(
    Waits,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, DAYTIME, (time(9, 30), time(12))]),
    st.booleans(),
)
# At least six hours of the day are loud, and the hours above reach into them.
QUIETS = st.sampled_from([QUIET, Quiet(time(22), time(7, 30)), Quiet(time(0), time(0)), Quiet(time(0, 30), time(9))])
CALENDARS = st.sampled_from(
    [
        VENDOR,
        WorkingDays("JP"),
        WorkingDays("US", read_closed_days(["2026-08-10", "2026-08-11", "2026-08-12", "12-24..01-06"])),
        WorkingDays("JP", read_closed_days(["01-01..12-31"])),
    ]
)


@given(MOMENTS, WAITS, READERS, QUIETS, CALENDARS, st.sampled_from(ZONES))
def test_a_mail_never_leaves_early_nor_at_a_quiet_hour_and_its_moment_holds(
    moment: datetime, waits: Waits, reader: Reader, quiet: Quiet, calendar: WorkingDays, vendor_zone: str
) -> None:
    found, reason = leave_at(moment, waits, reader, quiet, calendar, vendor_zone)
    assert moment <= found <= moment + timedelta(days=40)
    assert (found == moment) is (reason == "")
    local = to_local(found, reader.zone)
    if waits.quiet:
        assert not quiet.covers(local.time())
    if waits.hours is not None:
        assert waits.hours[0] <= local.time() < waits.hours[1]
    if waits.open_days and len(reader.closed_weekdays) < 7:
        assert local.weekday() not in reader.closed_weekdays
    if waits.working_days and calendar != WorkingDays("JP", read_closed_days(["01-01..12-31"])):
        assert calendar.is_working_day(to_local(found, vendor_zone).date())
    assert leave_at(found, waits, reader, quiet, calendar, vendor_zone) == (found, "")


@given(st.integers(0, 10**6), st.sampled_from(ZONES), st.integers(0, 5), st.sampled_from([PRESSED, NUDGE]))
def test_after_a_closure_everything_leaves_within_three_working_days_and_the_hours(
    spread: int, zone: str, day: int, waits: Waits
) -> None:
    moment = tokyo("2026-12-29T12:00") + timedelta(days=day)
    found, _ = leave_at(moment, waits, Reader(zone, spread=spread), QUIET, VENDOR, TOKYO)
    working = (one for one in (date(2027, 1, 4) + timedelta(days=n) for n in range(10)) if VENDOR.is_working_day(one))
    assert to_local(found, TOKYO).date() in set(islice(working, 3))
    assert DAYTIME[0] <= to_local(found, zone).time() < DAYTIME[1]
