"""Answers what each placeholder looks like filled in, in both languages (invented people at example domains)."""

from __future__ import annotations

from datetime import UTC, datetime

from emails.values import Entry, FreeDate, Link, Span, Until, Value
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
    "present_minutes": _both(25),
    "missed_minutes": _both(35),
    "correction": _both(False),
    "old_when": _both(Span(datetime(2026, 11, 30, 1, 0, tzinfo=UTC), datetime(2026, 11, 30, 2, 0, tzinfo=UTC))),
    "new_when": _both(Span(datetime(2026, 12, 4, 5, 0, tzinfo=UTC), datetime(2026, 12, 4, 6, 0, tzinfo=UTC))),
    "dates": _both(_DATES),
    "registered_by": {"ja": "佐藤 恵", "en": "Megumi Sato"},
    "given_until": _both(Until(datetime(2026, 11, 30, 8, 0, tzinfo=UTC))),
    "answer_by": _both(Until(datetime(2026, 11, 30, 12, 0, tzinfo=UTC))),
    "host_name": {"ja": "小林 美咲", "en": "Misaki Kobayashi"},
    "join_url": _both(Link(f"{_SITE}/join/am9pbg.9Zk1pR3w")),
    "meeting": _both(True),
    "answers_read": _both(True),
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
    "receiver_name": {"ja": "高橋 直子", "en": "Naoko Takahashi"},
    "waiting_days": _both(2),
    "to_operations": _both(False),
    "handover_url": _both(Link(f"{_SITE}/staff/handovers/12")),
    "moved_by": {"ja": "伊藤 誠", "en": "Makoto Ito"},
    "account_count": _both(2),
    "accounts": {
        "ja": (Entry("株式会社みほん"), Entry("有限会社れいだい")),
        "en": (Entry("Mihon Inc."), Entry("Reidai Ltd.")),
    },
    "wave_url": _both(Link(f"{_SITE}/staff/waves/7c1f0a9b2d4e")),
    "account_name": {"ja": "株式会社みほん", "en": "Mihon Inc."},
    "account_url": _both(Link(f"{_SITE}/staff/accounts/A-0001")),
    "unsettled_count": _both(22),
    "lecture_url": _both(Link(f"{_SITE}/staff/lectures/39")),
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
    "planned_start": {"ja": "2026年12月15日(火)", "en": "Tue 15 December 2026"},
    # A first invitation to a course that wants no other one before it.
    "prerequisite_name": _both(""),
    "again": _both(False),
    "meeting_id": _both("987 6543 2100"),
    "passcode": _both("481516"),
    "day_phone": _both("03-5550-0112"),
    "evening_before": _both(False),
    "steps": {
        "ja": (Entry("予約枠の登録", "23 / 31 店舗"), Entry("スタッフの登録"), Entry("通知先の設定")),
        "en": (Entry("Booking slots", "23 / 31 stores"), Entry("Staff members"), Entry("Notifications")),
    },
    "done_count": _both(2),
    "step_count": _both(5),
    "stores": {
        "ja": (Entry("横浜店", "受講済み 1名"), Entry("川崎店", "申込済み 1名"), Entry("千葉店", "未申込")),
        "en": (
            Entry("Yokohama", "1 attended"),
            Entry("Kawasaki", "1 registered"),
            Entry("Chiba", "not registered yet"),
        ),
    },
    "booked_count": _both(1),
    "attended_count": _both(1),
    "open_count": _both(1),
    "programme_url": _both(Link(f"{_SITE}/lectures")),
    "reasons": {
        "ja": (Entry("ご利用開始予定日を3営業日過ぎています"), Entry("案内から12営業日、お申し込みがありません")),
        "en": (
            Entry("The planned start was 3 working days ago"),
            Entry("Invited 12 working days ago and nobody has registered"),
        ),
    },
    "next_step": {"ja": "電話する", "en": "Call them"},
    "contact_name": {"ja": "山田 花子", "en": "Hanako Yamada"},
    "contact_address": _both("hanako@mihon.example"),
    "contact_url": _both(Link(f"{_SITE}/staff/accounts/1/people/2")),
    "why": {"ja": "宛先が存在しません (550 5.1.1)", "en": "There is no such address (550 5.1.1)"},
    "reply_subject": {"ja": "Re: レクチャーのご案内", "en": "Re: Your invitation"},
    "reply_text": {
        "ja": "お世話になっております。\nこの日は無理です。翌週でお願いできますか。",
        "en": "Hello,\nthat day is impossible for me. Could we take the week after?",
    },
    "reply_url": _both(Link(f"{_SITE}/staff/tasks")),
    "day": {"ja": "2026年12月7日(月)", "en": "Mon 7 December 2026"},
    "lectures": {
        "ja": (Entry("14:00–15:00 基本操作編", "18 / 30 名", Link(f"{_SITE}/staff/lectures/41")),),
        "en": (Entry("14:00–15:00 Basic operation", "18 of 30", Link(f"{_SITE}/staff/lectures/41")),),
    },
    "ready": {
        "ja": (Entry("株式会社さくら不動産", "12月4日(金)から", Link(f"{_SITE}/staff/accounts/3")),),
        "en": (Entry("Sakura Estate Inc.", "since Fri 4 December", Link(f"{_SITE}/staff/accounts/3")),),
    },
    "stuck": {
        "ja": (Entry("株式会社あおばホーム", "ご利用開始予定日を3営業日超過", Link(f"{_SITE}/staff/accounts/4")),),
        "en": (Entry("Aoba Home Inc.", "planned start 3 working days ago", Link(f"{_SITE}/staff/accounts/4")),),
    },
    "missing_reports": {
        "ja": (Entry("12月4日(金) 10:00 基本操作編", "22名", Link(f"{_SITE}/staff/lectures/39")),),
        "en": (Entry("Fri 4 December, 10:00, Basic operation", "22 people", Link(f"{_SITE}/staff/lectures/39")),),
    },
    "failed_mails": {
        "ja": (Entry("株式会社みほん 山田 花子", "送信失敗", Link(f"{_SITE}/staff/mails/17")),),
        "en": (Entry("Mihon Inc., Hanako Yamada", "failed", Link(f"{_SITE}/staff/mails/17")),),
    },
    "week": {
        "ja": (Entry("12月9日(水) 10:00 基本操作編", "12 / 30 名", Link(f"{_SITE}/staff/lectures/43")),),
        "en": (Entry("Wed 9 December, 10:00, Basic operation", "12 of 30", Link(f"{_SITE}/staff/lectures/43")),),
    },
    "weekly": _both(True),
    "today_url": _both(Link(f"{_SITE}/staff/")),
    "pack_week": {"ja": "11月30日(月)–12月6日(日)", "en": "Mon 30 November–Sun 6 December"},
    "new_accounts": {
        "ja": (Entry("株式会社みなと", "12月1日(火) 小林 美咲", Link(f"{_SITE}/staff/accounts/7")),),
        "en": (Entry("Minato Inc.", "Tue 1 December, Misaki Kobayashi", Link(f"{_SITE}/staff/accounts/7")),),
    },
    "became_ready": {
        "ja": (Entry("株式会社さくら不動産", "12月4日(金) 小林 美咲", Link(f"{_SITE}/staff/accounts/3")),),
        "en": (Entry("Sakura Estate Inc.", "Fri 4 December, Misaki Kobayashi", Link(f"{_SITE}/staff/accounts/3")),),
    },
    "handed_over": {
        "ja": (Entry("株式会社みほん", "12月2日(水) 高橋 直子", Link(f"{_SITE}/staff/accounts/1")),),
        "en": (Entry("Mihon Inc.", "Wed 2 December, Naoko Takahashi", Link(f"{_SITE}/staff/accounts/1")),),
    },
    "returned": {
        "ja": (Entry("有限会社れいだい", "予約枠が未設定の店舗が3つあります。", Link(f"{_SITE}/staff/accounts/2")),),
        "en": (Entry("Reidai Ltd.", "Three stores lack booking slots.", Link(f"{_SITE}/staff/accounts/2")),),
    },
    "held_lectures": {
        "ja": (
            Entry("12月4日(金) 10:00 基本操作編", "申込 22名、受講 17 / 21 名", Link(f"{_SITE}/staff/lectures/39")),
        ),
        "en": (
            Entry(
                "Fri 4 December, 10:00, Basic operation",
                "22 booked, 17 of 21 attended",
                Link(f"{_SITE}/staff/lectures/39"),
            ),
        ),
    },
    "coming_lectures": {
        "ja": (Entry("12月9日(水) 10:00 基本操作編", "12 / 30 名", Link(f"{_SITE}/staff/lectures/43")),),
        "en": (Entry("Wed 9 December, 10:00, Basic operation", "12 of 30", Link(f"{_SITE}/staff/lectures/43")),),
    },
    "waiting_handovers": {
        "ja": (Entry("株式会社あさひ", "12月3日(木)から", Link(f"{_SITE}/staff/accounts/5")),),
        "en": (Entry("Asahi Inc.", "since Thu 3 December", Link(f"{_SITE}/staff/accounts/5")),),
    },
    "open_points": {
        "ja": (Entry("株式会社あさひ", "本部のロゴを差し替える", Link(f"{_SITE}/staff/accounts/5")),),
        "en": (Entry("Asahi Inc.", "the head office wants another logo", Link(f"{_SITE}/staff/accounts/5")),),
    },
    "overdue_tasks": {
        "ja": (Entry("株式会社みほん", "12月4日(金)まで 鈴木 健", Link(f"{_SITE}/staff/accounts/1")),),
        "en": (Entry("Mihon Inc.", "due Fri 4 December, Ken Suzuki", Link(f"{_SITE}/staff/accounts/1")),),
    },
    "unread_replies": {
        "ja": (Entry("Re: レクチャーのご案内", "12月4日(金)から", Link(f"{_SITE}/staff/replies")),),
        "en": (Entry("Re: Your invitation", "since Fri 4 December", Link(f"{_SITE}/staff/replies")),),
    },
    "pack_url": _both(Link(f"{_SITE}/staff/reports/pack?week=2026-11-30")),
}
