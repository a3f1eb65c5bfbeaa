"""Answers the managers' reports: their list, each with its filter, plots and tables, and the rows behind every number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.models.staff import Staff
from scheduler.rules.reporting import Asked, Behind, Part, months_before
from scheduler.services import tags
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.reports import asking
from scheduler.services.reports.catalogue import REPORTS, Kind
from scheduler.web import access, csvs, edge, ids, inputs, kept_parts, policies, shell
from scheduler.web.plots import drawing
from scheduler.web.words import texts
from scheduler.web.words.figures import cells, findings, heat, registry, standing
from scheduler.web.words.figures import values as figures
from scheduler.web.words.figures.cells import Sheet

reports = Blueprint("staff_reports", __name__, url_prefix="/staff/reports")
reports.before_request(access.staff_gate)

PER_PAGE = 100
# The most rows of a file: so many take four seconds and 100 MB.
MOST_ROWS = 50_000
# How an address names one number.
_NUMBER = ("part", "row", "column")
# The months that one press looks back on, besides the present one.
MONTHS = (0, 3, 6, 12)
# A plot holds its own style, and nothing else.
PLOT: dict[str, Any] = {"content_security_policy": {"default-src": "'none'", "style-src": "'unsafe-inline'"}}
# How long a browser may show a plot again that is named by its content.
FRESH_SECONDS = 3600


@reports.get("")
def index() -> ResponseReturnValue:
    """List the reports and what each answers."""
    return render_template("staff/reports/index.html", kinds=[(name, registry.of(name)) for name in REPORTS])


@reports.get("/<name>")
def show(name: str) -> ResponseReturnValue:
    """Show a report of what the address asks for."""
    return page(name)


def page(name: str, template: str = "staff/reports/show.html", **extra: Any) -> ResponseReturnValue:
    """Show a report on a page of its own or the usual one; what cannot be read of the address is said at its field (422).

    The template gets `report` (None when nothing could be counted), `sheets` (the parts in words), `words`, `marks`
    (by part, for the plots' addresses), `query` (what was asked for, for addresses), `values` and `errors` of the filter.
    """
    kind = _kind(name)
    values = {key: request.args.get(key, "") for key in (*asking.FILTERS, *kind.choices)}
    report, errors, status = None, {}, 200
    try:
        asked = asking.read(request.args, edge.now(), kind.choices)
        report = kind.build(asked, edge.now())
        values |= dict.fromkeys(asking.FILTERS, "") | cells.query(asked)
    except Invalid as error:
        errors, status = inputs.errors(error), error.status
    shown = report.parts if report else ()
    told = {
        "name": name,
        "words": registry.of(name),
        "report": report,
        "sheets": [cells.sheet(name, part) for part in shown],
        "notes": [cells.note(registry.of(name), note) for note in report.notes] if report else [],
        "marks": {part.key: kept_parts.keep(name, part) for part in shown},
        "query": cells.query(report.asked) if report else {},
        "values": values,
        "errors": errors,
        "following": _following(name),
        "stands": standing.sentences(report) if report else [],
        "own": kind.choices,
        "findings": findings,
        "heats": heat,
    }
    return render_template(template, **told, **_filter(report.asked if report else None), **extra), status


@reports.get("/<name>/<part>.svg")
@policies.under(PLOT)
def plot(name: str, part: str) -> ResponseReturnValue:
    """Draw a part of a report; `?narrow=1` for a telephone."""
    found = cells.sheet(name, _part(name, part))
    if found.plot is None:
        abort(404)
    drawn = drawing.svg(found, bool(request.args.get("narrow")))
    response = Response(drawn, content_type="image/svg+xml; charset=utf-8")
    response.add_etag()
    response.cache_control.private = True
    if request.args.get("v"):
        response.cache_control.max_age = FRESH_SECONDS
    else:
        response.cache_control.no_cache = True
    return response.make_conditional(request)


@reports.get("/<name>/<part>.csv")
@access.requires("export")
def csv(name: str, part: str) -> ResponseReturnValue:
    """Hand a part of a report out as a CSV file."""
    return csvs.response(f"{name}-{part}.csv", *cells.sheet(name, _part(name, part)).csv())


@reports.get("/<name>/behind")
def behind(name: str) -> ResponseReturnValue:
    """List the rows behind a number, `?part=&row=&column=` of the report that the rest of the address asks for."""
    if not all(request.args.get(key) for key in _NUMBER):
        return redirect(url_for(".show", name=name, **_asked_again(name)))
    number = max(request.args.get("page", 1, type=ids.number), 1)
    found = _behind(name, PER_PAGE, (number - 1) * PER_PAGE)
    part = cells.sheet(name, _part(name, request.args["part"]))
    sheet = cells.behind(name, part.key, found)
    number_asked: dict[str, Any] = {key: request.args[key] for key in _NUMBER}
    return render_template(
        "staff/reports/behind.html",
        name=name,
        words=registry.of(name),
        part=part,
        stands_for=_stands_for(part),
        sheet=sheet,
        links=links(sheet),
        total=found.total,
        page=number,
        per_page=PER_PAGE,
        csv=url_for(".behind_csv", name=name, **number_asked, **_asked_again(name)),
        back=url_for(".show", name=name, **_asked_again(name), _anchor=part.key),
    )


@reports.get("/<name>/behind.csv")
@access.requires("export")
def behind_csv(name: str) -> ResponseReturnValue:
    """Hand the rows behind a number out as a CSV file."""
    part = request.args.get("part", "")
    if not part:
        return redirect(url_for(".show", name=name, **_asked_again(name)))
    total = _behind(name, 1, 0).total
    if total > MOST_ROWS:
        told = {"total": figures.number(total), "most": figures.number(MOST_ROWS)}
        flash(
            _(
                "この一覧は %(total)s 行あり、1 つのファイルに入る %(most)s 行を超えています。期間や絞り込みを狭めてください。",
                **told,
            ),
            "error",
        )
        number: dict[str, Any] = {key: request.args[key] for key in _NUMBER}
        return redirect(url_for(".behind", name=name, **number, **_asked_again(name)))
    sheet = cells.behind(name, part, _behind(name, MOST_ROWS, 0))
    return csvs.response(f"{name}-{sheet.key}-rows.csv", *sheet.csv())


def _kind(name: str) -> Kind:
    if name not in REPORTS:
        abort(404)
    return REPORTS[name]


def _asked(name: str) -> Asked:
    return asking.read(request.args, edge.now(), _kind(name).choices)


def _asked_again(name: str) -> dict[str, Any]:
    """Return what the address asks of a report, without what it asks of one number."""
    return {key: request.args[key] for key in (*asking.FILTERS, *_kind(name).choices) if request.args.get(key)}


def _part(name: str, key: str) -> Part:
    """Return a part: what was shown under the mark in the address, else counted anew and kept."""
    kind = _kind(name)
    kept = kept_parts.find(request.args.get("v", ""), name, key)
    if kept is not None:
        return kept
    report = kind.build(_asked(name), edge.now())
    for part in report.parts:
        kept_parts.keep(name, part)
    try:
        return report.part(key)
    except KeyError:
        abort(404)


def _behind(name: str, limit: int | None, offset: int) -> Behind:
    part, row, column = (request.args.get(key, "") for key in _NUMBER)
    try:
        return _kind(name).behind(_asked(name), part, row, column, edge.now(), limit, offset)
    except NotFound:
        abort(404)


def _stands_for(part: Sheet) -> tuple[str, str, str]:
    """Return the words of the number whose rows are asked for: its row, its column, itself."""
    row, column = request.args["row"], request.args["column"]
    line = next((line for line in part.lines if line.key == row), None)
    if line is None or column not in {one.key for one in part.columns}:
        abort(404)
    return line.label, part.head(column), line.cell(column).text


def links(sheet: Sheet) -> dict[tuple[str, str], str]:
    """Return where the rows' things have their pages, by kind and id."""
    named = {
        (cell.column.kind, cell.value.key)
        for line in sheet.lines
        for cell in line.cells
        if cell.column.kind in ("account", "lecture", "person", "member") and cell.value and cell.value.key.isdecimal()
    }
    people = _accounts_of(int(key) for kind, key in named if kind == "person")
    found: dict[tuple[str, str], str] = {}
    for kind, key in named:
        if kind == "account":
            found[kind, key] = url_for("staff_account.show", account_id=int(key))
        elif kind == "lecture":
            found[kind, key] = url_for("staff_lectures.show", lecture_id=int(key))
        elif kind == "member":
            found[kind, key] = url_for("staff_members.show", staff_id=int(key))
        elif int(key) in people:
            found[kind, key] = url_for("staff_people.show", account_id=people[int(key)], contact_id=int(key))
    return found


def _accounts_of(contact_ids: Iterable[int]) -> dict[int, int]:
    asked = sorted(set(contact_ids))
    return dict(db.session.execute(select(Contact.id, Contact.account_id).where(Contact.id.in_(asked))).all())


def _following(name: str) -> dict[str, str] | None:
    """Return the report after this one, None after the last."""
    names = list(REPORTS)
    after = next(iter(names[names.index(name) + 1 :]), None)
    return {"name": after, "title": registry.of(after).title} if after else None


_COURSES = select(Course.key, Course.name).order_by(Course.position, Course.id)


def _filter(asked: Asked | None) -> Mapping[str, Any]:
    """Return what the filter offers: members, tags, and the periods that one press chooses."""
    query = select(Staff.id, Staff.name).where(Staff.active).order_by(Staff.name_key)
    today = edge.now().astimezone(here().tz).date()
    return {
        "owners": [(number, name) for number, name in db.session.execute(query)],
        "tags": [(tag.id, tag.name) for tag in tags.every()],
        "courses": [(key, texts.plain(name)) for key, name in db.session.execute(_COURSES)],
        "periods": [_period(months, today, asked) for months in MONTHS],
    }


def _period(months: int, today: date, asked: Asked | None) -> tuple[str, str, bool]:
    """Return a period as a choice: what it is called, its address, and whether it is the one that was asked for."""
    since = months_before(today, months)
    address = shell.this_page(**{"from": since.isoformat(), "to": today.isoformat()})
    return standing.period(months), address, asked is not None and (asked.since, asked.until) == (since, today)
