"""Answers how monthly figures come in by the page: handed in, looked at, confirmed, taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.readers.figure_rows import MEASURES
from scheduler.services import progress_files
from scheduler.services.imports.staging import is_waiting
from scheduler.services.refusals import FileUnreadable, RowsRefused, UploadExpired
from scheduler.services.trials import figures as service
from scheduler.web import access, csvs, edge, ids, inputs
from scheduler.web.words import figure_files as words
from scheduler.web.words.figures.trial import measures

figures = Blueprint("staff_figures", __name__, url_prefix="/staff/imports/figures")
figures.before_request(access.staff_gate)

PER_PAGE = 20
# The most lines of one list on the preview; the rest is counted.
MOST = 200


@figures.get("")
@access.requires("settings")
def index() -> ResponseReturnValue:
    """List what was handed in, with the form for another list."""
    return _index({})


@figures.post("")
@access.requires("settings")
def upload() -> ResponseReturnValue:
    """Keep a list and show what it comes to."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _index({"file": _("ファイルをお選びください。")}), 422
    try:
        number = service.stage(file.read(), file.filename, edge.now(), edge.staff_actor("import"))
    except FileUnreadable as error:
        return _index(inputs.errors(error)), error.status
    return redirect(url_for(".show", upload_id=number))


@figures.get("/<id:upload_id>")
@access.requires("settings")
def show(upload_id: int) -> ResponseReturnValue:
    """Show what a list would do, or what it did."""
    kept = progress_files.the(service.KIND, upload_id)
    if kept.confirmed_at is not None:
        totals: dict[str, Any] = kept.result or {}
        return render_template("staff/figures/result.html", upload=kept, totals=totals, words=words)
    if not is_waiting(kept, edge.now()):
        return render_template("staff/figures/expired.html", upload=kept), 410
    plan = service.plan(kept.content, kept.filename, edge.now())
    return render_template(
        "staff/figures/preview.html",
        upload=kept,
        plan=plan,
        totals=plan.to_json(),
        refused=plan.refused,
        most=MOST,
        words=words,
        measures=measures(),
        gaps=[one for one in plan.series if one.gaps],
    )


@figures.post("/<id:upload_id>/confirm")
@access.requires("settings")
def confirm(upload_id: int) -> ResponseReturnValue:
    """Record what the list says."""
    try:
        service.confirm(upload_id, edge.now(), edge.staff_actor("import"))
    except (UploadExpired, RowsRefused):
        # Pressed twice, confirmed by somebody else, too old, a row that stops it: the page says which.
        return redirect(url_for(".show", upload_id=upload_id))
    flash(_("取り込みました。"))
    return redirect(url_for(".show", upload_id=upload_id))


@figures.post("/<id:upload_id>/undo")
@access.requires("settings")
def undo(upload_id: int) -> ResponseReturnValue:
    """Take back what a list brought."""
    try:
        count = service.undo(upload_id, edge.now(), edge.staff_actor("import"))
        told = ngettext("%(num)d 件の数字を元に戻しました。", "%(num)d 件の数字を元に戻しました。", count)
    except UploadExpired:
        told = _("この取り込みは、すでに取り消されています。")
    flash(told)
    return redirect(url_for(".show", upload_id=upload_id))


@figures.get("/list.csv")
@access.requires("settings")
def blank() -> ResponseReturnValue:
    """Hand out the columns of a list to fill in."""
    head = [_("月"), _("自社担当"), _("顧客企業"), *(measures()[name] for name in MEASURES)]
    return csvs.response("figures.csv", head, [])


def _index(errors: dict[str, str]) -> str:
    page = max(1, request.args.get("page", 1, type=ids.number))
    rows, total = progress_files.past(service.KIND, page, PER_PAGE)
    return render_template(
        "staff/figures/index.html",
        uploads=rows,
        total=total,
        page=page,
        per_page=PER_PAGE,
        errors=errors,
        words=words,
        is_waiting=is_waiting,
    )
