"""Answers when mails leave, as operations decide it: quiet hours and each kind's figures, tried on the plan before they are saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from emails import KINDS, Kind
from scheduler.services import mail_rules as service
from scheduler.services.refusals import Invalid
from scheduler.web import access, edge
from scheduler.web.words import mail_rules as words
from scheduler.web.words import refusals, terms

mail_rules = Blueprint("staff_mail_rules", __name__, url_prefix="/staff/settings/mails")
mail_rules.before_request(access.staff_gate)

# What the names of figures begin with in forms and addresses.
PREFIX = "rule."
PLAN = "/staff/mails/plan"
_QUIET = ("quiet.begins", "quiet.ends")


@dataclass(frozen=True)
class Figure:
    """One figure as a field of the form."""

    name: str
    label: str
    value: str
    # number, time or select.
    type: str
    least: int | str = ""
    most: int | str = ""
    options: tuple[tuple[str, str], ...] = ()


@mail_rules.get("")
@access.requires("settings")
def show() -> ResponseReturnValue:
    """Show when each kind of mail leaves."""
    return _page(service.get(), {}, {})


@mail_rules.post("")
@access.requires("settings")
def save() -> ResponseReturnValue:
    """Save the figures, or (`then=plan`) show the plan as it would be with them."""
    pairs = typed(request.form)
    present = service.get()
    rules, faults = service.examined(present, pairs)
    if faults:
        return _page(present, pairs, _errors(faults)), Invalid.status
    if request.form.get("then") == "plan":
        return redirect(f"{PLAN}?{query}" if (query := urlencode(_changes(present, rules))) else PLAN)
    service.save(pairs, edge.now(), edge.staff_actor())
    flash(_("保存しました。"))
    return redirect(url_for(".show"))


def typed(values: Mapping[str, str]) -> dict[str, str]:
    """Return the figures that a form or an address holds (`rule.<kind>.<name>`), as typed, by `<kind>.<name>`."""
    return {name.removeprefix(PREFIX): text for name, text in values.items() if name.startswith(PREFIX)}


def _changes(present: service.Rules, rules: service.Rules) -> dict[str, str]:
    """Return what is not as at present, as it stands in an address."""
    return {PREFIX + name: _text(value) for name, value in rules.values.items() if value != present.values[name]}


def _page(rules: service.Rules, pairs: Mapping[str, str], errors: dict[str, str]) -> str:
    groups = [
        (title, [(kind, _figures(kind, rules, pairs)) for kind in KINDS.values() if (kind.audience == "staff") is ours])
        for title, ours in ((_("お客様へのメール"), False), (_("自社メンバーへのメール"), True))
    ]
    quiet = [_figure(name, rules, pairs) for name in _QUIET]
    return render_template(
        "staff/settings/mails.html", quiet=quiet, groups=groups, errors=errors, rules=rules, words=words
    )


def _figures(kind: Kind, rules: service.Rules, pairs: Mapping[str, str]) -> list[Figure]:
    names = [f"{kind.name}.{service.ON}"] if kind.timing.optional else []
    names += [f"{kind.name}.{number.name}" for number in kind.timing.numbers]
    return [_figure(name, rules, pairs) for name in names]


def _figure(name: str, rules: service.Rules, pairs: Mapping[str, str]) -> Figure:
    last, value = name.rpartition(".")[2], rules.values[name]
    field, label, text = PREFIX + name, words.figure(last), pairs.get(name, _text(value))
    if isinstance(value, bool):
        return Figure(field, label, text, "select", options=tuple(words.switch()))
    if last == "weekday":
        return Figure(
            field, label, text, "select", options=tuple((str(n), str(day)) for n, day in terms.WEEKDAYS.items())
        )
    if isinstance(value, str):
        return Figure(field, label, text, "time")
    return Figure(field, label, text, "number", *service.bounds(name))


def _text(value: service.Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def _errors(faults: list[Invalid]) -> dict[str, str]:
    return {PREFIX + fault.params["field"]: refusals.sentence(fault) for fault in faults}
