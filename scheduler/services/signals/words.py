"""Answers what a chat room reads of a signal, in Japanese and in English; staff's words, as on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TITLES = {
    "account.ready": {"ja": "引き継ぎ可: {account}", "en": "Ready to hand over: {account}"},
    "account.stuck": {"ja": "停滞: {account}", "en": "Stuck: {account}"},
    "handover.requested": {"ja": "引き継ぎの依頼: {account}", "en": "Handover requested: {account}"},
    "handover.accepted": {"ja": "引き継ぎの引き受け: {account}", "en": "Handover accepted: {account}"},
    "handover.returned": {"ja": "引き継ぎの差し戻し: {account}", "en": "Handover returned: {account}"},
    "handover.withdrawn": {"ja": "引き継ぎの取り下げ: {account}", "en": "Handover withdrawn: {account}"},
    "attendance.recorded": {"ja": "出欠の記録: {lecture}", "en": "Attendance recorded: {lecture}"},
    "test": {"ja": "テスト送信", "en": "Test message"},
}
_TESTED = {
    "ja": "このルームに通知が届くことを確認しました。対応は不要です。",
    "en": "Notifications reach this room. Nothing needs to be done.",
}
_STAGES = {
    "sales": {"ja": "営業", "en": "Sales"},
    "onboarding": {"ja": "オンボーディング", "en": "Onboarding"},
    "success": {"ja": "サクセス", "en": "Success"},
    "renewal": {"ja": "更新", "en": "Renewal"},
}
_COUNTED = {
    "attended": {"ja": "出席 {} 名", "en": "{} attended"},
    "partial": {"ja": "一部参加 {} 名", "en": "{} attended in part"},
    "missed": {"ja": "欠席 {} 名", "en": "{} missed it"},
    "excused": {"ja": "欠席連絡あり {} 名", "en": "{} had said they would not come"},
}


@dataclass(frozen=True)
class Named:
    """What a chat room may read by name: the company, the lecture with its date, and where more of it stands."""

    account: str = ""
    lecture: str = ""
    # Why it is stuck, worded.
    reasons: tuple[str, ...] = ()
    link: str = ""


def message(kind: str, data: Mapping[str, Any], named: Named, locale: str) -> tuple[str, str]:
    """Word a signal: its title and the text below it, ending with the page where more of it stands."""
    title = _TITLES[kind][locale].format(account=named.account, lecture=named.lecture)
    lines = [_TESTED[locale]] if kind == "test" else _lines(data, locale)
    return title, "\n".join([*lines, *named.reasons, *([named.link] if named.link else [])])


def _lines(data: Mapping[str, Any], locale: str) -> list[str]:
    lines = []
    if "from" in data and "to" in data:
        lines.append(f"{_stage(data['from'], locale)} → {_stage(data['to'], locale)}")
    elif "stage" in data:
        lines.append({"ja": "フェーズ: {}", "en": "Stage: {}"}[locale].format(_stage(data["stage"], locale)))
    counted = [_COUNTED[key][locale].format(data[key]) for key in _COUNTED if data.get(key)]
    if counted:
        lines.append({"ja": " · ", "en": ", "}[locale].join(counted))
    return lines


def _stage(key: str, locale: str) -> str:
    return _STAGES.get(key, {}).get(locale, key)
