"""Answers how staff change a series: what it would do is shown first; dates that no longer fit are decided."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.models.lectures import Lecture, Series
from scheduler.services.refusals import ChangedMeanwhile, Refused
from scheduler.services.series import changing, planning, ruling, strays
from scheduler.services.series.planning import Plan
from scheduler.web import access, edge, ids, inputs
from scheduler.web.staff import lectures as lecture_pages
from scheduler.web.staff import series as series_pages
from scheduler.web.staff import series_form
from scheduler.web.words import changes, refusals
from scheduler.web.words import series as words

series_changes = Blueprint("staff_series_changes", __name__, url_prefix="/staff/series")
series_changes.before_request(access.staff_gate)


@series_changes.get("/<id:series_id>/change")
@access.requires("schedule")
def form(series_id: int) -> ResponseReturnValue:
    """Show the form that changes a series; `?lecture=` is the date to start at."""
    series = series_pages.the(series_id)
    lecture = _lecture(series, request.args.get("lecture"))
    scope = request.args.get("scope", "following" if lecture is not None else "all")
    return _page(series, lecture, series_form.filled(series, lecture, scope), {}, None)


@series_changes.post("/<id:series_id>/change")
@access.requires("schedule")
def change(series_id: int) -> ResponseReturnValue:
    """Show what the change would do, or do what was shown."""
    series = series_pages.the(series_id)
    lecture = _lecture(series, request.form.get("lecture"))
    values = series_form.sent_change(series, lecture)
    shown = request.form.get("fingerprint", "")
    try:
        asked = series_form.change(series, lecture)
        if request.form.get("action") != "apply" or not shown:
            plan = planning.plan(series_id, asked, edge.now(), with_clashes=True)
            return _page(series, lecture, values, {}, plan)
        target, done = changing.apply(series_id, asked, edge.now(), edge.staff_actor(), shown)
    except ChangedMeanwhile as error:
        plan = planning.plan(series_id, asked, edge.now(), with_clashes=True)
        return _page(series, lecture, values, {"form": refusals.sentence(error)}, plan), error.status
    except Refused as error:
        return _page(series, lecture, values, series_form.errors(error), None), error.status
    flash(_("変更を保存しました。") + changes.mails(done.mails, done=True))
    return redirect(url_for("staff_series.show", series_id=target))


@series_changes.post("/<id:series_id>/change/preview")
@access.requires("schedule")
def preview(series_id: int) -> ResponseReturnValue:
    """Answer what a change that is being filled in would do, as a part of its page."""
    series = series_pages.the(series_id)
    lecture = _lecture(series, request.form.get("lecture"))
    plan, fault = None, ""
    try:
        plan = planning.plan(series_id, series_form.change(series, lecture), edge.now(), with_clashes=True)
    except Refused as error:
        fault = refusals.sentence(error)
    return render_template("staff/series/_plan.html", plan=plan, fault=fault, changes=changes)


@series_changes.post("/<id:series_id>/strays/<id:lecture_id>/keep")
@access.requires("schedule")
def keep(series_id: int, lecture_id: int) -> ResponseReturnValue:
    """Keep a date that no longer fits as a one-off lecture."""
    try:
        strays.keep(lecture_id, edge.now(), edge.staff_actor())
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("単発の開催日程として残しました。メールは送られません。"))
    return redirect(url_for("staff_series.show", series_id=series_id))


@series_changes.post("/<id:series_id>/strays/<id:lecture_id>/cancel")
@access.requires("schedule")
def cancel(series_id: int, lecture_id: int) -> ResponseReturnValue:
    """Cancel a date that no longer fits; its people are offered others."""
    try:
        told = strays.cancel(lecture_id, inputs.bilingual("reason"), edge.now(), edge.staff_actor())
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("開催を中止しました。") + changes.mails(told, done=True))
    return redirect(url_for("staff_series.show", series_id=series_id))


def _lecture(series: Series, number: str | None) -> Lecture | None:
    """Return the lecture named, when it is one of this series and in its rule."""
    wanted = ids.read_id(number or "")
    if wanted is None:
        return None
    row = lecture_pages.the(wanted)
    return row if row.series_id == series.id and row.slot is not None else None


def _page(
    series: Series, lecture: Lecture | None, values: dict[str, Any], errors: dict[str, str], plan: Plan | None
) -> str:
    return render_template(
        "staff/series/change.html",
        series=series,
        rule=words.describe(ruling.rule_of(series)),
        lecture=lecture,
        values=values,
        bases=series_form.both(series, lecture),
        errors=errors,
        plan=plan,
        changes=changes,
        scope_options=changes.scopes(lecture is not None),
        **series_pages.options(),
    )
