"""Answers on which terms an account is a customer: its contracts, entered by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.services import contracts as service
from scheduler.services.refusals import Invalid, NotFound
from scheduler.web import access, edge, inputs
from scheduler.web.staff.account import the
from scheduler.web.words import dates, terms

contracts = Blueprint("staff_contracts", __name__, url_prefix="/staff/accounts/<id:account_id>/contracts")
contracts.before_request(access.staff_gate)

NAMES = ("starts_on", "ends_on", "monthly_fee", "outcome")


@contracts.get("")
def index(account_id: int) -> ResponseReturnValue:
    """List an account's contracts, with a form for one more or for one of them (`?on=`)."""
    wanted = request.args.get("on", "")
    chosen = next((row for row in service.of_account(account_id) if row.starts_on.isoformat() == wanted), None)
    values: dict[str, Any] = {name: getattr(chosen, name, None) for name in NAMES}
    if chosen is not None:
        values["ends_on"] = dates.day_before(chosen.ends_on)
    return _page(account_id, values, {})


@contracts.post("")
@access.requires("edit_accounts")
def save(account_id: int) -> ResponseReturnValue:
    """Add a contract, or change the one that begins on that day."""
    the(account_id)
    typed = {name: request.form.get(name, "").strip() for name in NAMES}
    last = inputs.optional_date(typed["ends_on"])
    try:
        fields: dict[str, Any] = {
            "starts_on": inputs.optional_date(typed["starts_on"]),
            # Entered is the last day, kept the first one after it.
            "ends_on": last + timedelta(days=1) if last is not None else None,
            "monthly_fee": inputs.optional_whole("monthly_fee"),
            "outcome": typed["outcome"] or None,
        }
        service.put(account_id, fields, edge.now(), edge.staff_actor())
    except Invalid as error:
        return _page(account_id, typed, inputs.errors(error)), error.status
    flash(_("契約を保存しました。"))
    return redirect(url_for(".index", account_id=account_id))


@contracts.post("/<id:contract_id>/remove")
@access.requires("edit_accounts")
def remove(account_id: int, contract_id: int) -> ResponseReturnValue:
    """Take a contract out that was entered by mistake."""
    try:
        service.remove(account_id, contract_id, edge.now(), edge.staff_actor())
    except NotFound:
        abort(404)
    flash(_("契約を削除しました。"))
    return redirect(url_for(".index", account_id=account_id))


def _page(account_id: int, values: dict[str, Any], errors: dict[str, str]) -> str:
    return render_template(
        "staff/accounts/contracts.html",
        account=the(account_id),
        rows=service.of_account(account_id),
        values=values,
        errors=errors,
        outcomes=list(terms.OUTCOMES.items()),
    )
