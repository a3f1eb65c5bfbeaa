"""Answers how a part of a report is drawn: SVG by pygal, readable in print, in the dark, without colour and without scripts."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Any

from scheduler.web.plots import finishing, look
from scheduler.web.plots.frame import Frame
from scheduler.web.plots.series import Drawn, Point, Series, drawn
from scheduler.web.words.figures import units, values
from scheduler.web.words.figures.cells import Sheet

# What XML has no place for (XML 1.0, 2.2), which names out of files may hold: with one of them there is no picture.
_NO_LETTERS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


def svg(sheet: Sheet, narrow: bool = False) -> bytes:
    """Draw a part that has a plot; `narrow` for a telephone, where bars lie and letters stay as large."""
    # Only here: pygal costs nothing where no plot is drawn.
    import pygal  # noqa: PLC0415

    plot = sheet.plot
    if plot is None:
        raise ValueError(sheet.key)
    found = drawn(sheet, plot)
    size = look.NARROW if narrow else look.WIDE
    is_over_time = bool(found.values) and all(isinstance(value, date) for value in found.values)
    lying = plot.shape in ("bars", "stacked") and (narrow or not is_over_time)
    kinds = {"bars": pygal.Bar, "stacked": pygal.StackedBar, "lines": pygal.Line, "steps": pygal.XY, "dots": pygal.Dot}
    lain = {"bars": pygal.HorizontalBar, "stacked": pygal.HorizontalStackedBar}
    frame = Frame(sheet, plot, found, size, lying, units.of_axis(sheet, plot, found.percent))
    chart = (lain if lying else kinds)[plot.shape](**_config(frame))
    _fill(chart, frame)
    chart.add_xml_filter(lambda root: finishing.finish(root, chart, frame))
    return _NO_LETTERS.sub(b"", chart.render())


def _config(frame: Frame) -> dict[str, Any]:
    import pygal  # noqa: PLC0415

    size, found = frame.size, frame.drawn
    font = {"font_family": look.FONTS, "background": "none", "plot_background": "none"}
    sizes = {f"{what}_font_size": size.text for what in ("label", "major_label", "value", "legend", "title", "no_data")}
    config: dict[str, Any] = {
        "js": [],
        "css": [f"inline:{look.style()}"],
        "style": pygal.style.Style(**font, **sizes),
        "no_prefix": True,
        "explicit_size": True,
        "show_legend": False,
        "width": size.width,
        "height": frame.height,
        "spacing": 8,
        "margin_top": frame.header,
        "margin_bottom": size.text + 14,
        "margin_left": 4 + frame.missing_at_left,
        "margin_right": frame.margin_right,
        "truncate_label": -1,
        "no_data_text": "–",
        "min_scale": 2,
        "max_scale": 6 if size is look.WIDE else 3,
        "value_formatter": frame.scale_text,
        "x_value_formatter": frame.scale_text if frame.lying else values.number,
    }
    ends = [
        end for series in found.series for point in series.points for end in (point.low, point.high) if end is not None
    ]
    if found.percent:
        config |= {"range": (0, 100), "y_labels": [0, 25, 50, 75, 100]}
    elif ends and frame.plot.shape in ("bars", "lines"):
        values_of = [point.value for series in found.series for point in series.points if point.value is not None]
        config["range"] = (min(0, *ends, *values_of), max(*ends, *values_of))
    return config


def _fill(chart: Any, frame: Frame) -> None:
    """Hand pygal the numbers as each shape wants them."""
    found, shape = frame.drawn, frame.plot.shape
    if shape == "steps":
        chart.include_x_axis = True
        chart.show_dots = False
        for series in found.series:
            chart.add(series.name, _stairs(found, series))
        return
    if shape == "dots":
        chart.x_labels = list(frame.labels)
        chart.y_labels = None
        for series in found.series:
            chart.add(series.name, [_dot(point) for point in series.points])
        return
    places = list(frame.labels)
    chart.include_x_axis = shape != "lines"
    chart.x_labels = places[::-1] if frame.lying else places
    for series in found.series:
        points = [_bar(point, frame) for point in series.points]
        chart.add(series.name, points[::-1] if frame.lying else points, allow_interruptions=True, dots_size=4)


def _bar(point: Point, frame: Frame) -> dict[str, Any]:
    told: dict[str, Any] = {"value": point.value}
    if point.value is None:
        return told
    if point.low is not None and point.high is not None and frame.plot.shape != "stacked" and not frame.has_bands:
        told["ci"] = {"low": point.low, "high": point.high}
    if point.small:
        told["node"] = {"class": "rect few" if frame.plot.shape != "lines" else "dot few"}
    return told


def _dot(point: Point) -> dict[str, Any]:
    told: dict[str, Any] = {"value": point.value}
    if point.small:
        told["node"] = {"class": "dot few"}
    return told


def _stairs(found: Drawn, series: Series) -> list[tuple[float, float]]:
    """Return the corners of a curve that rises by steps, from nobody on day zero."""
    known = [
        (float(place), point.value)
        for place, point in zip(found.values, series.points, strict=True)
        if point.value is not None
    ]
    known = sorted({(0.0, 0.0) if not known or known[0][0] > 0 else known[0], *known})
    corners = [known[0]] if known else []
    for (_day, before), (day, after) in pairwise(known):
        corners += [(day, before), (day, after)]
    return corners
