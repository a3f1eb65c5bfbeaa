"""Answers in which language pages are read: the switch that customers, the public and staff share."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, session
from flask.typing import ResponseReturnValue

from scheduler.web import edge
from scheduler.web.paths import local_path

language = Blueprint("language", __name__)


@language.post("/language")
def choose() -> ResponseReturnValue:
    """Remember the language chosen on this browser and go back to the page."""
    chosen = request.form.get("locale", "")
    if chosen not in edge.LOCALES:
        abort(400)
    session["locale"] = chosen
    session.permanent = True
    return redirect(local_path(request.form.get("next"), "/lectures"))
