"""Answers how somebody says which column is what in a report that the program cannot read by itself."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.readers.reports.mapped import FIELDS
from scheduler.services.attendance import mapping, staging
from scheduler.services.refusals import FileUnreadable, Invalid, UploadExpired
from scheduler.web import access, edge, ids, inputs
from scheduler.web.staff.lectures import the
from scheduler.web.words import refusals
from scheduler.web.words import report_columns as words

report_columns = Blueprint(
    "staff_report_columns", __name__, url_prefix="/staff/lectures/<id:lecture_id>/report/<id:upload_id>/columns"
)
report_columns.before_request(access.staff_gate)


@report_columns.get("")
@access.requires("attendance")
def form(lecture_id: int, upload_id: int) -> ResponseReturnValue:
    """Show the file's columns, and what each is as far as is known; `?line=` takes another line for the header."""
    return _form(lecture_id, upload_id, {})


@report_columns.post("")
@access.requires("attendance")
def settle(lecture_id: int, upload_id: int) -> ResponseReturnValue:
    """Remember which column is what, and go on to who is who."""
    _check(lecture_id, upload_id)
    layout = {field: request.form.get(field, "") for field in (*FIELDS, "unit")}
    line = ids.read_id(request.form.get("line", "")) or 0
    anyway = request.form.get("anyway") == "1"
    try:
        mapping.settle(upload_id, line, layout, edge.now(), edge.staff_actor("report"), anyway=anyway)
    except UploadExpired as error:
        return _expired(lecture_id, error)
    except FileUnreadable as error:
        other_time = error.params["why"] == "other_lecture"
        return _form(lecture_id, upload_id, {"form": refusals.sentence(error)}, error.status, other_time=other_time)
    except Invalid as error:
        return _form(lecture_id, upload_id, inputs.errors(error), error.status)
    flash(_("列の対応を覚えました。同じ見出しのファイルは、次からそのまま読み取ります。"))
    return redirect(url_for("staff_attendance_reports.show", lecture_id=lecture_id, upload_id=upload_id))


def _form(
    lecture_id: int, upload_id: int, errors: dict[str, str], status: int = 200, *, other_time: bool = False
) -> ResponseReturnValue:
    _check(lecture_id, upload_id)
    sent = request.form
    line = ids.read_id(sent.get("line", "") or request.args.get("line", ""))
    try:
        asked = mapping.asked(upload_id, line, edge.now())
    except UploadExpired as error:
        return _expired(lecture_id, error)
    cells = [[row[place] for row in asked.rows] for place in range(len(asked.names))]
    page = render_template(
        "staff/attendance_reports/columns.html",
        lecture=the(lecture_id),
        asked=asked,
        lines=[(number, words.line(number, row)) for number, row in asked.lines.items()],
        columns=[(name, words.option(name, held)) for name, held in zip(asked.names, cells, strict=True)],
        chosen=sent if sent else asked.layout,
        other_time=other_time or "anyway" in sent,
        errors=errors,
        words=words,
    )
    return page, status


def _check(lecture_id: int, upload_id: int) -> None:
    if staging.the_lecture_of(upload_id) != lecture_id:
        abort(404)


def _expired(lecture_id: int, error: UploadExpired) -> ResponseReturnValue:
    flash(refusals.sentence(error), "error")
    return redirect(url_for("staff_attendance_reports.form", lecture_id=lecture_id))
