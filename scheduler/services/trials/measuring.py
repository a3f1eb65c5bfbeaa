"""Answers what each account or member of a trial's groups brought in which month, by any of its measures."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, cast

from sqlalchemy import ColumnElement, Float, Label, Select, SQLColumnExpression, case, func, or_, select
from sqlalchemy import cast as as_type

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.snapshots import Milestone, Tenure, Turnout
from scheduler.models.spans import days_between, month_of
from scheduler.models.tags import Tag
from scheduler.models.trials import Figure, Trial
from scheduler.rules.trials import months
from scheduler.services.installation import here
from scheduler.services.trials.keeping import OWN, bearers

#: By subject's id, a value for each month of the span that is looked at; None: the month has none.
Values = dict[int, tuple[float | None, ...]]
#: What members do by hand for an account, beside what they do on the telephone: mails sent by a press, tasks done.
BY_HAND = (
    "call_not_answered", "called", "course_invited", "invited_again", "setup_reminded", "proposal_made", "mail_resent",
    "task_done",
)  # fmt: skip
KNOWN = ("attended", "partial", "missed")


@dataclass(frozen=True)
class Span:
    """The months that are looked at: the first days of the first and the last; `moments` are those months' beginnings in UTC."""

    first: date
    last: date

    @property
    def months(self) -> tuple[date, ...]:
        """List the months."""
        return months(self.first, self.last)

    @property
    def moments(self) -> list[datetime]:
        """List the moments at which the months begin in the installation's zone, and that at which the last one ends."""
        year, month = divmod(self.last.year * 12 + self.last.month, 12)
        days = (*self.months, date(year, month + 1, 1))
        return [datetime.combine(day, time(), here().tz).astimezone(UTC) for day in days]


def kind_of(trial: Trial, measure: str, tags: Collection[Tag]) -> str:
    """Tell whose values a measure takes: in a trial of members renewals are those of the accounts with the same tags, if any."""
    if measure == "renewed" and trial.subjects == "staff":
        table, bearer = bearers("accounts")
        borne = select(table.c[bearer]).where(table.c.tag_id.in_([tag.id for tag in tags])).limit(1)
        return "accounts" if db.session.scalar(borne) is not None else "staff"
    return trial.subjects


def members(kind: str, tags: Collection[Tag], narrowing: Sequence[ColumnElement[bool]]) -> dict[int, set[int]]:
    """Return who bears each tag, by the tag's id; `narrowing` are conditions on Account (only with accounts)."""
    table, bearer = bearers(kind)
    # A name of its own: the narrowing may ask for a tag, too.
    borne = table.alias()
    query = select(borne.c.tag_id, borne.c[bearer]).where(borne.c.tag_id.in_([tag.id for tag in tags]))
    if narrowing:
        query = query.join(Account, Account.id == borne.c[bearer]).where(*narrowing)
    found: dict[int, set[int]] = {tag.id: set() for tag in tags}
    for tag_id, number in db.session.execute(query):
        found[tag_id].add(number)
    return found


def values(measure: str, kind: str, tags: Collection[Tag], span: Span, now: datetime) -> Values:
    """Return every value of a measure that bearers of these tags have within the span; our own only of months that are over."""
    table, bearer = bearers(kind)
    among = select(table.c[bearer]).where(table.c.tag_id.in_([tag.id for tag in tags]))
    if measure not in OWN:
        return _imported(measure, kind, among, span)
    over = months(span.first, min(span.last, _last_over(now)))
    if not over:
        return {}
    counted = {
        "attendance": _attendance,
        "days_to_ready": _days_to_ready,
        "returned_handovers": _returned,
        "contacts": _contacts,
    }[measure]
    rest = (None,) * (len(span.months) - len(over))
    return {number: (*row, *rest) for number, row in counted(kind, among, Span(over[0], over[-1])).items()}


