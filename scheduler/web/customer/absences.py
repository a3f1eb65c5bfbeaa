"""Answers how a contact tells us beforehand of an absence, and takes that back."""

from __future__ import annotations

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import exists, select

from scheduler.models.db import db
from scheduler.models.registrations import Registration
from scheduler.services.attendance import absences as service
from scheduler.services.refusals import NotBooked, Refused
from scheduler.web import access, edge
from scheduler.web.customer import acting, standing
from scheduler.web.customer.private import private
from scheduler.web.customer.registrations import home, shown

absences = Blueprint("my_absences", __name__, url_prefix="/me/<token>/registrations/<id:registration_id>/absence")
absences.before_request(access.contact_gate("me"))
absences.before_request(acting.choose)
absences.after_request(private)


@absences.get("")
def ask(token: str, registration_id: int) -> ResponseReturnValue:
    """Ask once more, and where somebody waits for the seat offer to give it up."""
    try:
        row = standing.own(acting.person_id(), registration_id)
    except Refused as refusal:
        return shown(refusal)
    now = edge.now()
    if row.status != "booked":
        return shown(NotBooked())
    if row.absence_told_at is not None or not service.may_tell(row.lecture, now):
        return home()
    waited_for = row.lecture.starts_at > now and db.session.scalar(
        select(exists().where(Registration.lecture_id == row.lecture_id, Registration.status == "waitlisted"))
    )
    return render_template("customer/absence.html", registration=row, lecture=row.lecture, waited_for=waited_for)


@absences.post("")
def tell(token: str, registration_id: int) -> ResponseReturnValue:
    """Note the absence."""
    try:
        standing.own(acting.person_id(), registration_id)
        service.tell(registration_id, edge.now(), edge.contact_actor())
    except Refused as refusal:
        return shown(refusal)
    flash(
        _(
            "欠席のご連絡を承りました。ありがとうございます。ご都合がつくようになりましたら、そのままご参加いただけます。"
        )
    )
    return home()


@absences.post("/undo")
def take_back(token: str, registration_id: int) -> ResponseReturnValue:
    """Come after all."""
    try:
        standing.own(acting.person_id(), registration_id)
        service.take_back(registration_id, edge.now(), edge.contact_actor())
    except Refused as refusal:
        return shown(refusal)
    flash(_("欠席のご連絡を取り消しました。ご参加をお待ちしております。"))
    return home()


@absences.get("/undo")
def taken_back(token: str, registration_id: int) -> ResponseReturnValue:
    """Lead a reloaded page back to the personal page."""
    return home()
