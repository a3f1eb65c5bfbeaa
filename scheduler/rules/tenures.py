"""In which stage, with which owner and how many stores an account stood from when to when, told from what changed.

What is known of the past is kept: only the last span is told anew. Where changes leave no trace (an owner or stores that came
with a list), the present says what holds, from the day on which it is first seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Standing:
    """How an account stands: its stage, the owner for that stage's team (None: nobody) and its stores in scope."""

    stage: str
    owner_id: int | None
    stores: int


@dataclass(frozen=True)
class Span:
    """A standing that lasted from a day to the day before `until_on` (None: it lasts)."""

    from_on: date
    until_on: date | None
    standing: Standing


@dataclass(frozen=True)
class Story:
    """What an account's history tells, each list in the order in which it happened; days are local ones.

    `first_owners` names who looked after it for a team before that team's first change, where anybody knows;
    `entered` are the days on which the stores now in scope came in, None: nobody knows, so they were always there.
    """

    began_on: date
    first_stage: str
    stages: Sequence[tuple[date, str]] = ()
    owners: Mapping[str, Sequence[tuple[date, int | None]]] = field(default_factory=dict)
    first_owners: Mapping[str, int | None] = field(default_factory=dict)
    entered: Sequence[date | None] = ()
    # From that day on it is nobody's any more: its contract was cancelled.
    ended_on: date | None = None


@dataclass(frozen=True)
class Present:
    """How an account stands now: its stage and the owner for each team that has one."""

    stage: str
    owners: Mapping[str, int | None]


def spans(story: Story, present: Present, known: Sequence[Span], today: date) -> list[Span]:
    """List an account's spans up to `today`, the oldest first; `known` are those that were kept of it.

    A day belongs to what held at its end. Told twice on a day, or in portions, the result is the same.
    """
    kept = [span for span in known if span.from_on <= today]
    last = kept[-1] if kept else None
    start = last.from_on if last is not None else story.began_on
    now = Standing(present.stage, present.owners.get(present.stage), len(story.entered))
    seen = [(span.from_on, span.standing) for span in kept[:-1]]
    if last is not None and last.standing == now and not _changes(story, start):
        seen.append((start, now))
    else:
        days = sorted({start, *(day for day in _changes(story, start) if day <= today)})
        seen += [(day, _standing(story, present, last, day)) for day in days if day <= today]
        seen.append((max(today, start), now))
    return _cut(_joined(seen), story.ended_on, today)


def came_live(story: Story) -> bool:
    """Tell whether an account never stood in sales or onboarding here: it came with its way behind it."""
    return all(
        stage in ("success", "renewal") for stage in (story.first_stage, *(stage for _on, stage in story.stages))
    )


def _changes(story: Story, after: date) -> list[date]:
    """List the days after a day on which anything is known to have changed."""
    told = [day for day, _stage in story.stages]
    told += [day for changes in story.owners.values() for day, _owner in changes]
    told += [day for day in story.entered if day is not None]
    return [day for day in told if day > after]


def _standing(story: Story, present: Present, last: Span | None, day: date) -> Standing:
    """Tell how it stood at the end of a day, `last` being what was kept of its last span."""
    since = last.from_on if last is not None else date.min
    stages = [stage for on, stage in story.stages if since <= on <= day]
    stage = stages[-1] if stages else last.standing.stage if last is not None else story.first_stage
    return Standing(stage, _owner(story, present, last, stage, day), _stores(story, last, day))


def _owner(story: Story, present: Present, last: Span | None, team: str, day: date) -> int | None:
    changes = story.owners.get(team, ())
    seen = last is not None and last.standing.stage == team
    since = last.from_on if last is not None and seen else date.min
    told = [owner for on, owner in changes if since <= on <= day]
    if told:
        return told[-1]
    if last is not None and seen:
        return last.standing.owner_id
    return story.first_owners.get(team) if changes else present.owners.get(team)


def _stores(story: Story, last: Span | None, day: date) -> int:
    def inside(at: date) -> int:
        return sum(on is None or on <= at for on in story.entered)

    if last is not None and inside(last.from_on) != last.standing.stores:
        # Something else changed, and nobody knows when: as last seen.
        return last.standing.stores
    return inside(day)


def _joined(seen: Sequence[tuple[date, Standing]]) -> list[Span]:
    """Make spans of what was seen on days, the later of one day counting, equal neighbours being one."""
    days = dict(seen)
    found: list[Span] = []
    for day, standing in days.items():
        if found and found[-1].standing == standing:
            continue
        if found:
            found[-1] = Span(found[-1].from_on, day, found[-1].standing)
        found.append(Span(day, None, standing))
    return found


def _cut(found: Sequence[Span], ended_on: date | None, today: date) -> list[Span]:
    if ended_on is None or ended_on > today:
        return list(found)
    left = [span for span in found if span.from_on < ended_on]
    return [
        Span(span.from_on, ended_on, span.standing) if span.until_on is None or span.until_on > ended_on else span
        for span in left
    ]
