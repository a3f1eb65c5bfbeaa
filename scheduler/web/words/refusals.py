"""Answers how a refusal reads: what happened and what to do next."""

from __future__ import annotations

from flask_babel import gettext as _

from scheduler.services.refusals import Refused
from scheduler.web.words import faults


def sentence(error: Refused) -> str:
    """Word a refusal in the reader's language."""
    table = _sentences() | faults.sentences()
    words = table.get(error.params.get("why", error.key)) or table.get(error.key) or table["refused"]
    return words % error.params if "%(" in words else words


def _sentences() -> dict[str, str]:
    return {
        "refused": _("変更は保存されていません。内容をご確認のうえ、もう一度お試しください。"),
        "not_found": _("対象が見つかりません。一覧からもう一度お選びください。"),
        "invalid": _("入力内容をご確認ください。"),
        "forbidden": _("所属チームでは行えない操作です。必要な場合は管理者にご相談ください。"),
        "lecture_full": _(
            "恐れ入ります。こちらの日程は満席となりました。別の日程をお選びいただくか、キャンセル待ちをお申し込みください。"
        ),
        "lecture_over": _("こちらの日程は受付を終了しました。別の日程をお選びください。"),
        "lecture_cancelled": _("こちらの日程は中止となりました。別の日程をお選びください。"),
        "already_booked": _("こちらの日程はすでにお申し込みいただいています。"),
        "prerequisite_missing": _("このレクチャーは、前提となるレクチャーの受講後にお申し込みいただけます。"),
        "ambiguous_contact": _("このメールアドレスは複数の方が使っています。先方担当者の ID で指定してください。"),
        "not_booked": _("このお申し込みはすでに取り消されています。"),
        "capacity_below_booked": _("すでに %(taken)d 名の申込があるため、定員はそれより少なくできません。"),
        "not_ready": _("引き継ぎ条件が残り %(open)d 件あります。早めに引き継ぐ場合は理由を入力してください。"),
        "handover_closed": _("この引き継ぎはすでに処理されています。"),
        "handover_open": _("この顧客企業の引き継ぎはすでに依頼中です。"),
        "upload_expired": _(
            "この取り込みはすでに完了しているか、有効期限が切れています。もう一度ファイルをお選びください。"
        ),
        "password_too_short": _("パスワードは %(minimum)d 文字以上で入力してください。"),
        "password_differs": _("確認用のパスワードが一致しません。同じものを入力してください。"),
        "email_malformed": _("メールアドレスの形式をご確認ください。"),
        "closed_day_unreadable": _(
            "休業日「%(value)s」を読み取れません。2026-08-13 または 12-29..01-03 の形で入力してください。"
        ),
        "unknown_team": _("チームをお選びください。"),
        "unknown_scope": _("権限をお選びください。"),
        "step_not_yours": _("この項目は弊社または委託先が行います。完了しましたらこちらに表示されます。"),
        "step_per_account": _("この項目は店舗ごとではなく、会社で一度だけ行います。店舗を指定せずに登録してください。"),
        "store_missing": _("この項目は店舗ごとに行います。店舗をお選びください。"),
        "unknown_store": _("店舗「%(value)s」が見つかりません。店舗コードをご確認ください。"),
        "unknown_state": _("状態をお選びください。"),
        "reason_missing": _("理由を入力してください。"),
        "too_long": _("%(maximum)d 文字以内で入力してください。"),
        "in_the_future": _("今日までの日付を入力してください。"),
        "zone_missing": _("日時にはタイムゾーンを付けてください（例: 2026-04-01T09:00:00+09:00）。"),
        "event_missing": _("利用内容（event）を入力してください。"),
        "too_many_signals": _("一度に送れる利用記録は %(maximum)d 件までです。分けて送信してください。"),
        "source_missing": _("どのように確認したかを入力してください（例: 電話で確認）。"),
        "long_before_signing": _("契約日より 1 年以上前の日付です。日付をご確認ください。"),
        "undecided": _("この顧客企業は対応方針が未定です。先に「案内する」か「利用中」かを決めてください。"),
        "not_next_stage": _("引き継ぎ先は次のフェーズだけです。フェーズをご確認ください。"),
        "receiver_not_of_team": _("引き継ぎ先のチームの、在籍中の方をお選びください。"),
        "letter_gone": _(
            "担当者変更のご案内が先方に送られたため、取り消しや変更はできません。元に戻す場合は担当者を変更し、先方にご連絡ください。"
        ),
    }
