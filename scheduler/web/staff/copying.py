"""Answers which words staff pass on to a person by hand: to copy for LINE or SMS, to read out, and a QR code of the link."""

from __future__ import annotations

from io import BytesIO

import segno
from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from emails.by_hand import SMS, passed
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import passing_on
from scheduler.services.passing_on import Matter
from scheduler.web import access, edge, ids
from scheduler.web.words import dates
from scheduler.web.words import mails as words
from scheduler.web.words.people import called
from scheduler.web.words.texts import plain

copying = Blueprint(
    "staff_copying", __name__, url_prefix="/staff/accounts/<id:account_id>/people/<id:contact_id>/words"
)
copying.before_request(access.staff_gate)


@copying.get("")
@access.requires("register")
def page(account_id: int, contact_id: int) -> ResponseReturnValue:
    """Show the words of one matter: the one asked for (`?about=`), a mail's (`?mail=`), else the first there is."""
    contact = _contact(account_id, contact_id)
    matters = passing_on.matters(contact, edge.now())
    matter = _chosen(matters, contact_id)
    text = passed(passing_on.facts_of(matter, contact))
    return render_template(
        "staff/accounts/words.html",
        contact=contact,
        name=called(contact),
        matter=matter,
        text=text,
        sms_length=len(text.sms.partition("\n")[0]),
        sms_most=SMS,
        choices=[
            (_title(one), url_for(".page", account_id=account_id, contact_id=contact_id, about=one.key), one is matter)
            for one in matters
        ],
    )


@copying.get("/qr.svg")
@access.requires("register")
def code(account_id: int, contact_id: int) -> ResponseReturnValue:
    """Draw the QR code of a matter's link."""
    contact = _contact(account_id, contact_id)
    matter = _chosen(passing_on.matters(contact, edge.now()), contact_id)
    drawn = BytesIO()
    # Dark on light with a quiet zone of four modules, whatever the page's colours are: cameras read nothing else well.
    segno.make(matter.url, error="m", micro=False).save(drawn, kind="svg", scale=5, border=4, dark="#000", light="#fff")
    return Response(drawn.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": "private, no-store"})


def _chosen(matters: list[Matter], contact_id: int) -> Matter:
    about = request.args.get("about", "")
    number = request.args.get("mail", type=ids.number)
    if not about and number is not None:
        mail = db.session.get(Mail, number)
        about = passing_on.key_of(mail) if mail is not None and mail.contact_id == contact_id else ""
        # What it is about may be over: then there is nothing to pass on but the rest.
        return next((one for one in matters if one.key == about), matters[0])
    return next((one for one in matters if one.key == about), None) or (matters[0] if not about else abort(404))


def _title(matter: Matter) -> str:
    course = plain(matter.course.name) if matter.course is not None else ""
    if matter.occasion in ("booked", "reminder"):
        course = f"{course} {dates.day(matter.dates[0].starts_at)}"
    return words.passed_on(matter.occasion, course)


def _contact(account_id: int, contact_id: int) -> Contact:
    query = select(Contact).where(Contact.id == contact_id, Contact.account_id == account_id)
    query = query.where(Contact.left_on.is_(None))
    loaded = query.options(joinedload(Contact.account), selectinload(Contact.stores))
    return db.session.scalar(loaded) or abort(404)
