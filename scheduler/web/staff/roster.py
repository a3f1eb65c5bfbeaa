"""Answers what staff do for people on the telephone: register, move, cancel, answer an offer, from roster or account."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.registrations import Registration
from scheduler.services.attendance import absences
from scheduler.services.refusals import LectureFull, Refused
from scheduler.services.registrations import booking, changes, waiting
from scheduler.services.registrations.companions import set_companions
from scheduler.web import access, edge, inputs
from scheduler.web.paths import local_path
from scheduler.web.words import refusals

roster = Blueprint("staff_roster", __name__, url_prefix="/staff/roster")
roster.before_request(access.staff_gate)


@roster.post("/register")
@access.requires("register")
def register() -> ResponseReturnValue:
    """Register a contact on a lecture on the telephone, with or without mails, with the exceptions staff may make."""
    lecture_id, contact_id = inputs.whole("lecture"), inputs.whole("contact")
    try:
        number = booking.register(
            contact_id,
            lecture_id,
            edge.now(),
            edge.staff_actor("phone"),
            companions=_companions() if "companions" in request.form else None,
            unnamed=_unnamed(),
            waitlist=request.form.get("waitlist") == "1",
            mails=_mails(),
            exception=request.form.get("exception", ""),
            over_limit=_over_limit(),
        )
    except LectureFull:
        flash(
            _("満席のため申込できません。定員を増やすか、「満席ならキャンセル待ち」を選んで登録してください。"), "error"
        )
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        waits = db.session.scalar(select(Registration.status).where(Registration.id == number)) == "waitlisted"
        flash(_("キャンセル待ちに登録しました。") if waits else _("電話での申込を登録しました。"))
    return _back(lecture_id)


@roster.post("/<id:registration_id>/move")
@access.requires("register")
def move(registration_id: int) -> ResponseReturnValue:
    """Move a registration to another date."""
    lecture_id = inputs.whole("lecture")

    def act() -> None:
        now, actor = edge.now(), edge.staff_actor("phone")
        changes.swap(registration_id, lecture_id, now, actor, mail=_mails(), over_limit=_over_limit())

    return _done(act, _("日程を変更しました。"), lecture_id)


@roster.post("/<id:registration_id>/cancel")
@access.requires("register")
def cancel(registration_id: int) -> ResponseReturnValue:
    """Cancel a registration, or take somebody off the waiting list."""
    return _done(
        lambda: changes.cancel(registration_id, edge.now(), edge.staff_actor("phone"), mail=_mails()),
        _("申込をキャンセルしました。"),
        inputs.optional_id("lecture"),
    )


@roster.post("/<id:registration_id>/accept")
@access.requires("register")
def accept(registration_id: int) -> ResponseReturnValue:
    """Take the seat that is kept for somebody."""
    return _done(
        lambda: waiting.accept(registration_id, edge.now(), edge.staff_actor("phone"), mail=_mails()),
        _("電話での申込を登録しました。"),
    )


@roster.post("/<id:registration_id>/decline")
@access.requires("register")
def decline(registration_id: int) -> ResponseReturnValue:
    """Leave the seat that is kept for somebody to the next in line."""
    return _done(
        lambda: waiting.decline(registration_id, edge.now(), edge.staff_actor("phone")),
        _("確保した席を次の方に回しました。"),
    )


@roster.post("/<id:registration_id>/companions")
@access.requires("register")
def companions(registration_id: int) -> ResponseReturnValue:
    """Note the colleagues who watch the same screen."""

    def act() -> None:
        now, actor = edge.now(), edge.staff_actor("phone")
        set_companions(registration_id, _companions(), now, actor, unnamed=_unnamed())

    return _done(act, _("同席者を保存しました。"), inputs.optional_id("lecture"))


@roster.post("/<id:registration_id>/absence")
@access.requires("register")
def tell_absence(registration_id: int) -> ResponseReturnValue:
    """Note that somebody told us of an absence."""
    return _done(
        lambda: absences.tell(registration_id, edge.now(), edge.staff_actor("phone")),
        _("欠席連絡を記録しました。"),
        inputs.optional_id("lecture"),
    )


@roster.post("/<id:registration_id>/absence/undo")
@access.requires("register")
def take_absence_back(registration_id: int) -> ResponseReturnValue:
    """Note that somebody who told us of an absence comes after all."""
    return _done(
        lambda: absences.take_back(registration_id, edge.now(), edge.staff_actor("phone")),
        _("欠席連絡を取り消しました。"),
        inputs.optional_id("lecture"),
    )


def _done(act: Callable[[], None], words: str, lecture_id: int | None = None) -> ResponseReturnValue:
    """Do it and say so, or why not."""
    try:
        act()
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(words)
    return _back(lecture_id)


def _companions() -> list[str]:
    return [name for name in re.split(r"[,、，\n]", request.form.get("companions", "")) if name.strip()]


def _unnamed() -> int | None:
    return inputs.whole("unnamed") if request.form.get("unnamed", "").strip() else None


def _mails() -> bool:
    return request.form.get("mails") == "1"


def _over_limit() -> bool:
    return request.form.get("over_limit") == "1"


def _back(lecture_id: int | None) -> ResponseReturnValue:
    """Return to the page the form stood on: the account's, else the lecture's."""
    otherwise = url_for("staff_lectures.show", lecture_id=lecture_id) if lecture_id else url_for("staff_lectures.index")
    return redirect(local_path(request.form.get("next"), otherwise))
