"""Which day a cell means, in any form in which Japanese and English lists write days."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

DateOrder = Literal["mdy", "dmy"]

# The year before the first year of each era.
_ERAS = {
    **{"令和": 2018, "令": 2018, "r": 2018},
    **{"平成": 1988, "平": 1988, "h": 1988},
    **{"昭和": 1925, "昭": 1925, "s": 1925},
    **{"大正": 1911, "大": 1911, "t": 1911},
    **{"明治": 1867, "明": 1867, "m": 1867},
}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTH = rf"(?P<month>{_MONTHS.replace(' ', '|')})[a-z]*\.?"

_DASHES = re.compile("[\u2010-\u2015\u2212\u30fc\uff70]")
# A time of day, and a weekday in brackets, may follow; only the day counts here.
_TAIL = re.compile(
    r"(?:\s*\((?:[月火水木金土日]|[a-z]{3,9})\.?\)|\s*[月火水木金土日]曜日?)?"
    r"(?:(?:\s+|(?<=\d)t\s*|(?<=日))(?:午前|午後|am|pm)?\s*\d{1,2}[:時].*)?$"
)
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_ERA = re.compile(rf"({'|'.join(_ERAS)})\.?\s*(元|\d{{1,2}})\s*[-/.年]\s*(\d{{1,2}})\s*[-/.月]\s*(\d{{1,2}})\s*日?")
_ERA_COMPACT = re.compile(r"([rhst])(\d{2})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4})")
_MONTH_NAMED_FIRST = re.compile(rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})")
_DAY_THEN_MONTH_NAMED = re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+{_MONTH},?[\s-]+(?P<year>\d{{4}})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
# Spreadsheets count days so that 1 March 1900 is 61 (ECMA-376 part 1, section 18.17.4.1, the 1900 date system).
_SERIAL_EPOCH = date(1899, 12, 30)
_SERIALS = range(20_000, 80_000)
_YEARS = range(1868, 2200)

_NOTHING = frozenset(
    {"", "-", "--", "---", "/", "なし", "無し", "無", "未定", "未", "不明", "tbd", "n/a", "na", "none", "0000-00-00"}
)


@dataclass(frozen=True)
class DateReading:
    """What a cell says: nothing, one day, a day whose parts may be swapped, an impossible day, or no day at all.

    `month_first` and `day_first` stand only where the form leaves the order open and give the day in each order,
    None where that order gives no day.
    """

    state: Literal["empty", "date", "ambiguous", "impossible", "unreadable"]
    value: date | None = None
    month_first: date | None = None
    day_first: date | None = None

    def settled(self, order: DateOrder | None) -> DateReading:
        """Return the reading with its day chosen by `order`, when it was ambiguous and an order is known."""
        if self.state != "ambiguous" or order is None:
            return self
        return DateReading("date", self.month_first if order == "mdy" else self.day_first)


_EMPTY = DateReading("empty")
_IMPOSSIBLE = DateReading("impossible")
_UNREADABLE = DateReading("unreadable")


@lru_cache(maxsize=8192)
def parse_date(text: str) -> DateReading:
    """Read one cell; a time of day after the date is ignored (forms: FORMATS, section 0)."""
    cell = _DASHES.sub("-", unicodedata.normalize("NFKC", text).strip().casefold())
    if cell in _NOTHING or not re.search(r"\w", cell):
        return _EMPTY
    cell = _WEEKDAY.sub("", _TAIL.sub("", cell)).strip()
    if found := _YEAR_FIRST.fullmatch(cell) or _COMPACT.fullmatch(cell):
        year, month, day = found.groups()
        return _day(int(year), int(month), int(day))
    if found := _ERA.fullmatch(cell) or _ERA_COMPACT.fullmatch(cell):
        era, year, month, day = found.groups()
        nth = 1 if year == "元" else int(year)
        return _day(_ERAS[era] + nth, int(month), int(day)) if nth else _IMPOSSIBLE
    if found := _YEAR_LAST.fullmatch(cell):
        first, separator, second, year = found.groups()
        return _either(int(year), int(first), int(second), dotted=separator == ".")
    if found := _MONTH_NAMED_FIRST.fullmatch(cell) or _DAY_THEN_MONTH_NAMED.fullmatch(cell):
        return _day(int(found["year"]), _MONTHS.index(found["month"]) // 4 + 1, int(found["day"]))
    if (found := _SERIAL.fullmatch(cell)) and int(found[1]) in _SERIALS:
        return DateReading("date", _SERIAL_EPOCH + timedelta(days=int(found[1])))
    return _UNREADABLE


def file_order(readings: Iterable[DateReading]) -> DateOrder | None:
    """Settle month-first or day-first for a whole file: any day above 12 decides, unless two of them disagree."""
    decided: set[DateOrder] = set()
    for reading in readings:
        if reading.state == "date" and reading.month_first != reading.day_first:
            decided.add("mdy" if reading.month_first else "dmy")
    return decided.pop() if len(decided) == 1 else None


def _either(year: int, first: int, second: int, *, dotted: bool) -> DateReading:
    day_first = _day(year, second, first)
    if dotted:  # 01.04.2026 is written only where the day comes first.
        return day_first
    month_first = _day(year, first, second)
    if month_first.value and day_first.value and month_first != day_first:
        return DateReading("ambiguous", None, month_first.value, day_first.value)
    value = month_first.value or day_first.value
    if value is None:
        return month_first
    return DateReading("date", value, month_first.value, day_first.value)


def _day(year: int, month: int, day: int) -> DateReading:
    if year not in _YEARS:
        return _UNREADABLE
    try:
        return DateReading("date", date(year, month, day))
    except ValueError:
        return _IMPOSSIBLE
