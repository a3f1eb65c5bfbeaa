"""Answers which numbers stand in a plot and where: at bars, in dots, at the end of lines; and the bands of lines."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import Any
from xml.etree import ElementTree as Xml

from scheduler.web.plots import look
from scheduler.web.plots.frame import Frame
from scheduler.web.plots.series import Point, Series


def text(parent: Any, x: float, y: float, words: str, name: str, size: int, anchor: str = "start") -> None:
    """Write words into a picture; `name` is the class of their style."""
    at = {"x": f"{x:.1f}", "y": f"{y:.1f}", "class": name, "font-size": str(size), "text-anchor": anchor}
    Xml.SubElement(parent, "text", at).text = words


def bands(plot: Any, chart: Any, frame: Frame) -> None:
    """Draw the intervals of lines as bands behind them."""
    for number, series in enumerate(frame.drawn.series):
        _band(plot, chart, frame, number, series)


def _band(plot: Any, chart: Any, frame: Frame, number: int, series: Series) -> None:
    """Draw the interval of a line as a band behind it."""
    edges = list(_edges(chart, frame, series))
    if len(edges) < 2:
        return
    upper = " L".join(f"{x:.1f} {high:.1f}" for x, _low, high in edges)
    lower = " L".join(f"{x:.1f} {low:.1f}" for x, low, _high in reversed(edges))
    plot.insert(1, Xml.Element("path", {"d": f"M{upper} L{lower}Z", "class": f"band-{number}"}))


def _edges(chart: Any, frame: Frame, series: Series) -> Iterator[tuple[float, float, float]]:
    """Yield where the band lies from left to right: across, its lower and its upper edge; a curve's in steps."""
    last: tuple[float, float] | None = None
    for place, point in enumerate(series.points):
        if point.low is None or point.high is None:
            continue
        x, low, high = _across(chart, frame, place), chart.view.y(point.low), chart.view.y(point.high)
        if frame.plot.shape == "steps" and last is not None:
            yield x, *last
        yield x, low, high
        last = low, high


def numbers(plot: Any, over: Any, chart: Any, frame: Frame) -> None:
    """Print the numbers at what is drawn, where there is room for them."""
    if frame.plot.shape in ("lines", "steps"):
        _at_lines(over, chart, frame)
        return
    for number, series in enumerate(frame.drawn.series):
        points = list(series.points)[::-1] if frame.lying else list(series.points)
        told = [point for point in points if point.value is not None]
        group = next((node for node in plot.iter("g") if f"serie-{number} " in node.get("class", "") + " "), None)
        # Of nothing but zeros or gaps there is no picture.
        if group is None:
            continue
        if frame.plot.shape == "dots":
            _at_dots(over, chart, frame, told, list(group.iter("circle")))
            continue
        for point, rect in zip(told, group.iter("rect"), strict=True):
            bar = {key: float(rect.get(key, 0)) for key in ("x", "y", "width", "height")}
            (_beside_bar if frame.lying and frame.plot.shape == "bars" else _at_bar)(over, chart, frame, point, bar)


def _beside_bar(over: Any, chart: Any, frame: Frame, point: Point, bar: dict[str, float]) -> None:
    """Print the number of a lying bar in a column at its right, the base beside it."""
    size, right = frame.size.text, chart.view.width + 8 + frame.beside[0]
    y = bar["y"] + bar["height"] / 2 + size * 0.36
    text(over, right, y, point.text, "number", size, "end")
    if frame.has_values_beside and point.beside:
        text(over, right + 8, y, point.beside, "number base", size - 2)


def _at_bar(over: Any, chart: Any, frame: Frame, point: Point, bar: dict[str, float]) -> None:
    """Print the number of a standing bar above it, that of a piece of a stack within it."""
    size, middle = frame.size.text, bar["x"] + bar["width"] / 2
    if bar["width"] < look.width_of(point.text, size) - 2:
        return
    if frame.plot.shape == "stacked":
        if bar["height"] >= size + 2:
            text(over, middle, bar["y"] + bar["height"] / 2 + size * 0.36, point.text, "number", size, "middle")
        return
    top = chart.view.y(point.high) if point.high is not None else bar["y"]
    text(over, middle, min(top, bar["y"]) - 5, point.text, "number", size, "middle")


def _at_dots(over: Any, chart: Any, frame: Frame, told: list[Point], circles: list[Any]) -> None:
    """Make each dot's area, not its width, as large as its number, and print that in it where there is room."""
    room = chart.view.x(1) - chart.view.x(0)
    for point, circle in zip(told, circles, strict=True):
        share = abs(point.value or 0.0) / (chart._max or 1)
        circle.set("r", f"{float(circle.get('r')) / sqrt(share) if share else 0:.1f}")
        if look.width_of(point.text, frame.size.text - 1) > room:
            continue
        y = float(circle.get("cy")) + frame.size.text * 0.36
        text(over, float(circle.get("cx")), y, point.text, "number", frame.size.text - 1, "middle")


def _at_lines(over: Any, chart: Any, frame: Frame) -> None:
    """Print where each line ends, one below the other at its right."""
    ends = []
    for series in frame.drawn.series:
        known = [(place, point) for place, point in enumerate(series.points) if point.value is not None]
        if known:
            place, point = known[-1]
            ends.append((chart.view.y(point.value), _across(chart, frame, place), point.text))
    last = -100.0
    for y, x, words in sorted(ends):
        last = max(y + frame.size.text * 0.36, last + frame.size.text + 1)
        text(over, x + 9, last, words, "number", frame.size.text)


def _across(chart: Any, frame: Frame, place: int) -> float:
    """Return where a place lies from left to right."""
    at = float(frame.drawn.values[place]) if frame.plot.shape == "steps" else chart._x_pos[place]
    return float(chart.view.x(at))
