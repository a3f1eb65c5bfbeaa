"""Answers how accounts are put on hold or noted as cancelled, and what becomes of the seats they have booked."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.services import holding as service
from scheduler.services import spared, undecided_seats
from scheduler.services.refusals import Invalid
from scheduler.web import access, edge, ids, inputs
from scheduler.web.staff.account import the
from scheduler.web.words import dates

holding = Blueprint("staff_holding", __name__, url_prefix="/staff/accounts/<id:account_id>")
holding.before_request(access.staff_gate)


@holding.get("/hold")
@access.requires("edit_accounts")
def ask_hold(account_id: int) -> ResponseReturnValue:
    """Show the form that puts the account on hold, or moves the day until which it is."""
    row = the(account_id)
    held = spared.on_hold(row, edge.now())
    return _hold_form(account_id, row.on_hold_until if held else None, row.hold_reason if held else "", {})


@holding.post("/hold")
@access.requires("edit_accounts")
def hold(account_id: int) -> ResponseReturnValue:
    """Put the account on hold until a day."""
    until, reason = inputs.optional_date(request.form.get("until")), request.form.get("reason", "")
    try:
        service.hold(account_id, until, reason, edge.now(), edge.staff_actor())
    except Invalid as error:
        return _hold_form(account_id, request.form.get("until", ""), reason, inputs.errors(error)), error.status
    flash(_("%(day)s まで保留にしました。", day=dates.day(until) if until else ""))
    return _next(account_id)


@holding.post("/hold/end")
@access.requires("edit_accounts")
def release(account_id: int) -> ResponseReturnValue:
    """End the hold now."""
    if service.release(account_id, edge.now(), edge.staff_actor()):
        flash(_("保留を終えました。ご案内と催促を再開します。"))
    return redirect(url_for("staff_account.show", account_id=account_id))


@holding.get("/cancellation")
@access.requires("edit_accounts")
def ask_cancel(account_id: int) -> ResponseReturnValue:
    """Show the form that notes the contract as cancelled."""
    row = the(account_id)
    return _cancel_form(account_id, row.cancelled_on or spared.today(edge.now()), row.cancel_reason, {})


@holding.post("/cancellation")
@access.requires("edit_accounts")
def cancel(account_id: int) -> ResponseReturnValue:
    """Note that the contract is cancelled, and from which day on."""
    on, reason = inputs.optional_date(request.form.get("on")), request.form.get("reason", "")
    try:
        service.cancel(account_id, on, reason, edge.now(), edge.staff_actor())
    except Invalid as error:
        return _cancel_form(account_id, request.form.get("on", ""), reason, inputs.errors(error)), error.status
    flash(_("解約を記録しました。"))
    return _next(account_id)


@holding.post("/cancellation/undo")
@access.requires("edit_accounts")
def take_back(account_id: int) -> ResponseReturnValue:
    """Take the cancellation of the contract back."""
    if service.take_back(account_id, edge.now(), edge.staff_actor()):
        flash(_("解約の記録を取り消しました。"))
    return redirect(url_for("staff_account.show", account_id=account_id))


@holding.get("/seats")
@access.requires("register")
def seats(account_id: int) -> ResponseReturnValue:
    """Show the seats that wait for a decision."""
    return render_template(
        "staff/holding/seats.html",
        account=the(account_id),
        seats=undecided_seats.of_account(account_id, edge.now()),
        spared=spared.why(the(account_id), edge.now()),
    )


@holding.post("/seats")
@access.requires("register")
def decide(account_id: int) -> ResponseReturnValue:
    """Cancel the seats that were chosen, and keep the others."""
    chosen = {
        number
        for name, value in request.form.items()
        if value == "cancel" and (number := ids.read_id(name.removeprefix("seat_"))) is not None
    }
    mails = request.form.get("mails") == "1"
    gone = undecided_seats.decide(account_id, chosen, edge.now(), edge.staff_actor(), mails=mails)
    words = ngettext("申込を %(num)d 件取り消しました。", "申込を %(num)d 件取り消しました。", gone)
    flash(words if gone else _("申込をすべて残しました。"))
    return redirect(url_for("staff_account.show", account_id=account_id))


def _next(account_id: int) -> ResponseReturnValue:
    """Lead on to the seats that wait for a decision, where there are some."""
    if undecided_seats.of_account(account_id, edge.now()):
        return redirect(url_for(".seats", account_id=account_id))
    return redirect(url_for("staff_account.show", account_id=account_id))


def _hold_form(account_id: int, until: object, reason: str, errors: dict[str, str]) -> str:
    return render_template(
        "staff/holding/hold.html",
        account=the(account_id),
        held=spared.on_hold(the(account_id), edge.now()),
        values={"until": until, "reason": reason},
        errors=errors,
    )


def _cancel_form(account_id: int, on: object, reason: str, errors: dict[str, str]) -> str:
    return render_template(
        "staff/holding/cancel.html", account=the(account_id), values={"on": on, "reason": reason}, errors=errors
    )
