"""Answers what a contact for whom no date suits can tell us: up to three wishes, a number to call, a line of text."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.models.tasks import Task
from scheduler.services import owners
from scheduler.services import wishes as service
from scheduler.services.refusals import Invalid
from scheduler.services.wishes import MOST, PARTS, Wish
from scheduler.web import access, edge, inputs
from scheduler.web.customer import acting
from scheduler.web.customer.page import home
from scheduler.web.customer.private import private
from scheduler.web.words import dates
from scheduler.web.words import tasks as words

wishes = Blueprint("my_wishes", __name__, url_prefix="/me/<token>/wishes")
wishes.before_request(access.contact_gate("me"))
wishes.before_request(acting.for_oneself)
wishes.after_request(private)


@wishes.get("/<key>")
def ask(token: str, key: str) -> ResponseReturnValue:
    """Show the form, with what was wished for already and not yet met."""
    course = _course(key)
    return _form(course, _values(service.open_wish(g.contact.id, course.id)), {})


@wishes.post("/<key>")
def send(token: str, key: str) -> ResponseReturnValue:
    """Take the wishes down as a task for whoever looks after the account; pressing twice makes one."""
    course = _course(key)
    try:
        number = service.ask(
            g.contact.id,
            key,
            [_wish(number) for number in range(1, MOST + 1)],
            request.form.get("phone", ""),
            request.form.get("words", ""),
            edge.now(),
            edge.contact_actor(),
        )
    except Invalid as error:
        access.whole_contact()
        return _form(course, request.form.to_dict(), inputs.errors(error)), error.status
    task = db.session.get_one(Task, number)
    flash(_("ご希望を承りました。担当が確認し、%(day)s までにご連絡いたします。", day=dates.day(task.due_on)))
    return home()


def _course(key: str) -> Course:
    return db.session.scalar(select(Course).where(Course.key == key)) or abort(404)


def _wish(number: int) -> Wish:
    """Read one wish; raise Invalid for a day that is none."""
    text = request.form.get(f"on_{number}", "").strip()
    on = inputs.optional_date(text)
    if text and on is None:
        raise Invalid(field=f"wish_{number}", why="day_unreadable", value=text[:40])
    return Wish(on, request.form.get(f"part_{number}", "any"), request.form.get(f"words_{number}", ""))


def _values(known: Task | None) -> dict[str, Any]:
    """Return what stands in the form: the open wishes, else the contact's own number."""
    if known is None:
        return {"phone": g.contact.phone}
    values = {"phone": known.params.get("phone", ""), "words": known.words}
    for number, wish in enumerate(known.params.get("wishes", ()), start=1):
        values |= {f"on_{number}": wish["on"] or "", f"part_{number}": wish["part"], f"words_{number}": wish["words"]}
    return values


def _form(course: Course, values: dict[str, Any], errors: dict[str, str]) -> str:
    owner = owners.owner_of(g.contact.account)
    return render_template(
        "customer/wishes.html",
        course=course,
        values=values,
        errors=errors,
        most=MOST,
        part_options=[(part, words.part_of_day(part) or _("いつでも")) for part in PARTS],
        today=edge.today(),
        owner=owner,
    )
