"""Answers how it is noted that a person left (退職・異動), who takes over, and how that is taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.services import leaving as service
from scheduler.services import spared
from scheduler.services.leaving import Departure
from scheduler.services.refusals import Refused
from scheduler.web import access, edge, ids, inputs
from scheduler.web.staff.account import the
from scheduler.web.words.people import called

leaving = Blueprint("staff_leaving", __name__, url_prefix="/staff/accounts/<id:account_id>/people/<id:contact_id>")
leaving.before_request(access.staff_gate)

# Somebody who is not known yet takes over.
NEW = "new"
NEW_FIELDS = ("name", "reading", "email", "phone")


@leaving.get("/departure")
@access.requires("edit_accounts")
def ask(account_id: int, contact_id: int) -> ResponseReturnValue:
    """Show the form: since when, who takes over, and what becomes of each seat."""
    today = spared.today(edge.now())
    return _form(account_id, contact_id, {"on": today, "successor": "", "take_over": "1"}, {})


@leaving.post("/departure")
@access.requires("edit_accounts")
def leave(account_id: int, contact_id: int) -> ResponseReturnValue:
    """Note that the person left."""
    _contact(account_id, contact_id)
    try:
        successor = service.leave(contact_id, _wanted(account_id), edge.now(), edge.staff_actor())
    except Refused as error:
        return _form(account_id, contact_id, request.form.to_dict(), inputs.errors(error)), error.status
    flash(_("退職・異動を記録しました。この方のリンクは使えなくなり、メールは届きません。"))
    shown = contact_id if successor is None else successor
    return redirect(url_for("staff_people.show", account_id=account_id, contact_id=shown))


@leaving.post("/departure/undo")
@access.requires("edit_accounts")
def take_back(account_id: int, contact_id: int) -> ResponseReturnValue:
    """Take it back."""
    _contact(account_id, contact_id)
    result = service.take_back(contact_id, edge.now(), edge.staff_actor())
    words = _("退職・異動の記録を取り消しました。以前のリンクがまた使えます。")
    if result.seats:
        words += ngettext("申込を %(num)d 件戻しました。", "申込を %(num)d 件戻しました。", result.seats)
    flash(words)
    if result.lost:
        lost = len(result.lost)
        flash(
            ngettext("満席などで戻せなかった申込: %(num)d 件", "満席などで戻せなかった申込: %(num)d 件", lost),
            "warning",
        )
    return redirect(url_for("staff_people.show", account_id=account_id, contact_id=contact_id))


def _wanted(account_id: int) -> Departure:
    chosen = request.form.get("successor", "")
    new: dict[str, Any] | None = None
    if chosen == NEW:
        new = {field: request.form.get(field, "") for field in NEW_FIELDS} | {"role": "member"}
    return Departure(
        inputs.optional_date(request.form.get("on")),
        ids.read_id(chosen) if chosen not in ("", NEW) else None,
        new,
        take_over=request.form.get("take_over") == "1",
        passed=_seats("pass"),
        cancelled=_seats("cancel"),
    )


def _seats(answer: str) -> frozenset[int]:
    """Return the registrations for which this was chosen."""
    named = (name.removeprefix("seat_") for name, value in request.form.items() if value == answer)
    return frozenset(number for name in named if (number := ids.read_id(name)) is not None)


def _contact(account_id: int, contact_id: int) -> Contact:
    query = select(Contact).where(Contact.id == contact_id, Contact.account_id == account_id)
    query = query.options(joinedload(Contact.account), selectinload(Contact.stores))
    return db.session.scalar(query.execution_options(populate_existing=True)) or abort(404)


def _form(account_id: int, contact_id: int, values: dict[str, Any], errors: dict[str, str]) -> str:
    contact = _contact(account_id, contact_id)
    others = select(Contact).where(Contact.account_id == account_id, Contact.id != contact_id, spared.there())
    others = others.order_by(Contact.name_key == "", Contact.name_key, Contact.id).options(selectinload(Contact.stores))
    return render_template(
        "staff/leaving/form.html",
        account=the(account_id),
        contact=contact,
        name=called(contact),
        successors=[(one.id, _label(one)) for one in db.session.scalars(others)],
        seats=service.seats_of(contact_id, edge.now()),
        values=values,
        errors=errors,
        new=NEW,
        today=spared.today(edge.now()),
    )


def _label(contact: Contact) -> str:
    return " · ".join([called(contact), *(store.name for store in contact.stores[:2])])
