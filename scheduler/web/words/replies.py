"""Answers how it is worded what a mail that came back meant."""

from __future__ import annotations

from flask_babel import gettext as _


def outcome(key: str) -> str:
    """Word what came of a mail; a key without words of its own is shown as it is."""
    return {
        "declined": _("辞退の返信により、申込をキャンセルしました。"),
        "accepted": _("出席の返信を記録しました。"),
        "tentative": _("仮の出席の返信を記録しました。"),
        "already_cancelled": _("辞退の返信です。申込はすでにキャンセルされていました。"),
        "superseded": _("変更前の日程への出席の返信のため、記録していません。"),
        "over": _("開始後に届いた返信のため、申込は変えていません。"),
        "lecture_cancelled": _("中止した日程への返信のため、申込は変えていません。"),
        "automatic": _("自動応答や配信メールのため、本文は保存していません。"),
        "kept": _("カレンダーの返信ではないメールです。内容を確認してください。"),
        "counter": _("別の日時を希望する返信です。申込は変えていません。"),
        "delegated": _("ほかの方が代わりに出席するという返信です。申込は変えていません。"),
        "forged_sender": _("申込者本人のアドレスからではない返信のため、申込は変えていません。"),
        "unknown_uid": _("該当する申込が見つからないカレンダーの返信です。"),
        "stale": _("変更前の日程への辞退の返信です。申込は変えていません。今の日程で参加されるか確認してください。"),
        "not_booked": _("キャンセル済みの申込への出席の返信です。申込は戻していません。"),
    }.get(key, key)
