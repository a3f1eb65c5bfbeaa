"""Answers what a mail's words need of its values, and what of these decides how the words look."""

from __future__ import annotations

import hashlib
import operator
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple

from emails import templates
from emails.grammar import Comparison, Constant
from emails.kinds import KINDS, Kind
from emails.skeletons import slot_token
from emails.templates import Slot, TemplateBroken, Words, clean
from emails.values import Context, Entry, FreeDate, Link, Span, Until, Value
from emails.words import day_and_time, until, when, zone_name

# What a value is to its words: nothing, text, an address of ours, a number, zero; yes and no show nothing of themselves.
EMPTY, TEXT, LINK, NUMBER, ZERO, YES, NO = range(7)
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}
# The dates of a lecture stand in many mails.
_when, _day_and_time, _until = (lru_cache(maxsize=4096)(write) for write in (when, day_and_time, until))
_zone_name = lru_cache(maxsize=256)(zone_name)

Shape = tuple[int | bool, ...]


@dataclass(frozen=True, eq=False)
class Plan:
    """What rendering a mail of one kind, language and source takes, whoever gets it."""

    locale: str
    words: Words
    footer: Words
    version: str
    # The placeholders that are looked up, lists apart.
    names: tuple[str, ...]
    has_zone: bool
    names_zone: bool
    # The lists that the words go through, and what they show of each line.
    lists: tuple[tuple[str, tuple[str, ...]], ...]
    comparisons: tuple[Comparison, ...]


@lru_cache(maxsize=512)
def plan_of(kind: str, locale: str, source: str) -> Plan:
    """Compile the words of a kind and its footer, and list what they need; raise TemplateBroken."""
    described = KINDS[kind]
    words = templates.compiled(source)
    # Who sends and how to leave stand under every mail, whatever its own words say.
    footer = templates.compiled(f"footer\n{templates.read(f'_footer_{described.audience}.{locale}.md')}")
    unknown = words.names - set(described.placeholders)
    if unknown:
        raise TemplateBroken("undefined_name", {"name": ", ".join(sorted(unknown))})
    names = words.names | (footer.names - _left_out(described))
    all_uses = (words.in_subject, words.in_body)
    lists: dict[str, dict[str, int]] = {}
    for uses in all_uses:
        for name in uses.lists:
            lists.setdefault(name, {}).update(uses.attributes[name])
    return Plan(
        locale=locale,
        words=words,
        footer=footer,
        version=hashlib.sha256(source.encode()).hexdigest()[:12],
        names=tuple(sorted(names - lists.keys() - {"zone_name"})),
        has_zone="zone" in described.placeholders,
        names_zone="zone_name" in names,
        lists=tuple((name, tuple(attributes)) for name, attributes in lists.items()),
        comparisons=tuple(dict.fromkeys(one for uses in all_uses for one in uses.comparisons)),
    )


def _left_out(kind: Kind) -> frozenset[str]:
    """Name what the footer asks for and mails of this kind never have."""
    return frozenset() if kind.subscription else frozenset({"unsubscribe_url"})


def gathered(plan: Plan, context: Context, note: str) -> tuple[list[str], Shape]:
    """Write all values that the words need, in the order of their slots; say what decides how the words look."""
    zone = str(context.get("zone", "")) if plan.has_zone else ""
    if plan.has_zone and not zone:
        raise TemplateBroken("undefined_name", {"name": "zone"})
    slots = [clean(note)]
    shape: list[int | bool] = [TEXT if slots[0] else EMPTY]
    try:
        values = [context[name] for name in plan.names]
        lines = [context[name] for name, _ in plan.lists]
    except KeyError as error:
        missing = sorted({*plan.names, *(name for name, _ in plan.lists)} - context.keys())
        raise TemplateBroken("undefined_name", {"name": ", ".join(missing)}) from error
    for value in values:
        _add(value, zone, plan.locale, slots, shape)
    if plan.names_zone:
        _add(_zone_name(zone, plan.locale), zone, plan.locale, slots, shape)
    for (name, attributes), value in zip(plan.lists, lines, strict=True):
        entries = _entries(name, value)
        shape.append(len(entries))
        for entry in entries:
            for attribute in attributes:
                _add(_attribute(name, entry, attribute, zone, plan.locale), zone, plan.locale, slots, shape)
    for comparison in plan.comparisons:
        shape += _outcomes(comparison, context, zone, plan.locale)
    return slots, tuple(shape)


