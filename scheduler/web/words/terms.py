"""Answers what states, stages, roles and other keys are called on pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

STAGES = {"sales": _("営業"), "onboarding": _("オンボーディング"), "success": _("サクセス"), "renewal": _("更新")}
TEAMS = STAGES | {"operations": _("CS企画・管理者")}
ROLES = {"coordinator": _("窓口"), "manager": _("店長"), "member": _("一般")}
AUDIENCES = {"coordinator": _("窓口のみ"), "manager": _("窓口と店長"), "everyone": _("全員")}
LEVELS = {"on_track": _("順調"), "behind": _("遅れ"), "stuck": _("停滞")}
REGISTRATIONS = {"booked": _("申込済み"), "waitlisted": _("キャンセル待ち"), "cancelled": _("キャンセル")}
VERDICTS = {"attended": _("出席"), "partial": _("一部参加"), "missed": _("欠席"), "unknown": _("未確認")}
HANDOVERS = {
    "requested": _("依頼中"),
    "accepted": _("引き受け済み"),
    "returned": _("差し戻し"),
    "withdrawn": _("取り下げ"),
}
MAIL_STATES = {
    "queued": _("送信待ち"),
    "sending": _("送信中"),
    "sent": _("送信済み"),
    "failed": _("送信失敗"),
    "missed": _("期限切れ"),
    "dropped": _("送信取りやめ"),
}
HOLIDAYS = {"keep": _("祝日も開催"), "skip": _("祝日は休講"), "next": _("翌営業日に振り替え")}
KNOTS = {
    "signed": _("契約"),
    "invited": _("案内"),
    "registered": _("申込"),
    "attended": _("出席"),
    "set_up": _("初期設定"),
    "in_use": _("利用開始"),
    "handed_over": _("引き継ぎ"),
}
CUSTOMER_KNOTS = {
    "registered": _("お申し込み"),
    "attended": _("受講"),
    "set_up": _("初期設定"),
    "in_use": _("ご利用開始"),
}
LANGUAGES = {"ja": "日本語", "en": "English"}
