"""Answers what staff pages say of a lecture's room: who is in now, what was seen of whom, and what can be noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from scheduler.models.accounts import Contact
from scheduler.models.lectures import Lecture
from scheduler.services import joining
from scheduler.services.attendance import codes, room
from scheduler.services.rosters import Seat
from scheduler.web import edge
from scheduler.web.words.people import called

# So long after the end the roster still follows who leaves.
LIVE_AFTER = timedelta(minutes=30)
# The page is read anew all the time: so many people whom nobody knows stand on it, and so many names below each of them.
MOST_STRANGERS, MOST_NAMES = 30, 200


def moments(lecture: Lecture) -> dict[str, bool]:
    """Say whether the room is `opened`, the page is kept up to date (`live`), and people are taken down (`showing`)."""
    now, held = edge.now(), lecture.status == "scheduled"
    opened = joining.opens_at(lecture) <= now
    return {
        "opened": opened,
        "live": opened and held and now < lecture.ends_at + LIVE_AFTER,
        # The code can be got ready long before, for the slides.
        "showing": held and now < lecture.ends_at + codes.AFTER,
    }


def shown(lecture: Lecture, seats: Sequence[Seat]) -> dict[str, Any]:
    """Return what a lecture's page says of its room, and by what names people nobody knows may be told who they are."""
    held = room.of(lecture, edge.now())
    said = [seen.feedback.understanding for seen in held.seen.values() if seen.feedback is not None]
    # Whom the tool has not told of comes first: it is one of them more likely than one who is in already.
    likely = sorted(seats, key=lambda seat: seat.contact.id in held.seen)
    return moments(lecture) | {
        "room": held,
        "strangers": held.strangers[:MOST_STRANGERS],
        "confirmed": sum(seat.attendance is not None and seat.attendance.verdict == "attended" for seat in seats),
        "moods": Counter(one for one in said if one is not None),
        "names": {seat.contact.id: _named(seat.contact) for seat in seats},
        "choices": {seat.contact.id: _named(seat.contact) for seat in likely[:MOST_NAMES]},
    }


def _named(contact: Contact) -> str:
    return " ".join([called(contact), contact.account.name, *(store.name for store in contact.stores[:1])])
