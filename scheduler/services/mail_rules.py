"""Answers when mails leave as operations decided: quiet hours, and each kind's figures, with the defaults of the table of kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import select

from emails import KINDS
from emails.kinds import Kind, Number, Unit
from scheduler.models.db import db, table
from scheduler.models.settings import Setting
from scheduler.rules.timing import Quiet, Waits
from scheduler.services import history
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid

Value = int | str | bool

_STORED = select(table(Setting).c.value).where(table(Setting).c.key == "mail_rules")
_QUIET = {"quiet.begins": "20:00", "quiet.ends": "08:00"}
# Whether a kind that is optional leaves at all.
ON = "on"
# The least and the most that a figure may be; the name decides where its unit alone says too little.
RANGES: dict[str, tuple[int, int]] = {
    "days": (1, 90),
    "days_before": (1, 14),
    "minutes": (10, 720),
    "times": (1, 10),
    "weekday": (0, 6),
}
_SWITCH: dict[str, bool] = {"on": True, "off": False, "true": True, "false": False, "1": True, "0": False}
_NOON = time(12)
# Quiet hours leave at least this much of the day.
_LEAST_HOURS = 6


def _defaults() -> dict[str, Value]:
    """List every figure by its name, `<kind>.<name>`, with what it is unless operations decide otherwise."""
    values: dict[str, Value] = dict(_QUIET)
    for kind in KINDS.values():
        if kind.timing.optional:
            values[f"{kind.name}.{ON}"] = True
        values.update({f"{kind.name}.{number.name}": number.default for number in kind.timing.numbers})
    return values


DEFAULTS = _defaults()
_UNITS: dict[str, Unit] = {
    f"{kind.name}.{number.name}": number.unit for kind in KINDS.values() for number in kind.timing.numbers
} | {"quiet.begins": "time", "quiet.ends": "time"}


@dataclass(frozen=True)
class Rules:
    """When mails leave; `values` holds every figure by `<kind>.<name>`, and `quiet.begins` and `quiet.ends`."""

    values: Mapping[str, Value]

    @property
    def quiet(self) -> Quiet:
        """Return the quiet hours, on the reader's wall."""
        return Quiet(self.at("quiet", "begins"), self.at("quiet", "ends"))

    def enabled(self, kind: str) -> bool:
        """Tell whether this kind leaves at all."""
        return bool(self.values.get(f"{kind}.{ON}", True))

    def days(self, kind: str, name: str) -> int:
        """Return a figure in days."""
        return self._whole(kind, name)

    def minutes(self, kind: str, name: str) -> int:
        """Return a figure in minutes."""
        return self._whole(kind, name)

    def times(self, kind: str, name: str) -> int:
        """Return how many times."""
        return self._whole(kind, name)

    def weekday(self, kind: str, name: str) -> int:
        """Return a weekday, Monday is 0."""
        return self._whole(kind, name)

    def at(self, kind: str, name: str) -> time:
        """Return a time on the reader's wall."""
        return time.fromisoformat(str(self.values[f"{kind}.{name}"]))

    def hours(self, kind: str) -> tuple[time, time] | None:
        """Return from when to when on the reader's wall a kind leaves; None: at any time that is not quiet."""
        return (self.at(kind, "from"), self.at(kind, "until")) if f"{kind}.from" in self.values else None

    def waits(self, kind: str) -> Waits:
        """Return what a kind waits for at the moment it would leave.

        A reminder's moment has looked at the shop's days already: later it only keeps out of quiet hours, and not even
        that where it is minutes before the start.
        """
        timing = KINDS[kind].timing
        if timing.trigger == "before":
            movable = f"{kind}.minutes_before" not in self.values
            return Waits(quiet=movable, working_days=False, open_days=False, hours=None, closed_days=False)
        return Waits(timing.waits, timing.working_days, timing.open_days, self.hours(kind))

    def _whole(self, kind: str, name: str) -> int:
        return int(self.values[f"{kind}.{name}"])


def get() -> Rules:
    """Read when mails leave at present, by one plain statement."""
    return read(db.core(_STORED).scalar_one_or_none() or {})


def read(value: Mapping[str, Any]) -> Rules:
    """Read the rules from their row's value, where only what differs from the defaults stands."""
    return Rules(DEFAULTS | {name: item for name, item in value.items() if name in DEFAULTS})


def changed(present: Rules, pairs: Mapping[str, str]) -> Rules:
    """Return the rules as they would be with these figures (`<kind>.<name>`: as typed), without saving them.

    Raises Invalid(field, why), `field` being the figure's name.
    """
    rules, faults = examined(present, pairs)
    if faults:
        raise faults[0]
    return rules


