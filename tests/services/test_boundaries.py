"""What operations decide of several stages at the same moment is kept of all of them, and its accounts are judged."""

from __future__ import annotations

from functools import partial

from flask import Flask

from scheduler.services import boundaries
from scheduler.services.actors import Actor
from tests.factories import NOW, a_course
from tests.services.together import at_once

API = Actor("api", 1, "api")


def test_rules_of_two_stages_saved_at_once_are_both_kept_and_both_to_be_judged(database: Flask) -> None:
    a_course()
    for plan in ("plan", "note", "it_skill"):
        changed = {
            stage: boundaries.rules()[stage].to_json() | {"sheet": [plan]}
            for stage in ("sales", "onboarding", "success")
        }
        saves = [partial(boundaries.save, stage, data, NOW, API) for stage, data in changed.items()]
        assert at_once(database, *saves) == []
        assert {stage: boundaries.rules()[stage].sheet for stage in changed} == dict.fromkeys(changed, (plan,))
        assert boundaries.pending().keys() == changed.keys()


def test_a_change_that_comes_while_another_is_noted_as_done_stays_to_be_done(database: Flask) -> None:
    for _again in range(3):
        waits = {"no_progress_stuck_days": (boundaries.thresholds("sales").no_progress_stuck_days or 20) + 1}
        boundaries.save_thresholds("sales", waits, NOW, API)
        other = {"no_progress_stuck_days": (boundaries.thresholds("success").no_progress_stuck_days or 20) + 1}
        done = partial(boundaries.done, "sales", NOW.isoformat(), NOW)
        at_once(database, done, partial(boundaries.save_thresholds, "success", other, NOW, API))
        assert boundaries.pending().keys() == {"success"}
