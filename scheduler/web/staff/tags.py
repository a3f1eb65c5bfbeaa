"""Answers which tags there are: how many bear each, what it is called, and that one nobody needs goes."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.services import tags as service
from scheduler.services.refusals import Invalid
from scheduler.web import access, edge
from scheduler.web.words import refusals

tags = Blueprint("staff_tags", __name__, url_prefix="/staff/tags")
tags.before_request(access.staff_gate)


@tags.get("")
@access.requires("settings")
def index() -> ResponseReturnValue:
    """List the tags."""
    return render_template("staff/tags/index.html", rows=service.overview(), longest=service.LONGEST)


@tags.post("/<id:tag_id>")
@access.requires("settings")
def rename(tag_id: int) -> ResponseReturnValue:
    """Call a tag otherwise."""
    try:
        service.rename(tag_id, request.form.get("name", ""), edge.now(), edge.staff_actor())
    except Invalid as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("タグの名前を変えました。"))
    return redirect(url_for(".index"))


@tags.post("/<id:tag_id>/remove")
@access.requires("settings")
def remove(tag_id: int) -> ResponseReturnValue:
    """Do away with a tag, whoever bears it."""
    try:
        service.remove(tag_id, edge.now(), edge.staff_actor())
    except Invalid as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("タグを削除しました。"))
    return redirect(url_for(".index"))
