"""Answers how a refusal reads: what happened and what to do next."""

from __future__ import annotations

from flask_babel import gettext as _

from scheduler.services.refusals import FileUnreadable, Refused
from scheduler.web.words import faults, files


def sentence(error: Refused) -> str:
    """Word a refusal in the reader's language."""
    if isinstance(error, FileUnreadable):
        return files.sentence(str(error.params["why"]), error.params)
    table = _sentences() | faults.sentences()
    words = table.get(error.params.get("why", error.key)) or table.get(error.key) or table["refused"]
    return words % error.params if "%(" in words else words


def _sentences() -> dict[str, str]:
    return (
        _general()
        | _of_fields()
        | _of_registrations()
        | _of_lectures()
        | _of_series()
        | _of_accounts()
        | _of_setup()
        | _of_handovers()
        | _of_settings()
    )


def _general() -> dict[str, str]:
    return {
        "refused": _("変更は保存されていません。内容をご確認のうえ、もう一度お試しください。"),
        "not_found": _("対象が見つかりません。一覧からもう一度お選びください。"),
        "invalid": _("入力内容をご確認ください。"),
        "forbidden": _("所属チームでは行えない操作です。必要な場合は管理者にご相談ください。"),
        "upload_expired": _(
            "この取り込みはすでに完了しているか、有効期限が切れています。もう一度ファイルをお選びください。"
        ),
    }


def _of_fields() -> dict[str, str]:
    return {
        "missing": _("この項目を入力してください。"),
        "unknown_field": _("「%(value)s」という項目はありません。"),
        "not_a_text": _("文字で入力してください。"),
        "not_a_number": _("「%(value)s」は数字ではありません。半角の数字で入力してください。"),
        "not_a_choice": _("次の中からお選びください: %(choices)s"),
        "day_unreadable": _("日付をご確認ください（例: 2026-04-01）。"),
        "moment_unreadable": _("日付と時刻をご確認ください（例: 2026-04-01 14:00）。"),
        "zone_unknown": _("タイムゾーン「%(value)s」が見つかりません（例: Asia/Tokyo）。"),
        "weekdays_unreadable": _("曜日は、月曜を 0、日曜を 6 とする番号の並びで指定してください。"),
        "too_long": _("%(maximum)d 文字以内で入力してください。"),
        "in_the_future": _("今日までの日付を入力してください。"),
        "zone_missing": _("日時にはタイムゾーンを付けてください（例: 2026-04-01T09:00:00+09:00）。"),
        "email_malformed": _("メールアドレスの形式をご確認ください。"),
    }


def _of_registrations() -> dict[str, str]:
    return {
        "lecture_full": _(
            "恐れ入ります。こちらの日程は満席となりました。別の日程をお選びいただくか、キャンセル待ちをお申し込みください。"
        ),
        "lecture_over": _("こちらの日程は受付を終了しました。別の日程をお選びください。"),
        "join_not_open": _("参加ボタンは、開始の15分前から表示されます。時間になりましたら、もう一度開いてください。"),
        "lecture_cancelled": _("こちらの日程は中止となりました。別の日程をお選びください。"),
        "already_booked": _("こちらの日程はすでにお申し込みいただいています。"),
        "prerequisite_missing": _("このレクチャーは、前提となるレクチャーの受講後にお申し込みいただけます。"),
        "ambiguous_contact": _("このメールアドレスは複数の方が使っています。先方担当者の ID で指定してください。"),
        "not_booked": _("このお申し込みはすでに取り消されています。"),
        "capacity_below_booked": _("すでに %(taken)d 名の申込があるため、定員はそれより少なくできません。"),
    }


def _of_lectures() -> dict[str, str]:
    return {
        "capacity_out_of_range": _("定員は 1 から %(largest)d までの数字で入力してください。"),
        "minutes_out_of_range": _("長さは 1 分から 12 時間までにしてください。"),
        "link_malformed": _("参加用リンクは https:// から始まるアドレスを入力してください。"),
        "unknown_member": _("ホストを一覧からお選びください。"),
        "ends_before_start": _("終了は開始より後、12 時間以内にしてください。"),
        "starts_in_the_past": _("開始には、これからの日時を入力してください。"),
        "key_malformed": _("キーには半角の英数字とハイフンだけをお使いください。"),
        "name_missing": _("名称を日本語か英語で入力してください。"),
        "minutes_not_positive": _("長さは 1 分以上で入力してください。"),
        "minimum_longer_than_lecture": _("出席とみなす時間は、1 分以上、レクチャーの長さ以下にしてください。"),
        "prerequisite_unknown": _("前提となるレクチャーを一覧からお選びください。"),
        "prerequisite_circular": _("前提が巡り巡って自分自身に戻ります。別のレクチャーをお選びください。"),
    }


