"""Answers how staff call a lecture off at short notice (緊急中止) and tell its people by telephone: the call list."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.services.lectures import calls as service
from scheduler.services.lectures import cancelling, telling
from scheduler.services.refusals import Invalid, Refused
from scheduler.web import access, edge, inputs
from scheduler.web.staff.lectures import the
from scheduler.web.words import refusals

calls = Blueprint("staff_calls", __name__, url_prefix="/staff/lectures")
calls.before_request(access.staff_gate)


@calls.get("/<id:lecture_id>/call-off")
@access.requires("schedule")
def confirm(lecture_id: int) -> ResponseReturnValue:
    """Ask for the reason, and say how many people are told at once."""
    return _confirm_page(lecture_id, {}, {})


@calls.post("/<id:lecture_id>/call-off")
@access.requires("schedule")
def call_off(lecture_id: int) -> ResponseReturnValue:
    """Call a lecture off; its people are told at once, and the call list opens."""
    try:
        told = cancelling.call_off(lecture_id, inputs.bilingual("reason"), edge.now(), edge.staff_actor())
    except Invalid as error:
        return _confirm_page(lecture_id, request.form.to_dict(), inputs.errors(error)), error.status
    except Refused as error:
        flash(refusals.sentence(error), "error")
        return redirect(url_for("staff_lectures.show", lecture_id=lecture_id))
    sent = ngettext("%(num)d 人にメールでお知らせします。", "%(num)d 人にメールでお知らせします。", told)
    flash(_("緊急中止にしました。続けて電話でご連絡ください。") + (sent if told else ""))
    return redirect(url_for(".page", lecture_id=lecture_id))


@calls.get("/<id:lecture_id>/calls")
def page(lecture_id: int) -> ResponseReturnValue:
    """Show whom to call about a lecture that was called off, and who was reached."""
    lecture = the(lecture_id)
    lines = service.of(lecture_id) if lecture.called_off_at is not None else []
    return render_template(
        "staff/lectures/calls.html",
        lecture=lecture,
        to_call=[line for line in lines if line.called_at is None],
        reached=[line for line in lines if line.called_at is not None],
    )


@calls.post("/<id:lecture_id>/calls/<id:contact_id>")
@access.requires("register")
def tick(lecture_id: int, contact_id: int) -> ResponseReturnValue:
    """Note that somebody was reached on the telephone (`called=1`), or take the note back."""
    called = request.form.get("called") == "1"
    try:
        service.tick(lecture_id, contact_id, called, edge.now(), edge.staff_actor("phone"))
    except Refused as error:
        flash(refusals.sentence(error), "error")
        return redirect(url_for("staff_lectures.show", lecture_id=lecture_id))
    return redirect(url_for(".page", lecture_id=lecture_id, _anchor="to-call"))


def _confirm_page(lecture_id: int, values: dict[str, str], errors: dict[str, str]) -> str:
    lecture = the(lecture_id)
    told = 0 if lecture.status == "cancelled" else telling.people_to_tell(lecture_id)
    return render_template("staff/lectures/call_off.html", lecture=lecture, values=values, errors=errors, told=told)
