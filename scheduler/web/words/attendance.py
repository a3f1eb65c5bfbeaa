"""Answers how it reads what a verdict on an attendance rests on."""

from __future__ import annotations

from flask_babel import gettext as _

from scheduler.services.attendance.basis import Basis
from scheduler.web.words import dates


def basis(found: Basis) -> str:
    """Say in a line what a verdict rests on; empty where nothing is known of it."""
    return " · ".join(part for part in (_source(source, found) for source in found.sources) if part)


def _source(source: str, found: Basis) -> str:
    minutes = found.seconds // 60
    at = dates.moment(found.at) if found.at is not None else ""
    if source == "report":
        return _("レポート（%(n)d 分）", n=minutes) if found.seconds else _("レポートに記録なし")
    if source == "webhook":
        return _("入退室の記録（%(n)d 分）", n=minutes)
    if source == "manual":
        return _by_hand(found, at)
    if source == "checkin":
        return _("チェックイン（%(who)s）", who=_joined(found.by, at))
    if source == "code":
        return _("参加コードの入力（%(at)s）", at=at)
    if source == "absence":
        told = _("ご本人からの欠席連絡（%(at)s）", at=at) if found.by == "contact" else ""
        return told or _("電話などでの欠席連絡（%(at)s）", at=at)
    return ""


def _by_hand(found: Basis, at: str) -> str:
    words = _("手動（%(who)s）", who=_joined(found.by, at))
    if found.reason:
        words += _(": %(reason)s", reason=found.reason)
    if found.seconds:
        words += " · " + _("参加の記録は %(n)d 分", n=found.seconds // 60)
    return words


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
