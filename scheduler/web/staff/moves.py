"""Answers how staff move the people of a lecture to another date: who would move and who could not, then the one step."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.services import rosters
from scheduler.services.lectures import moving
from scheduler.services.refusals import Refused
from scheduler.web import access, edge, ids, inputs
from scheduler.web.staff.lectures import the
from scheduler.web.words import dates, refusals
from scheduler.web.words import moves as words

moves = Blueprint("staff_moves", __name__, url_prefix="/staff/lectures")
moves.before_request(access.staff_gate)


@moves.get("/<id:lecture_id>/move")
@access.requires("register")
def page(lecture_id: int) -> ResponseReturnValue:
    """Ask whom to move and where to; with `to` say who would move, who could not and why, and how many mails go."""
    lecture = the(lecture_id)
    account_id, contact_id = _asked("account"), _asked("contact")
    to_id = _asked("to")
    plan, fault = None, ""
    if to_id is not None:
        try:
            plan = moving.plan(lecture_id, to_id, edge.now(), account_id=account_id, contact_id=contact_id)
        except Refused as error:
            fault = refusals.sentence(error)
    people = _people(lecture)
    return render_template(
        "staff/lectures/move.html",
        lecture=lecture,
        people=people,
        person=next((row.contact for row in people if row.contact_id == contact_id), None),
        accounts=_accounts(people),
        account_id=account_id,
        contact_id=contact_id,
        to=the(to_id) if plan is not None and to_id is not None else None,
        to_id=to_id,
        options=[(other.id, _option(other)) for other in moving.other_dates(lecture, edge.now())],
        plan=plan,
        fault=fault,
        why=words.reason,
    )


@moves.post("/<id:lecture_id>/move")
@access.requires("register")
def move(lecture_id: int) -> ResponseReturnValue:
    """Move the people, each told once."""
    try:
        result = moving.move(
            lecture_id,
            inputs.whole("to"),
            edge.now(),
            edge.staff_actor(),
            account_id=inputs.optional_id("account"),
            contact_id=inputs.optional_id("contact"),
            reason=inputs.bilingual("reason"),
        )
    except Refused as error:
        flash(refusals.sentence(error), "error")
        return redirect(url_for(".page", lecture_id=lecture_id))
    moved = ngettext("%(num)d 人の日程を変更しました。", "%(num)d 人の日程を変更しました。", len(result.moved))
    told = ngettext("%(num)d 人にメールでお知らせします。", "%(num)d 人にメールでお知らせします。", result.mails)
    flash(moved + (told if result.mails else ""))
    for one in result.left:
        flash(
            _("%(name)s 様は変更できませんでした: %(why)s", name=_name(one.registration), why=words.reason(one)),
            "warning",
        )
    return redirect(url_for("staff_lectures.show", lecture_id=lecture_id))


def _asked(name: str) -> int | None:
    return ids.read_id(request.args.get(name, ""))


def _people(lecture: Lecture) -> list[Registration]:
    return [
        seat.registration
        for seat in rosters.of(lecture.id)
        if seat.registration is not None and seat.registration.status != "cancelled"
    ]


def _accounts(people: list[Registration]) -> list[tuple[int, str]]:
    """List the accounts on the lecture with how many of their people are on it, as a select's options."""
    counts: dict[int, tuple[str, int]] = {}
    for row in people:
        account = row.contact.account
        counts[account.id] = (account.name, counts.get(account.id, ("", 0))[1] + 1)
    return [(number, _("%(name)s（%(n)d 名）", name=name, n=n)) for number, (name, n) in counts.items()]


def _option(other: Lecture) -> str:
    free = other.capacity - other.seats_taken
    return _("%(when)s（空き %(n)d 席）", when=dates.span(other.starts_at, other.ends_at), n=free)


def _name(row: Registration) -> str:
    return row.contact.name or row.contact.account.name
