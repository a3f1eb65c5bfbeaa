"""docs/mails.md lists every kind of mail and every placeholder, as the table of kinds has them.

After changing the table on purpose, write it anew with `TASUKI_UPDATE_SNAPSHOTS=1 pytest tests/emails/test_listing.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from emails import KINDS, Kind, render, samples
from emails.kinds import MAY_BE_EMPTY, Number, Trigger
from emails.placeholders import MEANINGS

UPDATE = bool(os.environ.get("TASUKI_UPDATE_SNAPSHOTS"))
LISTING = Path(__file__).parent.parent.parent / "docs" / "mails.md"
OPENING = """\
# Mails

This page is made from the table of kinds in `emails/kinds.py`, and a test compares the two.

The words of a mail are one file for each kind and language, `templates/email/<kind>.<locale>.md`: the first line is the
subject, the rest Markdown. Operations change them on the page of templates without touching the files. The small language
in them: `{{ name }}`, `{{ one or another }}`, `{% if name %}…{% elif … %}…{% else %}…{% endif %}` with `and`, `or`, `not` and
comparisons with a constant, and `{% for one in list %}…{% endfor %}` with `{{ one.what }}`, `{{ one.note }}`, `{{ one.url }}`
(of dates: `{{ one.when }}`, `{{ one.url }}`). Whatever a value holds arrives as these characters; only addresses that the
program made become links, and a link alone in its paragraph becomes a button. Who sends, whom to call and how to leave the
list stand under every mail by themselves.
"""
TRIGGERS: dict[Trigger, str] = {
    "fact": "when it happens",
    "before": "before the lecture",
    "after": "when days pass without progress",
    "weekly": "once a week",
    "daily": "in the morning",
}
READERS = {"contact": "the customer's people", "staff": "our own staff", "visitor": "who applied on the public page"}


def listing() -> str:
    parts = [
        OPENING,
        "## Kinds",
        table(("kind", "subject of the sample", "to", "when", "can be left"), map(row, KINDS.values())),
    ]
    parts += ["## Their placeholders", "Those that may be empty stand in brackets.", *map(paragraph, KINDS.values())]
    meanings = [(f"`{name}`", meaning["en"], meaning["ja"]) for name, meaning in sorted(MEANINGS.items())]
    parts += ["## What they stand for", table(("placeholder", "meaning", "意味"), meanings)]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def row(kind: Kind) -> tuple[str, ...]:
    subject = render(kind.name, "en", samples(kind.name, "en")).subject
    leaving = f"yes: {kind.subscription}" if kind.subscription else "no"
    return (f"`{kind.name}`", subject, READERS[kind.audience], when(kind), leaving)


def when(kind: Kind) -> str:
    timing = kind.timing
    said = [TRIGGERS[timing.trigger], *map(figure, timing.numbers)]
    said += ["not in quiet hours"] if timing.waits else []
    said += ["on our working days"] if timing.working_days else []
    said += ["on days the shop is open"] if timing.open_days else []
    said += ["can be switched off"] if timing.optional else []
    return "; ".join(said)


def figure(number: Number) -> str:
    weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    value = weekdays[int(number.default)] if number.unit == "weekday" else number.default
    return f"`{number.name}` {value}"


def paragraph(kind: Kind) -> str:
    names = [f"[`{name}`]" if name in MAY_BE_EMPTY else f"`{name}`" for name in kind.placeholders]
    carries = f" Carries a calendar entry ({kind.calendar})." if kind.calendar else ""
    return f"**{kind.name}**: {' '.join(names)}.{carries}"


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def test_the_page_of_mails_is_the_table_of_kinds() -> None:
    text = listing()
    if UPDATE:
        LISTING.write_text(text, encoding="utf-8")
    assert text == LISTING.read_text(encoding="utf-8")
