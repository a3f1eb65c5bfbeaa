"""Answers what operations decided about handing accounts on: the conditions of each boundary, and when one needs someone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from scheduler.models.db import db, table
from scheduler.models.lectures import Course
from scheduler.models.settings import Setting
from scheduler.rules import stalling
from scheduler.rules.readiness import DEFAULT, Rule, RuleUnreadable, never_met
from scheduler.rules.stalling import Thresholds
from scheduler.services import history
from scheduler.services.actors import Actor
from scheduler.services.inserting import added
from scheduler.services.refusals import Invalid

# Fields of the account that a condition may ask for, or that the giver must fill in; contact_email: a person has one.
FIELDS = (
    *("plan", "note", "it_skill", "promises", "open_points"),
    *("signed_on", "planned_start_on", "billing_starts_on", "contact_email"),
)
# Those of them that stand on the sheet, to be filled in by the giver.
SHEET_FIELDS = tuple(name for name in FIELDS if name != "contact_email")
# When a customer is first written to: already while sales has the account, or once onboarding has it.
FIRST_CONTACTS = ("before", "after")
LONGEST_WAIT = 999
_settings = table(Setting)
_VALUE = select(_settings.c.key, _settings.c.value).where(_settings.c.key.in_(("readiness", "stalling")))


def rules() -> dict[str, Rule]:
    """Return the rule of each stage that has one, by the stage that gives."""
    return decided()[0]


def rule_of(stage: str) -> Rule | None:
    """Return the conditions for leaving a stage; None: nobody comes after it."""
    return rules().get(stage)


def thresholds(stage: str) -> Thresholds:
    """Return from when an account in a stage needs someone."""
    return decided()[1][stage]


def decided() -> tuple[dict[str, Rule], dict[str, Thresholds]]:
    """Return rules and thresholds of all stages in one plain statement: they are asked wherever a fact changes."""
    values = dict(db.core(_VALUE).all())
    kept = {stage: Rule.from_json(data) for stage, data in (values.get("readiness") or {}).items()}
    waits = {stage: _thresholds(stage, data) for stage, data in (values.get("stalling") or {}).items()}
    return DEFAULT | kept, stalling.DEFAULT | waits


def check(stage: str, data: object) -> Rule:
    """Read a rule for a stage as somebody drew it up.

    Raises Invalid(rule, why): what `Rule.from_json` finds, another boundary than the stage's, and what would keep every
    account, or those of some size, from ever being ready.
    """
    try:
        rule = Rule.from_json(data)
    except RuleUnreadable as error:
        raise Invalid(**{**error.params, "field": "rule", "why": error.key}) from error
    if stage not in DEFAULT or rule.boundary != DEFAULT[stage].boundary:
        raise Invalid(field="rule", why="unknown_boundary", boundary=list(rule.boundary))
    courses = frozenset(db.session.scalars(select(Course.key)))
    never = never_met(rule, courses, frozenset(FIELDS))
    if never:
        raise Invalid(field="rule", why=never[0])
    unknown = [name for name in rule.sheet if name not in SHEET_FIELDS]
    if unknown:
        raise Invalid(field="sheet", why="unknown_field", value=unknown[0])
    return rule


def save(stage: str, data: object, now: datetime, actor: Actor) -> bool:
    """Save the rule for leaving a stage; return whether it changed. Raises what `check` raises.

    Its accounts are judged anew by `readiness.apply`, which the worker does as well should that never end.
    """
    with db.writing():
        _lock("readiness", now)
        rule = check(stage, data)
        if rule == rules()[stage]:
            return False
        before = rules()[stage].to_json()
        _merge("readiness", {stage: rule.to_json()}, now)
        _merge("readiness_pending", {stage: now.isoformat()}, now)
        history.record("rule_changed", now=now, actor=actor, stage=stage, before=before, after=rule.to_json())
        return True


def save_thresholds(stage: str, values: Mapping[str, int | bool | None], now: datetime, actor: Actor) -> bool:
    """Save from when an account in a stage needs someone (None: not looked at); return whether it changed.

    Raises Invalid(field, why): number_out_of_range (0 to 999), stuck_before_behind.
    """
    with db.writing():
        _lock("stalling", now)
        before = thresholds(stage)
        wanted = replace(before, **_checked(values))
        for name in ("in_stage", "no_progress"):
            behind, stuck = getattr(wanted, f"{name}_behind_days"), getattr(wanted, f"{name}_stuck_days")
            if behind is not None and stuck is not None and stuck < behind:
                raise Invalid(field=f"{name}_stuck_days", why="stuck_before_behind", behind=behind)
        if wanted == before:
            return False
        _merge("stalling", {stage: asdict(wanted)}, now)
        _merge("readiness_pending", {stage: now.isoformat()}, now)
        history.record(
            "thresholds_changed", now=now, actor=actor, stage=stage, before=asdict(before), after=asdict(wanted)
        )
        return True


def judge_again(stages: Iterable[str], now: datetime) -> None:
    """Within the open transaction, note that the accounts of these stages are to be judged anew: what they are asked changed."""
    _merge("readiness_pending", {stage: now.isoformat() for stage in stages}, now)


def pending() -> dict[str, str]:
    """Return the stages whose accounts are still to be judged by what was changed, with the moment it was (ISO 8601)."""
    return dict(_value("readiness_pending") or {})


def done(stage: str, changed_at: str, now: datetime) -> None:
    """Note that a stage's accounts were judged by what was changed at that moment; a later change stays to be done."""
    with db.writing():
        _lock("readiness_pending", now)
        waiting = pending()
        if waiting.get(stage) == changed_at:
            del waiting[stage]
            db.session.merge(Setting(key="readiness_pending", value=waiting, changed_at=now))


