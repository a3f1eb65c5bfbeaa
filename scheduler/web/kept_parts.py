"""Answers which parts of reports were shown a moment ago: their plots are drawn from them, and nothing is counted twice.

A part is kept under a mark of what it holds, so it can be neither stale nor another's: an address with the mark names
the content itself. What another process showed is counted again.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha256
from threading import Lock

from scheduler.rules.reporting import Part

# A few pages' worth; a part is some kilobytes.
MOST = 200

_kept: OrderedDict[str, tuple[str, Part]] = OrderedDict()
_lock = Lock()


def keep(report: str, part: Part) -> str:
    """Keep a part of a report and return its mark."""
    mark = sha256(repr((report, part)).encode()).hexdigest()[:20]
    with _lock:
        _kept[mark] = report, part
        _kept.move_to_end(mark)
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return mark


def find(mark: str, report: str, key: str) -> Part | None:
    """Return the part that was kept under a mark, if it is this one and still there."""
    with _lock:
        named, part = _kept.get(mark, ("", None))
    return part if part is not None and (named, part.key) == (report, key) else None
