"""Answers whether every mail still reads, to the letter, as somebody once approved it.

After changing words on purpose, write the texts anew with `TASUKI_UPDATE_SNAPSHOTS=1 pytest tests/emails/test_snapshots.py`
and read the difference before committing it.
"""

from __future__ import annotations

import html
import os
import re
from pathlib import Path

import pytest

from emails import KINDS, LOCALES, Rendered, render, samples

# Read on import: no test sees the settings of the shell it runs in.
UPDATE = bool(os.environ.get("TASUKI_UPDATE_SNAPSHOTS"))
STORED = Path(__file__).parent.parent / "data" / "emails"
_DIGEST = ("lectures", "ready", "stuck", "missing_reports", "failed_mails", "week")
# Beside the full samples: the other branch of words that have two.
VARIANTS: dict[str, tuple[str, dict[str, object]]] = {
    "confirmation_webinar": ("confirmation", {"meeting": False, "material_before_url": None}),
    "thanks_without_material": ("thanks", {"recording_url": None, "material_after_url": None}),
    "thanks_correction": ("thanks", {"correction": True}),
    "missed_correction": ("missed", {"correction": True}),
    "partial_by_hand": ("partial", {"present_minutes": 0, "missed_minutes": 60, "recording_url": None, "dates": ()}),
    "partial_correction": ("partial", {"correction": True}),
    "excused_correction": ("excused", {"correction": True, "dates": (), "owner_name": None}),
    "confirmation_by_oneself": ("confirmation", {"registered_by": None}),
    "application_declined": ("application", {"declined": True}),
    "proposal_for_one": ("proposal", {"for_company": False, "host_name": None, "owner_name": None}),
    "waitlisted_anew": ("waitlisted", {"old_when": None, "reason": None}),
    "changed_link_only": ("changed", {"old_when": None, "reason": None}),
    "confirmation_without_answers": ("confirmation", {"answers_read": False}),
    "promoted_without_answers": ("promoted", {"answers_read": False}),
    "changed_without_answers": ("changed", {"answers_read": False, "meeting_id": "", "passcode": ""}),
    "changed_by_contact": ("changed", {"moved_by_us": False, "reason": None}),
    "thanks_last_course": ("thanks", {"next_course_name": None, "dates": ()}),
    "invitation_without_dates": ("invitation", {"dates": (), "owner_name": None, "owner_phone": None}),
    "invitation_again": ("invitation", {"again": True}),
    "invitation_next_course": (
        "invitation",
        {"course_name": "活用編 / Results", "prerequisite_name": "基本操作編 / Basics"},
    ),
    "reminder_hour_evening_before": ("reminder_hour", {"evening_before": True}),
    "reminder_day_by_link_alone": ("reminder_day", {"meeting_id": "", "passcode": "", "day_phone": ""}),
    "welcome_without_planned_start": ("welcome", {"planned_start": "", "owner_name": "", "name": ""}),
    "setup_nudge_without_planned_start": ("setup_nudge", {"planned_start": ""}),
    "weekly_state_of_one_shop": ("weekly_state", {"stores": (), "dates": (), "programme_url": None}),
    "staff_digest_of_a_quiet_day": ("staff_digest", dict.fromkeys(_DIGEST, ()) | {"weekly": False}),
}
CASES = {kind: (kind, {}) for kind in KINDS} | VARIANTS


def whole(rendered: Rendered) -> str:
    """Write all that a reader sees: the subject, what a mailbox shows beside it, and the text."""
    return f"{rendered.subject}\n{preheader(rendered)}\n\n{rendered.text}"


def preheader(rendered: Rendered) -> str:
    found = re.search(r'<div class="preheader"[^>]*>(.*?)</div>', rendered.html, re.DOTALL)
    assert found
    return html.unescape(found[1])


def visible(rendered: Rendered) -> str:
    """Give the characters of the HTML's body, without blanks: a tag breaks a line here and there."""
    body = rendered.html.partition('<div role="article"')[2].partition(">")[2]
    return _squeezed(html.unescape(re.sub(r"<[^>]+>", " ", body)))


def _squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("case", CASES)
def test_a_mail_reads_as_it_was_approved(case: str, locale: str) -> None:
    kind, changes = CASES[case]
    text = whole(render(kind, locale, samples(kind, locale) | changes))
    path = STORED / f"{case}.{locale}.txt"
    if UPDATE:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("case", CASES)
def test_both_parts_of_a_mail_say_the_same(case: str, locale: str) -> None:
    kind, changes = CASES[case]
    rendered = render(kind, locale, samples(kind, locale) | changes)
    shown = visible(rendered)
    for line in rendered.text.splitlines():
        # Where a link leads, the marks of a list and the rules are seen otherwise in HTML.
        words = re.sub(r":? ?(https?://|mailto:)\S+", "", line.lstrip("->1234567890. "))
        assert _squeezed(words.strip("―")) in shown


def test_no_text_is_stored_for_a_mail_that_is_gone() -> None:
    assert {path.name for path in STORED.iterdir()} == {f"{case}.{locale}.txt" for case in CASES for locale in LOCALES}
