"""Answers what states, stages, roles and other keys are called on pages."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _

from scheduler.web import edge

STAGES = {"sales": _("営業"), "onboarding": _("オンボーディング"), "success": _("サクセス"), "renewal": _("更新")}
TEAMS = STAGES | {"operations": _("CS企画・管理者")}
ROLES = {"coordinator": _("窓口"), "manager": _("店長"), "member": _("一般")}
AUDIENCES = {"coordinator": _("窓口のみ"), "manager": _("窓口と店長"), "everyone": _("全員")}
LEVELS = {"on_track": _("順調"), "behind": _("遅れ"), "stuck": _("停滞")}
REGISTRATIONS = {"booked": _("申込済み"), "waitlisted": _("キャンセル待ち"), "cancelled": _("キャンセル")}
# What a calendar program answered to an invitation.
REPLIES = {"accepted": _("出席"), "tentative": _("仮の出席"), "declined": _("辞退")}
VERDICTS = {
    "attended": _("出席"),
    "partial": _("一部参加"),
    "missed": _("欠席"),
    "excused": _("欠席連絡あり"),
    "unknown": _("未確認"),
}
UNDERSTANDINGS = {"understood": _("理解できた"), "unsure": _("少し不安"), "talk": _("個別に相談したい")}
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
    "delivered": _("到着"),
    "bounced": _("不達"),
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
LECTURE_KINDS = {"webinar": _("ウェビナー"), "meeting": _("ミーティング")}
SCOPES = {"in": _("対象"), "later": _("後日対象"), "out": _("対象外")}
WEEKDAYS = {0: _("月曜"), 1: _("火曜"), 2: _("水曜"), 3: _("木曜"), 4: _("金曜"), 5: _("土曜"), 6: _("日曜")}
SETUP_TICKERS = {"customer": _("お客様"), "staff": _("自社メンバー"), "api": _("製品（API）")}
SETUP_DOERS = {"customer": _("お客様"), "us": _("自社"), "third_party": _("外部の会社")}
SETUP_STATES = {"open": _("未完了"), "waiting": _("対応待ち"), "done": _("完了"), "not_needed": _("対象外")}
CHECKS = {
    "no_email": _("メールアドレスがありません（電話で連絡）"),
    "shared_address": _("店舗などの共用アドレスです"),
    "second_person": _("同じアドレスの方がほかにもいます"),
    "several_stores": _("複数の店舗に在籍しています"),
    "added_by_colleague": _("同じ会社の方が申込時に追加しました（氏名・店舗・役割をご確認ください）"),
    "unreachable": _("メールアドレスも電話番号もありません"),
    "email_invalid": _("取り込んだメールアドレスの形が正しくありませんでした"),
    "several_emails": _("取り込んだメールアドレスが複数ありました"),
    "no_name": _("氏名がありません"),
    "language_unknown": _("取り込んだ言語に対応していません"),
    "conflict": _("取り込んだ行どうしで内容が違いました"),
}
FIELDS = {
    "name": _("名称"),
    "reading": _("読み"),
    "plan": _("プラン"),
    "note": _("備考"),
    "it_skill": _("ITスキル"),
    "promises": _("お約束したこと"),
    "open_points": _("未解決の事項"),
    "contact_email": _("先方担当者のメールアドレス"),
    "signed_on": _("契約日"),
    "planned_start_on": _("利用開始予定日"),
    "billing_starts_on": _("課金開始日"),
    "sales_owner": _("営業担当"),
    "onboarding_owner": _("自社担当"),
    "role": _("役割"),
    "email": _("メールアドレス"),
    "phone": _("電話番号"),
    "locale": _("言語"),
    "zone": _("タイムゾーン"),
    "stores": _("店舗"),
    "code": _("店舗コード"),
    "closed_days": _("定休日"),
    "scope": _("対象範囲"),
    "scope_from": _("対象となる日"),
    "rrule": _("繰り返し"),
    "holidays": _("祝日と休業日"),
    "minutes": _("長さ"),
    "starts_at": _("開始"),
    "ends_at": _("終了"),
    "host_id": _("講師"),
    "join_url": _("参加リンク"),
    "meeting_id": _("ミーティングID"),
    "passcode": _("パスコード"),
    "capacity": _("定員"),
    "account_limit": _("1社あたりの上限"),
    "kind": _("形式"),
    "course_id": _("レクチャー"),
    "account_id": _("顧客企業"),
}
# Why an account stays where it is although it was ticked for a wave.
WAVE_STAYS = {
    "undecided": _("対応方針が未決定です"),
    "cancelled": _("解約済みです"),
    "handover_open": _("引き継ぎを依頼中です"),
    "already_there": _("すでにそのフェーズか、その先にあります"),
    "same_owner": _("担当が変わりません"),
    "nobody_else": _("チームにほかの人がいません"),
    "receiver_not_of_team": _("選んだ人はそのチームではありません"),
}
# What a condition asks, whatever its figures (rules.clauses).
CONDITIONS = {
    "attended": _("レクチャーの受講"),
    "setup_complete": _("初期設定の完了"),
    "usage_started": _("利用開始"),
    "field_filled": _("顧客情報の入力"),
    "days_in_stage": _("フェーズの経過日数"),
    "no_open_task": _("未完了のタスクがないこと"),
    "contract_ends": _("契約の終了時期"),
}
OUTCOMES = {"renewed": _("更新"), "ended": _("終了")}
# When customers are first written to.
FIRST_CONTACTS = {
    "before": _("受注の前から（営業フェーズでも案内できる）"),
    "after": _("受注の後（オンボーディングに入ってから）"),
}
LISTS = {"invitations": _("レクチャー日程のご案内"), "nudges": _("欠席後などのフォロー")}
# Why an address gets no mails.
SUPPRESSED = {
    "unsubscribed": _("お申し出"),
    "bounced": _("届かないため"),
    "complained": _("迷惑メールの報告"),
}
LANGUAGES = {"ja": "日本語", "en": "English"}


def weekdays(days: Iterable[int]) -> str:
    """Name days of the week (Monday = 0)."""
    return listed(WEEKDAYS[day] for day in days)


def listed(words: Iterable[object]) -> str:
    """Write a list in a sentence: 名称、電話番号 / name, telephone."""
    return ("、" if edge.locale() == "ja" else ", ").join(str(word) for word in words)
