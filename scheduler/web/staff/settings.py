"""Answers what operations decide: the vendor's details and programs' keys."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.staff import ApiToken
from scheduler.services import tokens, vendor
from scheduler.services.refusals import Invalid
from scheduler.web import access, edge, inputs

settings = Blueprint("staff_settings", __name__, url_prefix="/staff/settings")
settings.before_request(access.staff_gate)

VENDOR_FIELDS = ("name", "phone", "hours", "address", "reply_to", "replies_to", "promotes_until")
SCOPES = {"read": ("read",), "write": ("read", "write")}


@settings.get("")
@access.requires("settings")
def details() -> ResponseReturnValue:
    """Show 会社情報: what customers see of the vendor, and its closed days."""
    known = vendor.get()
    values = {field: getattr(known, field) for field in VENDOR_FIELDS} | {"closed": "\n".join(known.closed)}
    values["answers_read"] = vendor.reads_answers(known)
    return render_template("staff/settings/vendor.html", values=values, errors={})


@settings.post("")
@access.requires("settings")
def save_details() -> ResponseReturnValue:
    """Save the vendor's details."""
    values: dict[str, Any] = {field: request.form.get(field, "").strip() for field in VENDOR_FIELDS}
    values["replies_to"] = values["replies_to"] or vendor.Vendor.replies_to
    values["answers_read"] = "answers_read" in request.form
    values["promotes_until"] = values["promotes_until"] or vendor.Vendor.promotes_until
    closed = tuple(line.strip() for line in request.form.get("closed", "").splitlines() if line.strip())
    try:
        vendor.save(values | {"closed": closed}, edge.now(), edge.staff_actor())
    except Invalid as error:
        typed = values | {"closed": request.form.get("closed", "")}
        return render_template("staff/settings/vendor.html", values=typed, errors=inputs.errors(error)), error.status
    flash(_("保存しました。"))
    return redirect(url_for(".details"))


@settings.get("/tokens")
@access.requires("settings")
def keys() -> ResponseReturnValue:
    """List the programs that may call the API."""
    return _tokens()


@settings.post("/tokens")
@access.requires("settings")
def add_key() -> ResponseReturnValue:
    """Make a token and show it, this once."""
    name = request.form.get("name", "").strip()
    scopes = SCOPES.get(request.form.get("scope", ""), ())
    try:
        if not name:
            raise Invalid(field="name", why="missing")
        token = tokens.add(name, scopes, edge.now(), edge.staff_actor())
    except Invalid as error:
        return _tokens(values=request.form.to_dict(), errors=inputs.errors(error)), error.status
    return _tokens(shown=(name, token))


@settings.post("/tokens/<id:token_id>/revoke")
@access.requires("settings")
def revoke_key(token_id: int) -> ResponseReturnValue:
    """Take a token back at once."""
    tokens.revoke(token_id, edge.now(), edge.staff_actor())
    flash(_("トークンを無効にしました。"))
    return redirect(url_for(".keys"))


def _tokens(
    values: dict[str, str] | None = None, errors: dict[str, str] | None = None, shown: tuple[str, str] | None = None
) -> str:
    rows = db.session.scalars(select(ApiToken).order_by(ApiToken.revoked_at.is_not(None), ApiToken.name)).all()
    return render_template(
        "staff/settings/tokens.html", tokens=rows, values=values or {}, errors=errors or {}, shown=shown
    )
