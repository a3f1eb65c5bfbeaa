"""Answers in which measures a plot is drawn: its labels, its title in lines, its key, and the room beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _

from scheduler.rules.reporting import Plot
from scheduler.web.plots import look
from scheduler.web.plots.look import Size
from scheduler.web.plots.series import Drawn
from scheduler.web.words.figures import units, values
from scheduler.web.words.figures.cells import Sheet

# So wide is the sign of a series in the key.
KEY_LINE = 26
# Above so many points a line gets a band instead of an interval at each.
MANY = 16


@dataclass(frozen=True)
class Frame:
    """What a plot shows, and the measures it is drawn in."""

    sheet: Sheet
    plot: Plot
    drawn: Drawn
    size: Size
    # Bars lie, their places one below the other.
    lying: bool
    unit: str

    @property
    def has_bands(self) -> bool:
        """Tell whether intervals are drawn as a band: where there are too many points for one each."""
        return self.plot.shape == "steps" or (self.plot.shape == "lines" and len(self.drawn.places) > MANY)

    @property
    def has_values_beside(self) -> bool:
        """Tell whether the numbers stand in a column at the right of lying bars."""
        return self.lying and self.plot.shape == "bars" and len(self.drawn.series) == 1

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Return what stands at the places, blank where there is no room."""
        kind = next(column.kind for column in self.sheet.columns if column.key == self.plot.x)
        told = units.short(self.drawn.values, self.drawn.places, kind == "month")
        if self.lying:
            marked = [f"◇ {word}" if small else word for word, small in zip(told, self.drawn.small, strict=True)]
            return tuple(look.cut(word, self.size.text, self.size.label) for word in marked)
        widest = max((look.width_of(word, self.size.text) for word in told), default=1) + 12
        every = int(widest * len(told) / (self.size.width - 90)) + 1
        return tuple(word if place % every == 0 else "" for place, word in enumerate(told))

    @cached_property
    def title(self) -> list[str]:
        """Return the title in lines."""
        return look.wrapped(self.sheet.title, self.size.title, self.size.width - 8)

    @cached_property
    def keys(self) -> list[list[tuple[int, str]]]:
        """Return what the key explains, in lines: the number of the series (-1: rests on too few) and its name."""
        found = [(n, series.name) for n, series in enumerate(self.drawn.series)]
        found = found if len(found) > 1 and self.plot.shape != "dots" else []
        if any(point.small for series in self.drawn.series for point in series.points):
            found.append((-1, _("少数")))
        rows: list[list[tuple[int, str]]] = [[]]
        room = float(self.size.width)
        for number, name in found:
            needed = look.width_of(name, self.size.text) + KEY_LINE + 26
            if needed > room and rows[-1]:
                rows.append([])
                room = float(self.size.width)
            rows[-1].append((number, look.cut(name, self.size.text, self.size.width - KEY_LINE - 12)))
            room -= needed
        return [row for row in rows if row]

    @property
    def header(self) -> int:
        """Return how high title, key and the numbers' name stand above the plot."""
        return len(self.title) * (self.size.title + 8) + len(self.keys) * (self.size.text + 9) + self.size.text + 22

    @property
    def height(self) -> int:
        """Return the height of the picture: lying bars take a line each."""
        if self.plot.shape == "dots":
            return self.header + len(self.drawn.series) * (self.size.row + 10) + 2 * self.size.text + 30
        if not self.lying:
            return self.header + self.size.height - 60
        several = len(self.drawn.series) if self.plot.shape == "bars" else 1
        row = self.size.row + (several - 1) * 18
        return self.header + len(self.drawn.places) * row + 2 * self.size.text + 30

    @property
    def missing_at_left(self) -> int:
        """Return how much pygal, which takes all letters for Latin ones, leaves too little for the labels at the left."""
        if self.lying:
            words = list(self.labels)
        elif self.plot.shape == "dots":
            words = [series.name for series in self.drawn.series]
        else:
            words = []
        widest = max((look.width_of(word, self.size.text) for word in words), default=0)
        guessed = max((len(word) * 0.6 * self.size.text for word in words), default=0)
        return max(0, int(widest - guessed) + 2)

    @cached_property
    def beside(self) -> tuple[float, float]:
        """Return how much room the numbers beside the plot take, and the bases beside those."""
        points = [point for series in self.drawn.series for point in series.points if point.value is not None]
        numbers = max((look.width_of(point.text, self.size.text) for point in points), default=0.0)
        if self.plot.shape in ("lines", "steps"):
            return numbers, 0.0
        if not self.lying or self.plot.shape == "stacked":
            return 0.0, 0.0
        bases = max((look.width_of(point.beside, self.size.text - 2) for point in points), default=0.0)
        return numbers, bases if self.has_values_beside else 0.0

    @property
    def margin_right(self) -> int:
        """Return the room at the right of the plot."""
        numbers, bases = self.beside
        return int(10 + numbers + (8 + bases if bases else 0)) if numbers else 26

    def scale_text(self, value: float) -> str:
        """Write a number along the axis of the numbers."""
        return f"{values.number(value)}%" if self.drawn.percent else values.number(value)
