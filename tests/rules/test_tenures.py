"""Spans of stage, owner and stores are told from what changed, and keep what was once known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.tenures import Present, Span, Standing, Story, came_live, spans

BEGAN, TODAY = date(2026, 1, 10), date(2026, 4, 1)
ANNE, BEN, CARA = 1, 2, 3


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def told(
    story: Story, present: Present, known: list[Span] | None = None, today: date = TODAY
) -> list[tuple[object, ...]]:
    return [
        (span.from_on, span.until_on, span.standing.stage, span.standing.owner_id, span.standing.stores)
        for span in spans(story, present, known or [], today)
    ]


EXAMPLES = {
    "nothing changed": (
        Story(BEGAN, "onboarding"),
        Present("onboarding", {"onboarding": ANNE}),
        [(BEGAN, None, "onboarding", ANNE, 0)],
    ),
    "assigned, then handed over": (
        Story(
            BEGAN,
            "onboarding",
            stages=[(day(3, 5), "success")],
            owners={"onboarding": [(BEGAN, ANNE), (day(2, 1), BEN)], "success": [(day(3, 5), CARA)]},
        ),
        Present("success", {"onboarding": BEN, "success": CARA}),
        [
            (BEGAN, day(2, 1), "onboarding", ANNE, 0),
            (day(2, 1), day(3, 5), "onboarding", BEN, 0),
            (day(3, 5), None, "success", CARA, 0),
        ],
    ),
    "handed over and taken back on one day": (
        Story(BEGAN, "onboarding", stages=[(day(3, 5), "success"), (day(3, 5), "onboarding")]),
        Present("onboarding", {}),
        [(BEGAN, None, "onboarding", None, 0)],
    ),
    "an owner whom a list brought": (
        Story(BEGAN, "onboarding", stages=[(day(3, 5), "success")]),
        Present("success", {"onboarding": ANNE, "success": ANNE}),
        [(BEGAN, day(3, 5), "onboarding", ANNE, 0), (day(3, 5), None, "success", ANNE, 0)],
    ),
    "an owner whom only a list can have changed": (
        Story(BEGAN, "onboarding", owners={"onboarding": [(BEGAN, ANNE)]}),
        Present("onboarding", {"onboarding": BEN}),
        [(BEGAN, TODAY, "onboarding", ANNE, 0), (TODAY, None, "onboarding", BEN, 0)],
    ),
    "who had it before a wave": (
        Story(BEGAN, "success", owners={"success": [(day(2, 1), BEN)]}, first_owners={"success": ANNE}),
        Present("success", {"success": BEN}),
        [(BEGAN, day(2, 1), "success", ANNE, 0), (day(2, 1), None, "success", BEN, 0)],
    ),
    "stores came in": (
        Story(BEGAN, "onboarding", entered=[None, day(2, 1), day(2, 1)]),
        Present("onboarding", {}),
        [(BEGAN, day(2, 1), "onboarding", None, 1), (day(2, 1), None, "onboarding", None, 3)],
    ),
    "cancelled": (
        Story(BEGAN, "onboarding", stages=[(day(3, 5), "success")], ended_on=day(3, 20)),
        Present("success", {}),
        [(BEGAN, day(3, 5), "onboarding", None, 0), (day(3, 5), day(3, 20), "success", None, 0)],
    ),
    "cancelled before a change": (
        Story(BEGAN, "onboarding", stages=[(day(3, 5), "success")], ended_on=day(3, 1)),
        Present("success", {}),
        [(BEGAN, day(3, 1), "onboarding", None, 0)],
    ),
    "to be cancelled": (
        Story(BEGAN, "onboarding", ended_on=day(5, 1)),
        Present("onboarding", {}),
        [(BEGAN, None, "onboarding", None, 0)],
    ),
    "cancelled before it began": (Story(BEGAN, "onboarding", ended_on=day(1, 1)), Present("onboarding", {}), []),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_spans_follow_the_history(name: str) -> None:
    story, present, expected = EXAMPLES[name]
    assert told(story, present) == expected


def test_what_left_no_trace_begins_on_the_day_it_is_first_seen() -> None:
    story, present = Story(BEGAN, "onboarding", entered=[None, None]), Present("onboarding", {"onboarding": ANNE})
    known = spans(story, present, [], day(2, 1))
    fewer = Story(BEGAN, "onboarding", entered=[None])
    assert told(fewer, Present("onboarding", {"onboarding": BEN}), known) == [
        (BEGAN, TODAY, "onboarding", ANNE, 2),
        (TODAY, None, "onboarding", BEN, 1),
    ]


def test_what_was_seen_once_stays_when_the_history_goes_on() -> None:
    known = [
        Span(BEGAN, day(2, 1), Standing("onboarding", ANNE, 5)),
        Span(day(2, 1), None, Standing("onboarding", BEN, 4)),
    ]
    story = Story(BEGAN, "onboarding", stages=[(day(3, 5), "success")], entered=[None] * 4)
    assert told(story, Present("success", {"onboarding": BEN, "success": CARA}), known) == [
        (BEGAN, day(2, 1), "onboarding", ANNE, 5),
        (day(2, 1), day(3, 5), "onboarding", BEN, 4),
        (day(3, 5), None, "success", CARA, 4),
    ]


def test_a_change_taken_back_on_its_day_leaves_one_span() -> None:
    story, anne = Story(BEGAN, "onboarding"), Present("onboarding", {"onboarding": ANNE})
    known = spans(story, anne, [], day(2, 1))
    seen = spans(story, Present("onboarding", {"onboarding": BEN}), known, TODAY)
    assert len(seen) == 2
    assert told(story, anne, seen) == [(BEGAN, None, "onboarding", ANNE, 0)]


def test_a_cancellation_taken_back_goes_on_as_if_it_had_not_been() -> None:
    story, present = EXAMPLES["cancelled"][:2]
    cut = spans(story, present, [], TODAY)
    again = Story(BEGAN, "onboarding", stages=story.stages)
    assert told(again, present, cut) == [
        (BEGAN, day(3, 5), "onboarding", None, 0),
        (day(3, 5), None, "success", None, 0),
    ]


@pytest.mark.parametrize(
    ("first", "then", "live"),
    [
        ("success", (), True),
        ("renewal", (), True),
        ("success", ("renewal",), True),
        ("onboarding", ("success",), False),
        ("sales", (), False),
    ],
)
def test_who_never_stood_in_onboarding_came_live(first: str, then: tuple[str, ...], live: bool) -> None:
    assert came_live(Story(BEGAN, first, stages=[(TODAY, stage) for stage in then])) is live


_days = st.integers(0, 80).map(lambda number: BEGAN + timedelta(days=number))
_owners = st.sampled_from([ANNE, BEN, None])
_stages = st.sampled_from(["onboarding", "success"])


@st.composite
def _worlds(draw: st.DrawFn) -> tuple[Story, Present]:
    stages = sorted(draw(st.lists(st.tuples(_days, _stages), max_size=4)), key=lambda one: one[0])
    owners = {
        team: sorted(draw(st.lists(st.tuples(_days, _owners), max_size=3)), key=lambda one: one[0])
        for team in ("onboarding", "success")
    }
    story = Story(
        BEGAN,
        draw(_stages),
        stages=stages,
        owners=owners,
        entered=draw(st.lists(st.none() | _days, max_size=4)),
        ended_on=draw(st.none() | _days),
    )
    stage = stages[-1][1] if stages else story.first_stage
    return story, Present(stage, {team: draw(_owners) for team in owners})


@given(world=_worlds(), silent=st.lists(st.tuples(_days, _owners), max_size=3))
def test_spans_follow_each_other_and_say_the_same_when_told_again(
    world: tuple[Story, Present], silent: list[tuple[date, int | None]]
) -> None:
    story, present = world
    known: list[Span] = []
    for seen_on, owner in sorted(silent, key=lambda one: one[0]):
        known = spans(story, Present(present.stage, {**present.owners, present.stage: owner}), known, seen_on)
    today = BEGAN + timedelta(days=81)
    found = spans(story, present, known, today)
    assert spans(story, present, found, today) == found
    assert all(span.until_on is None or span.from_on < span.until_on for span in found)
    assert all(span.until_on == after.from_on for span, after in zip(found, found[1:], strict=False))
    assert all(span.standing != after.standing for span, after in zip(found, found[1:], strict=False))
    ended = story.ended_on is not None and story.ended_on <= today
    assert found or (ended and story.ended_on == BEGAN)
    if found and not ended:
        last = found[-1]
        assert last.until_on is None
        assert last.standing == Standing(present.stage, present.owners[present.stage], len(story.entered))
