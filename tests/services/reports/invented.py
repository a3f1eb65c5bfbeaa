"""A report made up for tests: every kind of column, plot and note there is, over rows that depend on nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from scheduler.rules.attendance_rates import rate
from scheduler.rules.reporting import Asked, Behind, Column, Named, Note, Part, Plot, Report, Row, Spread
from scheduler.services.refusals import NotFound
from scheduler.services.reports.catalogue import REPORTS, Kind
from scheduler.web.words.figures import registry
from scheduler.web.words.figures.common import ReportWords

NAME = "invented"
DAYS = {"0": (12, 30), "1": (26, 36), "2": (29, 36), "3": (24, 33), "4": (4, 6)}


def build(asked: Asked, _now: datetime) -> Report:
    """Return one part of each shape."""
    parts = (_bars(), _stacked(), _lines(), _split(), _steps(), _dots(), _plain(), _empty())
    counted = datetime(2026, 3, 31, 18, tzinfo=UTC)
    return Report(NAME, asked, "Asia/Tokyo", counted, parts, (Note("trial", {"days": 3}),))


def behind(_asked: Asked, part: str, row: str, column: str, _now: datetime, limit: int | None, offset: int) -> Behind:
    """Return as many made-up rows as the number says."""
    if part != "by_weekday" or row not in DAYS or column != "rate":
        raise NotFound(what="row")
    total = DAYS[row][1]
    rows = [
        Row(str(n), (Named("", f"人 {n}"), date(2026, 3, 1), Spread(1.5, 1, 2)))
        for n in range(total)
    ]  # fmt: skip
    columns = (Column("person", "person"), Column("day", "day"), Column("spread", "spread"))
    return Behind(columns, tuple(rows[offset:][:limit]), total)


def words() -> ReportWords:
    """Word the report."""
    shapes = ("by_weekday", "stacked", "weekly", "split", "curve", "card", "plain", "empty")
    titles = (
        "曜日ごとの出席率",
        "月ごとの件数",
        "週ごとの推移",
        "コースごとの推移",
        "契約からの日数",
        "曜日と時間帯",
        "いろいろな値",
        "まだ無いもの",
    )
    columns = {
        "weekday": "曜日", "rate": "出席率", "month": "月", "a": "依頼", "b": "差し戻し", "course": "レクチャー", "day": "日数",
        "reached": "到達した割合", "hour": "時間帯", "person": "人", "spread": "幅", "text": "文字", "money": "月額", "hours": "時間",
        "days": "日", "share": "割合", "index": "指数", "n": "件数", "minutes": "分",
    }  # fmt: skip
    return ReportWords(
        title="出席",
        about="いつ、だれが出席しているかを示します。取り消された申込は数えません。",
        parts={key: (title, f"{title}を数えたものです。") for key, title in zip(shapes, titles, strict=True)},
        columns=columns,
        codes={
            "weekday": dict(zip("01234", "月火水木金", strict=True)),
            "course": {"basic": "基本操作編", "advanced": "活用編"},
        },
        notes={"trial": "試しに %(days)s 日を数えています。"},
    )


@contextmanager
def listed() -> Iterator[str]:
    """Put the report into the catalogue for a while."""
    REPORTS[NAME], registry.WORDS[NAME] = Kind(build, behind, ("seed",)), words
    try:
        yield NAME
    finally:
        del REPORTS[NAME], registry.WORDS[NAME]


def _bars() -> Part:
    rows = tuple(Row(key, (key, rate(*pair)), pair[1] < 10) for key, pair in DAYS.items())
    columns = (Column("weekday", "code"), Column("rate", "rate", rows=True))
    return Part(
        "by_weekday", columns, rows, plot=Plot("bars", "weekday", ("rate",)), notes=(Note("trial", {"days": 2}),)
    )


def _stacked() -> Part:
    rows = tuple(Row(str(m), (date(2026, m, 1), 20 + m, 12 - m)) for m in range(1, 13))
    columns = (Column("month", "month"), Column("a"), Column("b"))
    return Part("stacked", columns, rows, plot=Plot("stacked", "month", ("a", "b")))


def _lines() -> Part:
    rows = tuple(Row(str(m), (date(2026, m, 1), rate(18 + m, 36))) for m in range(1, 13))
    return Part(
        "weekly", (Column("month", "month"), Column("rate", "rate")), rows, plot=Plot("lines", "month", ("rate",))
    )


def _split() -> Part:
    rows = tuple(
        Row(f"{m}.{course}", (date(2026, m, 1), course, rate(12 + m + extra, 36)))
        for m in range(1, 13) for course, extra in (("basic", 0), ("advanced", 9))
    )  # fmt: skip
    columns = (Column("month", "month"), Column("course", "code"), Column("rate", "rate"))
    return Part("split", columns, rows, plot=Plot("lines", "month", ("rate",), split="course"))


def _steps() -> Part:
    rows = tuple(
        Row(f"{d}.{course}", (course, d, Spread(min(1.0, d / end), max(0.0, d / end - 0.1), min(1.0, d / end + 0.1))))
        for course, end in (("basic", 90), ("advanced", 140)) for d in range(0, 91, 9)
    )  # fmt: skip
    columns = (Column("course", "code"), Column("day", "days"), Column("reached", "spread"))
    return Part("curve", columns, rows, "estimate", Plot("steps", "day", ("reached",), split="course"))


def _dots() -> Part:
    rows = tuple(
        Row(f"{d}.{h}", (d, h, rate((int(d) * 7 + h) % 8, 12 if h > 9 else 8)), h <= 9)
        for d in DAYS for h in (9, 10, 11, 13, 14, 16) if (int(d) + h) % 5
    )  # fmt: skip
    columns = (Column("weekday", "code"), Column("hour", "code"), Column("rate", "rate"))
    return Part("card", columns, rows, plot=Plot("dots", "hour", ("rate",), y="weekday"))


def _plain() -> Part:
    kinds = {
        "text": "=1+1",
        "money": 1234567,
        "hours": 12.25,
        "days": 3,
        "share": 0.725,
        "index": 130.2,
        "n": None,
        "minutes": -5,
    }
    columns = (
        Column("person", "member"),
        *(Column(key, key if key != "n" else "count") for key in kinds),  # type: ignore[arg-type]
    )
    person = Named("", {"ja": "<b>だれか</b>", "en": "<b>Somebody</b>"})
    return Part("plain", columns, (Row("x", (person, *kinds.values())),), plot=Plot("bars", "person", ("money",)))


def _empty() -> Part:
    return Part(
        "empty",
        (Column("month", "month"), Column("a")),
        (),
        plot=Plot("bars", "month", ("a",)),
        notes=(Note("no_data"),),
    )
