"""Answers how staff note who is there: checked in on the roster, named among those in the room, the code to show, the recording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from io import BytesIO

import segno
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.services import rosters
from scheduler.services.actors import Actor
from scheduler.services.attendance import checkins, codes, recordings, room
from scheduler.services.installation import here
from scheduler.services.refusals import Refused
from scheduler.web import access, edge, ids, inputs
from scheduler.web.paths import local_path
from scheduler.web.staff.lectures import the
from scheduler.web.staff.rooms import moments
from scheduler.web.words import refusals

checkin = Blueprint("staff_checkin", __name__, url_prefix="/staff/lectures/<id:lecture_id>")
checkin.before_request(access.staff_gate)

Note = Callable[[int, Sequence[int], datetime, Actor], int]


@checkin.get("/check-in")
@access.requires("attendance")
def list_people(lecture_id: int) -> ResponseReturnValue:
    """Show the people expected and nothing else, to be checked in with a thumb."""
    lecture = the(lecture_id)
    seats = [
        seat for seat in rosters.of(lecture_id) if seat.registration is None or seat.registration.status != "cancelled"
    ]
    return render_template(
        "staff/lectures/check_in.html",
        lecture=lecture,
        seats=seats,
        room=room.of(lecture, edge.now()),
        **moments(lecture),
    )


@checkin.post("/check-in")
@access.requires("attendance")
def check_in(lecture_id: int) -> ResponseReturnValue:
    """Check in whom the button is of (`only`), else everybody ticked."""
    return _noted(
        checkins.check_in,
        lecture_id,
        lambda n: ngettext("%(num)d 名をチェックインしました。", "%(num)d 名をチェックインしました。", n),
    )


@checkin.post("/check-in/undo")
@access.requires("attendance")
def undo_check_in(lecture_id: int) -> ResponseReturnValue:
    """Take a check-in back."""
    return _noted(checkins.undo, lecture_id, lambda n: _("チェックインを取り消しました。"))


@checkin.post("/recordings")
@access.requires("attendance")
def record(lecture_id: int) -> ResponseReturnValue:
    """Note that people watched the recording."""
    return _noted(
        recordings.record,
        lecture_id,
        lambda n: ngettext("%(num)d 名の録画視聴を記録しました。", "%(num)d 名の録画視聴を記録しました。", n),
    )


@checkin.post("/recordings/undo")
@access.requires("attendance")
def undo_recording(lecture_id: int) -> ResponseReturnValue:
    """Take the note back."""
    return _noted(recordings.undo, lecture_id, lambda n: _("録画視聴の記録を取り消しました。"))


@checkin.post("/room/<id:presence_id>")
@access.requires("attendance")
def name(lecture_id: int, presence_id: int) -> ResponseReturnValue:
    """Say who somebody in the room is; without a contact take back what was said."""
    now, actor = edge.now(), edge.staff_actor()
    contact_id = inputs.optional_id("contact")
    try:
        if contact_id is None:
            room.unname(presence_id, lecture_id, now, actor)
        else:
            room.name(presence_id, lecture_id, contact_id, now, actor)
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(
            _("照合を取り消しました。") if contact_id is None else _("照合しました。次回から同じ名前で確認できます。")
        )
    return _back(lecture_id, "roster" if contact_id is None else "strangers")


@checkin.post("/code")
@access.requires("attendance")
def make_code(lecture_id: int) -> ResponseReturnValue:
    """Make the lecture's code unless there is one, and show it."""
    try:
        codes.show(lecture_id, edge.now(), edge.staff_actor())
    except Refused as error:
        flash(refusals.sentence(error), "error")
        return redirect(url_for("staff_lectures.show", lecture_id=lecture_id))
    return redirect(url_for(".code", lecture_id=lecture_id), 303)


@checkin.get("/code")
def code(lecture_id: int) -> ResponseReturnValue:
    """Show the code large, for the screen that attendees see."""
    lecture = the(lecture_id)
    if lecture.code is None:
        return redirect(url_for("staff_lectures.show", lecture_id=lecture_id))
    return render_template(
        "staff/lectures/code.html",
        lecture=lecture,
        code=lecture.code,
        address=f"{here().base_url}{url_for('attend.form')}",
        over=not codes.is_open(lecture, edge.now()) and lecture.ends_at <= edge.now(),
    )


@checkin.get("/code.svg")
def code_picture(lecture_id: int) -> ResponseReturnValue:
    """Draw the QR code that leads to the short form with the code in it."""
    number = the(lecture_id).code or abort(404)
    drawn = BytesIO()
    # Dark on light with a quiet zone of four modules, whatever the page's colours are: cameras read nothing else well.
    made = segno.make(f"{here().base_url}{url_for('attend.form', code=number)}", error="m", micro=False)
    made.save(drawn, kind="svg", scale=8, border=4, dark="#000", light="#fff")
    return Response(drawn.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": "private, no-store"})


def _noted(note: Note, lecture_id: int, words: Callable[[int], str]) -> ResponseReturnValue:
    only = request.form.get("only", type=ids.number)
    chosen = [only] if only is not None else request.form.getlist("contact", type=ids.number)
    if not chosen:
        flash(_("名簿で、記録する方にチェックを入れてください。"), "error")
        return _back(lecture_id, "roster")
    try:
        count = note(lecture_id, chosen, edge.now(), edge.staff_actor())
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(words(count) if count else _("すでに記録されています。"))
    return _back(lecture_id, "roster") if only is None else _row(lecture_id, only)


def _back(lecture_id: int, place: str) -> ResponseReturnValue:
    """Return to the page the form stood on: the person's, else the lecture's."""
    otherwise = url_for("staff_lectures.show", lecture_id=lecture_id, _anchor=place)
    return redirect(local_path(request.form.get("next"), otherwise), 303)


def _row(lecture_id: int, contact_id: int) -> ResponseReturnValue:
    """Return to the line that was pressed on."""
    way = local_path(request.form.get("next"), url_for("staff_lectures.show", lecture_id=lecture_id))
    return redirect(f"{way}#person-{contact_id}", 303)
