"""Which days nobody works because of a national holiday or because the vendor is closed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import holidays
from holidays.holiday_base import HolidayBase
from holidays.registry import COUNTRIES

# A month and a day; each year from one to the other; and a closed day of either sort.
MonthDay = tuple[int, int]
Yearly = tuple[MonthDay, MonthDay]
ClosedDay = date | Yearly

_YEARLY = re.compile(r"(\d\d)-(\d\d)(?:\.\.(\d\d)-(\d\d))?")
_LEAP_YEAR = 2024  # so that 02-29 may stand in a yearly span


class CalendarRefused(ValueError):
    """A country or a closed day that cannot be used; `key` says why, `value` is what was given."""

    def __init__(self, key: str, value: str) -> None:
        super().__init__(value)
        self.key = key
        self.params = {"value": value}


@lru_cache(maxsize=512)
def national_holidays(country: str, year: int) -> Mapping[date, str]:
    """Return the national holidays of one year with their names in the country's own language.

    `country` is an ISO 3166 code; years for which the `holidays` package knows no law have no holidays.
    Raises CalendarRefused("unknown_country").
    """
    calendar = _calendar(country)
    return dict(calendar(years=year, language=calendar.default_language))


@lru_cache(maxsize=128)
def holiday_names(country: str, year: int, locale: str) -> Mapping[date, str]:
    """Return the national holidays of one year with their names in a language (ja, en), else in the country's own.

    Raises CalendarRefused("unknown_country").
    """
    calendar = _calendar(country)
    known = calendar.supported_languages or ()
    language = next((name for name in known if name.partition("_")[0] == locale), calendar.default_language)
    return dict(calendar(years=year, language=language))


@lru_cache(maxsize=32)
def weekend(country: str) -> frozenset[int]:
    """Return the weekdays (Monday is 0) on which that country rests; raises CalendarRefused("unknown_country")."""
    return frozenset(_calendar(country)().weekend)


def countries() -> frozenset[str]:
    """Return the countries (ISO 3166, two letters) whose holidays are known."""
    return frozenset(names[1] for names in COUNTRIES.values())


@lru_cache(maxsize=32)
def _calendar(country: str) -> type[HolidayBase]:
    """Load one country's module by its file: importing its package loads all 250, 9 MiB in each process."""
    found = next(((module, names[0]) for module, names in COUNTRIES.items() if names[1] == country), None)
    if found is None:
        raise CalendarRefused("unknown_country", country)
    path = Path(holidays.__file__).parent / "countries" / f"{found[0]}.py"
    spec = spec_from_file_location(f"{__name__}.{found[0]}", path)
    if spec is None or spec.loader is None:
        raise CalendarRefused("unknown_country", country)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    calendar: type[HolidayBase] = getattr(module, found[1])
    return calendar


def read_closed_days(texts: Iterable[str]) -> tuple[ClosedDay, ...]:
    """Read closed days: a date (`2026-08-13`), or every year a day (`08-13`) or a span (`12-29..01-03`).

    Raises CalendarRefused("closed_day_unreadable").
    """
    return tuple(_closed_day(text.strip()) for text in texts)


def _closed_day(text: str) -> ClosedDay:
    try:
        if match := _YEARLY.fullmatch(text):
            first_month, first_day, last_month, last_day = match.groups()
            first = date(_LEAP_YEAR, int(first_month), int(first_day))
            last = date(_LEAP_YEAR, int(last_month), int(last_day)) if last_month else first
            return (first.month, first.day), (last.month, last.day)
        return date.fromisoformat(text)
    except ValueError:
        raise CalendarRefused("closed_day_unreadable", text) from None


def is_within(day: date, closed: ClosedDay) -> bool:
    """Tell whether a closed day covers this day; a yearly span may run over the turn of the year."""
    if isinstance(closed, date):
        return day == closed
    first, last = closed
    here = (day.month, day.day)
    return first <= here <= last if first <= last else here >= first or here <= last
