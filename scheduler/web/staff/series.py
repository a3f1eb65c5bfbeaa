"""Answers how staff plan series: the form with its preview, the list, one series, its end and how it goes on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from scheduler.models.db import db
from scheduler.models.lectures import Series
from scheduler.services import rosters
from scheduler.services.refusals import Invalid, Refused
from scheduler.services.series import ending, making, previewing, ruling, strays
from scheduler.services.series.previewing import Day
from scheduler.web import access, edge, inputs
from scheduler.web.staff import series_form
from scheduler.web.words import changes, refusals
from scheduler.web.words import series as words

series = Blueprint("staff_series", __name__, url_prefix="/staff/series")
series.before_request(access.staff_gate)


@series.get("")
def index() -> ResponseReturnValue:
    """List the series with their rules in words, and the dates of all that wait for a decision."""
    rows = [(row, words.describe(ruling.rule_of(row)), ruling.last_on(row)) for row in rosters.every_series()]
    return render_template("staff/series/index.html", rows=rows, strays=strays.waiting(edge.now()))


@series.get("/<id:series_id>")
def show(series_id: int) -> ResponseReturnValue:
    """Show one series, its dates that wait for a decision, and its lectures ahead."""
    row = the(series_id)
    ahead = rosters.scheduled(edge.now(), edge.now() + ruling.HORIZON, series_id=series_id)
    return render_template(
        "staff/series/show.html",
        series=row,
        rule=words.describe(ruling.rule_of(row)),
        lectures=ahead,
        strays=strays.waiting(edge.now(), series_id),
        follower=ending.follower(series_id),
        last_on=ruling.last_on(row),
    )


@series.get("/new")
@access.requires("schedule")
def new() -> ResponseReturnValue:
    """Show the form of a new series; `?account=` is the key of the only account it is for."""
    return _form(series_form.blank(), {}, None)


@series.post("/new")
@access.requires("schedule")
def create() -> ResponseReturnValue:
    """Show the dates the rule would make, or make the series and its lectures."""
    values = series_form.sent()
    try:
        filled = series_form.new_series()
        days = _days(filled)
        if request.form.get("action") != "create":
            return _form(values, {}, days)
        columns = filled.columns
        number = making.create(filled.course, filled.rule, **columns, now=edge.now(), actor=edge.staff_actor())
    except Refused as error:
        return _form(values, series_form.errors(error), None), error.status
    made = sum(1 for day in days if day.local is not None)
    flash(
        ngettext(
            "定期開催を作成し、%(num)d 件の開催日程を用意しました。",
            "定期開催を作成し、%(num)d 件の開催日程を用意しました。",
            made,
        )
    )
    return redirect(url_for(".show", series_id=number))


@series.post("/preview")
@access.requires("schedule")
def preview() -> ResponseReturnValue:
    """Answer the dates of a form that is being filled in, as a part of its page."""
    try:
        days, fault = _days(series_form.new_series()), ""
    except Refused as error:
        days, fault = None, refusals.sentence(error)
    begun = bool(request.form.get("starts_at", "").strip())
    return render_template(
        "staff/series/_dates.html", days=days, fault=fault if begun else "", words=words, changes=changes
    )


@series.post("/<id:series_id>/end")
@access.requires("schedule")
def end(series_id: int) -> ResponseReturnValue:
    """End a series, at once or after a last date: empty dates go, dates with people stay."""
    text = request.form.get("until", "").strip()
    try:
        last_on = inputs.optional_date(text)
        if text and last_on is None:
            raise Invalid(field="until", why="day_unreadable", value=text)
        left = ending.end(series_id, edge.now(), edge.staff_actor(), last_on=last_on)
    except Refused as error:
        flash(refusals.sentence(error), "error")
        return redirect(url_for(".show", series_id=series_id))
    done = _("定期開催の最終日を設定しました。") if last_on else _("定期開催を終了しました。")
    flash(done + (_("申込のある日程 %(n)d 件は残っています。", n=left) if left else ""))
    return redirect(url_for(".show", series_id=series_id))


@series.post("/<id:series_id>/resume")
@access.requires("schedule")
def resume(series_id: int) -> ResponseReturnValue:
    """Let a series that was ended go on."""
    try:
        made = ending.resume(series_id, edge.now(), edge.staff_actor())
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("定期開催を再開し、%(n)d 件の開催日程を用意しました。", n=made))
    return redirect(url_for(".show", series_id=series_id))


def the(series_id: int) -> Series:
    """Return the series of this id with what its page shows, else 404."""
    related = (Series.course, Series.host, Series.account)
    row = db.session.get(Series, series_id, options=[joinedload(name) for name in related])
    if row is None:
        abort(404)
    return row


def _days(filled: series_form.Filled) -> list[Day]:
    days = previewing.preview(
        filled.rule,
        edge.now(),
        minutes=series_form.minutes(filled),
        host_id=filled.columns["host_id"],
        join_url=filled.columns["join_url"],
    )
    ruling.require_ahead(filled.rule, edge.now())
    return days


def _form(values: dict[str, Any], errors: dict[str, str], days: list[Day] | None) -> str:
    return render_template(
        "staff/series/form.html",
        values=values,
        errors=errors,
        days=days,
        fault="",
        words=words,
        changes=changes,
        **options(),
    )


def options() -> dict[str, Any]:
    """Return what the selects of a series' form offer."""
    return {
        "course_options": inputs.course_options(),
        "host_options": inputs.host_options(),
        "weekday_options": list(enumerate(words.weekdays())),
        "kind_options": words.kinds(),
        "monthday_options": words.monthdays(),
        "nth_options": words.positions(),
        "end_options": words.ends(),
    }
