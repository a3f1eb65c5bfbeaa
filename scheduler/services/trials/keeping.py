"""Answers which trials are kept: what each compares, when, by what, and that none is kept that could show nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Table, delete, func, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.models.tags import Tag, account_tags, staff_tags
from scheduler.models.trials import Trial, TrialGroup
from scheduler.readers.figure_rows import MEASURES as IMPORTED
from scheduler.readers.figure_rows import parse_month
from scheduler.rules.names import clean_name
from scheduler.rules.trials import check_months, months
from scheduler.services import history
from scheduler.services.actors import Actor
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid, NotFound

SUBJECTS = ("accounts", "staff")
#: What a trial may be judged by: the imported figures, and our own.
OWN = ("attendance", "days_to_ready", "returned_handovers", "contacts")
MEASURES = (*IMPORTED, *OWN)
#: The longest name and note, the most groups of a trial, and the longest of its two periods in months.
LONGEST_NAME, LONGEST_NOTE, MOST_GROUPS, MOST_MONTHS = 80, 1000, 6, 36
PERIODS = ("baseline_from", "baseline_to", "trial_from", "trial_to")


@dataclass(frozen=True)
class Wanted:
    """A trial as somebody asks for it: its groups are (tag's id, whether it is tried), its months as they were written."""

    name: str
    subjects: str
    groups: Sequence[tuple[int, bool]]
    baseline_from: str
    baseline_to: str
    trial_from: str
    trial_to: str
    measures: Sequence[str]
    note: str = ""


def every() -> list[Trial]:
    """List all trials, the one that began last first."""
    return list(db.session.scalars(select(Trial).order_by(Trial.trial_from.desc(), Trial.id.desc())))


def the(trial_id: int) -> Trial:
    """Return a trial; raise NotFound."""
    trial = db.session.get(Trial, trial_id)
    if trial is None:
        raise NotFound(what="trial")
    return trial


def groups(trial_id: int) -> list[tuple[Tag, bool]]:
    """List a trial's groups by their tags and whether each is tried, those tried first."""
    query = select(Tag, TrialGroup.tried).join(Tag, Tag.id == TrialGroup.tag_id).where(TrialGroup.trial_id == trial_id)
    ordered = query.order_by(TrialGroup.tried.desc(), TrialGroup.position, TrialGroup.id)
    return [(tag, tried) for tag, tried in db.session.execute(ordered)]


def bearers(subjects: str) -> tuple[Table, str]:
    """Return the table of who bears which tag, and its column of those a trial of this kind compares."""
    return (account_tags, "account_id") if subjects == "accounts" else (staff_tags, "staff_id")


def size(trial: Trial) -> int:
    """Count about how many values judging a trial takes: everybody in its groups, by each measure."""
    table, _bearer = bearers(trial.subjects)
    tags = select(TrialGroup.tag_id).where(TrialGroup.trial_id == trial.id)
    people = db.session.scalar(select(func.count()).select_from(table).where(table.c.tag_id.in_(tags))) or 0
    return people * len(trial.measures)


def overlapping(subjects: str, tag_ids: Sequence[int], limit: int) -> tuple[list[tuple[int, str]], int]:
    """List by id and name whoever bears more than one of these tags, and count them all."""
    table, bearer = bearers(subjects)
    twice = (
        select(table.c[bearer]).where(table.c.tag_id.in_(tag_ids)).group_by(table.c[bearer]).having(func.count() > 1)
    )
    total = db.session.scalar(select(func.count()).select_from(twice.subquery())) or 0
    model = Account if subjects == "accounts" else Staff
    rows = db.session.execute(select(model.id, model.name).where(model.id.in_(twice)).order_by(model.id).limit(limit))
    return [(number, name) for number, name in rows], total


def add(wanted: Wanted, now: datetime, actor: Actor) -> int:
    """Keep a new trial and return its id; raise Invalid (see `_checked`)."""
    with db.writing():
        values = _checked(wanted, None, now)
        trial = Trial(**values, created_at=now)
        db.session.add(trial)
        db.session.flush()
        _group(trial.id, wanted)
        history.record("trial_added", now=now, actor=actor, trial=trial.name)
        return trial.id


def change(trial_id: int, wanted: Wanted, now: datetime, actor: Actor) -> None:
    """Make a trial what is wanted now; raise NotFound and Invalid (see `_checked`)."""
    with db.writing():
        trial = the(trial_id)
        for name, value in _checked(wanted, trial_id, now).items():
            setattr(trial, name, value)
        db.session.execute(delete(TrialGroup).where(TrialGroup.trial_id == trial_id))
        _group(trial_id, wanted)
        history.record("trial_changed", now=now, actor=actor, trial=trial.name)


def remove(trial_id: int, now: datetime, actor: Actor) -> None:
    """Do away with a trial; tags and figures stay. Raises NotFound."""
    with db.writing():
        trial = the(trial_id)
        history.record("trial_removed", now=now, actor=actor, trial=trial.name)
        db.session.execute(delete(TrialGroup).where(TrialGroup.trial_id == trial_id))
        db.session.delete(trial)


def _group(trial_id: int, wanted: Wanted) -> None:
    db.session.add_all(
        TrialGroup(trial_id=trial_id, tag_id=tag_id, tried=tried, position=place)
        for place, (tag_id, tried) in enumerate(wanted.groups)
    )


def _checked(wanted: Wanted, trial_id: int | None, now: datetime) -> dict[str, object]:
    """Return a trial's columns; raise Invalid for the first of its fields that cannot be.

    name: missing, too_long, trial_exists; subjects: not_a_choice; measures: missing, not_a_choice; note: too_long;
    months and groups: see `_months` and `_check_groups`.
    """
    name = clean_name(wanted.name)
    _check_name(name, trial_id)
    if wanted.subjects not in SUBJECTS:
        raise Invalid(field="subjects", why="not_a_choice", value=wanted.subjects, choices=", ".join(SUBJECTS))
    _check_groups(wanted)
    spans = _months(wanted, now)
    unknown = [measure for measure in wanted.measures if measure not in MEASURES]
    if unknown:
        raise Invalid(field="measures", why="not_a_choice", value=unknown[0], choices=", ".join(MEASURES))
    if not wanted.measures:
        raise Invalid(field="measures", why="missing")
    if len(wanted.note) > LONGEST_NOTE:
        raise Invalid(field="note", why="too_long", maximum=LONGEST_NOTE)
    chosen = [measure for measure in MEASURES if measure in wanted.measures]
    return {"name": name, "subjects": wanted.subjects, "measures": chosen, "note": wanted.note.strip()} | spans


def _check_name(name: str, trial_id: int | None) -> None:
    if not name:
        raise Invalid(field="name", why="missing")
    if len(name) > LONGEST_NAME:
        raise Invalid(field="name", why="too_long", maximum=LONGEST_NAME)
    other = db.session.scalar(select(Trial.id).where(Trial.name == name))
    if other is not None and other != trial_id:
        raise Invalid(field="name", why="trial_exists", value=name)


def _months(wanted: Wanted, now: datetime) -> dict[str, object]:
    """Read a trial's months; raise Invalid.

    missing, month_unreadable; no_baseline_months, no_trial_months, months_overlap, baseline_after_trial (rules.trials);
    baseline_not_over; period_of_months_too_long.
    """
    read: dict[str, date] = {}
    for field in PERIODS:
        text = getattr(wanted, field).strip()
        if not text:
            raise Invalid(field=field, why="missing")
        month = parse_month(text)
        if month is None:
            raise Invalid(field=field, why="month_unreadable", value=text)
        read[field] = month
    baseline, trial = (months(read[f"{period}_from"], read[f"{period}_to"]) for period in ("baseline", "trial"))
    for key, params in check_months(baseline, trial):
        field = "trial_to" if key == "no_trial_months" else "baseline_to"
        shared = {name: ", ".join(value) if isinstance(value, list) else value for name, value in params.items()}
        raise Invalid(field=field, why=key, **shared)
    for period, span in (("baseline", baseline), ("trial", trial)):
        if len(span) > MOST_MONTHS:
            raise Invalid(field=f"{period}_to", why="period_of_months_too_long", longest=MOST_MONTHS)
    if read["baseline_to"] >= now.astimezone(here().tz).date().replace(day=1):
        raise Invalid(field="baseline_to", why="baseline_not_over")
    return {**read}


def _check_groups(wanted: Wanted) -> None:
    """Raise Invalid(groups): no_group, no_tried_group, too_many_groups, group_twice, no_such_tag,
    tag_without_accounts, tag_without_staff, groups_overlap."""
    tag_ids = [tag_id for tag_id, _tried in wanted.groups]
    if not tag_ids:
        raise Invalid(field="groups", why="no_group")
    if not any(tried for _tag_id, tried in wanted.groups):
        raise Invalid(field="groups", why="no_tried_group")
    if len(tag_ids) > MOST_GROUPS:
        raise Invalid(field="groups", why="too_many_groups", most=MOST_GROUPS)
    if len(set(tag_ids)) < len(tag_ids):
        raise Invalid(field="groups", why="group_twice")
    table, bearer = bearers(wanted.subjects)
    for tag_id in tag_ids:
        tag = db.session.get(Tag, tag_id)
        if tag is None:
            raise Invalid(field="groups", why="no_such_tag")
        if db.session.scalar(select(table.c[bearer]).where(table.c.tag_id == tag_id).limit(1)) is None:
            raise Invalid(field="groups", why=f"tag_without_{wanted.subjects}", value=tag.name)
    some, count = overlapping(wanted.subjects, tag_ids, 3)
    if count:
        names = ", ".join(name for _number, name in some) + (", …" if count > len(some) else "")
        raise Invalid(field="groups", why="groups_overlap", names=names, count=count)