def _add(value: Value, zone: str, locale: str, slots: list[str], shape: list[int | bool]) -> None:
    kind = type(value)
    if kind is str:
        slots.append(text := clean(value))
        shape.append(TEXT if text else EMPTY)
    elif kind is Link:
        slots.append(value)  # type: ignore[arg-type]
        shape.append(LINK)
    else:
        plain = _plain(value, zone, locale)
        slots.append(str(plain))
        if isinstance(plain, bool):
            shape.append(YES if plain else NO)
        elif isinstance(plain, int):
            shape.append(NUMBER if plain else ZERO)
        else:
            shape.append(TEXT if plain else EMPTY)


def _plain(value: Value, zone: str, locale: str) -> str | int | bool:
    """Return a value as conditions see it: a list is there or not, dates are written for the reader."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int):
        return value
    if isinstance(value, Span):
        return _when(value.starts_at, value.ends_at, zone, locale)
    if isinstance(value, Until):
        return _until(value.at, zone, locale)
    return len(value) > 0


def _entries(name: str, value: Value) -> Sequence[FreeDate | Entry]:
    if value and not isinstance(value, (str, int, Span, Until)):
        return value
    if value:
        raise TemplateBroken("not_allowed", {"name": name})
    return ()


def _attribute(name: str, entry: FreeDate | Entry, attribute: str, zone: str, locale: str) -> Value:
    if isinstance(entry, FreeDate) and attribute == "when":
        return _day_and_time(entry.starts_at, entry.ends_at, zone, locale)
    if attribute == "url":
        return entry.url
    if isinstance(entry, Entry) and attribute in ("what", "note"):
        return entry.what if attribute == "what" else entry.note
    raise TemplateBroken("undefined_name", {"name": f"{name}.{attribute}"})


def _outcomes(comparison: Comparison, context: Context, zone: str, locale: str) -> list[bool]:
    name, attribute, asked, constant = comparison.name, comparison.attribute, comparison.operator, comparison.constant
    if attribute:
        values = [_attribute(name, entry, attribute, zone, locale) for entry in _entries(name, context[name])]
    else:
        values = [_zone_name(zone, locale) if name == "zone_name" else context[name]]
    try:
        return [bool(_COMPARE[asked](_plain(value, zone, locale), constant)) for value in values]
    except TypeError as error:
        raise TemplateBroken("failed", {"detail": str(error), "name": name}) from error


class _Place(NamedTuple):
    """Where a value stands: a placeholder, or an attribute of one line of a list."""

    name: str
    attribute: str = ""
    line: int = 0


def scope_of(plan: Plan, shape: Shape) -> tuple[dict[str, object], tuple[str, ...], frozenset[int]]:
    """Give the names of the words what stands for the values; name the placeholder of each slot, and those of links."""
    marks = iter(shape[1:])
    found = {_Place(name): next(marks) for name in (*plan.names, *(["zone_name"] if plan.names_zone else []))}
    lines: dict[str, list[SimpleNamespace]] = {}
    for name, attributes in plan.lists:
        lines[name] = [SimpleNamespace() for _ in range(next(marks))]
        found |= {
            _Place(name, attribute, line): next(marks) for line in range(len(lines[name])) for attribute in attributes
        }
    outcomes: defaultdict[_Place, dict[tuple[str, Constant], bool]] = defaultdict(dict)
    for one in plan.comparisons:
        for line in range(len(lines[one.name]) if one.attribute else 1):
            outcomes[_Place(one.name, one.attribute, line)][one.operator, one.constant] = bool(next(marks))
    # The footer of what nobody can leave asks for this one, too.
    scope: dict[str, object] = {"unsubscribe_url": "", **lines}
    for number, (place, mark) in enumerate(found.items(), 1):
        stands = _stands(number, mark, outcomes[place])
        if place.attribute:
            setattr(lines[place.name][place.line], place.attribute, stands)
        else:
            scope[place.name] = stands
    _refuse_what_shows_nothing(plan, scope)
    names = ("note", *(f"{place.name}.{place.attribute}" if place.attribute else place.name for place in found))
    return scope, names, frozenset(number for number, mark in enumerate(found.values(), 1) if mark == LINK)


def _stands(number: int, mark: int, outcomes: Mapping[tuple[str, Constant], bool]) -> object:
    if mark in (YES, NO):
        return mark == YES
    return "" if mark == EMPTY else Slot(slot_token(number), true=mark != ZERO, outcomes=outcomes)


def _refuse_what_shows_nothing(plan: Plan, scope: Mapping[str, object]) -> None:
    for uses in (plan.words.in_subject, plan.words.in_body):
        for name, line in uses.shown.items():
            if isinstance(scope[name], (bool, list)):
                raise TemplateBroken("not_allowed", {"line": line, "name": name})
