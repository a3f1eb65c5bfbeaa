"""Answers what the tests of mails send: one believable message, changed where a test asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from emails import Address, Bulk, CalendarPart, Message, invitation
from emails.kinds import Method

MOMENT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
# The tokens in the words of `one_of_many`.
NAME, LINK, NUMBER = "tk7f3a9c21d04e8b65", "tk7f3a9c21d04e8b66", "tk7f3a9c21d04e8b67"


def a_message(**changes: Any) -> Message:
    """Make a mail to Hanako Yamada; `changes` replace its fields."""
    message = Message(
        message_id="<4f9d2c@asahi-booking.example>",
        from_=Address("lectures@asahi-booking.example", "株式会社あさひ予約"),
        to=Address("hanako@mihon.example", "山田 花子"),
        subject="基本操作編レクチャーのご案内",
        text="山田 花子 様\n\nご案内いたします。\n",
        html='<!DOCTYPE html><html lang="ja"><body><p>山田 花子 様</p></body></html>',
        kind="confirmation",
        opaque_id="4f9d2c",
        date=MOMENT,
        reply_to=Address("onboarding@asahi-booking.example"),
    )
    return replace(message, **changes)


def one_of_many(number: int, *, key: str = "k1", name: str = "山田 花子", **changes: Any) -> Message:
    """Make one of many mails of the same words to different people."""
    values = {NAME: name, LINK: f"https://tasuki.example/me/{number}", NUMBER: f"第{number}回"}
    subject, text = f"ご案内 {NUMBER}", f"{NAME} 様 {LINK}\n"
    html = f'<html lang="ja"><p>{NAME} 様 <a href="{LINK}">確認</a></p></html>'

    def filled(words: str) -> str:
        for token, value in values.items():
            words = words.replace(token, value)
        return words

    fields: dict[str, Any] = {
        "to": Address(f"person{number}@mihon.example", "山田 花子"),
        "message_id": f"<{number}@asahi-booking.example>",
        "opaque_id": str(number),
        "subject": filled(subject),
        "text": filled(text),
        "html": filled(html),
        "bulk": Bulk(key, subject, text, html, values),
    }
    return a_message(**(fields | changes))


def an_invitation(method: Method = "REQUEST", **changes: Any) -> bytes:
    """Make the calendar entry of one seat; `changes` replace its facts."""
    facts: dict[str, Any] = {
        "uid": "seat-7@asahi-booking.example",
        "sequence": 0 if method == "REQUEST" else 1,
        "stamp": MOMENT,
        "starts_at": datetime(2026, 12, 1, 1, 0, tzinfo=UTC),
        "ends_at": datetime(2026, 12, 1, 2, 0, tzinfo=UTC),
        "summary": "基本操作編レクチャー",
        "description": "参加: https://tasuki.example/join/abc\n変更: https://tasuki.example/me/abc",
        "location": "https://tasuki.example/join/abc",
        "url": "https://tasuki.example/me/abc",
        "organizer_name": "株式会社あさひ予約",
        "organizer_email": "lectures@asahi-booking.example",
        "attendee_name": "山田 花子",
        "attendee_email": "hanako@mihon.example",
        "answers_read": True,
        "status": "CONFIRMED" if method == "REQUEST" else "CANCELLED",
    }
    return invitation(method, **(facts | changes))


def a_calendar_part(method: Method = "REQUEST") -> CalendarPart:
    """Make the calendar part that goes with `a_message`."""
    return CalendarPart(method, an_invitation(method))
