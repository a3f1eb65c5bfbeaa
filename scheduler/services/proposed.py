"""Answers from when to when the times of an offer are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from scheduler.models.proposals import Proposal
from scheduler.rules.workdays import to_utc

# How an offered time is kept: wall clock of the offer's zone.
LOCAL = "%Y-%m-%dT%H:%M"


def span_of(proposal: Proposal, time: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """Return the moments between which the lecture would be held at one of the offered times."""
    begins = to_utc(datetime.strptime(time["at"], LOCAL), proposal.zone)  # noqa: DTZ007  (the zone stands beside it)
    return begins, begins + timedelta(minutes=proposal.minutes)
