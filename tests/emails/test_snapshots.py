"""Answers whether every mail still reads, to the letter, as somebody once approved it.

After changing words on purpose, write the texts anew with `TASUKI_UPDATE_SNAPSHOTS=1 pytest tests/emails/test_snapshots.py`
and read the difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emails import KINDS, LOCALES, Rendered, render, samples

# Read on import: no test sees the settings of the shell it runs in.
UPDATE = bool(os.environ.get("TASUKI_UPDATE_SNAPSHOTS"))
STORED = Path(__file__).parent.parent / "data" / "emails"
# Beside the full samples: the other branch of words that have two.
VARIANTS: dict[str, tuple[str, dict[str, object]]] = {
    "confirmation_webinar": ("confirmation", {"meeting": False, "material_before_url": None}),
    "thanks_without_material": ("thanks", {"recording_url": None, "material_after_url": None}),
    "confirmation_by_oneself": ("confirmation", {"registered_by": None}),
    "application_declined": ("application", {"declined": True}),
    "proposal_for_one": ("proposal", {"for_company": False, "host_name": None, "owner_name": None}),
    "waitlisted_anew": ("waitlisted", {"old_when": None, "reason": None}),
    "changed_link_only": ("changed", {"old_when": None, "reason": None}),
    "changed_by_contact": ("changed", {"moved_by_us": False, "reason": None}),
    "thanks_last_course": ("thanks", {"next_course_name": None, "dates": ()}),
    "invitation_without_dates": ("invitation", {"dates": (), "owner_name": None, "owner_phone": None}),
}
CASES = {kind: (kind, {}) for kind in KINDS} | VARIANTS


def whole(rendered: Rendered) -> str:
    return f"{rendered.subject}\n\n{rendered.text}"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("case", CASES)
def test_a_mail_reads_as_it_was_approved(case: str, locale: str) -> None:
    kind, changes = CASES[case]
    text = whole(render(kind, locale, samples(kind, locale) | changes))
    path = STORED / f"{case}.{locale}.txt"
    if UPDATE:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_no_text_is_stored_for_a_mail_that_is_gone() -> None:
    assert {path.name for path in STORED.iterdir()} == {f"{case}.{locale}.txt" for case in CASES for locale in LOCALES}
