"""Answers what came back by mail and waits for somebody, and puts aside what was seen to."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.services import replies as service
from scheduler.web import access, edge, ids
from scheduler.web.words import replies as words

replies = Blueprint("staff_replies", __name__, url_prefix="/staff/replies")
replies.before_request(access.staff_gate)

PER_PAGE = 50


@replies.get("")
def index() -> ResponseReturnValue:
    """List the mails that wait for somebody, or all that came in, newest first."""
    page = max(request.args.get("page", 1, type=ids.number), 1)
    everything = request.args.get("show") == "all"
    rows, total = service.page_of(page, PER_PAGE, everything=everything)
    return render_template(
        "staff/replies/index.html",
        replies=rows,
        people=service.people_of({row.sender for row in rows if row.registration is None}),
        total=total,
        page=page,
        per_page=PER_PAGE,
        everything=everything,
        outcome=words.outcome,
        is_waiting=service.is_waiting,
    )


@replies.post("/<id:reply_id>/seen")
@access.requires("mails")
def seen(reply_id: int) -> ResponseReturnValue:
    """Put a mail aside."""
    service.put_aside(reply_id, edge.now(), edge.staff_actor())
    flash(_("確認済みにしました。"))
    return redirect(url_for(".index", show="all" if request.form.get("show") == "all" else None))
