"""Answers how one person and one store of an account stand, and changes what is known of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from scheduler.models.accounts import Contact, Store
from scheduler.models.db import db
from scheduler.services import addresses, contacts, courses, eligibility, mailbox, participation, stores
from scheduler.services.attendance import recordings
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid
from scheduler.web import access, edge, ids, inputs
from scheduler.web.staff import judged
from scheduler.web.staff.account import the
from scheduler.web.words import mails as mail_words
from scheduler.web.words.people import called

people = Blueprint("staff_people", __name__, url_prefix="/staff/accounts/<id:account_id>")
people.before_request(access.staff_gate)

CONTACT_FIELDS = ("name", "reading", "role", "email", "phone", "locale", "zone")
STORE_FIELDS = ("code", "name", "scope", "scope_from")
SOME_MAILS = 20


@people.get("/people/<id:contact_id>")
def show(account_id: int, contact_id: int) -> ResponseReturnValue:
    """Show a person: registrations, the dates that can be booked on the telephone, mails."""
    contact = _contact(account_id, contact_id)
    mails = mailbox.of_contact(contact_id, SOME_MAILS)
    parts = participation.of_contact(contact_id)
    return render_template(
        "staff/accounts/person.html",
        account=the(account_id),
        contact=contact,
        name=called(contact),
        successor=db.session.get(Contact, contact.successor_id) if contact.successor_id is not None else None,
        parts=parts,
        rests=judged.of_contact(contact_id),
        courses=[(course, eligibility.open_dates(contact, course.key, edge.now())) for course in courses.in_order()],
        watched=recordings.of_contact(contact_id),
        elsewhere=recordings.elsewhere(contact, [part.lecture for part in parts], edge.now()),
        mails=mails,
        planned=mailbox.planned_for(contact_id, edge.now()),
        waits=mailbox.waits(mails, edge.now()),
        suppressions=mailbox.suppressions_of(contact.email),
        personal_url=addresses.personal(contact),
        mail_words=mail_words,
    )


@people.get("/people/new")
@access.requires("edit_accounts")
def new(account_id: int) -> ResponseReturnValue:
    """Show the form for a person to add."""
    values = {"role": "member", "locale": "ja", "zone": here().zone, "stores": []}
    return _contact_form(account_id, None, values, {})


@people.post("/people/new")
@access.requires("edit_accounts")
def add(account_id: int) -> ResponseReturnValue:
    """Add a person."""
    try:
        number = contacts.add(account_id, _contact_fields(), edge.now(), edge.staff_actor())
    except Invalid as error:
        return _contact_form(account_id, None, _contact_fields(), inputs.errors(error)), error.status
    flash(_("先方担当者を追加しました。"))
    return redirect(url_for(".show", account_id=account_id, contact_id=number))


@people.get("/people/<id:contact_id>/edit")
@access.requires("edit_accounts")
def edit(account_id: int, contact_id: int) -> ResponseReturnValue:
    """Show the form with what is known of a person."""
    contact = _contact(account_id, contact_id)
    values: dict[str, Any] = {field: getattr(contact, field) for field in CONTACT_FIELDS}
    return _contact_form(account_id, contact, values | {"stores": [store.code for store in contact.stores]}, {})


@people.post("/people/<id:contact_id>/edit")
@access.requires("edit_accounts")
def save(account_id: int, contact_id: int) -> ResponseReturnValue:
    """Save what is known of a person."""
    contact = _contact(account_id, contact_id)
    try:
        contacts.edit(contact_id, _contact_fields(), edge.now(), edge.staff_actor())
    except Invalid as error:
        return _contact_form(account_id, contact, _contact_fields(), inputs.errors(error)), error.status
    flash(_("保存しました。"))
    return redirect(url_for(".show", account_id=account_id, contact_id=contact_id))


@people.post("/people/<id:contact_id>/reset-links")
@access.requires("edit_accounts")
def reset_links(account_id: int, contact_id: int) -> ResponseReturnValue:
    """Make every link of a person invalid."""
    _contact(account_id, contact_id)
    contacts.reset_links(contact_id, edge.now(), edge.staff_actor())
    flash(_("これまでのリンクを無効にしました。今後のメールには新しいリンクが入ります。"))
    return redirect(url_for(".show", account_id=account_id, contact_id=contact_id))


@people.get("/stores/new")
@access.requires("edit_accounts")
def new_store(account_id: int) -> ResponseReturnValue:
    """Show the form for a store to add."""
    return _store_form(account_id, None, {"scope": "in", "closed_days": []}, {})


@people.post("/stores/new")
@access.requires("edit_accounts")
def add_store(account_id: int) -> ResponseReturnValue:
    """Add a store."""
    try:
        stores.add(account_id, _store_fields(), edge.now(), edge.staff_actor())
    except Invalid as error:
        return _store_form(account_id, None, _store_fields(), inputs.errors(error)), error.status
    flash(_("店舗を追加しました。"))
    return redirect(url_for("staff_account.show", account_id=account_id, _anchor="stores"))


@people.get("/stores/<id:store_id>/edit")
@access.requires("edit_accounts")
def edit_store(account_id: int, store_id: int) -> ResponseReturnValue:
    """Show the form with what is known of a store."""
    store = _store(account_id, store_id)
    values = {field: getattr(store, field) for field in STORE_FIELDS}
    return _store_form(account_id, store, values | {"closed_days": store.closed_days}, {})


@people.post("/stores/<id:store_id>/edit")
@access.requires("edit_accounts")
def save_store(account_id: int, store_id: int) -> ResponseReturnValue:
    """Save what is known of a store."""
    store = _store(account_id, store_id)
    try:
        stores.edit(store_id, _store_fields(), edge.now(), edge.staff_actor())
    except Invalid as error:
        return _store_form(account_id, store, _store_fields(), inputs.errors(error)), error.status
    flash(_("保存しました。"))
    return redirect(url_for("staff_account.show", account_id=account_id, _anchor="stores"))


def _contact(account_id: int, contact_id: int) -> Contact:
    query = select(Contact).where(Contact.id == contact_id, Contact.account_id == account_id)
    loaded = query.options(joinedload(Contact.account), selectinload(Contact.stores))
    return db.session.scalar(loaded.execution_options(populate_existing=True)) or abort(404)


def _store(account_id: int, store_id: int) -> Store:
    query = select(Store).where(Store.id == store_id, Store.account_id == account_id)
    return db.session.scalar(query.execution_options(populate_existing=True)) or abort(404)


def _contact_fields() -> dict[str, Any]:
    fields: dict[str, Any] = {field: request.form.get(field, "") for field in CONTACT_FIELDS}
    return fields | {"stores": request.form.getlist("stores")}


def _store_fields() -> dict[str, Any]:
    fields: dict[str, Any] = {field: request.form.get(field, "") for field in STORE_FIELDS}
    return fields | {"closed_days": request.form.getlist("closed_days", type=ids.number)}


def _contact_form(account_id: int, contact: Contact | None, values: dict[str, Any], errors: dict[str, str]) -> str:
    known = db.session.scalars(select(Store).where(Store.account_id == account_id).order_by(Store.code)).all()
    return render_template(
        "staff/accounts/contact_form.html",
        account=the(account_id),
        contact=contact,
        values=values,
        errors=errors,
        stores=[(store.code, store.name) for store in known],
    )


def _store_form(account_id: int, store: Store | None, values: dict[str, Any], errors: dict[str, str]) -> str:
    return render_template(
        "staff/accounts/store_form.html", account=the(account_id), store=store, values=values, errors=errors
    )
