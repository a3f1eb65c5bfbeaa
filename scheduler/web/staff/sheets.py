"""Answers how the handover sheet looks: all that is known of an account, on the page of its handover and on paper."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from scheduler.models.accounts import STAGES, Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.staff import Staff
from scheduler.services import sheets as service
from scheduler.services.facts import local_day
from scheduler.web import access, edge
from scheduler.web.staff.account import the as the_account
from scheduler.web.words import clauses as clause_words
from scheduler.web.words import history as history_words
from scheduler.web.words import reopened, terms
from scheduler.web.words import tasks as task_words

sheets = Blueprint("staff_sheets", __name__, url_prefix="/staff")
sheets.before_request(access.staff_gate)


@sheets.get("/accounts/<id:account_id>/sheet")
def of_account(account_id: int) -> ResponseReturnValue:
    """Show the sheet of an account as it is printed."""
    return _paper(the_account(account_id), None)


@sheets.get("/handovers/<id:handover_id>/sheet")
def of_handover(handover_id: int) -> ResponseReturnValue:
    """Show the sheet of a handover as it is printed, with the conditions as they stood when it was accepted."""
    row = db.session.get(Handover, handover_id) or abort(404)
    return _paper(the_account(row.account_id), row)


def context(account: Account, handover: Handover | None = None) -> dict[str, Any]:
    """Collect what the sheet's templates show."""
    sheet = service.of(account.id, edge.now())
    courses = {course.key: course.name for course in sheet.courses}
    kept = handover.clauses if handover is not None and handover.state == "accepted" else account.clauses
    return {
        "account": account,
        "sheet": sheet,
        "clauses": clause_words.clauses(kept, courses),
        "lines": history_words.lines(sheet.events),
        "started_by": db.session.get(Staff, account.started_by_id) if account.started_by_id else None,
        "reopened": reopened.of(account),
        "task_words": task_words,
        "earlier": [row for row in sheet.handovers if handover is None or row.id != handover.id],
        "today": local_day(edge.now()),
        "owners": [(terms.STAGES[team], getattr(account, f"{team}_owner")) for team in STAGES],
    }


def _paper(account: Account, handover: Handover | None) -> str:
    return render_template(
        "staff/handovers/print.html", handover=handover, printed_at=edge.now(), **context(account, handover)
    )
