"""Answers how a member of staff comes in and goes out: sign-in, sign-out, and the link that sets a password."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from scheduler.links import BadLink
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services import staff
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid
from scheduler.web import access, edge, limits
from scheduler.web.paths import local_path
from scheduler.web.words import refusals

door = Blueprint("staff_door", __name__, url_prefix="/staff")

HOME = "/staff/today"


@door.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Show the sign-in form; who is signed in already goes on."""
    target = local_path(request.args.get("next"), HOME)
    if current_user.is_authenticated:
        return redirect(target)
    return render_template("staff/door/sign_in.html", target=target, email="", errors={})


@door.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Sign in with address and password; the session starts anew, only the language stays."""
    limits.check("sign_in")
    email, target = request.form.get("email", ""), local_path(request.form.get("next"), HOME)
    member = staff.authenticate(email, request.form.get("password", ""))
    if member is None:
        limits.refused("sign_in")
        errors = {"email": _("メールアドレスかパスワードが違います。ご確認のうえ、もう一度入力してください。")}
        return render_template("staff/door/sign_in.html", target=target, email=email, errors=errors), 401
    chosen = session.get("locale")
    session.clear()
    if chosen:
        session["locale"] = chosen
    session.permanent = True
    login_user(access.Member(member))
    return redirect(target)


@door.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the sign-in on this browser."""
    logout_user()
    return redirect(url_for("staff_door.sign_in"))


@door.get("/password/<token>")
def password(token: str) -> ResponseReturnValue:
    """Show the form that sets a password, to whoever holds the unused link."""
    member = _holder(token)
    return render_template("staff/door/password.html", email=member.email, minimum=staff.MINIMUM_PASSWORD, errors={})


@door.post("/password/<token>")
def set_password(token: str) -> ResponseReturnValue:
    """Set the password; the link and every sign-in from before end."""
    member = _holder(token)
    chosen, again = request.form.get("password", ""), request.form.get("again", "")
    try:
        if chosen != again:
            raise Invalid(field="again", why="password_differs")
        staff.set_password(member.id, member.password_version, chosen, edge.now())
    except Invalid as error:
        errors = {error.params["field"]: refusals.sentence(error)}
        page = render_template(
            "staff/door/password.html", email=member.email, minimum=staff.MINIMUM_PASSWORD, errors=errors
        )
        return page, error.status
    logout_user()
    flash(_("パスワードを設定しました。サインインしてください。"))
    return redirect(url_for("staff_door.sign_in"))


def _holder(token: str) -> Staff:
    """Return the member a password link is for; 404 for one that was used, changed or made elsewhere."""
    try:
        signed = here().links.read("password", token)
    except BadLink:
        signed = None
    member = db.session.get(Staff, signed.subject_id) if signed else None
    if signed is None or member is None or not member.active or member.password_version != signed.version:
        limits.refused("link")
        abort(404)
    return member
