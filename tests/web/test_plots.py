"""Whether plots can be read by whoever sees no colour, hears them, prints them or sits in the dark; and run no script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from flask import Flask

from scheduler.rules.attendance_rates import Rate, rate
from scheduler.rules.reporting import Asked, Part, Row, Spread
from scheduler.web.plots import drawing
from scheduler.web.words.figures import cells
from tests.factories import NOW
from tests.services.reports import invented

ASKED = Asked(date(2026, 1, 1), date(2026, 12, 31))
DRAWN = ("by_weekday", "stacked", "weekly", "split", "curve", "card", "plain")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def in_words(app: Flask) -> Iterator[None]:
    with invented.listed(), app.test_request_context():
        yield


def part(key: str) -> Part:
    return invented.build(ASKED, NOW).part(key)


def drawn(found: Part, narrow: bool = False) -> Any:
    return Xml.fromstring(drawing.svg(cells.sheet(invented.NAME, found), narrow))


def texts(root: Any) -> list[str]:
    return [node.text or "" for node in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("key", DRAWN)
@pytest.mark.parametrize("narrow", [False, True])
def test_a_plot_has_a_title_and_its_finding_and_holds_no_script_and_nothing_from_elsewhere(
    key: str, narrow: bool
) -> None:
    root = drawn(part(key), narrow)
    title = invented.words().parts[key][0]
    assert (root.get("role"), root.find(f"{SVG}title").text) == ("img", title)
    assert root.find(f"{SVG}desc").text.startswith(title)
    assert title in texts(root)
    raw = Xml.tostring(root, encoding="unicode")
    assert [word for word in ("<script", "onload", "@import", "href=") if word in raw] == []
    assert raw.count("http") == raw.count("http://www.w3.org/")
    style = root.find(f"{SVG}defs/{SVG}style").text
    assert "@media screen and (prefers-color-scheme:dark)" in style
    assert "Noto Sans JP" in style


def test_a_rate_is_drawn_with_its_interval_and_printed_with_its_base() -> None:
    root = drawn(part("by_weekday"))
    assert len([node for node in root.iter(f"{SVG}g") if node.get("class") == "ci"]) == 5
    assert {"72%", "26/36", "出席率（%）", "曜日"} <= set(texts(root))


def test_small_groups_are_marked_by_shape_and_word() -> None:
    root = drawn(part("by_weekday"))
    assert {"◇ 金", "少数"} <= set(texts(root))
    assert [node.get("class") for node in root.iter(f"{SVG}rect")].count("rect few") == 1


def test_series_are_told_apart_without_colour() -> None:
    lines = drawn(part("split"))
    marks = {node.get("d").partition("m")[2] for node in lines.iter(f"{SVG}path") if "mark-" in node.get("class", "")}
    assert len(marks) == 2
    style = lines.find(f"{SVG}defs/{SVG}style").text
    assert "stroke-dasharray:7 4" in style
    stack = drawn(part("stacked")).find(f"{SVG}defs/{SVG}style").text
    assert "fill:url(#hatch-1)" in stack


def test_a_curve_rises_by_steps_within_its_band_from_nobody_to_its_last_day() -> None:
    root = drawn(part("curve"))
    bands = [node for node in root.iter(f"{SVG}path") if node.get("class", "").startswith("band-")]
    assert len(bands) == 2
    assert {"0", "80", "100%", "64%"} <= set(texts(root))


def test_what_people_named_stays_text() -> None:
    root = drawn(part("plain"))
    assert any("<b>だれか</b>" in text for text in texts(root))
    assert root.find(f".//{SVG}b") is None


def nothing(value: Any) -> Any:
    return rate(0, 0) if isinstance(value, Rate) else Spread(None) if isinstance(value, Spread) else value


def zero(value: Any) -> Any:
    if isinstance(value, Rate):
        return rate(0, 9)
    return Spread(0.0, 0.0, 0.0) if isinstance(value, Spread) else 0 if type(value) is int else value


@pytest.mark.parametrize("key", DRAWN)
@pytest.mark.parametrize("told", [nothing, zero])
def test_gaps_and_zeros_break_no_plot(key: str, told: Any) -> None:
    found = part(key)
    rows = [Row(row.key, tuple(map(told, row.values)), row.small) for row in found.rows]
    for few in (rows, rows[:1]):
        drawn(replace(found, rows=tuple(few)))


def test_many_groups_are_cut_and_the_rest_named() -> None:
    found = part("plain")
    rows = tuple(replace(found.rows[0], key=str(n), values=(replace(found.rows[0].values[0], key=str(n)), *found.rows[0].values[1:])) for n in range(50))  # fmt: skip
    assert "ほか 10 件は表にあります。" in texts(drawn(replace(found, rows=rows)))
