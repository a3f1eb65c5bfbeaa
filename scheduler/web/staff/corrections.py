"""Answers how staff send the mail that corrects what an earlier one said of somebody's attendance: one press."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.services.attendance import corrections as service
from scheduler.services.refusals import Refused
from scheduler.web import access, edge
from scheduler.web.words import refusals

corrections = Blueprint(
    "staff_corrections", __name__, url_prefix="/staff/lectures/<id:lecture_id>/people/<id:contact_id>/correction"
)
corrections.before_request(access.staff_gate)


@corrections.post("")
@access.requires("attendance")
def send(lecture_id: int, contact_id: int) -> ResponseReturnValue:
    """Owe the correction; a second press finds nothing to correct."""
    try:
        service.send(lecture_id, contact_id, edge.now(), edge.staff_actor())
    except Refused as refusal:
        flash(refusals.sentence(refusal), "error")
    else:
        flash(_("訂正のメールを送ります。"))
    return redirect(url_for("staff_lectures.show", lecture_id=lecture_id, _anchor="roster"))
