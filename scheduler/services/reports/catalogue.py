"""Answers which reports there are, and who counts them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from scheduler.rules.reporting import Asked, Behind, Report
from scheduler.services.reports import pack
from scheduler.services.reports.attendance import behind as attendance_rows
from scheduler.services.reports.attendance import building as attendance
from scheduler.services.reports.load import building as load
from scheduler.services.reports.load import rows as load_rows
from scheduler.services.reports.renewals import building as renewals
from scheduler.services.reports.renewals import rows as renewals_rows
from scheduler.services.reports.slots import building as slots
from scheduler.services.reports.slots import rows as slots_rows
from scheduler.services.reports.staffing import building as staffing
from scheduler.services.reports.staffing import rows as staffing_rows
from scheduler.services.reports.trial import behind as trial_rows
from scheduler.services.reports.trial import building as trial
from scheduler.services.reports.way import building as way
from scheduler.services.reports.way import rows as way_rows

# (asked, now) -> the report; raises Invalid for a choice of its own that it cannot read.
Build = Callable[[Asked, datetime], Report]
# (asked, part, row, column, now, limit, offset) -> the rows behind a number; raises NotFound. `limit` None: all of them.
Look = Callable[[Asked, str, str, str, datetime, int | None, int], Behind]


@dataclass(frozen=True)
class Kind:
    """One report: who counts it, who lists the rows behind its numbers, and the choices it has beside everybody's."""

    build: Build
    behind: Look
    choices: tuple[str, ...] = ()


# In the order in which pages list them.
REPORTS: dict[str, Kind] = {
    attendance.NAME: Kind(attendance.build, attendance_rows.behind, attendance.CHOICES),
    way.NAME: Kind(way.build, way_rows.behind),
    load.NAME: Kind(load.build, load_rows.behind),
    staffing.NAME: Kind(staffing.build, staffing_rows.behind, staffing.CHOICES),
    trial.NAME: Kind(trial.build, trial_rows.behind, trial.CHOICES),
    renewals.NAME: Kind(renewals.build, renewals_rows.behind),
    slots.NAME: Kind(slots.build, slots_rows.behind),
    pack.NAME: Kind(pack.build, pack.behind, pack.CHOICES),
}
