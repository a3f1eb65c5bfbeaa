"""Answers how ticked accounts change owner or stage together: shown beforehand, done, looked at, and brought back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from scheduler.models.accounts import STAGES
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services import directory, letters
from scheduler.services.refusals import Invalid
from scheduler.services.waves import moving, planning
from scheduler.web import access, edge, ids, inputs
from scheduler.web.paths import local_path
from scheduler.web.staff.accounts import asked_filter
from scheduler.web.words import loads as load_words
from scheduler.web.words import terms

waves = Blueprint("staff_waves", __name__, url_prefix="/staff/waves")
waves.before_request(access.staff_gate)

# What the address names besides the accounts themselves: the list's own filter.
FILTER = ("q", "stage", "state", "tag", "whose")


@dataclass(frozen=True)
class Share:
    """What one receiver carries: accounts today, those she would get, and both together."""

    name: str
    before: int
    more: int

    @property
    def after(self) -> int:
        """Count what she looks after then."""
        return self.before + self.more


@waves.get("")
@access.requires("move_accounts")
def preview() -> ResponseReturnValue:
    """Say what would happen to the accounts ticked (`?account=1&account=2`), or to all of a list (`?every=1&stage=…`)."""
    return _preview({})


@waves.post("")
@access.requires("move_accounts")
def move() -> ResponseReturnValue:
    """Do what was shown."""
    to, with_letter = request.form.get("to", ""), request.form.get("letter") == "1"
    note = request.form.get("note", "")
    try:
        done = moving.move(_chosen(), to, with_letter, note, edge.now(), edge.staff_actor())
    except Invalid as error:
        return _preview(inputs.errors(error)), error.status
    if not done.accounts:
        flash(_("移せる顧客企業がありませんでした。最新の内容をご確認ください。"), "warning")
        return redirect(local_path(request.form.get("back"), url_for("staff_accounts.index")))
    flash(ngettext("%(num)d 社を移しました。", "%(num)d 社を移しました。", done.accounts))
    if done.stayed:
        flash(_("%(n)d 社は、その間に変更されたため移していません。", n=done.stayed), "warning")
    return redirect(url_for(".show", wave=done.wave))


@waves.get("/<wave>")
def show(wave: str) -> ResponseReturnValue:
    """Show what a wave moved, and until when it can be brought back."""
    rows = moving.of(wave) or abort(404)
    now = edge.now()
    ends = letters.undo_ends_of([row for row in rows if row.state == "accepted"])
    undoable = [row for row in rows if row.id in ends and now < ends[row.id] and row.account.stage == row.to_stage]
    return render_template(
        "staff/waves/show.html",
        wave=wave,
        rows=rows,
        undoable=len(undoable),
        undo_ends=min((ends[row.id] for row in undoable), default=None),
    )


@waves.post("/<wave>/undo")
@access.requires("move_accounts")
def undo(wave: str) -> ResponseReturnValue:
    """Bring back what has not been told to customers yet."""
    if not moving.of(wave):
        abort(404)
    back, left = moving.undo(wave, edge.now(), edge.staff_actor())
    if back:
        flash(ngettext("%(num)d 社を元に戻しました。", "%(num)d 社を元に戻しました。", back))
    if left:
        flash(
            _("%(n)d 社は、ご案内が送られたか、その後に変更されたため元に戻せませんでした。", n=left),
            "warning",
        )
    return redirect(url_for(".show", wave=wave))


def _preview(errors: dict[str, str]) -> str:
    given = request.values
    to = given.get("to", "") if given.get("to", "") in planning.TARGETS else ""
    receiver_id = ids.read_id(given.get("receiver", ""))
    # Shown for the first time the letter is ticked; after that an empty box means none.
    with_letter = given.get("letter") == "1" or "to" not in given
    plan = planning.plan(_numbers(), to, receiver_id, with_letter, edge.now())
    return render_template(
        "staff/waves/preview.html",
        plan=plan,
        to=to,
        receiver_id=receiver_id,
        with_letter=with_letter,
        note_words=given.get("note", ""),
        receivers=_receivers(plan),
        shares=_shares(plan),
        names=_names(plan),
        targets=[("", _("フェーズは変えず、担当だけを変える")), *((key, terms.STAGES[key]) for key in STAGES[1:])],
        chosen=" ".join(f"{line.account.id}:{line.receiver_id}" for line in plan.lines),
        accounts=request.values.getlist("account"),
        filters={key: given[key] for key in FILTER if given.get(key)} if given.get("every") else {},
        every=bool(given.get("every")),
        most=planning.MOST,
        back=local_path(given.get("back"), url_for("staff_accounts.index")),
        errors=errors,
    )


def _numbers() -> list[int]:
    """Return the accounts the address names: those of a whole list, or the ticked ones; after a slip those of the form."""
    if request.method == "POST":
        return list(_chosen())
    if request.args.get("every"):
        return [account.id for account in directory.every_account(asked_filter())][: planning.MOST]
    return request.args.getlist("account", type=ids.number)


def _chosen() -> dict[int, int]:
    """Read who was to get which account when it was shown (`12:3 13:4`)."""
    pairs = (text.partition(":") for text in request.form.get("chosen", "").split())
    read = ((ids.read_id(account), ids.read_id(receiver)) for account, _colon, receiver in pairs)
    return {account: receiver for account, receiver in read if account is not None and receiver is not None}


def _receivers(plan: planning.Plan) -> list[tuple[int, str]]:
    """List who could take all of it over, by load; who could take some of it only is not among them."""
    loads = list(plan.able.values())
    everywhere = set.intersection(*({one.staff_id for one in some} for some in loads)) if loads else set()
    return [(one.staff_id, load_words.member(one)) for one in (loads[0] if loads else ()) if one.staff_id in everywhere]


def _shares(plan: planning.Plan) -> list[Share]:
    given = plan.given()
    known = {one.staff_id: one for some in plan.able.values() for one in some}
    shares = [Share(known[number].name, known[number].total, more) for number, more in given.items()]
    return sorted(shares, key=lambda one: -one.more)


def _names(plan: planning.Plan) -> dict[int, str]:
    wanted: Iterable[int | None] = (number for line in plan.lines for number in (line.giver_id, line.receiver_id))
    found: Any = db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_({one for one in wanted if one})))
    return dict(found.all())
