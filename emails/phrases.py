"""Answers how what the program found out is said in a mail, in Japanese and in English: reasons, next steps, closed addresses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from emails.words import day

_REASONS = {
    "past_planned_start": {
        "ja": "利用開始予定日（{on}）を{working_days}営業日過ぎ、条件が{open}件残っています",
        "en": "The planned start ({on}) was {working_days} ago, with {open} still open",
    },
    "past_planned_start_none": {
        "ja": "利用開始予定日（{on}）を過ぎ、条件が{open}件残っています",
        "en": "The planned start ({on}) has passed, with {open} still open",
    },
    "planned_start_near": {
        "ja": "利用開始予定日（{on}）まで{working_days}営業日、条件が{open}件残っています",
        "en": "The planned start ({on}) is {working_days} away, with {open} still open",
    },
    "planned_start_near_none": {
        "ja": "利用開始予定日（{on}）まで営業日がなく、条件が{open}件残っています",
        "en": "No working day is left before the planned start ({on}), with {open} still open",
    },
    "no_progress": {
        "ja": "{working_days}営業日、動きがありません（{since}から）",
        "en": "No progress for {working_days} (since {since})",
    },
    "long_in_stage": {
        "ja": "同じフェーズが{working_days}営業日続いています（{since}から）",
        "en": "In the same stage for {working_days} (since {since})",
    },
    "missed_repeatedly": {
        "ja": "続けて{times}回欠席しています",
        "en": "Missed {times} in a row",
    },
    "not_registered": {
        "ja": "案内から{working_days}営業日、申込がありません",
        "en": "Invited {working_days} ago, and nobody has registered",
    },
    "invited_in_vain": {
        "ja": "{invitations}回案内しましたが、申込がありません",
        "en": "Nobody has registered after {invitations}",
    },
    "cancelled": {"ja": "{on}に解約しました", "en": "Cancelled on {on}"},
    "unreachable": {"ja": "メールが届いていません", "en": "Mail does not arrive"},
    "on_hold": {"ja": "{until}まで保留中です", "en": "On hold until {until}"},
}
_STEPS = {
    "request_handover": {"ja": "引き継ぎを依頼する", "en": "Request the handover"},
    "invite": {"ja": "案内を開始する", "en": "Start the invitations"},
    "call": {"ja": "電話する", "en": "Call them"},
    "offer_own_lecture": {"ja": "個別レクチャーを案内する", "en": "Offer a lecture of their own"},
    "propose_dates": {"ja": "日程を提案する", "en": "Propose dates"},
    "remind_setup": {"ja": "初期設定の残りを確認する", "en": "Ask about the set-up that is left"},
    "confirm_usage": {"ja": "利用開始を確認する", "en": "Confirm that use has begun"},
    "fill_field": {"ja": "顧客情報を入力する", "en": "Fill in the account’s details"},
    "do_tasks": {"ja": "タスクを片付ける", "en": "Do the open tasks"},
}
_CLOSED = {
    "bounced": {"ja": "宛先に届かず、戻ってきました", "en": "It came back as undeliverable"},
    "complained": {"ja": "迷惑メールとして報告されました", "en": "It was reported as spam"},
}
# Figures of reasons that are counted, as English says one and several.
_COUNTED = {
    "working_days": ("1 working day", "{} working days"),
    "open": ("1 condition", "{} conditions"),
    "times": ("1 lecture", "{} lectures"),
    "invitations": ("1 invitation", "{} invitations"),
}


def reason(key: str, params: Mapping[str, object], locale: str) -> str:
    """Say why an account is behind or stuck, by the keys and parameters of stalling; a new key stands as it is."""
    if params.get("working_days") == 0 and f"{key}_none" in _REASONS:
        key = f"{key}_none"
    words = _REASONS.get(key)
    if words is None:
        return key
    return words[locale].format(**{name: _said(name, value, locale) for name, value in params.items()})


def next_step(key: str, locale: str) -> str:
    """Say which step is proposed next; nothing where there is none for us to do."""
    return _STEPS.get(key, {}).get(locale, "")


def closed(key: str, detail: str, locale: str) -> str:
    """Say why nothing may be sent to an address any more, with what the other side said."""
    words = _CLOSED.get(key, {}).get(locale, key)
    if not detail:
        return words
    return f"{words}（{detail}）" if locale == "ja" else f"{words} ({detail})"


def _said(name: str, value: object, locale: str) -> str:
    if name in ("on", "since", "until"):
        return day(date.fromisoformat(str(value)), locale)
    if locale == "en" and name in _COUNTED:
        one, several = _COUNTED[name]
        return one if value == 1 else several.format(value)
    return str(value)
