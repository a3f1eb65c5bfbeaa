"""Answers how a recorded report is taken back by the page: what that comes to, then one press."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.services.attendance import staging, undo
from scheduler.services.attendance.undo import Undone
from scheduler.services.refusals import UploadExpired
from scheduler.web import access, edge
from scheduler.web.staff.lectures import the
from scheduler.web.words import terms, undoing
from scheduler.web.words.people import Names

report_undo = Blueprint(
    "staff_report_undo", __name__, url_prefix="/staff/lectures/<id:lecture_id>/report/<id:upload_id>/undo"
)
report_undo.before_request(access.staff_gate)


@report_undo.get("")
@access.requires("attendance")
def form(lecture_id: int, upload_id: int) -> ResponseReturnValue:
    """Show what taking the report back comes to."""
    _check(lecture_id, upload_id)
    try:
        told = undo.preview(upload_id, edge.now(), edge.staff_actor("report"))
    except UploadExpired:
        return _gone(lecture_id)
    names = Names(contacts=[*told.verdicts, *(one.contact_id for one in told.kept)])
    return render_template(
        "staff/attendance_reports/undo.html",
        lecture=the(lecture_id),
        told=told,
        last=staging.latest(lecture_id),
        names=names,
        undoing=undoing,
    )


@report_undo.post("")
@access.requires("attendance")
def take_back(lecture_id: int, upload_id: int) -> ResponseReturnValue:
    """Take the report back."""
    _check(lecture_id, upload_id)
    try:
        told = undo.undo(upload_id, edge.now(), edge.staff_actor("report"))
    except UploadExpired:
        return _gone(lecture_id)
    flash(_("このレポートの取り込みは取り消し済みです。") if told is None else _done(told))
    return redirect(url_for("staff_lectures.show", lecture_id=lecture_id, _anchor="roster"))


def _done(told: Undone) -> str:
    """Say what became of it."""
    words = [_("レポートの取り込みを取り消しました。")]
    if told.earlier is not None:
        words.append(_("前のレポート（%(file)s）がまた有効になりました。", file=told.earlier))
    if told.taken_back:
        words.append(_("送信前のメール %(n)d 通を取りやめました。", n=told.taken_back))
    if told.owed:
        words.append(_("前のレポートに合わせて、メール %(n)d 通を送ります。", n=told.owed))
    if told.removed:
        words.append(_("取り込みで追加した先方担当者を削除しました: %(people)s", people=terms.listed(told.removed)))
    return " ".join(words)


def _check(lecture_id: int, upload_id: int) -> None:
    if staging.the_lecture_of(upload_id) != lecture_id:
        abort(404)


def _gone(lecture_id: int) -> ResponseReturnValue:
    flash(_("このレポートは今は有効ではないため、取り消すものはありません。"), "error")
    return redirect(url_for("staff_attendance_reports.form", lecture_id=lecture_id))
