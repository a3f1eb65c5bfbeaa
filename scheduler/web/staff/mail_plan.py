"""Answers which mails will leave to whom and when, by day, and what other rules would change about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from emails import KINDS
from scheduler.rules.names import name_key
from scheduler.services import mail_plan as service
from scheduler.services import mail_rules
from scheduler.services.mail_plan import Line, Recipient
from scheduler.services.refusals import Invalid
from scheduler.web import access, edge, ids
from scheduler.web.staff.mail_rules import PREFIX, typed
from scheduler.web.words import mail_rules as rule_words
from scheduler.web.words import mails as words
from scheduler.web.words import refusals, terms

mail_plan = Blueprint("staff_mail_plan", __name__, url_prefix="/staff/mails/plan")
mail_plan.before_request(access.staff_gate)

PER_PAGE = 100
DAYS = (1, 3, 7, 14, service.MOST_DAYS)
DEFAULT_DAYS = 14


@dataclass(frozen=True)
class Tried:
    """One figure that is tried out: the kind (empty: all), what it is called, as it is and as it would be."""

    kind: str
    label: str
    present: str
    tried: str


@mail_plan.get("")
def index() -> ResponseReturnValue:
    """List the mails to come; `?rule.<kind>.<name>=` tries a figure out, `?change=` keeps what it would change."""
    pairs, error = typed(request.args), ""
    present = mail_rules.get()
    try:
        rules = mail_rules.changed(present, pairs)
    except Invalid as refusal:
        rules, error = present, refusals.sentence(refusal)
    days = min(max(request.args.get("days", DEFAULT_DAYS, type=ids.number), 1), service.MOST_DAYS)
    lines = service.lines(edge.now(), days, rules if rules != present else None)
    people = service.recipients([line.mail for line in lines])
    wanted = [line for line in lines if _is_wanted(line, people[line.mail.key])]
    page = max(request.args.get("page", 1, type=ids.number), 1)
    shown = wanted[(page - 1) * PER_PAGE : page * PER_PAGE]
    return render_template(
        "staff/mails/plan.html",
        by_day=[(day, list(theirs)) for day, theirs in groupby(shown, key=_day)],
        people=people,
        page=page,
        per_page=PER_PAGE,
        total=len(wanted),
        counts=service.counts(lines),
        changes=service.changes(lines),
        tried=_tried(present, rules),
        fields={PREFIX + name: text for name, text in pairs.items()},
        error=error,
        days=days,
        choices=sorted({*DAYS, days}),
        kinds=[(name, words.kind(name)) for name in KINDS],
        words=words,
    )


def _is_wanted(line: Line, to: Recipient) -> bool:
    kind, change, text = (request.args.get(name, "").strip() for name in ("kind", "change", "account"))
    if kind and line.mail.kind != kind:
        return False
    if change and (line.change != change if change in service.CHANGES else not line.change):
        return False
    return not text or text == to.external_id or (bool(to.account) and name_key(text) in name_key(to.account))


def _day(line: Line) -> date:
    return line.mail.when.astimezone(edge.zone()).date()


def _tried(present: mail_rules.Rules, rules: mail_rules.Rules) -> Sequence[Tried]:
    return [
        Tried(
            kind if kind in KINDS else "",
            rule_words.figure(figure),
            _text(figure, present.values[name]),
            _text(figure, value),
        )
        for name, value in rules.values.items()
        if value != present.values[name]
        for kind, _dot, figure in [name.rpartition(".")]
    ]


def _text(figure: str, value: mail_rules.Value) -> str:
    if isinstance(value, bool):
        return dict(rule_words.switch())["on" if value else "off"]
    return str(terms.WEEKDAYS[value]) if figure == "weekday" and isinstance(value, int) else str(value)
