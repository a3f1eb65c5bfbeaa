"""Answers what kinds of mail are called, and why one was not sent."""

from __future__ import annotations

from flask_babel import gettext as _


def kind(name: str) -> str:
    """Name a kind of mail."""
    return {
        "invitation": _("ご案内"),
        "confirmation": _("お申し込み確認"),
        "waitlisted": _("キャンセル待ち受付"),
        "offered": _("お席の確保のご案内"),
        "promoted": _("キャンセル待ちからの確定"),
        "changed": _("日程変更"),
        "proposal": _("個別レクチャーの候補日時"),
        "cancelled": _("お申し込みの取り消し"),
        "lecture_cancelled": _("開催中止"),
        "called_off": _("緊急中止"),
        "reminder_day": _("前日のお知らせ"),
        "reminder_hour": _("1時間前のお知らせ"),
        "thanks": _("受講のお礼"),
        "missed": _("欠席された方への再案内"),
        "handover_letter": _("担当者変更のご案内"),
        "application": _("公開フォームからのお申し込み"),
        "staff_ready": _("社内: 引き継ぎ可"),
        "staff_handover_requested": _("社内: 引き継ぎの依頼"),
        "staff_handover_accepted": _("社内: 引き継ぎの引き受け"),
        "staff_handover_returned": _("社内: 引き継ぎの差し戻し"),
    }.get(name, name)


def reason(key: str) -> str:
    """Word why a mail was dropped or missed; what another program said of a failure stays as it is."""
    return {
        "too_late": _("間に合わなかったため送りませんでした"),
        "no_address": _("メールアドレスがありません"),
        "member_left": _("自社担当が退職しています"),
        "unsubscribed": _("配信停止のお申し出があります"),
        "proposal_closed": _("候補日時が選ばれたか、取り下げられました"),
        "changed_back": _("お知らせする前に元に戻りました"),
        "superseded": _("その後の変更のお知らせに置き換わりました"),
        "cancelled": _("申込が取り消されました"),
        "brought_back": _("開催に戻りました"),
        "moved": _("日程が変わりました"),
        "stage_changed": _("フェーズが変わりました"),
        "already_registered": _("すでに申込済みです"),
        "verdict_changed": _("出欠が変わりました"),
        "person_unknown": _("照合できていない参加者が同じ会社の方かもしれないため、保留しています"),
        "no_longer_ready": _("引き継ぎ条件を満たさなくなりました"),
        "handover_changed": _("引き継ぎの状態が変わりました"),
        "handover_decided": _("引き継ぎの回答がありました"),
        "handover_undone": _("引き受けが取り消されました"),
        "not_ready_again": _("引き継ぎ条件を満たさなくなりました"),
        "imported": _("顧客リストの取り込みではメールを送りません"),
        "told_by_program": _("APIでの登録・変更ではメールを送りません"),
        "application_closed": _("お申し込みの手続きが済んでいるか、日程の受付が終わっています"),
        "bad_address": _("メールアドレスの形が正しくありません"),
    }.get(key, key)
