"""How values of reports read in both languages, and what a plot says to whoever does not see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from flask import Flask, session
from flask_babel import refresh

from scheduler.rules.attendance_rates import rate
from scheduler.rules.reporting import Asked, Named, Spread
from scheduler.web.words.figures import cells, findings, values
from scheduler.web.words.figures.common import ReportWords
from tests.factories import NOW
from tests.services.reports import invented


@contextmanager
def reading(app: Flask, language: str) -> Iterator[None]:
    with app.test_request_context():
        session["locale"] = language
        refresh()
        yield
        refresh()


@pytest.mark.parametrize(
    ("kind", "value", "japanese", "english"),
    [
        ("rate", rate(36, 50), "72%（36/50、95% 区間 58–83）", "72% (36/50, 95% interval 58–83)"),
        ("rate", rate(0, 0), "–（0/0）", "– (0/0)"),
        ("spread", Spread(12.34, 10, 15.5), "12.3（10–15.5）", "12.3 (10–15.5)"),
        ("spread", Spread(None, None, None), "–", "–"),
        ("spread", Spread(5, None, 9), "5（≤ 9）", "5 (≤ 9)"),
        ("spread", Spread(5, 3, None), "5（≥ 3）", "5 (≥ 3)"),
        ("count", 12345, "12,345", "12,345"),
        ("count", None, "–", "–"),
        ("number", -1.25, "−1.2", "−1.2"),
        ("number", -0.01, "0", "0"),
        ("hours", 7.5, "7.5 時間", "7.5 h"),
        ("days", 23, "23 日", "23 d"),
        ("minutes", 60, "60 分", "60 min"),
        ("money", 1234567, "1,234,567", "1,234,567"),
        ("share", 0.725, "72%", "72%"),
        ("index", 130.4, "130", "130"),
        ("month", date(2026, 4, 1), "2026年4月", "Apr 2026"),
        ("day", date(2026, 4, 6), "4月6日(月)", "Mon 6 April"),
        ("named", Named("x", {"ja": "基本操作編", "en": "Basics"}), "基本操作編", "Basics"),
        ("member", Named("", ""), "なし", "None"),
        ("text", "そのまま", "そのまま", "そのまま"),
    ],
)
def test_a_value_reads_with_its_unit_and_how_sure_it_is(
    app: Flask, kind: str, value: Any, japanese: str, english: str
) -> None:
    for language, words in (("ja", japanese), ("en", english)):
        with reading(app, language):
            assert values.text(kind, value, {}) == words


def test_keys_are_worded_also_that_of_nobody(app: Flask) -> None:
    with reading(app, "ja"):
        assert values.text("code", 0, {"0": "月曜"}) == "月曜"
        assert values.text("member", Named(""), {"": "担当なし"}) == "担当なし"
        assert values.text("named", Named("basic"), {"basic": "基本"}) == "基本"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("by_weekday", "曜日ごとの出席率。出席率が最も高いのは水（81%）、最も低いのは月（40%）です。"),
        ("weekly", "週ごとの推移。出席率は、2026年1月の 53% から2026年12月の 83% へ動きました。"),
        ("curve", "契約からの日数。線ごとの終わりの値は、基本操作編: 90 日で 100%、活用編: 90 日で 64% です。"),
    ],
)
def test_a_plot_says_its_finding_and_never_ranks_small_groups(app: Flask, part: str, said: str) -> None:
    report = invented.build(Asked(date(2026, 1, 1), date(2026, 12, 31)), NOW)
    with invented.listed(), reading(app, "ja"):
        assert findings.sentence(cells.sheet(invented.NAME, report.part(part))) == said


@pytest.mark.parametrize(
    ("about", "first", "rest"),
    [
        ("一つ目です。二つ目です。", "一つ目です。", "二つ目です。"),
        ("It counts. It shows.", "It counts.", "It shows."),
        ("一文だけ", "一文だけ", ""),
    ],
)
def test_the_first_sentence_says_what_a_report_answers(about: str, first: str, rest: str) -> None:
    words = ReportWords("t", about, {}, {})
    assert (words.first, words.rest) == (first, rest)
