"""Answers how staff plan series: the form with its preview, the list, one series and its end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.models.db import db
from scheduler.models.lectures import Series
from scheduler.rules.recurrence import SeriesRule
from scheduler.rules.rhythms import weekly_rrule
from scheduler.rules.rrules import RuleRefused
from scheduler.services import rosters
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid, Refused
from scheduler.services.series import ending, making, previewing, ruling
from scheduler.services.series.previewing import Day
from scheduler.web import access, edge, ids, inputs
from scheduler.web.words import series as words

series = Blueprint("staff_series", __name__, url_prefix="/staff/series")
series.before_request(access.staff_gate)

# How many dates the preview shows.
SHOWN = 30


@series.get("")
def index() -> ResponseReturnValue:
    """List the series with their rules in words."""
    rows = [(row, words.describe(ruling.rule_of(row))) for row in rosters.every_series()]
    return render_template("staff/series/index.html", rows=rows)


@series.get("/<id:series_id>")
def show(series_id: int) -> ResponseReturnValue:
    """Show one series and its lectures ahead."""
    row = db.session.get(Series, series_id)
    if row is None:
        abort(404)
    ahead = rosters.scheduled(edge.now(), edge.now() + ruling.HORIZON, series_id=series_id)
    return render_template(
        "staff/series/show.html", series=row, rule=words.describe(ruling.rule_of(row)), lectures=ahead
    )


@series.get("/new")
@access.requires("schedule")
def new() -> ResponseReturnValue:
    """Show the form of a new series."""
    blank = {
        "zone": here().zone,
        "holidays": "skip",
        "capacity": "30",
        "minutes": "60",
        "locale": "ja",
        "kind": "weekly",
    }
    return _form(blank, {}, None)


@series.post("/new")
@access.requires("schedule")
def create() -> ResponseReturnValue:
    """Show the dates the rule would make, or make the series and its lectures."""
    values = request.form.to_dict() | {"days": request.form.getlist("days")}
    try:
        rule = _rule()
        dates = [day for day in previewing.preview(rule, edge.now()) if day.local]
        if request.form.get("action") != "create":
            return _form(values, {}, dates)
        number = making.create(
            request.form.get("course", ""),
            rule,
            capacity=inputs.whole("capacity"),
            minutes=inputs.whole("minutes"),
            host_id=inputs.optional_id("host"),
            join_url=request.form.get("join_url", "").strip(),
            locale=request.form.get("locale", "ja"),
            now=edge.now(),
            actor=edge.staff_actor(),
        )
    except Refused as error:
        return _form(values, inputs.errors(error), None), error.status
    flash(
        ngettext(
            "定期開催を作成し、%(num)d 件の開催日程を用意しました。",
            "定期開催を作成し、%(num)d 件の開催日程を用意しました。",
            len(dates),
        )
    )
    return redirect(url_for(".show", series_id=number))


@series.post("/<id:series_id>/end")
@access.requires("schedule")
def end(series_id: int) -> ResponseReturnValue:
    """End a series: empty dates go, dates with people stay."""
    left = ending.end(series_id, edge.now(), edge.staff_actor())
    flash(_("定期開催を終了しました。申込のある日程 %(n)d 件は残っています。", n=left))
    return redirect(url_for(".show", series_id=series_id))


def _rule() -> SeriesRule:
    if request.form.get("kind") == "raw":
        text = request.form.get("rrule", "").strip()
    else:
        days = request.form.getlist("days", type=ids.number)
        try:
            text = weekly_rrule(days, interval=inputs.whole("interval") if request.form.get("interval") else 1)
        except RuleRefused as refusal:
            raise Invalid(field="days", why=refusal.key) from refusal
    policy: Any = request.form.get("holidays", "skip")
    return SeriesRule(text, inputs.naive_moment("starts_at"), request.form.get("zone", "").strip(), policy)


def _form(values: dict[str, Any], errors: dict[str, str], dates: list[Day] | None) -> str:
    return render_template(
        "staff/series/form.html",
        values=values,
        errors=errors,
        dates=dates[:SHOWN] if dates is not None else None,
        total=len(dates or ()),
        course_options=inputs.course_options(),
        host_options=inputs.host_options(),
        weekdays=list(enumerate(words.weekdays())),
    )
