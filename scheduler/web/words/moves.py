"""Answers why somebody cannot be moved to another date, in the words of staff."""

from __future__ import annotations

from flask_babel import gettext as _

from scheduler.services.lectures.moving import Left
from scheduler.web.words import refusals


def reason(left: Left) -> str:
    """Word in a few words why a person stays."""
    return {
        "lecture_full": _("満席"),
        "already_booked": _("変更先の日程に申込済み"),
        "prerequisite_missing": _("前提のレクチャーが未受講"),
        "account_limit_reached": _("1社あたりの上限に到達"),
        "not_found": _("ほかの顧客企業だけの日程"),
    }.get(left.refusal.key) or refusals.sentence(left.refusal)
