"""Answers what today and this week ask of a member of staff."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from scheduler.web import access

today = Blueprint("staff_today", __name__, url_prefix="/staff")
today.before_request(access.staff_gate)


@today.get("/")
def home() -> ResponseReturnValue:
    """Lead to the page a working day begins with."""
    return redirect(url_for("staff_today.page"))
