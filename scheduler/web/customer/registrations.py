"""Answers how a contact takes a date, changes it, leaves it, and says who watches the same screen."""

from __future__ import annotations

import re

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.models.db import db
from scheduler.models.registrations import Registration
from scheduler.services import eligibility
from scheduler.services.refusals import AlreadyBooked, Invalid, LectureFull, LectureOver, NotBooked, NotFound, Refused
from scheduler.services.registrations import booking, changes
from scheduler.services.registrations.companions import set_companions
from scheduler.web import access, edge
from scheduler.web.customer import standing
from scheduler.web.customer.page import AT_ONCE, home, shown
from scheduler.web.customer.private import private
from scheduler.web.ids import read_id
from scheduler.web.words import refusals

registrations = Blueprint("my_registrations", __name__, url_prefix="/me/<token>")
registrations.before_request(access.contact_gate("me"))
registrations.after_request(private)

# The most colleagues before one screen, and the longest name.
MOST_COMPANIONS = 30
LONGEST_NAME = 60


@registrations.get("/lectures/<id:lecture_id>/register")
def pointed_at(token: str, lecture_id: int) -> ResponseReturnValue:
    """Lead a reloaded page back to the date."""
    return redirect(url_for("me.show", token=token, lecture=lecture_id))


@registrations.post("/lectures/<id:lecture_id>/register")
def register(token: str, lecture_id: int) -> ResponseReturnValue:
    """Take a seat, or with `waitlist` a place on the waiting list; pressing twice registers once."""
    wants_to_wait = request.form.get("waitlist") == "1"
    try:
        number = booking.register(
            g.contact.id,
            lecture_id,
            edge.now(),
            edge.contact_actor(),
            companions=_companions(),
            waitlist=wants_to_wait,
        )
    except AlreadyBooked as refusal:
        flash(refusals.sentence(refusal), "info")
        return home()
    except LectureFull as refusal:
        return shown(refusal, lecture_id)
    except Refused as refusal:
        return shown(refusal)
    if wants_to_wait and db.session.get_one(Registration, number).status == "waitlisted":
        flash(_("キャンセル待ちを承りました。空きが出ましたら自動でお申し込みが確定します。"))
    elif g.contact.email:
        flash(_("お申し込みを承りました。確認メールをお送りします。"))
    else:
        flash(_("お申し込みを承りました。"))
    return home()


@registrations.get("/registrations/<id:registration_id>/change")
def other_dates(token: str, registration_id: int) -> ResponseReturnValue:
    """Show the other dates, one button each; with `?also=1` they are taken beside the one held."""
    return _choice(registration_id)


@registrations.post("/registrations/<id:registration_id>/change")
def change(token: str, registration_id: int) -> ResponseReturnValue:
    """Change the date in one step: the new seat is taken or the old one stays."""
    chosen = read_id(request.form.get("lecture", ""))
    try:
        standing.own(g.contact, registration_id)
        if chosen is None:
            raise NotFound()
        changes.swap(registration_id, chosen, edge.now(), edge.contact_actor())
    except (AlreadyBooked, NotBooked) as refusal:
        flash(refusals.sentence(refusal), "info")
        return home()
    except LectureFull as refusal:
        return _choice(registration_id, refusal)
    except Refused as refusal:
        return shown(refusal)
    flash(
        _("日程を変更しました。新しい日程の確認メールをお送りします。")
        if g.contact.email
        else _("日程を変更しました。")
    )
    return home()


@registrations.get("/registrations/<id:registration_id>/cancel")
def ask_cancel(token: str, registration_id: int) -> ResponseReturnValue:
    """Ask once more before the seat is given up."""
    try:
        row = _changeable(registration_id)
    except Refused as refusal:
        return shown(refusal)
    return render_template("customer/cancel.html", registration=row, lecture=row.lecture)


@registrations.post("/registrations/<id:registration_id>/cancel")
def cancel(token: str, registration_id: int) -> ResponseReturnValue:
    """Give the seat, or the place on the waiting list, up."""
    try:
        waiting = standing.own(g.contact, registration_id).status == "waitlisted"
        changes.cancel(registration_id, edge.now(), edge.contact_actor())
    except NotBooked as refusal:
        flash(refusals.sentence(refusal), "info")
        return home()
    except Refused as refusal:
        return shown(refusal)
    if waiting:
        flash(_("キャンセル待ちを取り消しました。"))
    else:
        flash(_("お申し込みをキャンセルしました。ご都合のよい日程がありましたら、いつでもお申し込みください。"))
    return home()


@registrations.post("/registrations/<id:registration_id>/companions")
def companions(token: str, registration_id: int) -> ResponseReturnValue:
    """Say who watches the same screen."""
    try:
        row = standing.own(g.contact, registration_id)
        if row.lecture.ends_at <= edge.now():
            raise LectureOver()
        set_companions(registration_id, _companions(), edge.now(), edge.contact_actor())
    except Refused as refusal:
        return shown(refusal)
    flash(_("同席される方を保存しました。"))
    return home()


@registrations.get("/registrations/<id:registration_id>/companions")
def named(token: str, registration_id: int) -> ResponseReturnValue:
    """Lead a reloaded page back to the personal page."""
    return home()


def _choice(registration_id: int, refusal: Refused | None = None) -> ResponseReturnValue:
    try:
        row = _changeable(registration_id)
    except Refused as impossible:
        return shown(impossible)
    if request.method == "POST":
        access.whole_contact()
    dates = eligibility.open_dates(g.contact, row.lecture.course.key, edge.now())
    html = render_template(
        "customer/change.html",
        registration=row,
        lecture=row.lecture,
        ones=[one for one in dates if one.registration_id is None],
        by_day=lambda ones: standing.by_day(ones, edge.zone()),
        at_once=AT_ONCE,
        also=request.args.get("also") == "1",
        told=refusals.sentence(refusal) if refusal else "",
    )
    return html, refusal.status if refusal else 200


def _changeable(registration_id: int) -> Registration:
    """Return an own registration on a lecture that has not begun; raise NotFound, NotBooked, LectureOver."""
    row = standing.own(g.contact, registration_id)
    if row.status == "cancelled":
        raise NotBooked()
    eligibility.check_open(row.lecture, edge.now(), cancelled_too=True)
    return row


def _companions() -> list[str]:
    """Read the names of companions, one a line or with commas between; raise Invalid when it cannot be names."""
    names = [name.strip() for name in re.split(r"[\n,、，]", request.form.get("companions", "")) if name.strip()]
    if len(names) > MOST_COMPANIONS or any(len(name) > LONGEST_NAME for name in names):
        raise Invalid(field="companions", why="companions_too_many", most=MOST_COMPANIONS, longest=LONGEST_NAME)
    return names
