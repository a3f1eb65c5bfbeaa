"""Answers the weekly pack of the teams' joint meeting: a page with a week's lists, and the same on two sheets of paper."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.rules.fitting import shown
from scheduler.rules.reporting import Report
from scheduler.services.refusals import Invalid
from scheduler.services.reports import asking
from scheduler.services.reports import pack as report
from scheduler.web import access, edge
from scheduler.web.staff import reports
from scheduler.web.words import dates
from scheduler.web.words.figures import cells, registry, standing
from scheduler.web.words.figures.cells import Cell, Line, Sheet

pack = Blueprint("staff_pack", __name__, url_prefix="/staff/reports/pack")
pack.before_request(access.staff_gate)

# So many lines of lists fit on two sheets beside their headings (A4, 9 points: see .pack in tasuki.css).
ROOM = 74
WEEK = timedelta(days=7)


@pack.get("")
def show() -> ResponseReturnValue:
    """Show the lists of a week."""
    return reports.page(report.NAME, "staff/reports/pack.html", **_words())


@pack.get("/print")
def printed() -> ResponseReturnValue:
    """Show the lists of a week as they are printed: cut so that all of them fit on two sheets."""
    try:
        found = report.build(asking.read(request.args, edge.now(), report.CHOICES), edge.now())
    except Invalid:
        again: dict[str, Any] = request.args.to_dict()
        return redirect(url_for(".show", **again))
    sheets = [cells.sheet(report.NAME, part) for part in found.parts]
    counts = _counts(sheets)
    return render_template(
        "staff/reports/pack_print.html",
        words=registry.of(report.NAME),
        report=found,
        sheets=sheets[1:],
        counts=counts,
        cut=shown(counts, ROOM),
        query=cells.query(found.asked),
        stands=standing.sentences(found),
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {"counts_of": _counts, "week": _week, "beside": _beside, "leads": _leads, "facts_of": facts}


def _counts(sheets: list[Sheet]) -> dict[str, int]:
    """Return how many lines each list has altogether."""
    return {line.key: int(line.cell("count").value) for line in sheets[0].lines}


def _week(found: Report) -> str:
    """Write the week: 11月16日(月) – 11月22日(日)."""
    since, until = (dates.day(day) for day in (found.asked.since, found.asked.until))
    return _("%(since)s – %(until)s", since=since, until=until)


def _beside(found: Report, weeks: int) -> str:
    """Return the address of the pack so many weeks on, of the same accounts; empty beyond the present week."""
    monday = found.asked.since + weeks * WEEK
    if monday > edge.now().astimezone(edge.zone()).date():
        return ""
    kept: dict[str, Any] = {
        key: text for key, text in cells.query(found.asked).items() if key not in ("from", "to", "week")
    }
    return url_for("staff_pack.show", week=monday.isoformat(), **kept)


def _leads(sheet: Sheet) -> dict[str, str]:
    """Return where each line of a list leads, by its key."""
    known = reports.links(sheet)
    otherwise = {"replies": url_for("staff_replies.index"), "tasks": url_for("staff_tasks.index")}.get(sheet.key, "")
    found = {}
    for line in sheet.lines:
        first = line.cells[0]
        key = getattr(first.value, "key", "")
        found[line.key] = known.get((first.column.kind, key), otherwise)
    return found


def facts(line: Line) -> list[str]:
    """Say in short what is known of a line beside its name."""
    told = {cell.column.key: cell for cell in line.cells[1:]}
    return [said for key, cell in told.items() if (said := _said(key, cell, told))]


def _said(key: str, cell: Cell, told: dict[str, Cell]) -> str:
    if cell.value is None or cell.value == "" or getattr(cell.value, "key", "?") == "":
        return ""
    if key == "booked":
        capacity = told.get("capacity")
        return (
            _("申込 %(n)s/%(capacity)s", n=cell.shown, capacity=capacity.shown)
            if capacity
            else _("申込 %(n)s", n=cell.shown)
        )
    if key == "capacity" or (key == "waitlisted" and not cell.value):
        return ""
    if key == "waitlisted":
        return _("キャンセル待ち %(n)s", n=cell.shown)
    if key == "rate":
        value = cell.value
        return (
            _("出席 %(hits)s/%(base)s（%(rate)s）", hits=value.hits, base=value.base, rate=cell.shown)
            if value.base
            else ""
        )
    if key == "planned_on":
        return _("利用開始予定 %(day)s", day=cell.shown)
    return cell.shown
