"""Answers how a contact takes a date, changes it, leaves it, and says who watches the same screen."""

from __future__ import annotations

import re

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from scheduler.models.db import db
from scheduler.models.registrations import Registration
from scheduler.services import eligibility
from scheduler.services.refusals import AlreadyBooked, LectureFull, NotBooked, NotFound, Refused
from scheduler.services.registrations import booking, changes, waiting
from scheduler.services.registrations.companions import set_companions
from scheduler.web import access, edge, inputs
from scheduler.web.customer import acting, page, people, standing
from scheduler.web.customer.private import private
from scheduler.web.ids import read_id
from scheduler.web.words import refusals

registrations = Blueprint("my_registrations", __name__, url_prefix="/me/<token>")
registrations.before_request(access.contact_gate("me"))
registrations.before_request(acting.choose)
registrations.after_request(private)


@registrations.get("/lectures/<id:lecture_id>/register")
def pointed_at(token: str, lecture_id: int) -> ResponseReturnValue:
    """Lead a reloaded page back to the date."""
    if g.person_id is not None:
        return redirect(url_for("my_people.show", token=token, contact_id=g.person_id, lecture=lecture_id))
    return redirect(url_for("me.show", token=token, lecture=lecture_id))


@registrations.post("/lectures/<id:lecture_id>/register")
def register(token: str, lecture_id: int) -> ResponseReturnValue:
    """Take a seat, or with `waitlist` a place on the waiting list; pressing twice registers once."""
    wants_to_wait = request.form.get("waitlist") == "1"
    try:
        number = booking.register(
            acting.person_id(),
            lecture_id,
            edge.now(),
            edge.contact_actor(),
            companions=_companions(),
            unnamed=_unnamed(),
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
    elif _mailed():
        flash(_("お申し込みを承りました。確認メールをお送りします。"))
    else:
        flash(_("お申し込みを承りました。"))
    return home()


@registrations.post("/registrations/<id:registration_id>/accept")
def accept(token: str, registration_id: int) -> ResponseReturnValue:
    """Take the seat that is kept."""
    try:
        standing.own(acting.person_id(), registration_id)
        waiting.accept(registration_id, edge.now(), edge.contact_actor())
    except AlreadyBooked as refusal:
        flash(refusals.sentence(refusal), "info")
        return home()
    except Refused as refusal:
        return shown(refusal)
    flash(_("お申し込みを承りました。確認メールをお送りします。") if _mailed() else _("お申し込みを承りました。"))
    return home()


@registrations.post("/registrations/<id:registration_id>/decline")
def decline(token: str, registration_id: int) -> ResponseReturnValue:
    """Leave the seat that is kept to the next in line."""
    try:
        standing.own(acting.person_id(), registration_id)
        waiting.decline(registration_id, edge.now(), edge.contact_actor())
    except Refused as refusal:
        return shown(refusal)
    flash(_("今回は見送りました。ご都合のよい日程がありましたら、いつでもお申し込みください。"))
    return home()


@registrations.get("/registrations/<id:registration_id>/accept")
@registrations.get("/registrations/<id:registration_id>/decline")
def answered(token: str, registration_id: int) -> ResponseReturnValue:
    """Lead a reloaded page back to the personal page."""
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
        standing.own(acting.person_id(), registration_id)
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
    flash(_("日程を変更しました。新しい日程の確認メールをお送りします。") if _mailed() else _("日程を変更しました。"))
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
        waits = standing.own(acting.person_id(), registration_id).status == "waitlisted"
        changes.cancel(registration_id, edge.now(), edge.contact_actor())
    except NotBooked as refusal:
        flash(refusals.sentence(refusal), "info")
        return home()
    except Refused as refusal:
        return shown(refusal)
    if waits:
        flash(_("キャンセル待ちを取り消しました。"))
    else:
        flash(_("お申し込みをキャンセルしました。ご都合のよい日程がありましたら、いつでもお申し込みください。"))
    return home()


@registrations.post("/registrations/<id:registration_id>/companions")
def companions(token: str, registration_id: int) -> ResponseReturnValue:
    """Say who watches the same screen."""
    try:
        standing.own(acting.person_id(), registration_id)
        set_companions(registration_id, _companions() or [], edge.now(), edge.contact_actor(), unnamed=_unnamed())
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
    dates = eligibility.open_dates(acting.person(), row.lecture.course.key, edge.now())
    html = render_template(
        "customer/change.html",
        registration=row,
        lecture=row.lecture,
        ones=[one for one in dates if one.registration_id is None],
        by_day=lambda ones: standing.by_day(ones, edge.zone()),
        at_once=standing.AT_ONCE,
        also=request.args.get("also") == "1",
        told=refusals.sentence(refusal) if refusal else "",
    )
    return html, refusal.status if refusal else 200


def _changeable(registration_id: int) -> Registration:
    """Return an own registration on a lecture that has not begun; raise NotFound, NotBooked, LectureOver."""
    row = standing.own(acting.person_id(), registration_id)
    if row.status == "cancelled":
        raise NotBooked()
    eligibility.check_open(row.lecture, edge.now(), cancelled_too=True)
    return row


def home() -> Response:
    """Lead back to the page the press was made on (303, so that reloading does nothing twice)."""
    if g.person_id is not None:
        return redirect(url_for("my_people.show", token=g.token, contact_id=g.person_id), 303)
    return page.home()


def shown(refusal: Refused, wanted_id: int | None = None) -> ResponseReturnValue:
    """Show that page with the refusal and the dates that can still be had."""
    return people.shown(refusal, wanted_id) if g.person_id is not None else page.shown(refusal, wanted_id)


def _mailed() -> bool:
    """Tell whether the person acted for has an address."""
    return bool(acting.person().email)


def _companions() -> list[str] | None:
    """Read the names of companions, one a line or with commas between; None where the form does not ask for them."""
    if "companions" not in request.form:
        return None
    return [name for name in re.split(r"[\n,、，]", request.form["companions"]) if name.strip()]


def _unnamed() -> int | None:
    """Read how many more there are without a name; raise Invalid."""
    return inputs.whole("unnamed") if request.form.get("unnamed", "").strip() else None
