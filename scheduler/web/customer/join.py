"""Answers how a contact gets into the meeting: one button, whose press is noted and leads there."""

from __future__ import annotations

from typing import NoReturn

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.links import BadLink
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.services import addresses, joining
from scheduler.services.attendance import codes
from scheduler.services.installation import here
from scheduler.services.refusals import JoinNotOpen, NotBooked, Refused
from scheduler.web import edge, limits
from scheduler.web.customer.private import private
from scheduler.web.words import refusals

join = Blueprint("join", __name__, url_prefix="/join/<token>")
join.after_request(private)


@join.before_request
def gate() -> None:
    """Let whoever holds the link of a registration pass, as its contact."""
    try:
        signed = here().links.read("join", (request.view_args or {}).get("token", ""))
    except BadLink:
        _refuse()
    row = db.session.scalar(
        select(Registration)
        .join(Contact, Contact.id == Registration.contact_id)
        .where(Registration.id == signed.subject_id, Contact.link_version == signed.version, Contact.left_on.is_(None))
        .options(
            joinedload(Registration.lecture).joinedload(Lecture.course),
            joinedload(Registration.contact).joinedload(Contact.account),
        )
    )
    if row is None:
        _refuse()
    g.contact, g.registration = row.contact, row


@join.get("")
def ask(token: str) -> ResponseReturnValue:
    """Show the button; before the meeting opens only when it begins, after it or without it what to do instead."""
    try:
        joining.check(g.registration, edge.now())
    except Refused as refusal:
        return _instead(refusal, 200)
    return _page()


@join.post("")
def enter(token: str) -> ResponseReturnValue:
    """Note the click and show the meeting's address; a redirect to it is what `form-action 'self'` forbids."""
    number = g.registration.id
    try:
        url = joining.click_join(number, edge.now())
    except Refused as refusal:
        return _instead(refusal, refusal.status)
    return _page(meeting=url, entered=True)


def _page(meeting: str = "", entered: bool = False, told: str = "", early: bool = False) -> str:
    return render_template(
        "customer/join.html",
        lecture=g.registration.lecture,
        opens_at=joining.opens_at(g.registration.lecture),
        personal_url=addresses.personal(g.contact),
        attending=[one for one in codes.open_for(g.contact.id, edge.now()) if one[0].id == g.registration.lecture_id],
        meeting=meeting,
        entered=entered,
        told=told,
        early=early,
    )


def _instead(refusal: Refused, status: int) -> ResponseReturnValue:
    if isinstance(refusal, JoinNotOpen):
        return _page(early=True), status
    if g.registration.status == "waitlisted" and isinstance(refusal, NotBooked):
        return _page(told=_("キャンセル待ちの日程です。空きが出ましたら自動でお申し込みが確定します。")), status
    return _page(told=refusals.sentence(refusal)), status


def _refuse() -> NoReturn:
    limits.refused("link")
    abort(404)
