"""Answers which of us get a digest in the morning: whoever has something today, or something that waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.rules.timing import Reader
from scheduler.rules.workdays import to_utc
from scheduler.services import mail_holding, planned
from scheduler.services.almanac import Almanac
from scheduler.services.outbox import facts_digest
from scheduler.services.outbox.facts_digest import Day, Held
from scheduler.services.planned import Planned

KIND = "staff_digest"
# A morning's news is none in the afternoon; where operations chose a later hour, some hours after it.
NOON, USEFUL = time(12), timedelta(hours=3)
_ONE_DAY = timedelta(days=1)


def plan(now: datetime) -> int:
    """Owe the digests whose time has come, one a day and member; return how many are new. Nothing to say: no mail."""
    if mail_holding.paused_everything() is not None:
        return 0
    almanac = Almanac.read()
    with db.writing():
        return planned.owe(upcoming(now, now, almanac), now)


def upcoming(now: datetime, until: datetime, almanac: Almanac) -> list[Planned]:
    """List the digests that would leave up to `until`, and were not owed yet, if what waits now went on waiting."""
    if not almanac.rules.enabled(KIND):
        return []
    members = db.session.scalars(select(Staff).where(Staff.active, Staff.email.is_not(None)).order_by(Staff.id)).all()
    due = [(member, mail) for member in members for mail in _mails(member, almanac, now, until)]
    if not due:
        return []
    new = {one.key for one in planned.unknown(mail for _member, mail in due)}
    standing = facts_digest.standing(now)
    # A week beyond the last day: on its first working day the whole of it is told.
    held = facts_digest.held(now - _ONE_DAY, until + 8 * _ONE_DAY)
    return [mail for member, mail in due if mail.key in new and _has_something(member, mail, standing, held)]


def _mails(member: Staff, almanac: Almanac, now: datetime, until: datetime) -> Iterator[Planned]:
    day, at = now.astimezone(ZoneInfo(member.zone)).date(), almanac.rules.at(KIND, "at")
    while True:
        moment = to_utc(datetime.combine(day, at), member.zone)
        if moment > until:
            return
        expires_at = max(to_utc(datetime.combine(day, NOON), member.zone), moment + USEFUL)
        leaves, _reason = almanac.leave(KIND, moment, moment, Reader(member.zone))
        # On other than working days there is none; the next one tells what there is.
        if leaves == moment and now < expires_at:
            yield Planned(
                KIND,
                f"{KIND}:{member.id}:{day.isoformat()}",
                max(moment, now),
                staff_id=member.id,
                params={"day": day.isoformat(), "weekly": _opens_the_week(day, almanac)},
                expires_at=expires_at,
            )
        day += _ONE_DAY


def _opens_the_week(day: date, almanac: Almanac) -> bool:
    """Tell whether a day is the first working day of its week."""
    return not any(almanac.calendar.is_working_day(day - n * _ONE_DAY) for n in range(1, day.weekday() + 1))


def _has_something(member: Staff, mail: Planned, standing: set[int | None], held: Sequence[Held]) -> bool:
    own = [one for one in held if member.team == "operations" or one.host_id == member.id]
    if standing if member.team == "operations" else member.id in standing:
        return True
    day = Day.on(date.fromisoformat(mail.params["day"]), member.zone, weekly=mail.params["weekly"])
    ends_at = day.week_ends_at or day.ends_at
    return any(
        day.starts_at <= one.starts_at < ends_at or (one.awaits_report and one.ends_at < mail.when) for one in own
    )
