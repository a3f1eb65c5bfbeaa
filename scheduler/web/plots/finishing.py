"""Answers what pygal leaves open: words a screen reader finds, a title, a key without colours, names of axes, no scripts."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as Xml

from flask_babel import gettext as _

from scheduler.web.plots import look
from scheduler.web.plots.frame import KEY_LINE, Frame
from scheduler.web.plots.numbers import bands, numbers, text
from scheduler.web.words.figures import findings, units

# Hatched fills of stacked bars, told apart without colour: lines rising, falling, lying, standing, crossed.
HATCHES = ("", "M-2 10L10 -2", "M-2 -2L10 10", "M0 4L8 4", "M4 0L4 8", "M0 4L8 4M4 0L4 8")


def finish(root: Any, chart: Any, frame: Frame) -> Any:
    """Make pygal's picture ours."""
    _strip(root)
    root.set("role", "img")
    root.set("class", f"shape-{frame.plot.shape}{' horizontal-bars' if frame.lying else ''}")
    root.set("aria-labelledby", "title desc")
    root.attrib.pop("id", None)
    title = root.find("title")
    title.text = frame.sheet.title
    title.set("id", "title")
    described = Xml.Element("desc", {"id": "desc"})
    described.text = findings.sentence(frame.sheet)
    root.insert(1, described)
    _hatch(root.find("defs"))
    if frame.drawn.left_out:
        sentence = _("ほか %(n)s 件は表にあります。", n=frame.drawn.left_out)
        text(root, 0, frame.height - 6, sentence, "unit", frame.size.text)
    _head(root, frame)
    _names_of_axes(root, chart, frame)
    plot = next(node for node in root.iter("g") if node.get("class") == "plot")
    over = next(node for node in root.iter("g") if node.get("class") == "plot text-overlay")
    if frame.has_bands:
        bands(plot, chart, frame)
    if frame.plot.shape == "lines":
        _signs(root)
    numbers(plot, over, chart, frame)
    return root


def _strip(root: Any) -> None:
    """Take out scripts, remarks, and what pygal's own script would need."""
    for parent in list(root.iter()):
        for child in list(parent):
            is_remark = not isinstance(child.tag, str)
            if (
                (
                    is_remark
                    or child.tag in ("script", "desc")
                    or child.get("class") in ("tooltip", "plot tooltip-overlay")
                )
                or child.tag == "title"
                and parent is not root
            ):
                parent.remove(child)


def _hatch(defs: Any) -> None:
    for number, lines in enumerate(HATCHES):
        if lines:
            box = {"id": f"hatch-{number}", "width": "8", "height": "8", "patternUnits": "userSpaceOnUse"}
            pattern = Xml.SubElement(defs, "pattern", box)
            Xml.SubElement(pattern, "rect", {"width": "8", "height": "8"})
            Xml.SubElement(pattern, "path", {"d": lines, "fill": "none", "stroke-width": "2"})


def _head(root: Any, frame: Frame) -> None:
    """Write the title and the key: a line or a filled box as it is drawn, and its name."""
    group = Xml.SubElement(root, "g", {"class": "header"})
    y = 0.0
    for line in frame.title:
        y += frame.size.title + 6
        text(group, 0, y, line, "head", frame.size.title)
    for row in frame.keys:
        y += frame.size.text + 9
        x = 0.0
        for number, name in row:
            _key(group, x, y - frame.size.text * 0.36, number, frame)
            text(group, x + KEY_LINE + 6, y, name, "key", frame.size.text)
            x += look.width_of(name, frame.size.text) + KEY_LINE + 26


def _key(parent: Any, x: float, y: float, number: int, frame: Frame) -> None:
    group = Xml.SubElement(parent, "g", {"class": f"key-{max(number, 0)}"})
    if number < 0:
        box = {"x": f"{x + 4:.1f}", "y": f"{y - 6:.1f}", "width": "18", "height": "12", "class": "sign few"}
        Xml.SubElement(group, "rect", box)
    elif frame.plot.shape in ("lines", "steps"):
        Xml.SubElement(group, "path", {"d": f"M{x:.1f} {y:.1f}h{KEY_LINE}", "class": "line"})
        if frame.plot.shape == "lines":
            group.append(_sign(x + KEY_LINE / 2, y, number))
    else:
        box = {"x": f"{x + 4:.1f}", "y": f"{y - 6:.1f}", "width": "18", "height": "12", "class": "sign rect"}
        Xml.SubElement(group, "rect", box)


def _sign(x: float, y: float, number: int) -> Any:
    """Return the mark of a line's points: round, square, triangle, diamond."""
    shape = look.SHAPES[number % len(look.SHAPES)]
    paths = {
        "circle": "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
        "square": "m-4 -4h8v8h-8z",
        "triangle": "m0 -5l5 9h-10z",
        "diamond": "m0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z",
    }
    return Xml.Element("path", {"d": f"M{x:.1f} {y:.1f}{paths[shape]}", "class": f"mark-{number}"})


def _signs(root: Any) -> None:
    """Put each line's own mark on its points."""
    for group in root.iter("g"):
        found = group.get("class", "").partition("series serie-")[2].partition(" ")[0]
        if not found:
            continue
        for dots in group.iter("g"):
            for circle in list(dots.findall("circle")):
                dots.remove(circle)
                sign = _sign(float(circle.get("cx")), float(circle.get("cy")), int(found))
                if "few" in circle.get("class", ""):
                    sign.set("class", f"mark-{found} few")
                dots.append(sign)


def _names_of_axes(root: Any, chart: Any, frame: Frame) -> None:
    """Write what the numbers are above their axis, and what stands along the other one at its end."""
    box, size = chart.margin_box, frame.size
    group = Xml.SubElement(root, "g", {"class": "names"})
    along = units.of_places(frame.sheet, frame.plot)
    up = frame.sheet.head(frame.plot.y) if frame.plot.shape == "dots" else frame.unit
    bottom = frame.height - 6
    if frame.lying:
        text(group, 0, frame.header - 8, along, "unit", size.text)
        text(group, box.left + chart.view.width, bottom, up, "unit", size.text, "end")
    else:
        text(group, 0, frame.header - 12, up, "unit", size.text)
        text(group, box.left + chart.view.width, bottom, along, "unit", size.text, "end")
