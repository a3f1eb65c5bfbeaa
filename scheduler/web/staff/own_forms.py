"""Answers what the forms for a lecture of one account's own hold, and what was entered in them means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import render_template, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.services import bookings, courses
from scheduler.services.bookings import Own
from scheduler.services.installation import here
from scheduler.services.refusals import Refused
from scheduler.web import ids, inputs
from scheduler.web.staff.account import the
from scheduler.web.words import changes, refusals, terms
from scheduler.web.words import people as people_words


def blank(account_id: int) -> dict[str, Any]:
    """Return what stands in a form at first; `?contact=` and `?course=` choose the person and the course."""
    contact_id = ids.read_id(request.args.get("contact", ""))
    contact = db.session.get(Contact, contact_id) if contact_id is not None else None
    if contact is not None and (contact.account_id != account_id or contact.left_on is not None):
        contact = None
    return {
        "course": request.args.get("course", ""),
        "contact": contact.id if contact is not None else "",
        "people": [contact.id] if contact is not None else [],
        "whose": "person",
        "host": current_user.id,
        "kind": "meeting",
        "locale": contact.locale if contact is not None else "ja",
        "zone": here().zone,
        "mails": "1",
    }


def entered() -> dict[str, Any]:
    """Return what was sent, to be shown again."""
    return request.form.to_dict() | {"people": request.form.getlist("people")}


def read(account_id: int, chooser: int | None = None) -> Own:
    """Return the lecture asked for; `chooser` comes first of its people. Raises Invalid for what is no number."""
    ticked = [number for text in request.form.getlist("people") if (number := ids.read_id(text)) is not None]
    people = ticked if chooser is None else [chooser, *(number for number in ticked if number != chooser)]
    return Own(
        account_id=account_id,
        course_key=request.form.get("course", ""),
        people=tuple(dict.fromkeys(people)),
        only_person=request.form.get("whose") != "company",
        minutes=_optional_whole("minutes"),
        capacity=_optional_whole("capacity"),
        host_id=inputs.optional_id("host"),
        **inputs.meeting(),
        kind=request.form.get("kind", "meeting"),
        locale=request.form.get("locale", "ja"),
        zone=request.form.get("zone", "") or here().zone,
        exception=request.form.get("exception", "").strip(),
    )


def alone(own: Own) -> Own:
    """Leave the colleagues out of what is for one person."""
    return replace(own, people=own.people[:1])


def errors(error: Refused) -> dict[str, str]:
    """Return {field: sentence}; a missing prerequisite asks for the reason of an exception."""
    return {str(error.params.get("field", "form")): refusals.sentence(error)}


def form(template: str, account_id: int, values: dict[str, Any], found: dict[str, str]) -> str:
    """Show a form with what can be chosen in it."""
    contacts = contacts_of(account_id)
    zones = bookings.zones_of(account_id, here().zone)
    return render_template(
        template,
        account=the(account_id),
        values=values,
        errors=found,
        contacts=contacts,
        contact_options=[(contact.id, _label(contact)) for contact in contacts],
        course_options=inputs.course_options(),
        host_options=inputs.host_options(),
        zone_options=[(zone, zone) for zone in zones],
    )


def check_page(template: str, account_id: int, own: Own, starts: Sequence[datetime], **more: Any) -> str:
    """Show what would be booked or offered, with clashes, and everything entered as hidden fields."""
    course = courses.by_key(own.course_key)
    chosen = {contact.id: contact for contact in contacts_of(account_id)}
    return render_template(
        template,
        account=the(account_id),
        own=own,
        course=course,
        minutes=own.minutes or course.minutes,
        people=[chosen[number] for number in own.people],
        host=dict(inputs.host_options()).get(own.host_id or 0, ""),
        clashes=bookings.clashes_of(own, list(starts)),
        sent=[
            (key, value) for key, found in request.form.lists() for value in found if key not in ("csrf_token", "step")
        ],
        clash_words=changes.clash,
        **more,
    )


def contacts_of(account_id: int) -> list[Contact]:
    """List an account's people, coordinators first."""
    query = (
        select(Contact)
        .where(Contact.account_id == account_id, Contact.left_on.is_(None))
        .options(selectinload(Contact.stores))
    )
    order = ("coordinator", "manager", "member")
    return sorted(db.session.scalars(query), key=lambda person: (order.index(person.role), person.id))


def _label(contact: Contact) -> str:
    parts = [people_words.called(contact)]
    if contact.role != "member":
        parts.append(str(terms.ROLES[contact.role]))
    parts += [store.name for store in contact.stores[:2]]
    return " · ".join(parts)


def _optional_whole(field: str) -> int | None:
    return inputs.whole(field) if request.form.get(field, "").strip() else None
