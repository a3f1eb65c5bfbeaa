"""Answers how what a mail would say reads where a person passes it on: as a message for LINE, as an SMS, and read out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from emails.values import Span
from emails.words import day_and_time, zone_name

# What is passed on: an invitation to a course, offered times, a date that is booked, the same shortly before it
# begins, and the way to the personal page alone.
Occasion = Literal["invitation", "proposal", "booked", "reminder", "page"]
# The characters an SMS in Japanese holds; the link comes after them.
SMS = 70

_WEEKDAYS = {
    "ja": ("月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class _Words(NamedTuple):
    """What an occasion says: what it is, what to do with the link, the SMS, what leads to the dates, and the end of a call."""

    opening: str
    ask: str
    sms: str
    lead: str
    close: str


_WORDS = {
    "ja": {
        "invitation": _Words(
            "{what}{length}のご案内です。",
            "ご都合のよい日程をお選びください。",
            "{what}の日程をお選びください。",
            "空いている日程を申し上げます。",
            "ご都合のよい日はございますか。このお電話でお申し込みを承ります。",
        ),
        "proposal": _Words(
            "{what}{length}の候補日時のご案内です。",
            "ご都合のよい日時をお選びください。",
            "{what}の候補日時をお選びください。",
            "候補の日時を申し上げます。",
            "ご都合のよい日時はございますか。このお電話でお受けいたします。",
        ),
        "booked": _Words(
            "{what}のお申し込みを承っております。",
            "日程の確認・変更と当日の参加は、次のページからお願いいたします。",
            "{what}は{when}からです。",
            "日時を申し上げます。",
            "ご都合が悪くなりましたら、日程の変更を承ります。",
        ),
        "reminder": _Words(
            "{what}の開催が近づいてまいりました。",
            "お時間になりましたら、次のページからご参加ください。",
            "{what}は{when}からです。",
            "日時を申し上げます。",
            "お時間になりましたら、お送りしたページの参加ボタンを押してください。",
        ),
        "page": _Words(
            "ご専用のページのご案内です。",
            "お申し込みと今後の手順は、次のページからご確認いただけます。",
            "専用ページからお手続きください。",
            "",
            "ご専用のページのアドレスをお送りしますので、ご覧ください。",
        ),
    },
    "en": {
        "invitation": _Words(
            "This is your invitation to {what}{length}.",
            "Please choose a date:",
            "Please choose a date for {what}:",
            "These dates are free:",
            "Does one of them suit you? I can register you right now.",
        ),
        "proposal": _Words(
            "These times are offered for {what}{length}.",
            "Please choose one:",
            "Please choose a time for {what}:",
            "The times are:",
            "Does one of them suit you? I can book it right now.",
        ),
        "booked": _Words(
            "You are registered for {what}.",
            "See, change or join it here:",
            "{what}: {when}",
            "It is on:",
            "If it does not suit you any more, we can change the date.",
        ),
        "reminder": _Words(
            "{what} begins soon.",
            "When it begins, join it here:",
            "{what}: {when}. Join here:",
            "It is on:",
            "When it begins, please press the button on the page we sent you.",
        ),
        "page": _Words(
            "This is the way to your own page.",
            "Register and see what is left to do here:",
            "Your own page:",
            "",
            "We will send you the address of your own page.",
        ),
    },
}


@dataclass(frozen=True)
class Facts:
    """Who tells whom what: dates are aware and written in `zone` (IANA name); `url` is complete. What is unknown is empty."""

    occasion: Occasion
    locale: str
    zone: str
    company: str
    name: str
    vendor: str
    owner: str
    phone: str
    course: str
    minutes: int
    dates: Sequence[Span]
    url: str


@dataclass(frozen=True)
class Passed:
    """The same in three forms: for LINE, for SMS, and to be read out."""

    line: str
    sms: str
    aloud: str


def passed(facts: Facts) -> Passed:
    """Word what is to be passed on, in the language of whoever gets it."""
    worded = _japanese if facts.locale == "ja" else _english
    return worded(facts)


def spoken(span: Span, zone: str, locale: str) -> str:
    """Write a span of aware moments as it is said: 4月8日、水曜日、午後2時から3時30分まで."""
    begin, end = (moment.astimezone(ZoneInfo(zone)) for moment in (span.starts_at, span.ends_at))
    weekday = _WEEKDAYS[locale][begin.weekday()]
    if locale == "ja":
        return f"{begin.month}月{begin.day}日、{weekday}、{_hour_ja(begin)}から{_hour_ja(end)}まで"
    return f"{weekday} the {_nth(begin.day)} of {_MONTHS[begin.month - 1]}, from {_hour_en(begin)} to {_hour_en(end)}"


def _japanese(facts: Facts) -> Passed:
    words = _worded(facts, "「{}」" if facts.course else "オンラインの講習", "（約{}分、オンライン）")
    sender = f"{facts.vendor}の{facts.owner}" if _is_a_person(facts) else facts.vendor
    dates = [f"・{day_and_time(one.starts_at, one.ends_at, facts.zone, 'ja')}" for one in facts.dates]
    line = _lines(
        f"{facts.name} 様" if facts.name else "ご担当者様",
        f"{sender}です。" if sender else "",
        words.opening,
        *([*dates, f"（{zone_name(facts.zone, 'ja')}）"] if dates else []),
        words.ask,
        facts.url,
    )
    told = [f"{spoken(one, facts.zone, 'ja')}。" for one in facts.dates]
    aloud = _lines(
        f"お世話になっております。{sender}と申します。" if sender else "お世話になっております。",
        f"{facts.company}の{facts.name}様でいらっしゃいますか。" if facts.name else f"{facts.company}の方でいらっしゃいますか。",
        words.opening,
        *([words.lead, *told, f"時刻は{zone_name(facts.zone, 'ja')}です。"] if told else []),
        words.close,
        f"ご不明な点は、お電話 {facts.phone} までお願いいたします。" if facts.phone else "",
    )  # fmt: skip
    full = f"{facts.vendor}です。{words.sms}" if facts.vendor else words.sms
    return Passed(line, _sms((full, words.sms, "お知らせがあります。"), facts.url), aloud)


def _english(facts: Facts) -> Passed:
    words = _worded(facts, '"{}"' if facts.course else "the online course", " (about {} minutes, online)")
    sender = f"{facts.owner} of {facts.vendor}" if _is_a_person(facts) else facts.vendor
    dates = [f"- {day_and_time(one.starts_at, one.ends_at, facts.zone, 'en')}" for one in facts.dates]
    line = _lines(
        f"Dear {facts.name}," if facts.name else "Hello,",
        f"this is {sender}." if sender else "",
        words.opening,
        *([*dates, f"({zone_name(facts.zone, 'en')})"] if dates else []),
        words.ask,
        facts.url,
    )
    told = [f"{spoken(one, facts.zone, 'en')}." for one in facts.dates]
    aloud = _lines(
        f"Hello, this is {sender}." if sender else "Hello.",
        f"Am I speaking to {facts.name} of {facts.company}?" if facts.name else f"Am I speaking to {facts.company}?",
        words.opening,
        *([words.lead, *told, f"All times are {zone_name(facts.zone, 'en')}."] if told else []),
        words.close,
        f"If you have any questions, please call {facts.phone}." if facts.phone else "",
    )
    full = f"{facts.vendor}: {words.sms}" if facts.vendor else words.sms
    return Passed(line, _sms((full, words.sms, "We have news for you:"), facts.url), aloud)


def _worded(facts: Facts, what: str, length: str) -> _Words:
    """Fill the occasion's words in with the course, its length and its date."""
    named = {
        "what": what.format(facts.course),
        "length": length.format(facts.minutes) if facts.minutes else "",
        "when": _short(facts),
    }
    return _Words(*(words.format(**named) for words in _WORDS[facts.locale][facts.occasion]))


