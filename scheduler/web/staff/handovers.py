"""Answers how accounts pass between teams: who asks, who accepts or returns, and what the customer will read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from emails import TemplateBroken
from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.mails import Mail
from scheduler.services import conditions, letters, owners
from scheduler.services import handovers as service
from scheduler.services import today as ready_ones
from scheduler.services.outbox.content import preview
from scheduler.services.refusals import Invalid, NotReady, Refused, SheetIncomplete
from scheduler.web import access, edge, ids, inputs
from scheduler.web.paths import local_path
from scheduler.web.staff import handover_form, sheets
from scheduler.web.words import refusals, terms

handovers = Blueprint("staff_handovers", __name__, url_prefix="/staff")
handovers.before_request(access.staff_gate)

PER_PAGE = 50


@dataclass(frozen=True)
class Letter:
    """The letter to one coordinator, as it was sent or as it would be sent now; no text: its words are broken."""

    mail: Mail
    subject: str
    text: str


@handovers.get("/handovers")
def index() -> ResponseReturnValue:
    """List handovers of one state, newest first, and the accounts that are ready to be handed on."""
    state = request.args.get("state", "requested")
    if state not in terms.HANDOVERS:
        abort(404)
    mine, page = request.args.get("whose") == "mine", max(request.args.get("page", 1, type=ids.number), 1)
    wanted = (Handover.state == state, *_mine(mine))
    query = select(Handover).where(*wanted).order_by(Handover.id.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    counts = select(Handover.state, func.count()).where(*_mine(mine)).group_by(Handover.state)
    ready, asked = ready_ones.ready(current_user.id if mine else None)
    return render_template(
        "staff/handovers/index.html",
        state_key=state,
        mine=mine,
        rows=db.session.scalars(query.options(*_people())).all(),
        counts=dict.fromkeys(terms.HANDOVERS, 0) | dict(db.session.execute(counts).all()),
        page=page,
        per_page=PER_PAGE,
        ready=[one for one in ready if one.id not in asked and current_user.gives(one.stage)],
        owner_of=owners.owner_of,
    )


@handovers.get("/handovers/<id:handover_id>")
def show(handover_id: int) -> ResponseReturnValue:
    """Show a handover with the sheet of all that is known."""
    return _page(handover_id)


@handovers.get("/accounts/<id:account_id>/handover")
@access.requires("request_handover")
def new(account_id: int) -> ResponseReturnValue:
    """Show the form that asks the next team to take an account over."""
    account = _given(account_id)
    waiting = select(Handover.id).where(Handover.account_id == account_id, Handover.state == "requested")
    if (number := db.session.scalar(waiting)) is not None:
        return redirect(url_for(".show", handover_id=number))
    if account.stage not in service.NEXT_STAGE or account.undecided:
        flash(_("この顧客企業は、いまは引き継げません。"), "warning")
        return redirect(url_for("staff_account.show", account_id=account_id))
    return handover_form.page(account, {})


@handovers.post("/accounts/<id:account_id>/handover")
@access.requires("request_handover")
def create(account_id: int) -> ResponseReturnValue:
    """Ask the next team to take an account over."""
    account = _given(account_id)
    try:
        number = service.request(
            account_id,
            request.form.get("to", ""),
            edge.now(),
            edge.staff_actor(),
            note=request.form.get("note", ""),
            receiver_id=inputs.optional_id("receiver"),
            reason=request.form.get("reason", ""),
            sheet=handover_form.filled_in(account.stage),
        )
    except (Invalid, NotReady, SheetIncomplete) as error:
        return handover_form.page(_given(account_id), handover_form.errors(error)), error.status
    flash(_("引き継ぎを依頼しました。引き継ぎ先にメールでお知らせします。"))
    return redirect(url_for(".show", handover_id=number))


@handovers.post("/accounts/<id:account_id>/conditions")
@access.requires("request_handover")
def take_back(account_id: int) -> ResponseReturnValue:
    """Note that what a receiver found missing is there now."""
    _given(account_id)
    back = local_path(request.form.get("next"), url_for("staff_account.show", account_id=account_id))
    key, words = request.form.get("condition", ""), request.form.get("words", "")
    try:
        conditions.take_back(account_id, key, words, edge.now(), edge.staff_actor())
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("確認済みにしました。条件は記録から判定し直しました。"))
    return redirect(back)


@handovers.post("/handovers/<id:handover_id>/accept")
@access.requires("accept_handover")
def accept(handover_id: int) -> ResponseReturnValue:
    """Take the account over, or give it to a colleague who looks after it from now on."""
    receiver_id = inputs.optional_id("receiver")

    def take(number: int, now: Any, actor: Any) -> None:
        service.accept(number, now, actor, receiver_id=receiver_id)

    return _decide(handover_id, take, _("引き受けました。"))


@handovers.post("/handovers/<id:handover_id>/return")
@access.requires("accept_handover")
def give_back(handover_id: int) -> ResponseReturnValue:
    """Return the account to who asked, with a reason, and with the conditions that are not met after all."""
    _only_receiving_team(handover_id)
    reason, reopened = request.form.get("reason", ""), request.form.getlist("reopened")
    try:
        service.give_back(handover_id, reason, edge.now(), edge.staff_actor(), reopened)
    except Invalid as error:
        return _page(handover_id, inputs.errors(error)), error.status
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("差し戻しました。依頼した人にメールでお知らせします。"))
    return redirect(url_for(".show", handover_id=handover_id))


@handovers.post("/handovers/<id:handover_id>/withdraw")
@access.requires("request_handover")
def withdraw(handover_id: int) -> ResponseReturnValue:
    """Take the request back."""
    if not current_user.gives(_the(handover_id).from_stage):
        abort(403)
    try:
        service.withdraw(handover_id, request.form.get("reason", ""), edge.now(), edge.staff_actor())
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("依頼を取り下げました。"))
    return redirect(url_for(".show", handover_id=handover_id))


@handovers.post("/handovers/<id:handover_id>/undo")
@access.requires("accept_handover")
def undo(handover_id: int) -> ResponseReturnValue:
    """Undo the acceptance while the customer does not know of it."""
    moved = _the(handover_id).wave is not None
    told = _("元に戻しました。") if moved else _("引き受けを取り消しました。依頼中に戻りました。")
    return _decide(handover_id, service.undo, told)


@handovers.post("/handovers/<id:handover_id>/letter")
@access.requires("accept_handover")
def letter(handover_id: int) -> ResponseReturnValue:
    """Put the receiver's own words into the letters that have not left."""
    note = request.form.get("note", "")

    def add(number: int, now: Any, actor: Any) -> None:
        letters.add_note(number, note, now, actor)

    return _decide(handover_id, add, _("ご案内に反映しました。"))


