"""Answers how the rules of when mails leave read: what sets each kind off, what it waits for, and what its figures are."""

from __future__ import annotations

from flask_babel import gettext as _

from scheduler.rules.timing import Waits


def set_off(kind: str) -> str:
    """Say what makes a kind of mail leave; empty for what is no kind."""
    return (_of_introduction() | _of_lectures() | _of_progress() | _of_our_own()).get(kind, "")


def waiting(waits: Waits) -> str:
    """Say what a kind waits for; empty when it leaves at once."""
    reasons = [
        _("夜間・早朝には送りません。") if waits.quiet else "",
        _("自社の休業日には送らず、3日以上の休業が明けた後は3営業日に分けて送ります。")
        if waits.quiet and waits.closed_days
        else "",
        _("自社の営業日だけに送ります。") if waits.working_days else "",
        _("先方の店舗の定休日には送りません。") if waits.open_days else "",
    ]
    return "".join(reason for reason in reasons if reason)


def figure(name: str) -> str:
    """Name a figure of a kind by its own name (after_days)."""
    return {
        "on": _("このメール"),
        "begins": _("開始"),
        "ends": _("終了"),
        "days_before": _("開催の何日前に送るか（日）"),
        "minutes_before": _("開始の何分前に送るか（分）"),
        "morning_until": _("この時刻より前に始まる日程は、前日の夕方に送る"),
        "evening_at": _("前日の夕方に送る時刻"),
        "after_days": _("進みがない状態が何日続いたら送るか（日）"),
        "working_days": _("開催の何営業日後までに記録するか（日）"),
        "team_days": _("何営業日たったら担当する人に送るか（日）"),
        "operations_days": _("何営業日たったら管理者に送るか（日）"),
        "every_days": _("次に送るまで空ける日数（日）"),
        "at_most": _("送る回数の上限（回）"),
        "from": _("送信する時間帯の始まり"),
        "until": _("送信する時間帯の終わり"),
        "at": _("送信する時刻"),
        "weekday": _("送信する曜日"),
    }[name]


def switch() -> list[tuple[str, str]]:
    """Return the two choices for a kind that may be left out."""
    return [("on", _("送信する")), ("off", _("送信しない"))]


def _of_introduction() -> dict[str, str]:
    return {
        "welcome": _("「案内を開始」を押したとき。"),
        "invitation": _(
            "「案内を開始」を押したとき、またはレクチャーの案内を送ったとき。お申し込みがなければもう一度送ります。"
        ),
        "link_again": _("お客様が「メールが見つからない方」のページでアドレスを入力したとき。"),
        "application": _("公開フォームからお申し込みがあったとき。"),
        "proposal": _("個別レクチャーの候補日時を送ったとき。"),
        "handover_letter": _("引き継ぎを引き受けた次の営業日。"),
        "feed_reset": _("カレンダー購読用リンクを作り直したとき。"),
    }


def _of_lectures() -> dict[str, str]:
    return {
        "confirmation": _("お申し込みがあったとき。"),
        "waitlisted": _("キャンセル待ちを受け付けたとき。"),
        "offered": _("キャンセル待ちの方にお席を確保したとき。"),
        "promoted": _("キャンセル待ちから確定したとき。"),
        "changed": _("日程が変わったとき。"),
        "cancelled": _("お申し込みが取り消されたとき。"),
        "lecture_cancelled": _("開催を中止したとき。"),
        "called_off": _("緊急中止にしたとき。"),
        "reminder_day": _(
            "開催の前に1回。その日が先方の店舗の定休日なら、その前の営業している日に送ります。時刻は開催と同じで、夜間・早朝は避けます。"
        ),
        "reminder_hour": _("開始の直前に1回。午前の日程は、前日の夕方に送ります。"),
        "thanks": _("出席が確定した次の営業日。"),
        "partial": _("一部参加が確定した次の営業日。録画と新しい日程をご案内します。"),
        "missed": _("欠席が確定した次の営業日。新しい日程をご案内します。"),
        "excused": _("欠席の連絡をいただいた開催の次の営業日。新しい日程をご案内します。"),
    }


def _of_progress() -> dict[str, str]:
    return {
        "setup_nudge": _("初期設定が進まないまま日がたったとき。"),
        "usage_nudge": _("初期設定が済んでも、ご利用が始まらないまま日がたったとき。"),
        "weekly_state": _("毎週、窓口の方へ。"),
    }


def _of_our_own() -> dict[str, str]:
    return {
        "staff_ready": _("引き継ぎ条件を満たしたとき。"),
        "staff_handover_requested": _("引き継ぎを依頼されたとき。"),
        "staff_handover_waiting": _(
            "引き継ぎの依頼に回答がないまま営業日がたったとき。引き継ぎ先へ、その後は管理者へ。"
        ),
        "staff_ready_waiting": _("引き継ぎ可になっても依頼されないまま営業日がたったとき。担当へ、その後は管理者へ。"),
        "staff_accounts_moved": _("担当・フェーズをまとめて変えたとき。これから担当する人へ。"),
        "staff_handover_accepted": _("依頼した引き継ぎが引き受けられたとき。"),
        "staff_handover_returned": _("依頼した引き継ぎが差し戻されたとき。"),
        "staff_stuck": _("顧客企業が停滞になったとき。"),
        "staff_report_missing": _("開催の後、下の期限までに出欠が記録されないとき。ホストへ。"),
        "staff_unreachable": _("先方担当者にメールが届かなくなったとき。"),
        "staff_reply": _("お客様から返信があったとき。"),
        "staff_digest": _("毎朝。"),
        "staff_pack": _(
            "毎週、下の曜日の朝に、メールアドレスのある自社メンバー全員へ。休業日なら次の営業日に送ります。"
        ),
    }