def examined(present: Rules, pairs: Mapping[str, str]) -> tuple[Rules, list[Invalid]]:
    """Like `changed`, but return every fault, one for each field; what cannot be used stays as it is at present."""
    values, faults = dict(present.values), list[Invalid]()
    for name, text in pairs.items():
        try:
            values[name] = _typed(name, text)
        except Invalid as fault:
            faults.append(fault)
    rules = Rules(values)
    wrong = {fault.params["field"] for fault in faults}
    faults += [fault for fault in _contradictions(rules) if fault.params["field"] not in wrong]
    return rules, faults


def save(values: Mapping[str, str], now: datetime, actor: Actor) -> None:
    """Save figures (`<kind>.<name>`: as typed), the others staying as they are; raise Invalid(field, why)."""
    with db.writing():
        before = get().values
        after = changed(Rules(before), values).values
        differ = {name: [before[name], value] for name, value in after.items() if value != before[name]}
        if not differ:
            return
        stored = {name: value for name, value in after.items() if value != DEFAULTS[name]}
        db.session.merge(Setting(key="mail_rules", value=stored, changed_at=now))
        history.record("mail_rules_changed", now=now, actor=actor, changed=differ)


def bounds(name: str) -> tuple[int, int]:
    """Return the least and the most that a whole figure (`<kind>.<name>`) may be."""
    return RANGES.get(name.rpartition(".")[2]) or RANGES[_UNITS[name]]


def _typed(name: str, text: str) -> Value:
    """Read one figure as somebody typed it; raise Invalid."""
    text = str(text).strip()
    if name not in DEFAULTS:
        raise Invalid(field=name, why="mail_rule_unknown", value=name)
    if name not in _UNITS:
        if text.lower() not in _SWITCH:
            raise Invalid(field=name, why="mail_rule_switch", value=text)
        return _SWITCH[text.lower()]
    if _UNITS[name] == "time":
        try:
            return f"{time.fromisoformat(text).replace(tzinfo=None):%H:%M}"
        except ValueError as error:
            raise Invalid(field=name, why="time_unreadable", value=text) from error
    least, most = bounds(name)
    try:
        figure = int(text) if len(text) <= 4 else -1
    except ValueError as error:
        raise Invalid(field=name, why="mail_rule_range", minimum=least, maximum=most) from error
    if not least <= figure <= most:
        raise Invalid(field=name, why="mail_rule_range", minimum=least, maximum=most)
    return figure


def _contradictions(rules: Rules) -> list[Invalid]:
    """Find figures that are right by themselves but not together, one fault for a field."""
    quiet = rules.quiet
    if quiet.begins != quiet.ends and _loud_minutes(quiet) < _LEAST_HOURS * 60:
        return [Invalid(field="quiet.ends", why="quiet_too_long", longest=24 - _LEAST_HOURS)]
    return [fault for kind in KINDS.values() for check in _CHECKS for fault in check(rules, kind, quiet)]


def _loud_minutes(quiet: Quiet) -> int:
    begins, ends = (clock.hour * 60 + clock.minute for clock in (quiet.begins, quiet.ends))
    return (begins - ends) % (24 * 60)


def _check_hours(rules: Rules, kind: Kind, quiet: Quiet) -> list[Invalid]:
    hours = rules.hours(kind.name)
    if hours is None:
        return []
    first, last = hours
    if first >= last:
        return [Invalid(field=f"{kind.name}.until", why="hours_backwards")]
    loud = not quiet.covers(first) or first < quiet.ends < last
    return [] if loud else [Invalid(field=f"{kind.name}.from", why="hours_quiet", **_words(quiet))]


def _check_time(rules: Rules, kind: Kind, quiet: Quiet) -> list[Invalid]:
    """A time at which something is to leave must not be quiet; the working day of our own people has no quiet hours."""
    names = [number.name for number in kind.timing.numbers if _leaves_then(number) and kind.audience != "staff"]
    quietly = [name for name in names if quiet.covers(rules.at(kind.name, name))]
    return [Invalid(field=f"{kind.name}.{name}", why="time_quiet", **_words(quiet)) for name in quietly]


def _check_evening(rules: Rules, kind: Kind, _quiet: Quiet) -> list[Invalid]:
    name = f"{kind.name}.evening_at"
    early = name in rules.values and rules.at(kind.name, "evening_at") < _NOON
    return [Invalid(field=name, why="evening_before_noon")] if early else []


def _leaves_then(number: Number) -> bool:
    return number.unit == "time" and number.name in ("at", "evening_at")


def _words(quiet: Quiet) -> dict[str, str]:
    return {"begins": f"{quiet.begins:%H:%M}", "ends": f"{quiet.ends:%H:%M}"}


_CHECKS: tuple[Callable[[Rules, Kind, Quiet], list[Invalid]], ...] = (_check_hours, _check_time, _check_evening)