def _of_series() -> dict[str, str]:
    return {
        "no_weekday": _("曜日を 1 つ以上お選びください。"),
        "no_dates": _("この規則では開催日が 1 つもありません。規則をご確認ください。"),
        "too_many_dates": _("開催日が多すぎます（%(limit)d 件まで）。終わりの日を近くしてください。"),
        "unknown_policy": _("祝日の扱いをお選びください。"),
        "starts_at_unusable": _("初回の日時をご確認ください。"),
        "unknown_zone": _("タイムゾーン「%(zone)s」が見つかりません（例: Asia/Tokyo）。"),
        "rrule_only": _("規則だけを入力してください（DTSTART や EXDATE は使えません）。"),
        "rrule_unreadable": _("規則を読み取れません。FREQ=WEEKLY;BYDAY=MO,FR のように入力してください。"),
        "rrule_part": _("規則の %(part)s=%(value)s は使えません。"),
        "rrule_times": _("時刻は規則の %(part)s ではなく、初回の日時で指定してください。"),
        "freq_below_daily": _("1 日より短い間隔の規則は使えません。"),
        "count_and_until": _("回数（COUNT）と終わりの日（UNTIL）は、どちらか一方にしてください。"),
    }


def _of_accounts() -> dict[str, str]:
    return {
        "code_taken": _("店舗コード「%(value)s」はすでに使われています。別のコードを入力してください。"),
        "contact_unknown": _("ID %(value)s の先方担当者は、この顧客企業にいません。"),
        "contact_empty": _("氏名、メールアドレス、電話番号のうち、少なくとも 1 つを入力してください。"),
        "contact_known": _("同じ氏名・メールアドレス・電話番号の方がすでに登録されています。一覧をご確認ください。"),
        "member_unknown": _("自社担当を一覧からお選びください。"),
        "unknown_audience": _("案内する方をお選びください。"),
    }


def _of_setup() -> dict[str, str]:
    return {
        "step_not_yours": _("この項目は弊社または委託先が行います。完了しましたらこちらに表示されます。"),
        "step_per_account": _("この項目は店舗ごとではなく、会社で一度だけ行います。店舗を指定せずに登録してください。"),
        "store_missing": _("この項目は店舗ごとに行います。店舗をお選びください。"),
        "unknown_store": _("店舗「%(value)s」が見つかりません。店舗コードをご確認ください。"),
        "unknown_state": _("状態をお選びください。"),
        "reason_missing": _("理由を入力してください。"),
        "event_missing": _("利用内容（event）を入力してください。"),
        "too_many_signals": _("一度に送れる利用記録は %(maximum)d 件までです。分けて送信してください。"),
        "source_missing": _("どのように確認したかを入力してください（例: 電話で確認）。"),
        "long_before_signing": _("契約日より 1 年以上前の日付です。日付をご確認ください。"),
    }


def _of_handovers() -> dict[str, str]:
    return {
        "not_ready": _("引き継ぎ条件が残り %(open)d 件あります。早めに引き継ぐ場合は理由を入力してください。"),
        "handover_closed": _("この引き継ぎはすでに処理されています。"),
        "handover_open": _("この顧客企業の引き継ぎはすでに依頼中です。"),
        "undecided": _("この顧客企業は対応方針が未定です。先に「案内する」か「利用中」かを決めてください。"),
        "not_next_stage": _("引き継ぎ先は次のフェーズだけです。フェーズをご確認ください。"),
        "receiver_not_of_team": _("引き継ぎ先のチームの、在籍中の方をお選びください。"),
        "letter_gone": _(
            "担当者変更のご案内が先方に送られたため、取り消しや変更はできません。元に戻す場合は自社担当を変更し、先方にご連絡ください。"
        ),
    }


def _of_settings() -> dict[str, str]:
    return {
        "password_too_short": _("パスワードは %(minimum)d 文字以上で入力してください。"),
        "password_differs": _("確認用のパスワードが一致しません。同じものを入力してください。"),
        "closed_day_unreadable": _(
            "休業日「%(value)s」を読み取れません。2026-08-13 または 12-29..01-03 の形で入力してください。"
        ),
        "unknown_team": _("チームをお選びください。"),
        "unknown_scope": _("権限をお選びください。"),
    }
