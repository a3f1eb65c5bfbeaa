"""Answers what is asked of customers to set up: the list of steps that operations keep, in the order of pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.models.setup import Completion, SetupStep
from scheduler.rules.clauses.setup import SetupComplete
from scheduler.services import boundaries, history, proving, weblinks
from scheduler.services.actors import Actor
from scheduler.services.refusals import ChangedMeanwhile, Invalid, NotFound, StepInUse
from scheduler.services.ticks import DOERS, TICKERS

PERS = ("account", "store")
# Of whom a step is asked: of every account, or of those added from the change on.
ASKED = ("all", "new")
LONGEST_NAME, LONGEST_HELP, LONGEST_KEY = 100, 1000, 50
MOST_DAYS = 365
# What of a step readiness looks at.
_JUDGED = ("per", "required", "active", "asked_from")


@dataclass(frozen=True)
class Template:
    """What operations enter of a step; `name` and `help` are {"ja", "en"}."""

    name: Mapping[str, str]
    help: Mapping[str, str] = field(default_factory=dict)
    per: str = "account"
    required: bool = True
    doer: str = "customer"
    tickers: Sequence[str] = TICKERS
    # So many days before the planned start; None: no due day.
    due_days: int | None = None
    guide_url: str = ""
    # One of ASKED.
    asked: str = "new"


@dataclass(frozen=True)
class Reach:
    """Whom a step concerns today: accounts being introduced of which it is asked, and in how many of them it is open."""

    asked: int
    open: int


def in_order(*, active: bool = True) -> list[SetupStep]:
    """List the steps in use, or those no longer in use, in the order of pages."""
    query = select(SetupStep).where(SetupStep.active.is_(active))
    return list(db.session.scalars(query.order_by(SetupStep.position, SetupStep.id)))


def by_key(key: str) -> SetupStep:
    """Return the step of this key, in use or not; raise NotFound."""
    step = db.session.scalar(select(SetupStep).where(SetupStep.key == key).execution_options(populate_existing=True))
    if step is None:
        raise NotFound(what="step", value=key)
    return step


def add(key: str, template: Template, now: datetime, actor: Actor) -> None:
    """Add a step at the end of the list.

    Raises Invalid(field, why), also for a key that is taken, and ChangedMeanwhile when somebody took it this very moment.
    """
    if not key or not key.isascii() or not key.replace("_", "").replace("-", "").isalnum() or len(key) > LONGEST_KEY:
        raise Invalid(field="key", why="key_malformed", value=key)
    _check(template)
    with db.writing():
        if db.session.scalar(select(SetupStep.id).where(SetupStep.key == key)) is not None:
            raise Invalid(field="key", why="step_key_taken", value=key)
        last = db.session.scalar(select(func.max(SetupStep.position))) or 0
        step = SetupStep(key=key, position=last + 1)
        _fill(step, template, now)
        db.session.add(step)
        try:
            db.session.flush()
        except IntegrityError as error:
            raise ChangedMeanwhile() from error
        history.record("step_added", now=now, actor=actor, step=key)
        if step.required and step.asked_from is None:
            _judge_again(now)
    proving.apply_rules(now)


def change(key: str, template: Template, now: datetime, actor: Actor) -> bool:
    """Change a step; return whether that changed anything.

    What was done stays done. Whether it is done once or in each store can no longer change once anybody did it
    (StepInUse): that would make what was done undone. Raises NotFound, Invalid(field, why).
    """
    _check(template)
    with db.writing():
        step = by_key(key)
        if template.per != step.per and _has_completions(step):
            raise StepInUse(field="per", by="completions")
        before = _kept(step)
        judged = tuple(before[name] for name in _JUDGED)
        _fill(step, template, now)
        after = _kept(step)
        changed = sorted(name for name in after if after[name] != before[name])
        if not changed:
            return False
        history.record("step_changed", now=now, actor=actor, step=key, fields=changed)
        if judged != tuple(after[name] for name in _JUDGED):
            _judge_again(now)
    proving.apply_rules(now)
    return True


def move(key: str, by: int, now: datetime, actor: Actor) -> bool:
    """Move a step in use so many places down (negative: up); return whether it moved. Raises NotFound."""
    with db.writing():
        order = [step.key for step in in_order()]
        if key not in order:
            raise NotFound(what="step", value=key)
        at = order.index(key)
        to = max(0, min(len(order) - 1, at + by))
        if to == at:
            return False
        order.insert(to, order.pop(at))
        for position, one in enumerate(order, start=1):
            by_key(one).position = position
        history.record("steps_ordered", now=now, actor=actor, order=order)
        return True


def retire(key: str, now: datetime, actor: Actor) -> bool:
    """Ask a step of nobody any more; what was done stays in the accounts' histories. Return whether it was in use."""
    return _switch(key, "step_retired", now, actor, active=False)


