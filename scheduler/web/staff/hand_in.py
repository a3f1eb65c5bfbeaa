"""Answers how sales hands in what it signed, and how each of its accounts is going, to look at only."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.db import db
from scheduler.services import directory, handing_in, handovers, receivers
from scheduler.services.refusals import Invalid, Refused
from scheduler.web import access, edge, ids, inputs
from scheduler.web.words import clauses, loads, refusals, terms

hand_in = Blueprint("staff_hand_in", __name__, url_prefix="/staff/hand-in")
hand_in.before_request(access.staff_gate)

PER_PAGE = 50
# What is entered of the account, and of its first person.
FIELDS = (
    *("name", "reading", "plan", "signed_on", "planned_start_on", "billing_starts_on"),
    *("it_skill", "promises", "open_points", "note"),
)
PERSON = ("name", "reading", "email", "phone")
EMPTY = dict.fromkeys(
    (
        "external_id",
        *FIELDS,
        *(f"contact_{field}" for field in PERSON),
        "stores",
        "handover_note",
        "receiver",
        "reason",
    ),
    "",
)


@hand_in.get("")
@access.requires("hand_in")
def index() -> ResponseReturnValue:
    """List the accounts that sales won, how far each is and what is missing; the member's own first of all."""
    mine = request.args.get("whose", "mine") == "mine"
    page = max(request.args.get("page", 1, type=ids.number), 1)
    wanted = directory.Filter(
        text=request.args.get("q", ""), sold_by_id=current_user.id if mine else None, sort="-stage"
    )
    rows, total = directory.accounts(wanted, page, PER_PAGE)
    return render_template(
        "staff/hand_in/index.html",
        rows=rows,
        requested=handovers.open_of(row.id for row in rows),
        total=total,
        page=page,
        per_page=PER_PAGE,
        mine=mine,
        wanted=wanted,
        reasons={row.id: [clauses.reason(one["key"], one["params"]) for one in row.level_reasons] for row in rows},
    )


@hand_in.get("/new")
@access.requires("hand_in")
def new() -> ResponseReturnValue:
    """Show the form of a newly signed account, or (`?account=`) of one that sales has already."""
    row = db.session.scalar(
        select(Account).where(Account.id == request.args.get("account", type=ids.number), Account.stage == "sales")
    )
    return _form(_values(row) if row is not None else {}, {})


@hand_in.post("/new")
@access.requires("hand_in")
def create() -> ResponseReturnValue:
    """Save the account and ask onboarding to take it over."""
    try:
        done = handing_in.hand_in(
            request.form.get("external_id", "").strip(),
            _payload(),
            edge.now(),
            edge.staff_actor(),
            note=request.form.get("handover_note", ""),
            reason=request.form.get("reason", ""),
            receiver_id=inputs.optional_id("receiver"),
        )
    except Invalid as error:
        return _form(request.form.to_dict(), inputs.errors(error)), error.status
    except Refused as error:
        flash(refusals.sentence(error), "error")
        return _form(request.form.to_dict(), {}), error.status
    if done.handover_id is not None:
        flash(_("オンボーディングに引き継ぎを依頼しました。引き継ぎ先にメールでお知らせします。"))
        return redirect(url_for("staff_handovers.show", handover_id=done.handover_id))
    missing = terms.listed(terms.FIELDS.get(name) or terms.CONDITIONS.get(name, name) for name in done.missing)
    flash(_("登録しました。次がそろうと引き継げます: %(missing)s", missing=missing), "warning")
    return redirect(url_for(".new", account=done.account_id))


def _payload() -> dict[str, Any]:
    form = request.form
    payload: dict[str, Any] = {field: form.get(field, "") for field in FIELDS}
    person = {field: form.get(f"contact_{field}", "").strip() for field in PERSON}
    if any(person.values()):
        payload["contacts"] = [person | {"role": "coordinator"}]
    payload["stores"] = [
        _store(number, line) for number, line in enumerate(form.get("stores", "").splitlines(), 1) if line.strip()
    ]
    return payload


def _store(number: int, line: str) -> dict[str, str]:
    code, *names = (part.strip() for part in re.split(r"[,、，\t]", line.strip(), maxsplit=1))
    if not code or (names and not names[0]):
        raise Invalid(field="stores", why="store_line", row=number)
    return {"code": code, "name": names[0] if names else code}


def _values(row: Account) -> dict[str, Any]:
    """Return what is known of an account that sales still has, as the form shows it."""
    person = db.session.scalar(
        select(Contact)
        .where(Contact.account_id == row.id, Contact.left_on.is_(None))
        .order_by(Contact.role != "coordinator", Contact.id)
    )
    stores = db.session.execute(select(Store.code, Store.name).where(Store.account_id == row.id).order_by(Store.code))
    known = {field: getattr(row, field) for field in FIELDS} | {"external_id": row.external_id}
    known |= {f"contact_{field}": getattr(person, field) for field in PERSON} if person is not None else {}
    return known | {"stores": "\n".join(f"{code}, {name}" for code, name in stores)}


def _form(values: dict[str, Any], errors: dict[str, str]) -> str:
    able = receivers.loads("onboarding")
    return render_template(
        "staff/hand_in/form.html",
        values=EMPTY | values,
        errors=errors,
        receivers=[(one.staff_id, loads.member(one)) for one in able],
        fields=terms.FIELDS,
    )
