"""Answers whom the meeting tool saw come and go, once a report's people are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import select, update

from scheduler.models.attendance import Presence
from scheduler.models.db import db
from scheduler.rules.names import name_key
from scheduler.services.attendance.plan import Person


def settle(lecture_id: int, people: Iterable[Person], staff_id: int | None) -> list[int]:
    """Within the caller's transaction, give what the tool told of unknown people to who they were confirmed to be.

    An address, a registrant's id or a name counts when all of the report who bear it are one contact. `staff_id` is who
    confirmed it. Returns the ids of the evidence that is somebody's now.
    """
    unknown = (
        Presence.lecture_id == lecture_id,
        Presence.source == "webhook",
        Presence.contact_id.is_(None),
    )
    rows = db.session.execute(
        select(Presence.id, Presence.display_name, Presence.email, Presence.personal_key).where(*unknown)
    ).all()
    if not rows:
        return []
    who = _who(people)
    found: dict[int, list[int]] = defaultdict(list)
    for number, name, email, registrant in rows:
        named = [who.get(key, set()) for key in (registrant, email, name_key(name)) if key]
        contacts: set[int | None] = next((contacts for contacts in named if contacts), set())
        if len(contacts) == 1 and (contact := next(iter(contacts))) is not None:
            found[contact].append(number)
    for contact, numbers in found.items():
        _give(numbers, contact, staff_id)
    return sorted(number for numbers in found.values() for number in numbers)


def forget(presence_ids: Collection[int]) -> None:
    """Within the caller's transaction, make evidence of the tool nobody's again."""
    _give(presence_ids, None, None)


def _give(numbers: Collection[int], contact_id: int | None, staff_id: int | None) -> None:
    statement = update(Presence).where(Presence.id.in_(numbers), Presence.source == "webhook")
    values = {"contact_id": contact_id, "staff_id": staff_id}
    db.session.execute(statement.values(values).execution_options(synchronize_session=False))


def _who(people: Iterable[Person]) -> dict[str, set[int | None]]:
    who: dict[str, set[int | None]] = defaultdict(set)
    for person in people:
        shown = person.match.person
        for key in {shown.personal_key, shown.email, name_key(shown.name), name_key(shown.original_name)} - {""}:
            who[key].add(person.contact_id)
    return who
