"""Answers how many people the work needs: hours, heads, scenarios, ranges and the wait for a first seat, from one plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from scheduler.rules.reporting import Asked, Note, Report, months_before
from scheduler.rules.staffing.checking import check
from scheduler.rules.staffing.hours import workload
from scheduler.rules.staffing.plans import Plan
from scheduler.rules.staffing.simulating import SEED, YEARS, Ranges, simulate
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid
from scheduler.services.reports import asking
from scheduler.services.reports.staffing import capacity, parts
from scheduler.services.snapshots import making
from scheduler.services.staffing import keeping, spans

NAME = "staffing"
# What can be tried in the address without keeping it, beside the number chance starts from.
CHOICES = ("seed", "new_accounts", "new_stores", "hours", "leavers", "newcomer_months", "lectures_per_account")
# What is wrong with inputs that the report has words for; anything else is for the form to say.
SAID = ("nobody", "leavers_too_many")
LARGEST_SEED = 2**31 - 1


def build(asked: Asked, now: datetime) -> Report:
    """Work the plan out as it stands, with what the address tries in place of what is kept; raise Invalid."""
    seed = _seed(asked.more.get("seed", ""))
    span = spans.window(asked.since, asked.until, asking.accounts(asked))
    plan = keeping.plan(span, {name: text for name, text in asked.more.items() if name != "seed"})
    wrong = check(plan)
    if wrong:
        return _unworkable(asked, plan, wrong[0].key)
    ranges = simulate(plan, YEARS, seed)
    months = [months_before(now.astimezone(here().tz).date(), -number) for number in range(1, plan.horizon + 1)]
    found = (
        parts.months(plan, ranges, months),
        parts.heads(plan, ranges, months),
        capacity.holds(plan),
        capacity.side_by_side(plan, months),
        capacity.saved(plan),
        capacity.mattering(plan),
        capacity.waits(plan, seed),
        parts.activities(plan),
        parts.inputs(plan),
    )
    return Report(NAME, asked, here().zone, making.counted_at(), found, tuple(_told(plan, ranges, months)))


def _unworkable(asked: Asked, plan: Plan, why: str) -> Report:
    """Say why a plan cannot be worked out as it stands, with its inputs: a new installation has nobody yet."""
    said = Note(why if why in SAID else "inputs_wrong")
    return Report(NAME, asked, here().zone, making.counted_at(), (parts.inputs(plan),), (said,))


def _seed(text: str) -> int:
    if not text:
        return SEED
    if not (text.isascii() and text.isdecimal() and int(text) <= LARGEST_SEED):
        raise Invalid(field="seed", why="number_out_of_range", minimum=0, maximum=LARGEST_SEED)
    return int(text)


def _told(plan: Plan, ranges: Ranges, months: Sequence[object]) -> Iterator[Note]:
    """Say when the team runs out, and that the numbers were played, with which seed."""
    early, middle, _late = ranges.runs_out
    if middle is not None:
        yield Note("runs_out", {"month": months[middle - 1], "share": round(ranges.ran_out[middle - 1] * 100)})
    elif early is not None:
        yield Note("may_run_out", {"month": months[early - 1], "share": round(ranges.ran_out[-1] * 100)})
    else:
        yield Note("lasts", {"months": plan.horizon, "share": round(ranges.ran_out[-1] * 100)})
    late = {stage: month for stage, month in workload(plan).runs_out_by_stage.items() if month is not None}
    if late:
        first = min(late, key=lambda stage: late[stage])
        yield Note("first_short", {"stage": first, "month": months[late[first] - 1]})
    yield Note("played", {"years": f"{ranges.years:,}", "seed": str(ranges.seed)})
