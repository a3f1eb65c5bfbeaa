"""Answers whether words can be used for every reader there may be, before anybody gets them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from emails.kinds import MAY_BE_EMPTY, samples
from emails.render import Rendered, render
from emails.templates import TemplateBroken
from emails.values import Entry, FreeDate, Link, Span, Until, Value

# What a mail of a kind is sent for: of each group at least one must stand in its body, whatever the facts lack.
# Who sends it and how to leave the list stand in the footer, which nobody can change.
INDISPENSABLE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "welcome": (("personal_url",),),
    "invitation": (("dates", "personal_url"),),
    "application": (("when",), ("apply_url",)),
    "link_again": (("personal_url",),),
    "confirmation": (("when",), ("join_url",)),
    "waitlisted": (("when",),),
    "offered": (("when",), ("answer_by",), ("personal_url",)),
    "promoted": (("when",), ("join_url",)),
    "changed": (("new_when",), ("join_url",)),
    "cancelled": (("when",),),
    "lecture_cancelled": (("when",),),
    "called_off": (("when",),),
    "reminder_day": (("when",), ("join_url",)),
    "reminder_hour": (("when",), ("join_url",)),
    "partial": (("dates", "personal_url"),),
    "missed": (("dates", "personal_url"),),
    "excused": (("dates", "personal_url"),),
    "setup_nudge": (("steps",),),
    "proposal": (("dates", "personal_url"),),
    "handover_letter": (("new_owner_name",),),
    "feed_reset": (("calendar_url",),),
    "staff_ready": (("account_name",), ("account_url",)),
    "staff_handover_requested": (("account_name",), ("account_url",)),
    "staff_handover_waiting": (("account_name",), ("handover_url", "account_url")),
    "staff_ready_waiting": (("account_name",), ("handover_url", "account_url")),
    "staff_accounts_moved": (("accounts", "wave_url"),),
    "staff_handover_accepted": (("account_name",), ("account_url",)),
    "staff_handover_returned": (("account_name",), ("account_url",)),
    "staff_stuck": (("account_name",), ("account_url",)),
    "staff_report_missing": (("when",), ("lecture_url",)),
    "staff_unreachable": (("contact_address", "contact_url"),),
    "staff_reply": (("reply_text",),),
}
# What somebody may have put into a name, a note or a reply.
_HOSTILE = "**x** <script>alert(1)</script> [a](http://evil.example) {{ 7 }} {% raw %} \\ `c` &amp;\u202e\x07 # 見出し"
# Without blanks or signs, an address in the words could be continued by it.
_WORD = "x1"
_LONG = "首都圏統括本部株式会社みほんホールディングス " * 9
# So long may one list be, and so many lines all lists of a mail have together: who has many lists keeps each shorter.
_LONG_LIST, _LONG_LISTS = 30, 180

Values = dict[str, Value]


def check(kind: str, locale: str, source: str) -> None:
    """Render words with all that their placeholders may hold; raise TemplateBroken with `example` and, where known, `line`.

    `example` says with which values they fail: full (the samples), yes, bare (all that may be empty is), empty (one is:
    `example_name`), no (likewise), zero, word, long, hostile. Beside `render`'s keys there is not_shown: none of `names` stands
    in the body.
    """
    for example, name, values in _examples(kind, locale):
        try:
            rendered = render(kind, locale, values, source=source)
            if example in ("full", "bare"):
                _demand(kind, locale, source, values, rendered)
        except TemplateBroken as error:
            params = {"example": example} | ({"example_name": name} if name else {}) | error.params
            line = error.params.get("line") or _line(error, source)
            raise TemplateBroken(error.key, params | ({"line": line} if line else {})) from error


def _examples(kind: str, locale: str) -> Iterator[tuple[str, str, Values]]:
    """Go through what the placeholders of a kind may hold: how the example is called, of which name, and the values."""
    full = samples(kind, locale)
    empty: Values = {name: _nothing(value) for name, value in full.items() if name in MAY_BE_EMPTY}
    yes: Values = {name: True for name, value in full.items() if isinstance(value, bool)}
    yield "full", "", full
    yield "yes", "", full | yes
    yield "bare", "", full | empty
    yield "bare", "", full | {name: None if value == "" else value for name, value in empty.items()}
    for name, value in empty.items():
        yield "empty", name, full | yes | {name: value}
    for name in yes:
        yield "no", name, full | yes | {name: False}
    yield "zero", "", full | {name: 0 for name, value in full.items() if _is_number(value)}
    yield "word", "", full | yes | {name: _each(value, _WORD) for name, value in full.items()}
    lists = sum(isinstance(value, Sequence) and not isinstance(value, str) for value in full.values())
    lines = min(_LONG_LIST, _LONG_LISTS // max(lists, 1))
    yield "long", "", full | yes | {name: _each(value, _LONG, lines) for name, value in full.items()}
    yield "hostile", "", full | yes | {name: _each(value, _HOSTILE) for name, value in full.items()}


def _nothing(value: Value) -> Value:
    if isinstance(value, bool):
        return False
    if isinstance(value, str) and not isinstance(value, Link):
        return ""
    return [] if isinstance(value, Sequence) and not isinstance(value, str) else None


def _is_number(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _each(value: Value, text: str, lines: int = 0) -> Value:
    """Put a text in place of a plain one, also within a list, which grows to so many `lines` if the text is long."""
    if isinstance(value, str):
        return value if isinstance(value, Link) or value == "Asia/Tokyo" else text
    if not isinstance(value, Sequence):
        return value
    length, text = (lines, text[: len(text) // 9]) if lines else (len(value), text)
    listed = [replace(one, what=text, note=text) if isinstance(one, Entry) else one for one in value]
    return [listed[number % len(listed)] for number in range(length)]  # type: ignore[return-value]


def _demand(kind: str, locale: str, source: str, values: Values, rendered: Rendered) -> None:
    """Refuse words that do not show what the mail is sent for; shown is what changes the body when it changes itself."""
    for names in INDISPENSABLE.get(kind, ()):
        others = [{name: _other(values[name])} for name in names if values[name]]
        if others and all(
            render(kind, locale, values | other, source=source).text == rendered.text for other in others
        ):
            raise TemplateBroken("not_shown", {"names": ", ".join(names)})


def _other(value: Value) -> Value:
    """Return another value of the same shape."""
    if isinstance(value, Link):
        return Link(f"{value}0")
    if isinstance(value, Span):
        return Span(value.starts_at + timedelta(days=1), value.ends_at + timedelta(days=1))
    if isinstance(value, Until):
        return Until(value.at + timedelta(days=1))
    if isinstance(value, str):
        return f"{value}0"
    if isinstance(value, Sequence):
        return [_other_line(one) for one in value if not isinstance(one, str)]  # type: ignore[return-value]
    return value


def _other_line(line: FreeDate | Entry) -> FreeDate | Entry:
    if isinstance(line, Entry):
        return replace(line, what=f"{line.what}0")
    return replace(line, url=Link(f"{line.url}0"), starts_at=line.starts_at + timedelta(days=1))


def _line(error: TemplateBroken, source: str) -> int | None:
    """Find the line of the words that a complaint is about."""
    lines = source.splitlines()
    if error.key == "no_subject":
        return 1
    if "name" in error.params:
        # Of a line of a list only what is asked of it is known, not what the author called it.
        names = [name.rpartition(".")[2] for name in str(error.params["name"]).split(", ")]
        looked_for = re.compile(r"\{[{%#][^}]*(?<!\w)(?:" + "|".join(map(re.escape, names)) + r")(?!\w)")
    elif error.key == "foreign_link":
        # The end of the address may come from a placeholder; its beginning is the author's.
        begins = re.match(r"\w+:/{0,2}[^/?#]{0,20}", str(error.params.get("url", "")))
        looked_for = re.compile(re.escape(begins.group()) if begins else r"\]\(")
    else:
        return None
    return next((number for number, line in enumerate(lines, 1) if looked_for.search(line)), None)
