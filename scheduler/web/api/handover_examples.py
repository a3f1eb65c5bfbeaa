"""Answers what requests and answers about handovers look like: one believable example each, for the documentation."""

from __future__ import annotations

from scheduler.web.api.examples import ACCOUNT, EVENT, Example

HANDOVER_INPUT: Example = {"account": "A-1024", "to": "success", "note": "横浜店は水曜定休です。"}
HANDOVER_PATCH: Example = {"action": "accept"}
HANDOVER: Example = {
    "id": 12,
    "account": "A-1024",
    "from": "onboarding",
    "to": "success",
    "state": "requested",
    "reason": None,
    "note": "横浜店は水曜定休です。",
    "early_reason": None,
    "receiver": None,
    "reopened": [],
    "wave": None,
    "requested_at": "2026-12-15T02:00:00Z",
    "decided_at": None,
}
SHEET: Example = {
    "handover": HANDOVER,
    "account": ACCOUNT,
    "contact_notes": [{"contact": "hanako.yamada@customer.example", "note": "午前中が連絡しやすい"}],
    "lectures": [
        {
            "lecture": 42,
            "course": "basic",
            "starts_at": "2026-12-09T05:00:00Z",
            "people": [
                {
                    "contact": "hanako.yamada@customer.example",
                    "name": "山田 花子",
                    "verdict": "attended",
                    "companions": ["佐藤 一郎"],
                }
            ],
        }
    ],
    "stores": [{"code": "Y01", "name": "横浜店", "closed": 2, "total": 3}],
    "usage": {
        "days": 3,
        "first_on": "2026-12-10",
        "last_on": "2026-12-14",
        "confirmed_on": None,
        "confirmed_how": "",
    },
    "mails": {"delivered": 6, "queued": 1},
    "handovers": [HANDOVER],
    "events": [EVENT],
}
