"""Answers how a customer list comes in by the page: handed in, looked at, corrected, confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.models.uploads import Upload
from scheduler.readers.customer_columns import FIELDS
from scheduler.readers.customer_rows import Refusal
from scheduler.services.imports import confirm as confirming
from scheduler.services.imports import lists, staging
from scheduler.services.imports import preview as previews
from scheduler.services.imports import undo as undoing
from scheduler.services.imports.lists import Choices
from scheduler.services.refusals import DateOrderOpen, FileUnreadable, NoRowFits, UploadExpired
from scheduler.web import access, csvs, edge, ids, inputs
from scheduler.web.words import columns, refusals
from scheduler.web.words import imports as words
from scheduler.web.words import undoing as undo_words

imports = Blueprint("staff_imports", __name__, url_prefix="/staff/imports")
imports.before_request(access.staff_gate)

PER_PAGE = 20
# The most lines of one list on the preview; the rest is counted.
MOST = 200
# How a form names the decision about one account, before its external id.
DECISION = "decision:"


@imports.get("")
@access.requires("import")
def index() -> ResponseReturnValue:
    """List what was handed in, with the form for another list."""
    return _index({})


@imports.post("")
@access.requires("import")
def upload() -> ResponseReturnValue:
    """Keep a customer list and show what it comes to."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _index({"file": _("顧客リストのファイルをお選びください。")}), 422
    try:
        number = staging.stage(file.read(), file.filename, edge.now(), edge.staff_actor("import"))
    except FileUnreadable as error:
        return _index(inputs.errors(error)), error.status
    return redirect(url_for(".show", upload_id=number))


@imports.get("/<id:upload_id>")
@access.requires("import")
def show(upload_id: int) -> ResponseReturnValue:
    """Show what a list would do, or what it did."""
    waiting = staging.the(upload_id)
    if waiting.confirmed_at is not None:
        return _result(waiting)
    return _preview(waiting)


@imports.post("/<id:upload_id>/choices")
@access.requires("import")
def choose(upload_id: int) -> ResponseReturnValue:
    """Read the list anew with the columns and the order of dates that somebody chose."""
    settled: dict[str, Any] = {}
    if mapping := {field: request.form[field] for field in FIELDS if field in request.form}:
        settled["mapping"] = mapping
    if "date_order" in request.form:
        settled["date_order"] = request.form["date_order"]
    if not settled:
        flash(_("日付の順序をお選びください。"), "error")
        return redirect(url_for(".show", upload_id=upload_id))
    try:
        staging.choose(upload_id, edge.now(), **settled)
    except UploadExpired:
        return redirect(url_for(".show", upload_id=upload_id))
    except FileUnreadable as error:
        return _unreadable(staging.the(upload_id), error, settled.get("mapping"))
    flash(_("選んだとおりに読み直しました。"))
    return redirect(url_for(".show", upload_id=upload_id))


@imports.post("/<id:upload_id>/confirm")
@access.requires("import")
def confirm(upload_id: int) -> ResponseReturnValue:
    """Bring the list in, with what was decided about accounts that the list leaves open."""
    decisions = {
        name.removeprefix(DECISION): value for name, value in request.form.items() if name.startswith(DECISION)
    }
    try:
        staging.choose(upload_id, edge.now(), decisions=decisions, rest=request.form.get("rest", ""))
        confirming.confirm(upload_id, edge.now(), edge.staff_actor("import"))
    except (UploadExpired, DateOrderOpen, NoRowFits):
        # Pressed twice, confirmed by somebody else, too old, a question still open, nothing to bring in: the page says which.
        return redirect(url_for(".show", upload_id=upload_id))
    except FileUnreadable as error:
        return _unreadable(staging.the(upload_id), error)
    return redirect(url_for(".show", upload_id=upload_id))


@imports.get("/<id:upload_id>/undo")
@access.requires("import")
def undo_form(upload_id: int) -> ResponseReturnValue:
    """Show what taking an import back comes to: what goes, what stays and why."""
    try:
        told = undoing.preview(upload_id)
    except UploadExpired:
        return redirect(url_for(".show", upload_id=upload_id))
    rows = [(row.table, row.id) for row in told.staying[:MOST]]
    rows += [(row.table, row.id) for row in told.edited_since[:MOST]]
    return render_template(
        "staff/imports/undo.html",
        upload=staging.the(upload_id),
        told=told,
        most=MOST,
        names=undo_words.names(rows),
        words=undo_words,
    )


@imports.post("/<id:upload_id>/undo")
@access.requires("import")
def undo(upload_id: int) -> ResponseReturnValue:
    """Take an import back."""
    try:
        told = undoing.undo(upload_id, edge.now(), edge.staff_actor("import"))
    except UploadExpired:
        return redirect(url_for(".show", upload_id=upload_id))
    if told is None:
        flash(_("この取り込みは取り消し済みです。"))
    else:
        flash(_("取り込みを取り消しました。"))
    return redirect(url_for(".show", upload_id=upload_id))


@imports.get("/<id:upload_id>/refused.csv")
@access.requires("import")
def refused(upload_id: int) -> ResponseReturnValue:
    """Hand out the rows that do not go in, as they were written, each with its number and reason."""
    kept = staging.the(upload_id)
    choices = Choices.from_json(kept.choices)
    if kept.confirmed_at is None:
        staging.waiting(upload_id, edge.now())
    found = lists.read(kept.content, kept.filename, choices)
    headers, rows = lists.cells(kept.content, kept.filename, choices)
    head = [_("行"), _("取り込めなかった理由"), *headers]
    lines = ([one.number, words.refusal(one.key, one.params), *rows[one.number]] for one in found.refused)
    return csvs.response(f"refused-{upload_id}.csv", head, lines)


def _index(errors: dict[str, str]) -> str:
    page = max(1, request.args.get("page", 1, type=ids.number))
    rows, total = staging.past(page, PER_PAGE)
    return render_template(
        "staff/imports/index.html",
        uploads=rows,
        total=total,
        page=page,
        per_page=PER_PAGE,
        errors=errors,
        words=words,
        is_waiting=staging.is_waiting,
    )


def _preview(waiting: Upload) -> ResponseReturnValue:
    if not staging.is_waiting(waiting, edge.now()):
        return render_template("staff/imports/expired.html", upload=waiting), 410
    try:
        preview = previews.preview(waiting.id, edge.now())
    except FileUnreadable as error:
        return _unreadable(waiting, error)
    totals = preview.to_json()
    return render_template(
        "staff/imports/preview.html",
        upload=waiting,
        preview=preview,
        totals=totals,
        question=next(iter(preview.file.questions), None),
        most=MOST,
        words=words,
        decision=DECISION,
        **_columns(preview.file.columns, preview.file.mapping),
    )


def _unreadable(waiting: Upload, error: FileUnreadable, chosen: dict[str, str] | None = None) -> ResponseReturnValue:
    """Say what a list lacks, with the form that tells which column is which."""
    page = render_template(
        "staff/imports/unreadable.html",
        upload=waiting,
        sentence=refusals.sentence(error),
        **_columns(error.params.get("columns", ()), chosen or error.params.get("mapping", {})),
    )
    return page, error.status


def _columns(headers: Iterable[str], chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return what the form needs that tells which column is which."""
    return {"headers": [(header, header) for header in headers], "fields": columns.options(), "chosen": chosen}


def _result(done: Upload) -> str:
    totals = done.result or {}
    return render_template(
        "staff/imports/result.html",
        upload=done,
        totals=totals,
        refused=[Refusal(**row) for row in totals.get("refused", ())],
        most=MOST,
        words=words,
    )