def bring_back(key: str, now: datetime, actor: Actor) -> bool:
    """Ask a step again of whom it was asked; return whether it was out of use."""
    return _switch(key, "step_brought_back", now, actor, active=True)


def delete(key: str, now: datetime, actor: Actor) -> None:
    """Delete a step that nothing uses. Raises NotFound, and StepInUse with what does (`by`)."""
    with db.writing():
        step = by_key(key)
        users = in_use(step)
        if users:
            raise StepInUse(by=", ".join(users))
        db.session.delete(step)
        try:
            db.session.flush()
        except IntegrityError as error:
            # Somebody ticked it, or a course came to want it, at this very moment.
            raise StepInUse(by="completions") from error
        history.record("step_deleted", now=now, actor=actor, step=key)


def in_use(step: SetupStep) -> list[str]:
    """Name what keeps a step from being deleted: completions, courses that want it first, rules that count it."""
    users = ["completions"] if _has_completions(step) else []
    if db.session.scalar(select(exists().where(Course.wanted_step_id == step.id))):
        users.append("courses")
    return users + (["rules"] if counted_by(step) else [])


def counted_by(step: SetupStep) -> list[str]:
    """Name the stages whose rule counts a step: it is required, in use, and the rule asks for the set-up."""
    return _asking() if step.active and step.required else []


def reach(step: SetupStep) -> Reach:
    """Count whom a step concerns, were it in use: accounts being introduced, and those of them that still lack it."""
    asked = [Account.stage == "onboarding", Account.undecided.is_(False), Account.cancelled_on.is_(None)]
    if step.asked_from is not None:
        asked.append(Account.created_at >= step.asked_from)
    settled = exists().where(
        Completion.account_id == Account.id, Completion.step_id == step.id, Completion.state.in_(("done", "not_needed"))
    )
    counted = select(func.count(), func.count().filter(~settled)).select_from(Account).where(*asked)
    total, left = db.session.execute(counted).one()
    return Reach(total, left)


def _switch(key: str, event: str, now: datetime, actor: Actor, *, active: bool) -> bool:
    with db.writing():
        step = by_key(key)
        if step.active == active:
            return False
        step.active = active
        if active:
            step.position = (db.session.scalar(select(func.max(SetupStep.position))) or 0) + 1
        history.record(event, now=now, actor=actor, step=key)
        if step.required:
            _judge_again(now)
    proving.apply_rules(now)
    return True


def _judge_again(now: datetime) -> None:
    """Note that the accounts whose rule asks for the set-up are to be judged anew.

    That is done some at a time (`proving.apply_rules`), also by the worker should this process end before: the list
    changes for all of them, which no one transaction should hold.
    """
    boundaries.judge_again(_asking(), now)


def _asking() -> list[str]:
    """Name the stages whose rule asks for the set-up."""
    rules = boundaries.rules()
    return [stage for stage, rule in rules.items() if any(isinstance(one, SetupComplete) for one in rule.leaves)]


def _has_completions(step: SetupStep) -> bool:
    return bool(db.session.scalar(select(exists().where(Completion.step_id == step.id))))


def _kept(step: SetupStep) -> dict[str, Any]:
    names = ("name", "help", "per", "required", "doer", "tickers", "due_days", "guide_url", "active", "asked_from")
    return {name: getattr(step, name) for name in names}


def _fill(step: SetupStep, template: Template, now: datetime) -> None:
    step.name = {locale: text.strip() for locale, text in template.name.items() if text.strip()}
    step.help = {locale: text.strip() for locale, text in template.help.items() if text.strip()}
    step.per, step.required, step.doer = template.per, template.required, template.doer
    step.tickers = [ticker for ticker in TICKERS if ticker in template.tickers]
    step.due_days, step.guide_url = template.due_days, template.guide_url.strip()
    if template.asked == "all":
        step.asked_from = None
    elif step.asked_from is None:
        step.asked_from = now


def _check(template: Template) -> None:
    if not any(text.strip() for text in template.name.values()):
        raise Invalid(field="name", why="name_missing")
    for name, texts, longest in (("name", template.name, LONGEST_NAME), ("help", template.help, LONGEST_HELP)):
        for locale, text in texts.items():
            if len(text) > longest:
                raise Invalid(field=f"{name}_{locale}", why="too_long", maximum=longest)
    for name, value, choices in (
        ("per", template.per, PERS),
        ("doer", template.doer, DOERS),
        ("asked", template.asked, ASKED),
    ):
        if value not in choices:
            raise Invalid(field=name, why="not_a_choice", value=value, choices=", ".join(choices))
    if not any(ticker in TICKERS for ticker in template.tickers):
        raise Invalid(field="tickers", why="no_ticker")
    if template.due_days is not None and not 0 <= template.due_days <= MOST_DAYS:
        raise Invalid(field="due_days", why="days_out_of_range", maximum=MOST_DAYS)
    if template.guide_url.strip():
        weblinks.check(template.guide_url.strip(), "guide_url")