def _is_a_person(facts: Facts) -> bool:
    return bool(facts.owner) and facts.owner != facts.vendor


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _sms(longest_first: Sequence[str], url: str) -> str:
    """Choose the fullest words that one SMS holds; names that are too long for any are left out."""
    return f"{next(words for words in longest_first if len(words) <= SMS)}\n{url}"


def _short(facts: Facts) -> str:
    if not facts.dates:
        return ""
    begin = facts.dates[0].starts_at.astimezone(ZoneInfo(facts.zone))
    if facts.locale == "ja":
        return f"{begin.month}月{begin.day}日({_WEEKDAYS['ja'][begin.weekday()][0]}){begin:%H:%M}"
    return f"{_WEEKDAYS['en'][begin.weekday()][:3]} {begin.day} {_MONTHS[begin.month - 1][:3]}, {begin:%H:%M}"


def _hour_ja(local: datetime) -> str:
    if (local.hour, local.minute) == (12, 0):
        return "正午"
    half, hour = ("午前", local.hour) if local.hour < 12 else ("午後", local.hour - 12)
    return f"{half}{hour}時" + (f"{local.minute}分" if local.minute else "")


def _hour_en(local: datetime) -> str:
    if (local.hour, local.minute) == (12, 0):
        return "noon"
    hour, half = local.hour % 12 or 12, "am" if local.hour < 12 else "pm"
    return f"{hour}:{local.minute:02d} {half}" if local.minute else f"{hour} {half}"


def _nth(day: int) -> str:
    ending = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
