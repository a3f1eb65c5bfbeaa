"""Answers what requests and answers of the API look like: one believable example each, for the documentation."""

from __future__ import annotations

from typing import Any

Example = dict[str, Any]

COURSE_INPUT: Example = {
    "name": {"ja": "基本操作編", "en": "Basics"},
    "summary": {"ja": "毎日の操作をひととおりご説明します。", "en": "Everything you need to start."},
    "minutes": 60,
    "minimum_minutes": 40,
    "prerequisite": None,
    "wanted_step": "staff_logins",
    "team": "onboarding",
    "materials": {"before": "https://vendor.example/basics.pdf"},
}
COURSE: Example = {"key": "basic"} | COURSE_INPUT

LECTURE_INPUT: Example = {
    "course": "basic",
    "starts_at": "2026-12-09T05:00:00Z",
    "ends_at": "2026-12-09T06:00:00Z",
    "capacity": 30,
    "host": "misaki.kobayashi@vendor.example",
    "join_url": "https://meet.example/basic",
    "meeting_id": "987 6543 2100",
    "passcode": "481516",
}
LECTURE_PATCH: Example = {"status": "cancelled", "reason": {"ja": "講師の都合により", "en": "The host is unavailable"}}
LECTURE: Example = {
    "id": 42,
    "uid": "0b6f2c1e-6f0e-4c53-9d5f-8f2d4f6f7a10@tasuki.example",
    "course": "basic",
    "series": None,
    "account": None,
    "starts_at": "2026-12-09T05:00:00Z",
    "ends_at": "2026-12-09T06:00:00Z",
    "time_zone": "Asia/Tokyo",
    "capacity": 30,
    "seats_taken": 18,
    "waiting": 0,
    "status": "scheduled",
    "reason": {},
    "sequence": 0,
    "host": "misaki.kobayashi@vendor.example",
    "join_url": "https://meet.example/basic",
    "meeting_id": "987 6543 2100",
    "passcode": "481516",
    "locale": "ja",
    "contact": None,
    "kind": "webinar",
    "account_limit": None,
    "called_off_at": None,
}
MOVE_INPUT: Example = {
    "to": 43,
    "account": "A-0001",
    "reason": {"ja": "講師の都合により", "en": "The host is unavailable"},
}
MOVE: Example = {
    "moved": [{"registration": 501, "contact": "hanako.yamada@customer.example", "reason": None}],
    "left": [{"registration": 502, "contact": "1207", "reason": "lecture_full"}],
    "mails": 1,
}

REGISTRATION_INPUT: Example = {"contact": "hanako.yamada@customer.example", "companions": ["佐藤 健"]}
REGISTRATION_PATCH: Example = {"lecture": 43}
REGISTRATION: Example = {
    "id": 901,
    "contact": "hanako.yamada@customer.example",
    "name": "山田 花子",
    "account": "A-1024",
    "lecture": 42,
    "status": "booked",
    "companions": ["佐藤 健"],
    "unnamed_companions": 0,
    "offered_until": None,
    "exception": "",
    "mails": True,
    "uid": "6f7a1fd2-2a53-4f0c-8a5e-1f4cf1f0a9b3@tasuki.example",
    "sequence": 0,
    "registered_at": "2026-12-01T01:30:00Z",
    "cancelled_at": None,
}

ATTENDED: Example = {
    "contact": "hanako.yamada@customer.example",
    "verdict": "attended",
    "seconds": 3480,
    "sources": ["report"],
}

VERDICT: Example = ATTENDED | {"name": "山田 花子", "account": "A-1024", "reason": None}
VERDICT_INPUT: Example = {
    "contact": "hanako.yamada@customer.example",
    "verdict": "attended",
    "reason": "途中で端末を変更",
}
MATCHES_INPUT: list[Example] = [{"name": "Hanako (横浜店)", "contact": "hanako.yamada@customer.example"}]
REPORT: Example = {
    "upload": 77,
    "dry_run": False,
    "tool": "zoom_meeting",
    "matched": [
        {
            "contact": "ken.sato@customer.example",
            "name": "佐藤 健",
            "shown_as": ["佐藤健"],
            "seconds": 3480,
            "verdict": "attended",
        }
    ],
    "proposed": [
        {
            "row": 5,
            "name": "Hanako (横浜店)",
            "seconds": 3300,
            "candidates": ["hanako.yamada@customer.example"],
            "offered": [
                {
                    "contact": "hanako.yamada@customer.example",
                    "name": "山田 花子",
                    "account": "株式会社みほん不動産",
                    "reason": "part_of_name",
                    "score": 70,
                    "ticked": False,
                }
            ],
        }
    ],
    "unmatched": [{"row": 9, "name": "iPhone", "seconds": 640}],
    "left_out": [{"name": "小林 美咲", "why": "host"}],
    "complaints": [],
    "thanks": 1,
    "partial": 0,
    "missed": 0,
    "excused": 0,
    "held": 1,
    "due_at": "2026-12-10T01:00:00Z",
}

MAIL: Example = {
    "id": 5501,
    "kind": "confirmation",
    "contact": "hanako.yamada@customer.example",
    "staff": None,
    "application": None,
    "account": "A-1024",
    "lecture": 42,
    "registration": 901,
    "to": "hanako.yamada@customer.example",
    "state": "delivered",
    "reason": None,
    "subject": "【お申し込み完了】基本操作編 12月9日(水) 14:00",
    "locale": "ja",
    "due_at": "2026-12-01T01:30:00Z",
    "sent_at": "2026-12-01T01:30:04Z",
    "delivered_at": "2026-12-01T01:30:09Z",
    "opened_at": None,
    "clicked_at": None,
    "created_at": "2026-12-01T01:30:00Z",
}

