"""Answers what a report looks like to a program: one believable example for the documentation."""

from __future__ import annotations

from typing import Any

NAME: dict[str, Any] = {"name": "attendance", "choices": []}
REPORT: dict[str, Any] = {
    "name": "attendance",
    "asked": {"from": "2026-04-01", "to": "2026-09-30", "stage": None, "owner": None, "tag": "試行A"},
    "zone": "Asia/Tokyo",
    "counted_at": "2026-09-30T18:00:00Z",
    "parts": [
        {
            "key": "by_weekday",
            "measured": "actual",
            "columns": [{"key": "weekday", "kind": "code"}, {"key": "rate", "kind": "rate"}],
            "rows": [
                {
                    "key": "0",
                    "small": False,
                    "weekday": "0",
                    "rate": {"hits": 18, "base": 36, "share": 0.5, "low": 0.344742, "high": 0.655258},
                }
            ],
            "notes": [{"key": "unknown", "params": {"count": 3}}],
        }
    ],
    "notes": [],
}