def _decide(handover_id: int, act: Callable[[int, Any, Any], None], told: str) -> ResponseReturnValue:
    """Let the receiving team act, and show the handover as it is then: somebody else may have been quicker."""
    _only_receiving_team(handover_id)
    try:
        act(handover_id, edge.now(), edge.staff_actor())
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(told)
    return redirect(url_for(".show", handover_id=handover_id))


def _given(account_id: int) -> Account:
    """Return an account that the member's team looks after."""
    account = db.session.get(Account, account_id) or abort(404)
    if not current_user.gives(account.stage):
        abort(403)
    return account


def _only_receiving_team(handover_id: int) -> None:
    if not _receives(_the(handover_id)):
        abort(403)


def _receives(row: Handover) -> bool:
    return bool(current_user.receives(row.to_stage))


def _mine(mine: bool) -> tuple[ColumnElement[bool], ...]:
    """Match what concerns the member: asked or decided by her, meant for her, or for anyone of her team."""
    if not mine:
        return ()
    for_team = Handover.receiver_id.is_(None) & (Handover.to_stage == current_user.team)
    hers = (Handover.requested_by_id, Handover.decided_by_id, Handover.receiver_id)
    return (or_(for_team, *(column == current_user.id for column in hers)),)


def _people() -> tuple[Any, ...]:
    columns = (Handover.account, Handover.requested_by, Handover.receiver, Handover.decided_by)
    return tuple(joinedload(column) for column in columns)


def _the(handover_id: int) -> Handover:
    query = select(Handover).where(Handover.id == handover_id).options(*_people())
    return db.session.scalar(query.execution_options(populate_existing=True)) or abort(404)


def _page(handover_id: int, errors: dict[str, str] | None = None) -> str:
    row = _the(handover_id)
    written = [_letter(mail) for mail in letters.of(handover_id) if mail.state != "dropped"]
    ends = letters.undo_ends(row) if row.state == "accepted" else None
    undoable = ends is not None and edge.now() < ends and row.account.stage == row.to_stage
    waiting = row.state == "requested"
    return render_template(
        "staff/handovers/show.html",
        handover=row,
        receives=_receives(row),
        receivers=handover_form.able(row.to_stage) if waiting and _receives(row) else [],
        conditions=_conditions(row.account) if waiting else [],
        reopened_then=[terms.CONDITIONS.get(key, key) for key in row.reopened],
        letters=written,
        letter_note=next((one.mail.params.get("note", "") for one in written), ""),
        letter_open=any(one.mail.state == "queued" for one in written),
        undo_ends=ends if undoable else None,
        errors=errors or {},
        **sheets.context(row.account, row),
    )


def _letter(mail: Mail) -> Letter:
    if mail.text is not None:
        return Letter(mail, mail.subject or "", mail.text)
    try:
        rendered = preview(mail, edge.now())
    except TemplateBroken:
        return Letter(mail, "", "")
    return Letter(mail, rendered.subject, rendered.text)


def _conditions(account: Account) -> list[tuple[str, str]]:
    """List the conditions that can be opened again, each once."""
    keys = sorted(conditions.keys_of(account.clauses), key=list(terms.CONDITIONS).index)
    return [(key, str(terms.CONDITIONS[key])) for key in keys]
