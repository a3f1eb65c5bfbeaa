"""Answers which accounts of each stage need attention, on one page."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from scheduler.models.accounts import STAGES
from scheduler.services import board as service
from scheduler.services import directory, follow_ups, handovers, owners, spared
from scheduler.web import access, edge
from scheduler.web.words import clauses

board = Blueprint("staff_board", __name__, url_prefix="/staff/board")
board.before_request(access.staff_gate)


@board.get("")
def page() -> ResponseReturnValue:
    """Show the stages side by side; `?whose=` mine or all, `?stage=` only one."""
    whose, stage = request.args.get("whose"), request.args.get("stage")
    mine = whose == "mine" if whose in ("mine", "all") else directory.owned_by(current_user.id)
    now = edge.now()
    only = stage if stage in STAGES else ""
    columns = service.columns(now, current_user.id if mine else None, only)
    shown = [column for column in columns if column.stage == only or not only]
    return render_template(
        "staff/board/page.html",
        mine=mine,
        stage=only,
        columns=columns,
        shown=shown,
        last=follow_ups.last_of(account.id for column in shown for account in column.accounts),
        requested=handovers.open_of(account.id for column in shown for account in column.accounts),
        why=lambda account: spared.why(account, now),
        owner_of=owners.owner_of,
        reason=clauses.reason,
        next_step=clauses.next_step,
    )
