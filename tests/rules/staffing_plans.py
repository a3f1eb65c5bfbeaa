"""Plans to try staffing on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from scheduler.rules.staffing.plans import DONE, PER, STAGES, Activity, Figure, Phase, Plan


def phases(**told: dict[str, float | None]) -> tuple[Phase, ...]:
    """Build all stages: those told with their numbers, the others passed in no time and empty, with one person each."""
    found = []
    for stage in STAGES:
        numbers: dict[str, Any] = {"months": 0, **told.get(stage, {})}
        found.append(Phase(stage, **{name: None if one is None else Figure(one) for name, one in numbers.items()}))
    return tuple(found)


def plan(*activities: Activity, **told: Any) -> Plan:
    """Build a small plan: ten accounts with thirty stores a month, onboarding takes two months, then they are gone."""
    given = {"phases": phases(onboarding={"months": 2}), "hours": Figure(100)} | told
    return Plan(activities=activities, **given)


def activity(minutes: float = 60, per: str = "account", group: float = 1, **told: Any) -> Activity:
    """Build an activity of onboarding; in a group where its group is larger than 1."""
    given = {"key": f"{per}_{group}", "stage": "onboarding", "done": "group" if group > 1 else "one_to_one"} | told
    return Activity(minutes=Figure(minutes), per=per, group=Figure(group), name="x", **given)  # type: ignore[arg-type]


def _figures(least: float, most: float) -> st.SearchStrategy[Figure]:
    value = st.floats(least, most, allow_subnormal=False).map(lambda value: round(value, 3))
    return st.builds(Figure, value) | st.builds(Figure, value, st.integers(1, 50), st.floats(0, 2 * most))


_activities = st.lists(
    st.builds(
        Activity,
        key=st.just("x"),
        stage=st.sampled_from(STAGES),
        minutes=_figures(0, 300),
        per=st.sampled_from(PER),
        done=st.sampled_from(DONE),
        group=_figures(1, 20),
        name=st.just("x"),
    ),
    min_size=1,
    max_size=6,
).map(lambda found: tuple(replace(one, key=str(index)) for index, one in enumerate(found)))


def _phase(stage: str) -> st.SearchStrategy[Phase]:
    return st.builds(
        Phase,
        stage=st.just(stage),
        months=st.one_of(st.none(), _figures(0.1, 15)),
        accounts=_figures(0.1, 300),
        stores=_figures(0, 900),
        people=_figures(0.5, 9),
    )


plans: st.SearchStrategy[Plan] = st.builds(
    Plan,
    activities=_activities,
    phases=st.tuples(*(_phase(stage) for stage in STAGES)),
    new_accounts=_figures(0.1, 60),
    new_stores=_figures(0, 300),
    growth=_figures(-0.3, 0.3),
    hours=_figures(10, 200),
    lectures_per_account=_figures(0, 4),
    leavers=_figures(0, 2),
    newcomer_months=_figures(0, 6),
    horizon=st.integers(1, 9),
    pooled=st.booleans(),
)