def first_contact() -> str:
    """Return when customers are first written to: before the order, while sales has them, or after it."""
    return _value("first_contact") or "after"


def beginning() -> tuple[str, ...]:
    """Return the stages in which customers are introduced: onboarding, and sales too where they are written to before."""
    return ("sales", "onboarding") if first_contact() == "before" else ("onboarding",)


def save_first_contact(moment: str, now: datetime, actor: Actor) -> None:
    """Say when customers are first written to, for all of them; raise Invalid."""
    if moment not in FIRST_CONTACTS:
        raise Invalid(field="first_contact", why="not_a_choice", value=moment, choices=", ".join(FIRST_CONTACTS))
    with db.writing():
        if first_contact() != moment:
            db.session.merge(Setting(key="first_contact", value=moment, changed_at=now))
            history.record("first_contact_changed", now=now, actor=actor, moment=moment)


def _value(key: str) -> Any:
    return db.core(select(_settings.c.value).where(_settings.c.key == key)).scalar_one_or_none()


def _lock(key: str, now: datetime) -> None:
    """Let one at a time change what is kept under a key by stage: of two stages decided at once neither gets lost."""
    added(Setting, [{"key": key, "value": {}, "changed_at": now}], "key")
    db.core(select(_settings.c.key).where(_settings.c.key == key).with_for_update())


def _merge(key: str, values: dict[str, Any], now: datetime) -> None:
    _lock(key, now)
    db.session.merge(Setting(key=key, value=(_value(key) or {}) | values, changed_at=now))
    db.session.flush()


def _thresholds(stage: str, data: Mapping[str, Any]) -> Thresholds:
    known = {field.name for field in fields(Thresholds)}
    return replace(stalling.DEFAULT[stage], **{name: value for name, value in data.items() if name in known})


def _checked(values: Mapping[str, int | bool | None]) -> dict[str, Any]:
    known = {field.name for field in fields(Thresholds)}
    for name, value in values.items():
        is_number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LONGEST_WAIT
        fits = isinstance(value, bool) if name == "unreachable" else value is None or is_number
        if name not in known or not fits:
            raise Invalid(field=name, why="number_out_of_range", minimum=0, maximum=LONGEST_WAIT)
    return dict(values)
