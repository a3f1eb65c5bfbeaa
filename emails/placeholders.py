"""Answers what each placeholder of a mail stands for, in both languages: for whoever writes the words."""

from __future__ import annotations

from collections.abc import Mapping

_PEOPLE = {
    "salutation": ("宛名（会社名・店舗名・氏名 様）", "The person addressed: company, store and name"),
    "company": ("宛先の会社名", "The reader's company"),
    "store": ("宛先の店舗名。1店舗だけに在籍する方の場合", "The reader's store, if she works in exactly one"),
    "name": ("宛先の方の氏名", "The reader's name"),
    "owner_name": ("この顧客企業の自社担当の氏名", "Who looks after the account on our side"),
    "owner_phone": ("自社担当の電話番号（なければ代表電話）", "That person's telephone number, else the main one"),
    "host_name": ("講師の氏名", "Who holds the lecture"),
    "registered_by": ("代わりに申し込んだ同じ会社の方の氏名", "The colleague who registered the reader"),
    "old_owner_name": ("これまでの自社担当の氏名", "Who looked after the account until now"),
    "new_owner_name": ("新しい自社担当の氏名", "Who looks after the account from now on"),
    "new_owner_phone": ("新しい自社担当の電話番号", "The new person's telephone number"),
    "staff_name": ("宛先の自社担当の氏名", "The colleague the mail goes to"),
    "from_name": ("引き継ぎを依頼した人の氏名", "Who asked for the handover"),
    "receiver_name": ("引き継ぎ先に指定された人の氏名", "Who was asked to take the account over"),
    "moved_by": ("担当・フェーズをまとめて変えた人の氏名", "Who moved the accounts"),
    "accepted_by": ("引き継ぎを引き受けた人の氏名", "Who accepted the handover"),
    "returned_by": ("引き継ぎを差し戻した人の氏名", "Who returned the handover"),
    "contact_name": ("先方担当者の氏名", "The contact's name"),
    "contact_address": ("先方担当者のメールアドレス", "The contact's email address"),
    "account_name": ("顧客企業の名称", "The account's name"),
}
_VENDOR = {
    "vendor_name": ("自社の会社名・サービス名（会社情報）", "Our name, from the company details"),
    "vendor_phone": ("自社の代表電話（会社情報）", "Our main telephone number, from the company details"),
    "vendor_hours": ("受付時間（会社情報）", "Our opening hours, from the company details"),
    "vendor_address": ("自社の住所（会社情報）", "Our address, from the company details"),
    "vendor_reply_to": ("返信先のメールアドレス（会社情報）", "The address replies go to, from the company details"),
}
_TIMES = {
    "zone": ("宛先の方のタイムゾーンの記号", "The reader's time zone, as a key"),
    "zone_name": ("宛先の方のタイムゾーンの呼び名（日本時間など）", "The reader's time zone by name: Japan time"),
    "when": ("開催日時（宛先の方の時間で表示）", "When the lecture is held, in the reader's time"),
    "old_when": ("変更前の開催日時", "When the lecture was to be held before the change"),
    "new_when": ("変更後の開催日時", "When the lecture is held after the change"),
    "given_until": ("空席が自動で割り当てられる期限", "Until when a free seat comes by itself"),
    "answer_by": ("確保した席への回答の期限", "Until when the kept seat has to be answered for"),
    "planned_start": ("ご利用開始予定日", "The day on which the customer plans to start"),
    "minutes": ("レクチャーの長さ（分）", "The lecture's length in minutes"),
    "day": ("今日の日付", "Today's date"),
    "pack_week": ("週次パックの週", "The week that the pack tells of"),
    "present_minutes": (
        "記録されたご参加の時間（分）。時間がわからない場合は 0",
        "For how many minutes the reader was there; 0 where nobody knows",
    ),
    "missed_minutes": (
        "ご参加の記録がない時間（分）",
        "How many minutes of the lecture the reader was not there",
    ),
    "dates": (
        "申し込める日程の一覧。for で回し、date.when（日時）と date.url（申込のリンク）を使います",
        "Dates with free seats, for a loop: date.when, and date.url to register",
    ),
}
_LECTURE = {
    "course_name": ("レクチャーの名称", "The course's name"),
    "course_summary": ("レクチャーの紹介文", "What the course is about"),
    "next_course_name": ("次に受けられるレクチャーの名称", "The next course the reader may attend"),
    "prerequisite_name": ("受講済みが条件となるレクチャーの名称", "The course to be attended before this one"),
    "answers_read": (
        "カレンダーの返信（出席・欠席）を読み取っている場合に真（会社情報）",
        "True where answers of calendars are read, so that “No” cancels (company details)",
    ),
    "meeting": (
        "ほかの会社の方も参加するミーティングか（はい・いいえ）",
        "Whether it is a meeting with other companies (yes or no)",
    ),
    "meeting_id": ("ミーティングID", "The meeting's number"),
    "passcode": ("パスコード", "The meeting's passcode"),
    "day_phone": ("当日の連絡先の電話番号", "Whom to call on the day"),
    "for_company": (
        "会社全体のための個社開催か（はい・いいえ）",
        "Whether the lecture is for the whole company (yes or no)",
    ),
    "reason": ("変更または中止の理由", "Why the lecture was changed or cancelled"),
    "correction": (
        "先に送った出欠のメールを訂正する場合か（はい・いいえ）",
        "Whether it corrects what an earlier mail said of the attendance (yes or no)",
    ),
    "again": ("二度目以降の案内か（はい・いいえ）", "Whether the reader was invited before (yes or no)"),
    "declined": ("お申し込みをお断りする場合か（はい・いいえ）", "Whether the application was declined (yes or no)"),
    "moved_by_us": ("こちらの都合による変更か（はい・いいえ）", "Whether we moved the lecture (yes or no)"),
    "evening_before": (
        "前日の夕方に送るか。午前中に開催する場合（はい・いいえ）",
        "Whether it goes the evening before a morning lecture (yes or no)",
    ),
}
_LINKS = {
    "personal_url": (
        "宛先の方の専用ページ（申込・変更・キャンセル）",
        "The reader's own page: register, change, cancel",
    ),
    "join_url": ("参加用のリンク", "Where to join the lecture"),
    "calendar_url": ("カレンダー登録のページ", "Where to add the lectures to a calendar"),
    "apply_url": ("お申し込みを完了するためのリンク", "Where the application is completed"),
    "material_before_url": ("事前資料のリンク", "What to look at beforehand"),
    "recording_url": ("録画のリンク", "The recording"),
    "material_after_url": ("受講後の資料のリンク", "What to look at afterwards"),
    "unsubscribe_url": (
        "配信停止のリンク（末尾に自動で入ります）",
        "Where to unsubscribe; the footer has it by itself",
    ),
    "programme_url": ("公開している日程の一覧", "The public programme"),
    "handover_url": ("引き継ぎのページのリンク", "The handover's page"),
    "wave_url": ("まとめて移した顧客企業のページのリンク", "The page of the accounts moved together"),
    "account_url": ("顧客企業のページ（社内）", "The account's page, for colleagues"),
    "lecture_url": ("開催日程のページ（社内）", "The lecture's page, for colleagues"),
    "contact_url": ("先方担当者のページ（社内）", "The contact's page, for colleagues"),
    "reply_url": ("返信を確認するページ（社内）", "Where replies are looked at, for colleagues"),
    "today_url": ("「今日・今週」のページ（社内）", "The page of today and this week, for colleagues"),
    "pack_url": ("週次パックのページ（社内）", "The page of the weekly pack, for colleagues"),
}
_LISTS = {
    "steps": ("残っている初期設定項目の一覧", "Set-up steps that are open"),
    "stores": ("店舗ごとの受講状況の一覧", "How far each store is"),
    "reasons": ("停滞している理由の一覧", "Why the account is stuck"),
    "lectures": ("本日の開催の一覧", "Today's lectures"),
    "ready": ("引き継ぎ可の顧客企業の一覧", "Accounts ready to be handed over"),
    "accounts": ("担当することになった顧客企業の一覧", "The accounts that are the reader's now"),
    "stuck": ("停滞している顧客企業の一覧", "Accounts that are stuck"),
    "missing_reports": ("レポートが未取り込みの開催の一覧", "Lectures whose report is missing"),
    "failed_mails": ("送信できなかったメールの一覧", "Mails that could not be sent"),
    "week": ("今週の開催の一覧（月曜のみ）", "This week's lectures, on Mondays"),
    "new_accounts": ("先週の新しい顧客企業の一覧", "Last week's new accounts"),
    "became_ready": ("先週、引き継ぎ可になった顧客企業の一覧", "Accounts that became ready last week"),
    "handed_over": ("先週引き継いだ顧客企業の一覧", "Accounts handed over last week"),
    "returned": ("先週差し戻された引き継ぎの一覧", "Handovers returned last week, and why"),
    "held_lectures": ("先週の開催の一覧", "Last week's lectures, and who attended"),
    "coming_lectures": ("今週の開催の一覧", "This week's lectures, and who is booked"),
    "waiting_handovers": ("回答待ちの引き継ぎの一覧", "Handovers that wait for an answer"),
    "open_points": ("引き継ぎの未解決事項の一覧", "What is open of accounts that pass on"),
    "overdue_tasks": ("期限を過ぎたタスクの一覧", "Tasks that are overdue"),
    "unread_replies": ("未対応の返信の一覧", "Replies that nobody has seen to"),
}
_FIGURES = {
    "done_count": ("完了した初期設定項目の数", "How many set-up steps are done"),
    "step_count": ("初期設定項目の数", "How many set-up steps there are"),
    "booked_count": ("申込済みの店舗数または人数", "How many have registered"),
    "attended_count": ("受講済みの店舗数または人数", "How many have attended"),
    "unsettled_count": ("出欠が未確認の人数", "How many people booked have no verdict yet"),
    "open_count": ("未申込の店舗数または人数", "How many have not registered"),
    "waiting_days": ("回答や依頼のないまま過ぎた営業日の数", "For how many working days nobody has acted"),
    "to_operations": ("CS企画・管理者に送るものか（はい・いいえ）", "Whether it goes to operations (yes or no)"),
    "account_count": ("担当することになった顧客企業の数", "How many accounts are the reader's now"),
    "weekly": ("週のまとめを添えるか（はい・いいえ）", "Whether the week is told too (yes or no)"),
}
_WRITTEN = {
    "note": ("引き継ぎ先の担当が書いた一言", "What the new person wrote"),
    "request_note": ("引き継ぎの依頼に書かれた申し送り", "What was written with the request"),
    "return_reason": ("差し戻しの理由", "Why the handover was returned"),
    "next_step": ("次の一手", "What is proposed to do next"),
    "why": ("メールが届かない理由", "Why mails do not arrive"),
    "reply_subject": ("届いた返信の件名", "The reply's subject"),
    "reply_text": ("届いた返信の本文", "The reply's text"),
}
_EACH = {
    "ja": "（for で回し、what（内容）、note（補足）、url（リンク）を使います）",
    "en": " (for a loop: what, note and url)",
}


def _both(meanings: Mapping[str, tuple[str, str]], each: bool = False) -> dict[str, dict[str, str]]:
    return {
        name: {
            locale: words + (_EACH[locale] if each else "") for locale, words in zip(("ja", "en"), both, strict=True)
        }
        for name, both in meanings.items()
    }


# By placeholder and language.
MEANINGS: Mapping[str, Mapping[str, str]] = {
    **_both(_PEOPLE | _VENDOR | _TIMES | _LECTURE | _LINKS | _FIGURES | _WRITTEN),
    **_both(_LISTS, each=True),
}
