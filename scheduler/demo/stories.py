"""Answers how far each company of the demo has come: the stories, and which company plays which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from scheduler.demo.lists import Customer

# A span of days, back from today or (planned start) ahead of it.
Span = tuple[int, int]
# Every size of company.
ANY = (0, 999)


@dataclass(frozen=True)
class Story:
    """One way of being a customer; `share` of 110 companies play it."""

    key: str
    share: int
    # Days from today to the planned start.
    starts: Span | None = None
    # How many days ago the company was imported, where it was not invited; and when it was invited.
    imported: Span = (1, 3)
    invited: Span | None = None
    # How far its people came: none, booked, missed (twice) or attended; and which part of the stores takes part.
    lecture: str = "none"
    stores: tuple[float, float] = (0.5, 0.65)
    # Which part of the set-up is done, and how use is known: none, signals or confirmed.
    setup: tuple[float, float] = (0.0, 0.0)
    usage: str = "none"
    # How many days ago the last condition was met.
    ready: Span | None = None
    # What became of the handover: none, requested, returned, accepted (some time ago) or accepted_lately.
    handover: str = "none"
    # What the CRM's phase column says.
    phase: str = ""
    # How many stores such a company has.
    size: Span = ANY


# The pickiest about their size come first.
STORIES = (
    Story("few_stores", 4, (14, 30), invited=(18, 34), lecture="attended", stores=(0.2, 0.35), setup=(1.0, 1.0),
          usage="signals", size=(8, 30)),
    Story("sales", 5, size=(1, 5)),
    Story("unreachable", 1, (20, 30), invited=(4, 6), size=(1, 3)),
    Story("overdue", 5, (-14, -3), invited=(32, 50), lecture="attended", stores=(0.2, 0.5), setup=(0.1, 0.5),
          size=(1, 14)),
    Story("missed", 3, (18, 35), invited=(18, 30), lecture="missed", stores=(0.0, 0.2), size=(1, 9)),
    Story("ready", 4, lecture="attended", setup=(1.0, 1.0), usage="signals", ready=(1, 9), size=(2, 24)),
    Story("requested", 3, lecture="attended", setup=(1.0, 1.0), usage="confirmed", ready=(4, 7), handover="requested",
          size=(1, 16)),
    Story("returned", 2, lecture="attended", setup=(1.0, 1.0), usage="signals", ready=(8, 12), handover="returned",
          size=(1, 16)),
    Story("accepted", 4, lecture="attended", setup=(1.0, 1.0), usage="signals", ready=(4, 8),
          handover="accepted_lately", size=(2, 20)),
    Story("near", 4, (3, 9), invited=(16, 30), lecture="attended", stores=(0.4, 0.7), setup=(0.3, 0.7), size=(1, 14)),
    Story("silent", 3, (20, 35), invited=(16, 24), size=(1, 6)),
    Story("set_up", 4, (16, 30), invited=(18, 40), lecture="attended", setup=(1.0, 1.0), size=(1, 20)),
    Story("undecided", 4, (-120, -60), imported=(7, 12), phase="導入中", size=(1, 8)),
    Story("signed", 6, (35, 60), imported=(1, 3), size=(1, 14)),
    Story("invited", 5, (28, 55), invited=(1, 4), size=(1, 14)),
    Story("booked", 9, (25, 50), invited=(2, 9), lecture="booked", stores=(0.2, 0.6), setup=(0.0, 0.1), size=(2, 18)),
    Story("halfway", 8, (17, 40), invited=(14, 40), lecture="attended", stores=(0.3, 0.6), setup=(0.3, 0.8),
          size=(1, 20)),
    Story("attended", 7, (18, 45), invited=(9, 22), lecture="attended", stores=(0.25, 0.5), setup=(0.0, 0.25),
          size=(1, 18)),
    Story("success", 20, lecture="attended", stores=(0.5, 0.7), setup=(1.0, 1.0), usage="signals", ready=(14, 64),
          handover="accepted", size=(2, 999)),
    Story("live", 6, (-500, -200), imported=(86, 86), usage="signals", phase="利用中"),
    Story("renewal", 3, (-800, -600), imported=(86, 86), usage="signals", phase="更新手続き中"),
)  # fmt: skip
_WHOLE = sum(story.share for story in STORIES)


def cast(companies: Sequence[Customer], dice: Random) -> list[tuple[Customer, Story]]:
    """Give every company a story, in the order of the list; each story has its share, however many companies there are."""
    waiting = list(companies)
    dice.shuffle(waiting)
    wanted = [story for story in STORIES for _ in range(_times(story, len(waiting)))]
    played: dict[str, Story] = {}
    for story in wanted:
        fits = (place for place, one in enumerate(waiting) if story.size[0] <= one.stores <= story.size[1])
        if waiting:
            played[waiting.pop(next(fits, 0)).external_id] = story
    played |= {one.external_id: STORIES[-2] for one in waiting}
    return [(company, played[company.external_id]) for company in companies]


def _times(story: Story, companies: int) -> int:
    return max(1, round(story.share * companies / _WHOLE))
