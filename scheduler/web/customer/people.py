"""Answers how a coordinator (窓口) sees the company's people and acts for them, and how colleagues are registered by address."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.services import courses, eligibility, participation
from scheduler.services.eligibility import OpenDate
from scheduler.services.refusals import Invalid, Refused
from scheduler.services.registrations.colleagues import may_name, register_colleague
from scheduler.web import access, edge
from scheduler.web.customer import acting, company, standing
from scheduler.web.customer.private import private
from scheduler.web.ids import read_id
from scheduler.web.words import refusals
from scheduler.web.words.people import called

people = Blueprint("my_people", __name__, url_prefix="/me/<token>")
people.before_request(access.contact_gate("me"))
people.after_request(private)

FIELDS = ("lecture", "name", "email", "waitlist")


@people.get("/people")
def index(token: str) -> ResponseReturnValue:
    """List the company's people by store, with how each stands with every course."""
    _coordinators_only()
    taught, rows = participation.of_account(g.contact.account_id, edge.now())
    places = company.by_place(g.contact.account_id, [row for row in rows if row.contact.left_on is None])
    return render_template("customer/people.html", courses=taught, places=places)


@people.get("/people/<id:contact_id>")
def show(token: str, contact_id: int) -> ResponseReturnValue:
    """Show the dates of one person of the company, to be booked, moved and cancelled."""
    _coordinators_only()
    acting.choose_person(contact_id)
    if g.person_id is None:
        return redirect(url_for("me.show", token=token))
    return shown(wanted_id=read_id(request.args.get("lecture", "")))


@people.get("/colleagues")
def ask(token: str) -> ResponseReturnValue:
    """Show the form in which a colleague is named by address; `?lecture=` chooses a date."""
    return _form(dict.fromkeys(FIELDS, "") | {"lecture": request.args.get("lecture", "")}, {})


@people.post("/colleagues")
def add(token: str) -> ResponseReturnValue:
    """Register a colleague of the same company; the answer is the same whoever it was."""
    fields = {name: request.form.get(name, "") for name in FIELDS}
    chosen = read_id(fields["lecture"])
    try:
        if chosen is None:
            raise Invalid(field="lecture", why="missing")
        register_colleague(
            g.contact.id,
            chosen,
            fields["email"],
            fields["name"],
            edge.now(),
            edge.contact_actor(),
            waitlist=fields["waitlist"] == "1",
        )
    except Refused as refusal:
        access.whole_contact()
        field = str(refusal.params.get("field", "lecture"))
        return _form(fields, {field: refusals.sentence(refusal)}), refusal.status
    flash(_("%(name)s 様のお申し込みを承りました。ご本人にメールでお知らせします。", name=fields["name"].strip()))
    return redirect(url_for("my_people.ask", token=token, lecture=chosen), 303)


def shown(refusal: Refused | None = None, wanted_id: int | None = None) -> ResponseReturnValue:
    """Show the page of the person acted for; after a refusal with its words and status."""
    if request.method == "POST":
        access.whole_contact()
    person = acting.person()
    overview = standing.overview(courses.in_order(), person, edge.now(), wanted_id)
    told = refusal or overview.refusal
    html = render_template(
        "customer/person.html",
        person=person,
        name=called(person),
        overview=overview,
        told=refusals.sentence(told) if told else "",
        by_day=lambda dates: standing.by_day(dates, edge.zone()),
        at_once=standing.AT_ONCE,
    )
    return html, refusal.status if refusal else 200


def _coordinators_only() -> None:
    """Answer as to a wrong address whoever is no coordinator."""
    if g.contact.role != "coordinator":
        acting.choose_person(0)


def _form(values: dict[str, str], errors: dict[str, str]) -> str:
    dates = [(course, _dates(course, g.contact)) for course in courses.in_order()]
    dates = [(course, ones) for course, ones in dates if ones]
    return render_template(
        "customer/colleagues.html",
        dates=[(course, ones) for course, ones in dates if may_name(g.contact, course.prerequisite_id)],
        others=[course for course, _ones in dates if not may_name(g.contact, course.prerequisite_id)],
        values=values,
        errors=errors,
    )


def _dates(course: Course, contact: Contact) -> list[OpenDate]:
    """List the dates a colleague may be registered on: not those for one person alone."""
    ones = eligibility.open_dates(contact, course.key, edge.now())
    alone = select(Lecture.id).where(Lecture.id.in_([one.lecture_id for one in ones]), Lecture.contact_id.is_not(None))
    private_ones = set(db.session.scalars(alone))
    return sorted((one for one in ones if one.lecture_id not in private_ones), key=lambda one: one.starts_at)
