"""Answers what staff do for people on the telephone: register, move, cancel, from the roster or the account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.services.refusals import LectureFull, Refused
from scheduler.services.registrations import booking, changes
from scheduler.services.registrations.companions import set_companions
from scheduler.web import access, edge, inputs
from scheduler.web.paths import local_path
from scheduler.web.words import refusals

roster = Blueprint("staff_roster", __name__, url_prefix="/staff/roster")
roster.before_request(access.staff_gate)


@roster.post("/register")
@access.requires("register")
def register() -> ResponseReturnValue:
    """Register a contact on a lecture on the telephone, with or without mails."""
    lecture_id, contact_id = inputs.whole("lecture"), inputs.whole("contact")
    companions = [
        name.strip() for name in request.form.get("companions", "").replace("、", ",").split(",") if name.strip()
    ]
    try:
        booking.register(
            contact_id,
            lecture_id,
            edge.now(),
            edge.staff_actor("phone"),
            companions=companions,
            waitlist=request.form.get("waitlist") == "1",
            mails=request.form.get("mails") == "1",
        )
    except LectureFull:
        flash(
            _("満席のため申込できません。定員を増やすか、「満席ならキャンセル待ち」を選んで登録してください。"), "error"
        )
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("電話での申込を登録しました。"))
    return _back(lecture_id)


@roster.post("/<id:registration_id>/move")
@access.requires("register")
def move(registration_id: int) -> ResponseReturnValue:
    """Move a registration to another date."""
    lecture_id = inputs.whole("lecture")
    try:
        changes.swap(registration_id, lecture_id, edge.now(), edge.staff_actor("phone"))
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("日程を変更しました。"))
    return _back(lecture_id)


@roster.post("/<id:registration_id>/cancel")
@access.requires("register")
def cancel(registration_id: int) -> ResponseReturnValue:
    """Cancel a registration."""
    try:
        changes.cancel(registration_id, edge.now(), edge.staff_actor("phone"))
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("申込をキャンセルしました。"))
    return _back(inputs.optional_id("lecture"))


@roster.post("/<id:registration_id>/companions")
@access.requires("register")
def companions(registration_id: int) -> ResponseReturnValue:
    """Note the colleagues who watch the same screen."""
    names = request.form.get("companions", "").replace("、", ",").split(",")
    try:
        set_companions(registration_id, names, edge.now(), edge.staff_actor("phone"))
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("同席者を保存しました。"))
    return _back(inputs.optional_id("lecture"))


def _back(lecture_id: int | None) -> ResponseReturnValue:
    """Return to the page the form stood on: the account's, else the lecture's."""
    otherwise = url_for("staff_lectures.show", lecture_id=lecture_id) if lecture_id else url_for("staff_lectures.index")
    return redirect(local_path(request.form.get("next"), otherwise))
