"""Answers what operations decide about handing accounts on: conditions of each boundary, tried on today's accounts, and thresholds."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.rules.stalling import Thresholds
from scheduler.services import boundaries, proving, rule_effects
from scheduler.services.refusals import Invalid
from scheduler.web import access, edge, inputs
from scheduler.web.staff import rule_form
from scheduler.web.words import refusals, tasks, terms
from scheduler.web.words import rules as words
from scheduler.web.words.texts import plain

rules = Blueprint("staff_rules", __name__, url_prefix="/staff/settings/rules")
rules.before_request(access.staff_gate)

# The most accounts that are named of those who would change.
NAMED = 50


@rules.get("")
@access.requires("settings")
def index() -> ResponseReturnValue:
    """Show the rules of all boundaries in words, and when customers are first written to."""
    return render_template(
        "staff/rules/index.html",
        rules={stage: words.lines(rule, _courses()) for stage, rule in boundaries.rules().items()},
        sheets={
            stage: terms.listed(terms.FIELDS[name] for name in rule.sheet) for stage, rule in boundaries.rules().items()
        },
        pending=boundaries.pending(),
        first_contact=boundaries.first_contact(),
        choices=list(terms.FIRST_CONTACTS.items()),
        stages=terms.STAGES,
    )


@rules.post("/first-contact")
@access.requires("settings")
def first_contact() -> ResponseReturnValue:
    """Say when customers are first written to, for all of them."""
    try:
        boundaries.save_first_contact(request.form.get("first_contact", ""), edge.now(), edge.staff_actor())
    except Invalid as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("保存しました。"))
    return redirect(url_for(".index"))


@rules.get("/<stage>")
@access.requires("settings")
def edit(stage: str) -> ResponseReturnValue:
    """Show the conditions for leaving a stage, and how many accounts of today are ready by them."""
    return _page(stage, _rule(stage).to_json(), {})


@rules.post("/<stage>")
@access.requires("settings")
def save(stage: str) -> ResponseReturnValue:
    """Save the conditions; or add one, take one out, or look at what they would do."""
    data = rule_form.read(request.form, list(_rule(stage).boundary))
    action, _colon, place = request.form.get("action", "look").partition(":")
    if action == "add":
        rule_form.add(data, place, request.form.get(f"new.{place}", ""))
    elif action == "remove":
        rule_form.remove(data, place)
    elif action == "save":
        try:
            changed = boundaries.save(stage, data, edge.now(), edge.staff_actor())
        except Invalid as error:
            return _page(stage, data, _errors(error)), error.status
        count = proving.apply_rules(edge.now()) if changed else 0
        flash(
            _("保存しました。%(count)d 社を新しい条件で判定しました。", count=count)
            if changed
            else _("変更はありませんでした。")
        )
        return redirect(url_for(".edit", stage=stage))
    return _page(stage, data, {})


@rules.get("/<stage>/thresholds")
@access.requires("settings")
def thresholds(stage: str) -> ResponseReturnValue:
    """Show from when an account in a stage needs someone."""
    if stage not in terms.STAGES:
        abort(404)
    return _thresholds_page(stage, asdict(boundaries.thresholds(stage)), {})


@rules.post("/<stage>/thresholds")
@access.requires("settings")
def save_thresholds(stage: str) -> ResponseReturnValue:
    """Save from when an account in a stage needs someone; an empty field is not looked at."""
    if stage not in terms.STAGES:
        abort(404)
    typed: dict[str, Any] = {one.name: request.form.get(one.name, "").strip() for one in fields(Thresholds)}
    typed["unreachable"] = "unreachable" in request.form
    values = {name: _threshold(value) for name, value in typed.items()}
    try:
        changed = boundaries.save_thresholds(stage, values, edge.now(), edge.staff_actor())
    except Invalid as error:
        return _thresholds_page(stage, typed, inputs.errors(error)), error.status
    count = proving.apply_rules(edge.now()) if changed else 0
    flash(
        _("保存しました。%(count)d 社を新しい条件で判定しました。", count=count)
        if changed
        else _("変更はありませんでした。")
    )
    return redirect(url_for(".thresholds", stage=stage))


def _rule(stage: str) -> Any:
    return boundaries.rule_of(stage) or abort(404)


def _threshold(value: Any) -> Any:
    if value == "" or isinstance(value, bool):
        return None if value == "" else value
    return int(value) if value.isdecimal() and len(value) < 6 else value


def _courses() -> dict[str, dict[str, Any]]:
    return dict(db.session.execute(select(Course.key, Course.name).order_by(Course.position, Course.id)).all())


def _page(stage: str, data: dict[str, Any], errors: dict[str, str]) -> str:
    effect = None
    try:
        rule = boundaries.check(stage, data)
    except Invalid as error:
        errors = errors or _errors(error)
    else:
        effect = rule_effects.effect(stage, rule, edge.now())
    known, titles = _courses(), _titles()
    return render_template(
        "staff/rules/edit.html",
        stage=stage,
        data=data,
        errors=errors,
        effect=effect,
        named=NAMED,
        changed=data != _rule(stage).to_json(),
        kinds=[(kind, titles[kind]) for kind in rule_form.PLAIN],
        joined=[(kind, titles[kind]) for kind in rule_form.JOINED],
        titles=titles,
        courses=[(key, plain(name)) for key, name in known.items()],
        fields=[(name, terms.FIELDS[name]) for name in boundaries.FIELDS],
        sheet_fields=[(name, terms.FIELDS[name]) for name in boundaries.SHEET_FIELDS],
        task_kinds=list(tasks.kinds().items()),
        groups=rule_form.JOINED,
    )


def _titles() -> dict[str, str]:
    """Name each kind of condition and each way to join them."""
    plain_ones = {kind: str(terms.CONDITIONS[kind]) for kind in rule_form.PLAIN}
    return plain_ones | {kind: words.joined(kind) for kind in rule_form.JOINED}


def _errors(error: Invalid) -> dict[str, str]:
    """Word a refusal with the condition called as the form calls it."""
    title = _titles().get(str(error.params.get("kind")))
    return inputs.errors(Invalid(**{**error.params, "kind": title}) if title else error)


def _thresholds_page(stage: str, values: dict[str, Any], errors: dict[str, str]) -> str:
    return render_template(
        "staff/rules/thresholds.html", stage=stage, values=values, errors=errors, figures=words.thresholds()
    )
