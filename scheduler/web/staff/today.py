"""Answers what today and this week ask of a member of staff."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from scheduler.models.lectures import Lecture
from scheduler.services import courses, directory, follow_ups, rosters, tasks
from scheduler.services import today as service
from scheduler.services.lectures import calls
from scheduler.web import access, edge
from scheduler.web.words import clauses
from scheduler.web.words import tasks as task_words

today = Blueprint("staff_today", __name__, url_prefix="/staff")
today.before_request(access.staff_gate)

# How many tasks stand here; the rest is one link away.
SOME_TASKS = 8


@today.get("/")
def home() -> ResponseReturnValue:
    """Lead to the page a working day begins with."""
    return redirect(url_for("staff_today.page"))


@today.get("/today")
def page() -> ResponseReturnValue:
    """Show the week's lectures, the accounts to hand over and to follow up, and loose ends."""
    mine = _mine()
    owner_id = current_user.id if mine else None
    day = edge.today()
    lectures = service.lectures(edge.now(), edge.zone(), owner_id)
    days = _by_day(lectures)
    ready, requested = service.ready(owner_id)
    waiting, waiting_total = service.to_follow_up(owner_id)
    which = [tasks.mine(current_user.id)] if mine else []
    named = {course.key: course.name for course in courses.in_order()}
    return render_template(
        "staff/today/page.html",
        mine=mine,
        today=day,
        lectures=days.pop(day, []),
        call_lists=calls.open_lists(edge.now()),
        later=list(days.values()),
        tasks=tasks.open_ones(*which, limit=SOME_TASKS),
        tasks_total=tasks.count_open(*which),
        task_words=task_words,
        waiting_for=rosters.waiting_counts([lecture.id for lecture in lectures]),
        unreported=service.unreported(edge.now(), owner_id),
        ready=list(zip(ready, clauses.of_many([account.clauses for account in ready], named), strict=True)),
        requested=requested,
        waiting=waiting,
        waiting_total=waiting_total,
        reason=clauses.reason,
        next_step=clauses.next_step,
        last=follow_ups.last_of(account.id for account in waiting),
        ends=service.loose_ends(edge.now(), current_user.team),
    )


def _mine() -> bool:
    """Tell whether only the member's own is shown: as the address says, else for who owns any account."""
    whose = request.args.get("whose")
    return whose == "mine" if whose in ("mine", "all") else directory.owned_by(current_user.id)


def _by_day(lectures: list[Lecture]) -> dict[date, list[Lecture]]:
    """Group lectures by the reader's day."""
    days: dict[date, list[Lecture]] = {}
    for lecture in lectures:
        days.setdefault(lecture.starts_at.astimezone(edge.zone()).date(), []).append(lecture)
    return days
