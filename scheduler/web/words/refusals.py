"""Answers how a refusal reads: what happened and what to do next."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from scheduler.services.refusals import FileUnreadable, Refused
from scheduler.web.words import faults, files, trials

_GENERAL = {
    "contact_left": _(
        "この方は退職・異動されたと登録されています。別の方をお選びいただくか、担当までお知らせください。"
    ),
    "refused": _("変更は保存されていません。内容をご確認のうえ、もう一度お試しください。"),
    "not_found": _("対象が見つかりません。一覧からもう一度お選びください。"),
    "invalid": _("入力内容をご確認ください。"),
    "forbidden": _("所属チームでは行えない操作です。必要な場合は管理者にご相談ください。"),
    "upload_expired": _(
        "この取り込みはすでに完了しているか、有効期限が切れています。もう一度ファイルをお選びください。"
    ),
}

_OF_REGISTRATIONS = {
    "lecture_full": _(
        "恐れ入ります。こちらの日程は満席となりました。別の日程をお選びいただくか、キャンセル待ちをお申し込みください。"
    ),
    "lecture_over": _("こちらの日程は受付を終了しました。別の日程をお選びください。"),
    "join_not_open": _("参加ボタンは、開始の15分前から表示されます。時間になりましたら、もう一度開いてください。"),
    "code_unknown": _(
        "この参加コードは使えません。画面に表示された数字をご確認ください。ご入力いただけるのは、開始の15分前から終了の3時間後までです。"
    ),
    "lecture_cancelled": _("こちらの日程は中止となりました。別の日程をお選びください。"),
    "lecture_undecided": _(
        "恐れ入ります。こちらの日程は開催するかどうかを確認しているため、新しいお申し込みをお受けしていません。別の日程をお選びください。"
    ),
    "lecture_held": _("この開催日程は緊急中止になっていないため、電話連絡の記録はできません。"),
    "course_in_use": _(
        "このレクチャーは使われているため削除できません。開催日程や案内が一つもないレクチャーだけを削除できます。"
    ),
    "already_booked": _("こちらの日程はすでにお申し込みいただいています。"),
    "prerequisite_missing": _("このレクチャーは、前提となるレクチャーの受講後にお申し込みいただけます。"),
    "ambiguous_contact": _("このメールアドレスは複数の方が使っています。先方担当者の ID で指定してください。"),
    "account_limit_reached": _(
        "この日程は、1社につき %(limit)d 名までとさせていただいています。別の日程をお選びいただくか、お電話でご相談ください。"
    ),
    "offer_gone": _(
        "お席をお取り置きできる時間が過ぎたか、すでに取り消されています。空きのある日程からお選びください。"
    ),
    "not_for_colleagues": _("このレクチャーは受講の条件があるため、ご本人か、貴社の窓口の方からお申し込みください。"),
    "too_many_colleagues": _("一日にお申し込みいただけるのは %(most)d 名までです。お急ぎの場合はお電話ください。"),
    "changed_meanwhile": _("ほかの操作で変更されたところです。最新の内容をご確認のうえ、もう一度お試しください。"),
    "application_closed": _("このお申し込みは、すでに手続きが済んでいるか、期限が過ぎています。"),
    "cancel_instead": _("まだ日程の変更とキャンセルを承れます。ご都合が変わった場合は、そちらからお手続きください。"),
    "nothing_to_correct": _(
        "訂正するメールがありません。すでに訂正済みか、出欠がもう一度変わったところです。名簿をご確認ください。"
    ),
    "not_booked": _("このお申し込みはすでに取り消されています。"),
    "series_ended": _("この定期開催は終了しています。再開してから変更してください。"),
    "series_continued": _("この定期開催には続きの定期開催があるため、再開できません。続きのほうを変更してください。"),
    "capacity_below_booked": _("すでに %(taken)d 名の申込があるため、定員はそれより少なくできません。"),
}

_OF_PROPOSALS = {
    "proposal_chosen": _("ご提案の日時は、すでにお選びいただいています。お申し込み済みの日程をご確認ください。"),
    "proposal_withdrawn": _(
        "ご提案した日時は取り下げられています。ご都合のよい日程をお選びいただくか、ご希望をお知らせください。"
    ),
    "proposal_time_passed": _("お選びの日時は過ぎています。ほかの日時をお選びいただくか、ご希望をお知らせください。"),
    "proposal_time_taken": _(
        "恐れ入ります。お選びの日時はほかの予定で埋まりました。ほかの日時をお選びいただくか、ご希望をお知らせください。"
    ),
}

_OF_PROGRESS = {
    "step_not_yours": _("この項目は弊社または委託先が行います。完了しましたらこちらに表示されます。"),
    "tick_not_allowed": _(
        "この項目の完了は、ここからは記録できません。記録できる人は「管理」の「初期設定項目」で決められています。"
    ),
    "step_in_use": _("この項目は使われているため、そのようには変更できません。新しい項目を追加してください。"),
    "not_ready": _("引き継ぎ条件が残り %(open)d 件あります。早めに引き継ぐ場合は理由を入力してください。"),
    "sheet_incomplete": _("引き継ぎシートに、まだ入力されていない項目があります。入力してから依頼してください。"),
    "handover_closed": _("この引き継ぎはすでに処理されています。"),
    "handover_open": _("この顧客企業の引き継ぎはすでに依頼中です。"),
    "letter_gone": _(
        "担当者変更のご案内が先方に送られたため、取り消しや変更はできません。元に戻す場合は自社担当を変更し、先方にご連絡ください。"
    ),
}

_OF_MAILS = {
    "mail_waits": _("このメールはまだ送信待ちです。送信が済むか、取りやめになってから、もう一度お試しください。"),
    "mail_not_wanted": _(
        "このメールは、いま送っても取りやめになります（%(reason)s）。メールのページで理由をご確認ください。"
    ),
}

_OF_SETTINGS = {
    "destination_ended": _("この外部連携への通知は停止しています。再開してから、もう一度お試しください。"),
    "password_too_short": _("パスワードは %(minimum)d 文字以上で入力してください。"),
    "password_differs": _("確認用のパスワードが一致しません。同じものを入力してください。"),
    "closed_day_unreadable": _(
        "休業日「%(value)s」を読み取れません。2026-08-13 または 12-29..01-03 の形で入力してください。"
    ),
    "email_malformed": _("メールアドレスの形式をご確認ください。"),
    "words_unusable": _("この文面ではメールを作成できません。表示された箇所を直してから、もう一度保存してください。"),
    "words_changed": _(
        "編集しているあいだに、この文面が変更されました（第 %(version)d 版）。変更の内容をご確認のうえ、もう一度保存してください。"
    ),
    "unknown_mail_kind": _("一言を添えるメールの種類をお選びください。"),
    "unknown_team": _("チームをお選びください。"),
    "unknown_scope": _("権限をお選びください。"),
}

# What every refusal reads, by its key or its `why`.
SENTENCES = (
    _GENERAL
    | _OF_REGISTRATIONS
    | _OF_PROPOSALS
    | _OF_PROGRESS
    | _OF_MAILS
    | _OF_SETTINGS
    | faults.SENTENCES
    | trials.SENTENCES
)


def sentence(error: Refused) -> str:
    """Word a refusal in the reader's language."""
    if isinstance(error, FileUnreadable):
        return files.sentence(str(error.params["why"]), error.params)
    key = next((key for key in (error.params.get("why"), error.key) if key in SENTENCES), "refused")
    words = str(SENTENCES[key])
    return words % {key: _plain(value) for key, value in error.params.items()} if "%(" in words else words


def _plain(value: object) -> object:
    """Write a whole number without the decimals that it was reckoned with."""
    return f"{value:,.0f}" if isinstance(value, float) and value.is_integer() else value
