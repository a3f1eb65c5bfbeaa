"""Answers what a plot shows, in a sentence: for whoever does not see it, and for whoever wants it said."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from scheduler.web.words.figures import values
from scheduler.web.words.figures.cells import Line, Sheet


def sentence(sheet: Sheet) -> str:
    """Say the main finding of a part that is drawn: the highest and the lowest group, or from where to where it went."""
    plot = sheet.plot
    if plot is None:
        return sheet.title
    column = plot.series[0]
    told = [line for line in sheet.lines if line.cell(column).amount is not None]
    ranked = [line for line in told if not line.small]
    if not ranked:
        return _("%(title)s。比べられるだけの数がまだありません。数字は下の表にあります。", title=sheet.title)
    if plot.shape in ("lines", "steps") and plot.split:
        return _of_several(sheet, ranked)
    if plot.shape in ("lines", "steps"):
        return _course(sheet, ranked[0], ranked[-1])
    return _ends(sheet, ranked)


def _ends(sheet: Sheet, ranked: Sequence[Line]) -> str:
    column = sheet.plot.series[0] if sheet.plot else ""
    amounts = sorted(ranked, key=lambda line: line.cell(column).amount or 0.0)
    low, high = amounts[0], amounts[-1]
    if len(amounts) == 1 or low.cell(column).amount == high.cell(column).amount:
        return _("%(title)s。%(head)sは、%(name)sが %(value)s です。", title=sheet.title, head=sheet.head(column), name=high.label, value=high.cell(column).shown)  # fmt: skip
    return _(
        "%(title)s。%(head)sが最も高いのは%(most)s（%(most_value)s）、最も低いのは%(least)s（%(least_value)s）です。",
        title=sheet.title, head=sheet.head(column), most=high.label, most_value=high.cell(column).shown,
        least=low.label, least_value=low.cell(column).shown,
    )  # fmt: skip


def _course(sheet: Sheet, first: Line, last: Line) -> str:
    column = sheet.plot.series[0] if sheet.plot else ""
    return _(
        "%(title)s。%(head)sは、%(first)sの %(first_value)s から%(last)sの %(last_value)s へ動きました。",
        title=sheet.title, head=sheet.head(column), first=first.label, first_value=first.cell(column).shown,
        last=last.label, last_value=last.cell(column).shown,
    )  # fmt: skip


def _of_several(sheet: Sheet, ranked: Sequence[Line]) -> str:
    """Say where each line of the plot ends."""
    plot = sheet.plot
    if plot is None:
        return sheet.title
    ends: dict[str, str] = {}
    for line in ranked:
        amount = line.cell(plot.series[0]).amount or 0.0
        shown = values.percent(amount) if plot.shape == "steps" else line.cell(plot.series[0]).shown
        ends[line.cell(plot.split).shown] = _("%(x)sで %(value)s", x=line.cell(plot.x).shown, value=shown)
    told = "、".join(f"{name}: {end}" for name, end in ends.items())
    return _("%(title)s。線ごとの終わりの値は、%(ends)s です。", title=sheet.title, ends=told)
