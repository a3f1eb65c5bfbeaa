"""Answers what requests and answers about series look like: one believable example each, for the documentation."""

from __future__ import annotations

from scheduler.web.api.examples import Example

SERIES_INPUT: Example = {
    "course": "basic",
    "rrule": "FREQ=WEEKLY;BYDAY=MO,FR",
    "starts_at": "2026-12-07T14:00:00",
    "time_zone": "Asia/Tokyo",
    "holidays": "skip",
    "minutes": 60,
    "capacity": 30,
    "host": "misaki.kobayashi@vendor.example",
    "join_url": "https://meet.example/basic",
    "meeting_id": "987 6543 2100",
    "passcode": "481516",
    "locale": "ja",
}
SERIES: Example = {"id": 3} | SERIES_INPUT
SERIES |= {"account_limit": None, "kind": "webinar", "account": None, "until": None, "follows": None, "ended_at": None}
SERIES_PATCH: Example = {
    "scope": "following",
    "from": "2026-12-14",
    "starts_at": "2026-12-14T15:00:00",
    "reason": {"ja": "講師の都合により", "en": "The host is unavailable earlier"},
}
SERIES_CHANGED: Example = SERIES | {
    "starts_at": "2026-12-07T15:00:00",
    "follows": 2,
    "dry_run": False,
    "mails": 18,
    "fingerprint": "25957bfa173e3686f6e5826249ca5d5f",
    "dates": [
        {
            "lecture": 42,
            "what": "changed",
            "starts_at": "2026-12-14T06:00:00Z",
            "ends_at": "2026-12-14T07:00:00Z",
            "old_starts_at": "2026-12-14T05:00:00Z",
            "old_ends_at": "2026-12-14T06:00:00Z",
            "changes": ["ends_at", "starts_at"],
            "by_hand": [],
            "booked": 18,
            "waiting": 0,
            "mails": 18,
            "clashes": 0,
        }
    ],
}
