"""Answers how lists of ticks, of usage and of contracts come in by the page: handed in, looked at, confirmed, taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.models.uploads import Upload
from scheduler.readers.customer_rows import Refusal
from scheduler.services import contract_files, progress_files, setup_files, steps, usage_files
from scheduler.services.imports.staging import is_waiting
from scheduler.services.refusals import FileUnreadable, NoRowFits, RowsRefused, UploadExpired
from scheduler.web import access, csvs, edge, ids, inputs
from scheduler.web.words import progress_files as words
from scheduler.web.words import terms
from scheduler.web.words.texts import plain

pages = Blueprint("staff_progress_files", __name__, url_prefix="/staff/imports/<any(setup, usage, contracts):matter>")
pages.before_request(access.staff_gate)

PER_PAGE = 20
# Who takes in which list.
FILES = {"setup": setup_files, "usage": usage_files, "contracts": contract_files}
# The most lines of one list on the preview; the rest is counted.
MOST = 200


@pages.get("")
@access.requires("import")
def index(matter: str) -> ResponseReturnValue:
    """List what was handed in, with the form for another list."""
    return _index(matter, {})


@pages.post("")
@access.requires("import")
def upload(matter: str) -> ResponseReturnValue:
    """Keep a list and show what it comes to."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _index(matter, {"file": _("ファイルをお選びください。")}), 422
    try:
        number = FILES[matter].stage(file.read(), file.filename, edge.now(), edge.staff_actor("import"))
    except FileUnreadable as error:
        return _index(matter, inputs.errors(error)), error.status
    return redirect(url_for(".show", matter=matter, upload_id=number))


@pages.get("/<id:upload_id>")
@access.requires("import")
def show(matter: str, upload_id: int) -> ResponseReturnValue:
    """Show what a list would do, or what it did."""
    kept = progress_files.the(matter, upload_id)
    if kept.confirmed_at is not None:
        return _result(matter, kept)
    if not is_waiting(kept, edge.now()):
        return render_template("staff/progress_files/expired.html", kind=matter, upload=kept), 410
    if matter == "setup":
        ticks = setup_files.plan(kept.content, kept.filename, edge.now(), edge.staff_actor("import"))
        return _preview(matter, kept, ticks)
    if matter == "contracts":
        return _preview(matter, kept, contract_files.plan(kept.content, kept.filename))
    return _preview(matter, kept, usage_files.plan(kept.content, kept.filename, edge.now()))


@pages.post("/<id:upload_id>/confirm")
@access.requires("import")
def confirm(matter: str, upload_id: int) -> ResponseReturnValue:
    """Record what the list says."""
    try:
        FILES[matter].confirm(upload_id, edge.now(), edge.staff_actor("import"))
    except (UploadExpired, NoRowFits, RowsRefused):
        # Pressed twice, confirmed by somebody else, too old, nothing to bring in: the page says which.
        return redirect(url_for(".show", matter=matter, upload_id=upload_id))
    flash(_("取り込みました。"))
    return redirect(url_for(".show", matter=matter, upload_id=upload_id))


@pages.post("/<id:upload_id>/undo")
@access.requires("import")
def undo(matter: str, upload_id: int) -> ResponseReturnValue:
    """Take back what a list brought."""
    try:
        if matter != "usage":
            files = setup_files if matter == "setup" else contract_files
            back, kept = files.undo(upload_id, edge.now(), edge.staff_actor("import"))
            told = ngettext("%(num)d 件を元に戻しました。", "%(num)d 件を元に戻しました。", back)
            if kept:
                told += ngettext(
                    "取り込みのあとに記録が変わった %(num)d 件は、そのまま残しました。",
                    "取り込みのあとに記録が変わった %(num)d 件は、そのまま残しました。",
                    kept,
                )
        else:
            gone = usage_files.undo(upload_id, edge.now(), edge.staff_actor("import"))
            told = ngettext("%(num)d 日分の利用を取り消しました。", "%(num)d 日分の利用を取り消しました。", gone)
    except UploadExpired:
        told = _("この取り込みは、すでに取り消されています。")
    flash(told)
    return redirect(url_for(".show", matter=matter, upload_id=upload_id))


@pages.get("/list.csv")
@access.requires("import")
def blank(matter: str) -> ResponseReturnValue:
    """Hand out a list to fill in: how every step stands, or the columns of a list of usage."""
    if matter == "usage":
        return csvs.response("usage.csv", [_("顧客ID"), _("日付"), _("操作"), _("店舗コード")], [])
    if matter == "contracts":
        return csvs.response("contracts.csv", [_("顧客ID"), _("開始日"), _("終了日"), _("月額"), _("結果")], [])
    head = [_("顧客ID"), _("会社名"), _("項目"), _("店舗コード"), _("店舗名")]
    head += [_("状態"), _("対応待ちの相手"), _("日付"), _("理由")]
    rows = (
        [
            *(account_id, name, plain(step), store, store_name, terms.SETUP_STATES[state]),
            *(terms.SETUP_DOERS.get(doer, ""), at.astimezone(edge.zone()).date() if at else "", reason),
        ]
        for account_id, name, step, store, store_name, state, doer, at, reason in setup_files.standing()
    )
    return csvs.response("setup.csv", head, rows)


def _index(matter: str, errors: dict[str, str]) -> str:
    page = max(1, request.args.get("page", 1, type=ids.number))
    rows, total = progress_files.past(matter, page, PER_PAGE)
    return render_template(
        "staff/progress_files/index.html",
        kind=matter,
        uploads=rows,
        total=total,
        page=page,
        per_page=PER_PAGE,
        errors=errors,
        words=words,
        is_waiting=is_waiting,
        steps=steps.in_order() if matter == "setup" else [],
    )


def _preview(matter: str, kept: Upload, plan: setup_files.Plan | usage_files.Plan | contract_files.Plan) -> str:
    totals = plan.to_json()
    return render_template(
        "staff/progress_files/preview.html",
        kind=matter,
        upload=kept,
        plan=plan,
        totals=totals,
        usable=_is_usable(matter, totals),
        most=MOST,
        words=words,
    )


def _is_usable(matter: str, totals: dict[str, Any]) -> bool:
    """Tell whether a list can be confirmed; one of contracts goes in whole or not at all."""
    if matter == "contracts" and totals["refused"]:
        return False
    return any(totals[name] for name in ("changed", "unchanged", "silent", "new_days", "known") if name in totals)


def _result(matter: str, done: Upload) -> str:
    totals = done.result or {}
    return render_template(
        "staff/progress_files/result.html",
        kind=matter,
        upload=done,
        totals=totals,
        refused=[Refusal(**row) for row in totals["refused"]],
        most=MOST,
        words=words,
    )
