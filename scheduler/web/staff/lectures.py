"""Answers what staff see of the schedule and do with one lecture: make, change, cancel, bring back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy.orm import joinedload

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.rules.workdays import to_utc
from scheduler.services import clashes, directory, history, mail_holding, rosters, wanted_steps
from scheduler.services.attendance import staging
from scheduler.services.installation import here
from scheduler.services.lectures import cancelling, changing, making, telling
from scheduler.services.lectures.values import MEETING
from scheduler.services.refusals import Invalid, Refused
from scheduler.web import access, edge, inputs
from scheduler.web.staff import judged, rooms
from scheduler.web.words import attendance_reports, dates, refusals
from scheduler.web.words import history as histories

lectures = Blueprint("staff_lectures", __name__, url_prefix="/staff/lectures")
lectures.before_request(access.staff_gate)

WEEK = timedelta(days=7)


@lectures.get("")
def index() -> ResponseReturnValue:
    """Show four weeks of the schedule from a day on."""
    zone = edge.zone()
    today = edge.now().astimezone(zone).date()
    first = inputs.optional_date(request.args.get("from")) or today
    start = datetime.combine(first, datetime.min.time(), tzinfo=zone)
    mine = request.args.get("whose") == "mine"
    rows = rosters.scheduled(
        start,
        start + 4 * WEEK,
        course=request.args.get("course", ""),
        host_id=current_user.id if mine else None,
    )
    return render_template(
        "staff/lectures/index.html",
        lectures=rows,
        waiting=rosters.waiting_counts([row.id for row in rows]),
        course_options=inputs.course_options(),
        first=first,
        earlier=first - 4 * WEEK,
        later=first + 4 * WEEK,
        mine=mine,
    )


@lectures.get("/<id:lecture_id>")
def show(lecture_id: int) -> ResponseReturnValue:
    """Show one lecture with its roster; `?q=` finds people to register on the telephone."""
    lecture = the(lecture_id)
    wanted = request.args.get("q", "").strip()
    seats = rosters.of(lecture_id)
    return render_template(
        "staff/lectures/show.html",
        lecture=lecture,
        seats=seats,
        **rooms.shown(lecture, seats),
        **judged.of_lecture(lecture_id, seats),
        history=histories.lines(history.of_lecture(lecture_id)),
        report=staging.latest(lecture_id),
        report_words=attendance_reports,
        follow_up=mail_holding.follow_up(lecture_id),
        wanted=wanted,
        found=directory.find_people(wanted) if wanted else [],
        wanted_step=lecture.course.wanted_step,
        lacking=_lacking(lecture, seats),
        present={seat.contact.id for seat in seats if seat.registration and seat.registration.status != "cancelled"},
        other_options=[
            (other.id, f"{dates.span(other.starts_at, other.ends_at)} ({other.seats_taken}/{other.capacity})")
            for other in _other_dates(lecture)
        ],
    )


def _lacking(lecture: Lecture, seats: list[rosters.Seat]) -> set[int]:
    """Return who on the roster lacks the set-up step that the course wants first."""
    step_id = lecture.course.wanted_step_id
    live = [seat.contact.id for seat in seats if seat.registration and seat.registration.status != "cancelled"]
    return wanted_steps.lacking(step_id, live) if step_id is not None else set()


@lectures.get("/new")
@access.requires("schedule")
def new() -> ResponseReturnValue:
    """Show the form for a one-off lecture."""
    return _form(None, {}, {})


@lectures.post("/new")
@access.requires("schedule")
def create() -> ResponseReturnValue:
    """Make a one-off lecture."""
    try:
        number = making.create(
            request.form.get("course", ""),
            inputs.local_moment("starts_at", here().zone),
            inputs.optional_local_moment("ends_at", here().zone),
            capacity=inputs.whole("capacity"),
            host_id=inputs.optional_id("host"),
            **inputs.meeting(),
            kind=request.form.get("kind", "webinar"),
            account_limit=inputs.optional_whole("account_limit"),
            locale=request.form.get("locale", "ja"),
            now=edge.now(),
            actor=edge.staff_actor(),
        )
    except Refused as error:
        return _form(None, request.form.to_dict(), inputs.errors(error)), error.status
    flash(_("開催日程を作成しました。"))
    return redirect(url_for(".show", lecture_id=number))


@lectures.get("/<id:lecture_id>/edit")
@access.requires("schedule")
def edit(lecture_id: int) -> ResponseReturnValue:
    """Show the form that changes one lecture, and how many mails a new time or meeting would send."""
    lecture = the(lecture_id)
    zone = ZoneInfo(lecture.zone)
    values = {
        "starts_at": lecture.starts_at.astimezone(zone).strftime(inputs.LOCAL),
        "ends_at": lecture.ends_at.astimezone(zone).strftime(inputs.LOCAL),
        "capacity": lecture.capacity,
        "host": lecture.host_id,
        **{name: getattr(lecture, name) for name in MEETING},
        "kind": lecture.kind,
        "account_limit": lecture.account_limit,
        "reason_ja": "",
        "reason_en": "",
    }
    return _form(lecture, values, {})


@lectures.post("/<id:lecture_id>/edit")
@access.requires("schedule")
def change(lecture_id: int) -> ResponseReturnValue:
    """Change one lecture; its people are told of a new time or meeting."""
    lecture = the(lecture_id)
    try:
        fields: dict[str, Any] = {
            "starts_at": _moment("starts_at", lecture.starts_at, lecture.zone),
            "ends_at": _moment("ends_at", lecture.ends_at, lecture.zone),
            "capacity": inputs.whole("capacity"),
            "host_id": inputs.optional_id("host"),
            **inputs.meeting(),
            "account_limit": inputs.optional_whole("account_limit"),
        }
        if "kind" in request.form:
            fields["kind"] = request.form["kind"]
        told = changing.change(lecture_id, fields, edge.now(), edge.staff_actor(), reason=inputs.bilingual("reason"))
    except Refused as error:
        return _form(lecture, request.form.to_dict(), inputs.errors(error)), error.status
    flash(_("変更を保存しました。") + _told(told))
    return redirect(url_for(".show", lecture_id=lecture_id))


@lectures.get("/<id:lecture_id>/host")
@access.requires("schedule")
def host(lecture_id: int) -> ResponseReturnValue:
    """Ask who takes the lecture over."""
    lecture = the(lecture_id)
    return _host_page(lecture, lecture.host_id, [], {})


@lectures.post("/<id:lecture_id>/host")
@access.requires("schedule")
def change_host(lecture_id: int) -> ResponseReturnValue:
    """Give the lecture to another host; nobody is told. One who is busy then is named first, and taken when asked again."""
    lecture = the(lecture_id)
    chosen = inputs.optional_id("host")
    busy = clashes.find(chosen, "", [(lecture.starts_at, lecture.ends_at)], but=[lecture_id])
    if busy and inputs.optional_id("seen") != chosen:
        return _host_page(lecture, chosen, busy, {})
    try:
        changing.change(lecture_id, {"host_id": chosen}, edge.now(), edge.staff_actor())
    except Refused as error:
        return _host_page(lecture, chosen, [], inputs.errors(error)), error.status
    flash(_("ホストを交代しました。お客様にメールは送られません。"))
    return redirect(url_for(".show", lecture_id=lecture_id))


@lectures.get("/<id:lecture_id>/cancel")
@access.requires("schedule")
def confirm_cancel(lecture_id: int) -> ResponseReturnValue:
    """Ask for the reason, and say how many people will be told."""
    return _cancel_page(the(lecture_id), {}, {})


@lectures.post("/<id:lecture_id>/cancel")
@access.requires("schedule")
def cancel(lecture_id: int) -> ResponseReturnValue:
    """Cancel one lecture with a reason; its people are told."""
    try:
        told = cancelling.cancel(lecture_id, inputs.bilingual("reason"), edge.now(), edge.staff_actor())
    except Invalid as error:
        return _cancel_page(the(lecture_id), request.form.to_dict(), inputs.errors(error)), error.status
    flash(_("開催を中止しました。") + _told(told))
    return redirect(url_for(".show", lecture_id=lecture_id))


@lectures.post("/<id:lecture_id>/bring-back")
@access.requires("schedule")
def bring_back(lecture_id: int) -> ResponseReturnValue:
    """Bring a cancelled lecture back with its people."""
    try:
        told = cancelling.bring_back(lecture_id, edge.now(), edge.staff_actor())
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("中止を取り消し、開催に戻しました。") + _told(told))
    return redirect(url_for(".show", lecture_id=lecture_id))


def the(lecture_id: int) -> Lecture:
    """Return the lecture of this id with what its page shows, else 404."""
    related = (Lecture.course, Lecture.host, Lecture.account, Lecture.series)
    lecture = db.session.get(Lecture, lecture_id, options=[joinedload(name) for name in related])
    if lecture is None:
        abort(404)
    return lecture


def _moment(field: str, before: datetime, zone: str) -> datetime:
    """Read a moment; what still says what was shown is the one from before, also in an hour that the clocks show twice."""
    wall = inputs.naive_moment(field)
    shown = before.astimezone(ZoneInfo(zone)).strftime(inputs.LOCAL)
    return before if wall.strftime(inputs.LOCAL) == shown else to_utc(wall, zone)


def _other_dates(lecture: Lecture) -> list[Lecture]:
    """List the dates of the same course a person can be moved to."""
    if lecture.ends_at <= edge.now():
        return []
    ahead = rosters.scheduled(edge.now(), edge.now() + timedelta(days=60), course=lecture.course.key)
    return [
        other
        for other in ahead
        if other.id != lecture.id
        and other.status == "scheduled"
        and other.stray_since is None
        and other.seats_taken < other.capacity
        and other.account_id in (None, lecture.account_id)
        and other.contact_id in (None, lecture.contact_id)
    ]


def _form(lecture: Lecture | None, values: dict[str, Any], errors: dict[str, str]) -> str:
    return render_template(
        "staff/lectures/form.html",
        lecture=lecture,
        values=values,
        errors=errors,
        course_options=inputs.course_options(),
        host_options=inputs.host_options(),
        home_zone=here().zone,
        told=telling.people_to_tell(lecture.id) if lecture and lecture.ends_at > edge.now() else 0,
    )


def _host_page(lecture: Lecture, chosen: int | None, busy: list[clashes.Clash], errors: dict[str, str]) -> str:
    return render_template(
        "staff/lectures/host.html",
        lecture=lecture,
        chosen=chosen,
        clashes=busy,
        errors=errors,
        host_options=inputs.host_options(),
    )


def _cancel_page(lecture: Lecture, values: dict[str, Any], errors: dict[str, str]) -> str:
    told = telling.people_to_tell(lecture.id)
    return render_template("staff/lectures/cancel.html", lecture=lecture, values=values, errors=errors, told=told)


def _told(count: int) -> str:
    if not count:
        return ""
    return ngettext("%(num)d 人にメールでお知らせします。", "%(num)d 人にメールでお知らせします。", count)