def average(measure: str, kind: str, span: Span) -> float | None:
    """Return the mean of an imported figure over all accounts, or all members, that have one within the span; None: nobody has."""
    within = (_whose(kind).is_not(None), Figure.month.between(span.first, span.last))
    found = db.session.scalar(select(func.avg(Figure.value)).where(Figure.measure == measure, *within))
    return None if found is None else float(found)


def last_figure(measure: str) -> date | None:
    """Return the last month for which anybody has an imported figure."""
    return db.session.scalar(select(func.max(Figure.month)).where(Figure.measure == measure))


def is_over(month: date, now: datetime) -> bool:
    """Tell whether a month is over in the installation's zone."""
    return month <= _last_over(now)


def rises(found: Values, periods: Iterable[slice]) -> Values:
    """Give each month's increase over the month before, within each period; where the month before is missing there is none."""
    result: Values = {}
    for number, row in found.items():
        rise: list[float | None] = [None] * len(row)
        for period in periods:
            for place in range(*period.indices(len(row)))[1:]:
                before, after = row[place - 1 : place + 1]
                rise[place] = None if before is None or after is None else after - before
        result[number] = tuple(rise)
    return result


def _last_over(now: datetime) -> date:
    today = now.astimezone(here().tz).date()
    place = today.year * 12 + today.month - 2
    return date(place // 12, place % 12 + 1, 1)


def _imported(measure: str, kind: str, among: Select[Any], span: Span) -> Values:
    whose = _whose(kind)
    query: Select[*tuple[Any, ...]] = select(
        whose.label("subject"), Figure.month.label("in_month"), Figure.value.label("value")
    )
    query = query.where(Figure.measure == measure, whose.in_(among), Figure.month.between(span.first, span.last))
    return _by_subject(query, span.months)


def _whose(kind: str) -> SQLColumnExpression[Any]:
    return Figure.account_id if kind == "accounts" else Figure.staff_id


def _attendance(kind: str, among: Select[Any], span: Span) -> Values:
    """Rate of attended among attended, partial and missed: of the account's people, or at the lectures a member hosts."""
    whose = Turnout.account_id if kind == "accounts" else Lecture.host_id
    came = func.sum(case((Turnout.verdict == "attended", 1), else_=0))
    query = select(whose.label("subject"), month_of(Turnout.day).label("in_month"), _mean(came)).where(
        whose.in_(among), Turnout.verdict.in_(KNOWN), Turnout.day.between(span.first, _end(span))
    )
    if kind == "staff":
        query = query.join(Lecture, Lecture.id == Turnout.lecture_id)
    return _by_subject(query.group_by(whose, "in_month"), span.months)


def _days_to_ready(kind: str, among: Select[Any], span: Span) -> Values:
    """Days from when its way began to the day an account became ready; of a member: of the accounts in its hands that day."""
    whose = Milestone.account_id if kind == "accounts" else Tenure.owner_id
    ready_on = cast(SQLColumnExpression[date], Milestone.ready_on)
    days = func.sum(days_between(Milestone.began_on, ready_on))
    query = select(whose.label("subject"), month_of(ready_on).label("in_month"), _mean(days)).where(
        whose.in_(among), Milestone.came_live.is_(False), Milestone.ready_on.between(span.first, _end(span))
    )
    if kind == "staff":
        held = (Tenure.from_on <= Milestone.ready_on) & or_(
            Tenure.until_on.is_(None), Tenure.until_on > Milestone.ready_on
        )
        query = query.join(Tenure, (Tenure.account_id == Milestone.account_id) & held)
    return _by_subject(query.group_by(whose, "in_month"), span.months)


def _returned(kind: str, among: Select[Any], span: Span) -> Values:
    """Share of returned among the handovers that were answered in the month: of the account, or those a member asked for.

    A wave is nobody's answer.
    """
    whose = Handover.account_id if kind == "accounts" else Handover.requested_by_id
    returned = func.sum(case((Handover.state == "returned", 1), else_=0))
    answered = (Handover.state.in_(("accepted", "returned")), Handover.wave.is_(None))
    query = select(whose.label("subject"), _month_at(Handover.decided_at, span), _mean(returned)).where(
        whose.in_(among), *answered, _within(Handover.decided_at, span)
    )
    return _by_subject(query.group_by(whose, "in_month"), range(len(span.months)))


def _contacts(kind: str, among: Select[Any], span: Span) -> Values:
    """How often members dealt with the account in the month, or a member with any: telephone, by hand, one-to-ones held.

    Several lines of the history that one press wrote count once. A month without any counts as none, from the account's
    first whole month here to the last before it was cancelled.
    """
    whose = Event.account_id if kind == "accounts" else Event.actor_id
    counted = func.count(Event.at.distinct()).label("value")
    by_hand = select(whose.label("subject"), _month_at(Event.at, span), counted).where(
        whose.in_(among),
        Event.account_id.is_not(None),
        Event.actor_kind == "staff",
        or_(Event.channel == "phone", Event.key.in_(BY_HAND)),
        _within(Event.at, span),
    )
    host = Lecture.account_id if kind == "accounts" else Lecture.host_id
    held = select(host.label("subject"), _month_at(Lecture.ends_at, span), func.count().label("value")).where(
        host.in_(among), Lecture.account_id.is_not(None), Lecture.status == "scheduled", _within(Lecture.ends_at, span)
    )
    found = _lived(kind, among, span)
    for query in (by_hand.group_by(whose, "in_month"), held.group_by(host, "in_month")):
        for number, more in _by_subject(query, range(len(span.months))).items():
            here_then = found.get(number, ())
            both = zip(here_then, more, strict=True) if here_then else ()
            found[number] = tuple(None if one is None else one + (other or 0) for one, other in both)
    return found


def _lived(kind: str, among: Select[Any], span: Span) -> Values:
    """Give everybody a zero in each month of the span in which they were here from its beginning to its end."""
    listed = span.months
    if kind == "staff":
        return {number: (0.0,) * len(listed) for (number,) in db.session.execute(among.distinct())}
    zone = here().tz
    query = select(Account.id, Account.created_at, Account.signed_on, Account.cancelled_on).where(Account.id.in_(among))
    found: Values = {}
    for number, created_at, signed_on, cancelled_on in db.session.execute(query):
        began = created_at.astimezone(zone).date()
        began = began if signed_on is None else min(began, signed_on)
        before = bisect_left(listed, began)
        until = len(listed) if cancelled_on is None else bisect_left(listed, cancelled_on.replace(day=1))
        until = max(before, until)
        found[number] = (None,) * before + (0.0,) * (until - before) + (None,) * (len(listed) - until)
    return found


def _month_at(moment: SQLColumnExpression[Any], span: Span) -> Label[int]:
    """Give the place within the span of the local month of a moment, the same on both databases."""
    ends = span.moments[1:]
    return case(*((moment < end, place) for place, end in enumerate(ends[:-1])), else_=len(ends) - 1).label("in_month")


def _within(moment: SQLColumnExpression[Any], span: Span) -> ColumnElement[bool]:
    moments = span.moments
    return (moment >= moments[0]) & (moment < moments[-1])


def _mean(total: ColumnElement[Any]) -> Label[Any]:
    return (as_type(total, Float) / func.count()).label("value")


def _by_subject(query: Select[*tuple[Any, ...]], keys: Sequence[date | int]) -> Values:
    """Lay rows of subject, in_month, value out by subject, a column for each key: a tenth of the rows to be fetched."""
    rows = query.subquery()
    columns = [func.max(case((rows.c.in_month == key, rows.c.value))) for key in keys]
    laid = db.session.execute(select(rows.c.subject, *columns).group_by(rows.c.subject))
    return {row[0]: tuple(row[1:]) for row in laid}


def _end(span: Span) -> date:
    """Return the last day of the span."""
    year, month = divmod(span.last.year * 12 + span.last.month, 12)
    return date.fromordinal(date(year, month + 1, 1).toordinal() - 1)
