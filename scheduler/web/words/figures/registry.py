"""Answers whose words a report is read in: each report's own."""

from __future__ import annotations

from collections.abc import Callable

from scheduler.web.words.figures import attendance, load, pack, renewals, slots, staffing, trial, way
from scheduler.web.words.figures.common import ReportWords

# By the report's name (services.reports.catalogue).
WORDS: dict[str, Callable[[], ReportWords]] = {
    "attendance": attendance.words,
    "way": way.words,
    "load": load.words,
    "staffing": staffing.words,
    "trial": trial.words,
    "renewals": renewals.words,
    "slots": slots.words,
    "pack": pack.words,
}


def of(name: str) -> ReportWords:
    """Return a report's words in the reader's language."""
    return WORDS[name]()
