"""Answers how a part of a report is drawn: SVG by pygal, readable in print, in the dark, without colour and without scripts."""

from __future__ import annotations

from scheduler.web.words.figures.cells import Sheet


def svg(sheet: Sheet, narrow: bool) -> bytes:
    """Draw a part."""
    return b"<svg/>"