TASK: Example = {
    "id": 31,
    "kind": "wish",
    "words": "急ぎです",
    "account": "A-1024",
    "contact": "hanako.yamada@customer.example",
    "lecture": None,
    "owner": "misaki.kobayashi@vendor.example",
    "due_on": "2026-12-10",
    "created_at": "2026-12-09T02:10:00Z",
    "done_at": None,
}

SETUP_INPUT: Example = {"done": True, "at": "2026-12-10T03:00:00Z", "store": "Y01"}
SETUP: Example = {
    "step": "staff_logins",
    "name": {"ja": "スタッフのログイン作成", "en": "Logins for your staff"},
    "per": "store",
    "required": True,
    "doer": "customer",
    "tickers": ["customer", "staff", "api"],
    "due_on": "2026-12-12",
    "guide_url": "https://help.vendor.example/logins",
    "done": True,
    "settled": 1,
    "total": 1,
    "at": "2026-12-10T03:00:00Z",
    "items": [{"store": "Y01", "state": "done", "waiting_on": None, "at": "2026-12-10T03:00:00Z", "reason": None}],
}
USAGE_INPUT: list[Example] = [
    {"at": "2026-12-11T01:12:00Z", "event": "inquiry_answered", "store": "Y01"},
    {"at": "2026-12-12T00:40:00Z", "event": "signed_in"},
]
USAGE: Example = {"received": 2, "new_days": 2}
INTRODUCTION_INPUT: Example = {"audience": "coordinator"}
INTRODUCTION: Example = {"introduced": True, "invited": 1, "already": 0, "without_email": 0, "unsubscribed": 0}
EVENT: Example = {
    "id": 7001,
    "at": "2026-12-01T01:30:00Z",
    "key": "registered",
    "text": "申込: 山田 花子 – 基本操作編 12月9日(水) 14:00",
    "contact": "hanako.yamada@customer.example",
    "lecture": 42,
    "actor": "contact",
    "by": "山田 花子",
    "channel": "page",
}

ACCOUNT_INPUT: Example = {
    "name": "株式会社みほん不動産",
    "stage": "onboarding",
    "signed_on": "2026-11-10",
    "planned_start_on": "2026-12-21",
    "owners": {"onboarding": "misaki.kobayashi@vendor.example"},
    "stores": [{"code": "Y01", "name": "横浜店", "closed_days": [2]}],
    "contacts": [
        {
            "email": "hanako.yamada@customer.example",
            "name": "山田 花子",
            "role": "coordinator",
            "phone": "045-123-4567",
            "locale": "ja",
            "stores": ["Y01"],
        }
    ],
}
ACCOUNT: Example = {
    "external_id": "A-1024",
    "name": "株式会社みほん不動産",
    "reading": "ミホンフドウサン",
    "stage": "onboarding",
    "stage_since": "2026-11-10T00:00:00Z",
    "undecided": False,
    "plan": "",
    "note": "",
    "it_skill": "",
    "tags": ["個別フォロー"],
    "promises": "開店前に店長研修を一度行う。",
    "open_points": "",
    "on_hold_until": None,
    "cancelled_on": None,
    "signed_on": "2026-11-10",
    "planned_start_on": "2026-12-21",
    "billing_starts_on": None,
    "started_on": None,
    "introduced_at": "2026-11-16T01:00:00Z",
    "introduced_to": "coordinator",
    "owners": {"sales": None, "onboarding": "misaki.kobayashi@vendor.example", "success": None, "renewal": None},
    "stores": [{"code": "Y01", "name": "横浜店", "scope": "in", "scope_from": None, "closed_days": [2]}],
    "contacts": [
        {
            "id": "310",
            "email": "hanako.yamada@customer.example",
            "name": "山田 花子",
            "reading": "ヤマダ ハナコ",
            "role": "coordinator",
            "phone": "045-123-4567",
            "locale": "ja",
            "zone": "Asia/Tokyo",
            "stores": ["Y01"],
            "left_on": None,
            "checks": [],
            "personal_url": "https://tasuki.example/me/fJ2mK0b1QxPz7rT450.1",
            "feed_url": "https://tasuki.example/calendar/aB3dE5fG7hJ9kL1m50.1.ics",
        }
    ],
    "attendance": [
        ATTENDED | {"lecture": 42, "course": "basic", "starts_at": "2026-12-09T05:00:00Z"},
    ],
    "setup": [SETUP],
    "readiness": {
        "ready": False,
        "since": None,
        "clauses": [
            {
                "key": "usage_started",
                "met": False,
                "reason": "usage_none",
                "params": {"days": 0, "days_needed": 1},
                "evidence": [],
                "since": None,
                "parts": [],
            }
        ],
    },
    "state": {
        "level": "behind",
        "reasons": [{"key": "planned_start_near", "params": {"on": "2026-12-21", "working_days": 8, "open": 1}}],
        "next_step": "confirm_usage",
    },
    "tasks": [TASK],
    "contracts": [{"starts_on": "2026-12-01", "ends_on": "2027-12-01", "monthly_fee": 80000, "outcome": None}],
}
