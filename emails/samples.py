"""Answers what each placeholder looks like filled in, in both languages (invented people at example domains)."""

from __future__ import annotations

from datetime import UTC, datetime

from emails.values import FreeDate, Link, Span, Until, Value
from emails.words import salutation

_SITE = "https://tasuki.example"
_ME = f"{_SITE}/me/c2FtcGxl.7Qm2xT4v"
_ADDRESSED = {"ja": ("株式会社みほん", "横浜店", "山田 花子"), "en": ("Mihon Inc.", "Yokohama Store", "Hanako Yamada")}
_DATES = tuple(
    FreeDate(
        datetime(2026, 12, day, hour, 0, tzinfo=UTC),
        datetime(2026, 12, day, hour + 1, 0, tzinfo=UTC),
        Link(f"{_ME}?lecture={number}"),
    )
    for number, (day, hour) in enumerate(((7, 5), (11, 5), (14, 7)), start=41)
)


def _both(value: Value) -> dict[str, Value]:
    return {"ja": value, "en": value}


SAMPLES: dict[str, dict[str, Value]] = {
    "salutation": {locale: salutation(*who, locale) for locale, who in _ADDRESSED.items()},
    "company": {locale: who[0] for locale, who in _ADDRESSED.items()},
    "store": {locale: who[1] for locale, who in _ADDRESSED.items()},
    "name": {locale: who[2] for locale, who in _ADDRESSED.items()},
    "zone": _both("Asia/Tokyo"),
    "owner_name": {"ja": "小林 美咲", "en": "Misaki Kobayashi"},
    "owner_phone": _both("03-5550-0112"),
    "personal_url": _both(Link(_ME)),
    "vendor_name": {"ja": "株式会社あさひ予約", "en": "Asahi Booking Inc."},
    "vendor_phone": _both("03-5550-0100"),
    "vendor_hours": {"ja": "平日 9:00–18:00", "en": "Mon–Fri 9:00–18:00, Japan time"},
    "vendor_address": {"ja": "東京都千代田区見本町1-2-3", "en": "1-2-3 Mihoncho, Chiyoda-ku, Tokyo"},
    "vendor_reply_to": _both("onboarding@asahi-booking.example"),
    "course_name": {"ja": "基本操作編", "en": "Basic operation"},
    "course_summary": {
        "ja": "ご予約の受付から日々の確認まで、画面をご覧いただきながらひととおりご説明します。",
        "en": "From taking a booking to the daily checks: everything you need to start, shown on screen.",
    },
    "next_course_name": {"ja": "活用編", "en": "Getting results"},
    "minutes": _both(60),
    "when": _both(Span(datetime(2026, 12, 1, 1, 0, tzinfo=UTC), datetime(2026, 12, 1, 2, 0, tzinfo=UTC))),
    "old_when": _both(Span(datetime(2026, 11, 30, 1, 0, tzinfo=UTC), datetime(2026, 11, 30, 2, 0, tzinfo=UTC))),
    "new_when": _both(Span(datetime(2026, 12, 4, 5, 0, tzinfo=UTC), datetime(2026, 12, 4, 6, 0, tzinfo=UTC))),
    "dates": _both(_DATES),
    "registered_by": {"ja": "佐藤 恵", "en": "Megumi Sato"},
    "given_until": _both(Until(datetime(2026, 11, 30, 8, 0, tzinfo=UTC))),
    "answer_by": _both(Until(datetime(2026, 11, 30, 12, 0, tzinfo=UTC))),
    "host_name": {"ja": "小林 美咲", "en": "Misaki Kobayashi"},
    "join_url": _both(Link(f"{_SITE}/join/am9pbg.9Zk1pR3w")),
    "meeting": _both(True),
    "material_before_url": _both(Link("https://asahi-booking.example/material/basics.pdf")),
    "recording_url": _both(Link("https://asahi-booking.example/recording/basics")),
    "material_after_url": _both(Link("https://asahi-booking.example/material/after-basics.pdf")),
    "calendar_url": _both(Link(f"{_ME}/calendar")),
    "unsubscribe_url": _both(Link(f"{_SITE}/unsubscribe/c3RvcA.1Lw6yJ0d")),
    "apply_url": _both(Link(f"{_SITE}/apply/YXBwbHk.3Kd7sG5h")),
    "declined": _both(False),
    "for_company": _both(True),
    "moved_by_us": _both(True),
    "reason": {"ja": "講師の体調不良のため", "en": "The host has fallen ill."},
    "new_owner_name": {"ja": "小林 美咲", "en": "Misaki Kobayashi"},
    "new_owner_phone": _both("03-5550-0112"),
    "old_owner_name": {"ja": "佐藤 恵", "en": "Megumi Sato"},
    "note": {
        "ja": "先日お伺いしたご予約枠の件も承知しております。",
        "en": "I have read your question about booking slots and will come back to it this week.",
    },
    "staff_name": {"ja": "鈴木 健", "en": "Ken Suzuki"},
    "account_name": {"ja": "株式会社みほん", "en": "Mihon Inc."},
    "account_url": _both(Link(f"{_SITE}/staff/accounts/A-0001")),
    "from_name": {"ja": "小林 美咲", "en": "Misaki Kobayashi"},
    "request_note": {
        "ja": "本部の窓口は佐々木様です。連絡は午前中のお電話が確実です。",
        "en": "Ms Sasaki at the head office is the person to talk to; she is best reached by phone in the morning.",
    },
    "accepted_by": {"ja": "高橋 直子", "en": "Naoko Takahashi"},
    "returned_by": {"ja": "高橋 直子", "en": "Naoko Takahashi"},
    "return_reason": {
        "ja": "予約枠の初期設定が済んでいない店舗が3つあります。",
        "en": "Three stores have not yet set up their booking slots.",
    },
}
