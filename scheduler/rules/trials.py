"""Whether a trial of a new way of working beat the old one, and what would be needed to be sure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import ceil, fsum, isfinite
from statistics import NormalDist, fmean
from typing import Literal

from scheduler.rules.bootstrap import Interval, Row, Spread, spread

Verdict = Literal["better", "worse", "unclear", "too_few", "no_baseline", "no_trial"]
Note = Literal["nobody", "no_baseline", "no_trial", "one_subject"]
# What to say: a key and its (JSON-able) parameters, worded at the edge.
Sentence = tuple[str, dict[str, object]]

#: People each of two groups needs before anything is called better: of 4 + 4 people the four of one group come out first in
#: 1 of 70 cases by chance, of 3 + 3 in 1 of 20, which both ways is 10 %.
FEWEST = 4
#: People a group needs that is compared with its own past only: six all going the same way by chance is 2 of 64 cases.
FEWEST_ALONE = 6

#: The normal quantiles of 5 % two-sided and 80 % power: so many standard errors must the difference be.
_NEEDED_ERRORS = NormalDist().inv_cdf(0.975) + NormalDist().inv_cdf(0.8)
#: Beyond these nothing useful is said about what would be needed.
_MOST_SUBJECTS, _MOST_MONTHS = 10_000, 60
#: Figures that differ by rounding errors only are the same.
_HAIR = 1e-6


@dataclass(frozen=True)
class Subject:
    """An account or a person with their monthly values, the oldest month first; months without a value are left out."""

    key: str
    baseline: tuple[float, ...]
    trial: tuple[float, ...]


@dataclass(frozen=True)
class Group:
    """Those who worked one way."""

    key: str
    subjects: tuple[Subject, ...]


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; None: it cannot be said."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Indexed:
    """A group's levels (the mean over its subject-months, in the measure's unit) and its index, the baseline being 100."""

    key: str
    subjects: int
    baseline: float | None
    trial: float | None
    index: Estimate
    note: Note | None


@dataclass(frozen=True)
class Needed:
    """What would be needed to tell this difference with 80 % power at 5 %: subjects per group, or further trial months."""

    subjects: int | None
    months: int | None


@dataclass(frozen=True)
class Comparison:
    """What a trial showed: the difference of the indexes (points) and of the changes (the measure's unit), and what to make of it.

    Without a control group the differences are those to the group's own baseline. `needed` is None when the difference is told.
    """

    treated: Indexed
    control: Indexed | None
    difference: Estimate
    units: Estimate
    verdict: Verdict
    needed: Needed | None


def compare(
    treated: Group, control: Group | None, seed: int = 1, resamples: int = 2000, *, less_is_better: bool = False
) -> Comparison:
    """Judge the treated group against its baseline and, if there is one, against the control group's change.

    Subjects with one period only count in that period. The intervals are bootstrapped over subjects, whose order does not
    matter. Raise ValueError for values that are no numbers.
    """
    groups = [treated] if control is None else [treated, control]
    rows = [_rows(group) for group in groups]
    found = spread(rows, seed, resamples)
    indexed = [_indexed(*each) for each in zip(groups, rows, found.indexes, strict=True)]
    indexes = [each.index.value for each in indexed]
    changes = [None if x.baseline is None or x.trial is None else x.trial - x.baseline for x in indexed]
    if control is None:
        indexes, changes = [*indexes, 100.0], [*changes, 0.0]
    difference = _estimate(_minus(indexes), found.difference)
    verdict = _verdict(indexed, rows, difference, less_is_better)
    needed = None if verdict in ("better", "worse") else _needed(groups, indexed, found, difference, verdict)
    second = None if control is None else indexed[1]
    return Comparison(indexed[0], second, difference, _estimate(_minus(changes), found.units), verdict, needed)


def compare_to(group: Group, average: float, seed: int = 1, resamples: int = 2000) -> Comparison:
    """Set the group's trial level against an average taken as known, which is 100: renewals 7 % above the company's are 107."""
    against = tuple(Subject(each.key, (average,), each.trial) for each in group.subjects if each.trial)
    return compare(Group(group.key, against), None, seed, resamples)


def increases(group: Group) -> Group:
    """Give the group with each month's increase over the month before instead of the values, within each period.

    The months of a period must follow each other without gaps; a period of one month has no increase.
    """
    return Group(
        group.key, tuple(Subject(each.key, _rises(each.baseline), _rises(each.trial)) for each in group.subjects)
    )


def growth_index(group: Group, seed: int = 1, resamples: int = 2000) -> Indexed:
    """Set the mean monthly increase in the trial against that in the baseline, which is 100.

    This is what "the increase of revenue was 106 %" means here: revenue that rose by 50,000 a person and month before and by
    53,000 during the trial. Revenue itself may stand anywhere; where it did not rise before, there is no such figure.
    """
    return compare(increases(group), None, seed, resamples).treated


def sentences(comparison: Comparison) -> list[Sentence]:
    """Say what a trial showed, in rounded whole numbers: the treated group's index, the difference to the control, the verdict, the need."""
    treated, difference = comparison.treated, comparison.difference
    said = [_figure("index", treated.index, {"group": treated.key, "subjects": treated.subjects})]
    if treated.index.value is None:
        said = [("no_index", {"group": treated.key, "subjects": treated.subjects, "note": treated.note})]
    control = comparison.control
    if control is not None and difference.value is not None:
        said.append(_figure("difference", difference, {"group": control.key, "subjects": control.subjects}))
    said.append((comparison.verdict, {}))
    for what in ("subjects", "months"):
        count = getattr(comparison.needed, what, None)
        if count is not None:
            said.append((f"needed_{what}", {"count": count}))
    return said


def months(first: date, last: date) -> tuple[date, ...]:
    """List the months from that of one day to that of another by their first days; none if the last is before the first."""
    span = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return tuple(date(month // 12, month % 12 + 1, 1) for month in span)


def gaps(found: Collection[date], first: date, last: date) -> tuple[date, ...]:
    """List the months from first to last of which none of the found days is."""
    held = {day.replace(day=1) for day in found}
    return tuple(month for month in months(first, last) if month not in held)


def check_months(baseline: Collection[date], trial: Collection[date]) -> list[Sentence]:
    """List what is wrong with the months of a trial: a period is empty, both share months, the baseline is not over when the trial begins."""
    found: list[Sentence] = []
    if not baseline:
        found.append(("no_baseline_months", {}))
    if not trial:
        found.append(("no_trial_months", {}))
    shared = {day.replace(day=1) for day in baseline} & {day.replace(day=1) for day in trial}
    if shared:
        found.append(("months_overlap", {"months": [f"{month:%Y-%m}" for month in sorted(shared)]}))
    elif baseline and trial and max(baseline) > min(trial):
        found.append(("baseline_after_trial", {"baseline": f"{max(baseline):%Y-%m}", "trial": f"{min(trial):%Y-%m}"}))
    return found


def _rows(group: Group) -> list[Row]:
    """Sum up each subject's values, in the order of the keys, so that a seed gives one answer; who has none is left out."""
    rows = [
        (fsum(each.baseline), len(each.baseline), fsum(each.trial), len(each.trial))
        for each in sorted(group.subjects, key=lambda subject: subject.key)
        if each.baseline or each.trial
    ]
    if not all(isfinite(row[0]) and isfinite(row[2]) for row in rows):
        raise ValueError(group.key)
    return rows


def _indexed(group: Group, rows: Sequence[Row], interval: Interval | None) -> Indexed:
    baseline, trial = (_level(rows, at) for at in (0, 2))
    value = None if baseline is None or baseline <= 0 or trial is None else 100 * trial / baseline
    note: Note | None = None
    if not rows:
        note = "nobody"
    elif trial is None:
        note = "no_trial"
    elif value is None:
        note = "no_baseline"
    elif len(rows) == 1:
        note = "one_subject"
    return Indexed(group.key, len(rows), baseline, trial, _estimate(value, interval), note)


def _level(rows: Sequence[Row], at: Literal[0, 2]) -> float | None:
    """Give the mean over all subject-months of the period whose sum stands there."""
    count = sum(row[at + 1] for row in rows)
    return fsum(row[at] for row in rows) / count if count else None


def _estimate(value: float | None, interval: Interval | None) -> Estimate:
    if value is None or interval is None:
        return Estimate(value, None, None)
    return Estimate(value, interval.low, interval.high)


def _minus(pair: Sequence[float | None]) -> float | None:
    first, second = pair
    return None if first is None or second is None else first - second


def _verdict(
    indexed: Sequence[Indexed], rows: Sequence[Sequence[Row]], difference: Estimate, less_is_better: bool
) -> Verdict:
    notes = [each.note for each in indexed]
    fewest = FEWEST_ALONE if len(rows) == 1 else FEWEST
    if "nobody" in notes:
        return "too_few"
    if "no_trial" in notes:
        return "no_trial"
    if "no_baseline" in notes:
        return "no_baseline"
    if any(sum(row[at] > 0 for row in each) < fewest for each in rows for at in (1, 3)):
        return "too_few"
    if difference.low is None or difference.high is None or (difference.low <= _HAIR and difference.high >= -_HAIR):
        return "unclear"
    return "better" if (difference.high < 0) == less_is_better else "worse"


def _needed(
    groups: Sequence[Group], indexed: Sequence[Indexed], found: Spread, difference: Estimate, verdict: Verdict
) -> Needed:
    """Reckon by the normal approximation: the standard error shrinks with the root of the subjects; months help only who are enough."""
    errors = [each.error for each in found.indexes if each is not None]
    if found.difference is None or difference.value is None or abs(difference.value) <= _HAIR or not any(errors):
        return Needed(None, None)
    allowed = (difference.value / _NEEDED_ERRORS) ** 2
    variance = fsum(each.subjects * error**2 for each, error in zip(indexed, errors, strict=True))
    least = FEWEST_ALONE if len(groups) == 1 else FEWEST
    if verdict == "unclear":
        least = min(each.subjects for each in indexed) + 1
    subjects = max(ceil(variance / allowed), least)
    months = _further_months(groups, indexed, errors, allowed) if verdict == "unclear" else None
    return Needed(subjects if subjects <= _MOST_SUBJECTS else None, months)


def _further_months(
    groups: Sequence[Group], indexed: Sequence[Indexed], errors: Sequence[float], allowed: float
) -> int | None:
    """Find how many more trial months bring the variance down to what is allowed; what differs between subjects stays.

    None too where the months scatter little enough already: then it is for want of people that nothing can be said.
    """
    parts = []
    for group, each, error in zip(groups, indexed, errors, strict=True):
        lengths = [len(subject.trial) for subject in group.subjects if subject.trial]
        within = _within(group) * (100 / (each.baseline or 1)) ** 2 / len(lengths)
        # Months that make up for each other (increases do) scatter more than their mean; no more than all is due to them.
        parts.append((min(within, error**2 * fmean(lengths)), fmean(lengths)))
    variance = fsum(error**2 for error in errors)
    if variance <= allowed:
        return None
    for more in range(1, _MOST_MONTHS + 1):
        if variance - fsum(within * (1 / length - 1 / (length + more)) for within, length in parts) <= allowed:
            return more
    return None


def _within(group: Group) -> float:
    """Give the variance of a subject's months about their own mean, pooled over subjects and periods; none seen is 0."""
    spans = [span for each in group.subjects for span in (each.baseline, each.trial) if len(span) > 1]
    squares = [(value - mean) ** 2 for span, mean in zip(spans, map(fmean, spans), strict=True) for value in span]
    return fsum(squares) / (len(squares) - len(spans)) if spans else 0.0


def _rises(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(after - before for before, after in pairwise(values))


def _figure(key: str, estimate: Estimate, params: dict[str, object]) -> Sentence:
    """Name the figure with its interval, or alone where it has none."""
    told = {"value": round(estimate.value or 0)} | params
    if estimate.low is None or estimate.high is None:
        return (f"{key}_alone", told)
    return (key, told | {"low": round(estimate.low), "high": round(estimate.high)})
