"""Answers what kinds of mail are called, and why one was not sent."""

from __future__ import annotations

from flask_babel import gettext as _

from scheduler.web.words import terms


def kind(name: str) -> str:
    """Name a kind of mail."""
    return {
        "welcome": _("ご挨拶"),
        "invitation": _("ご案内"),
        "link_again": _("専用ページのご案内（再送）"),
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
        "partial": _("一部参加された方へのご案内"),
        "missed": _("欠席された方への再案内"),
        "excused": _("欠席連絡をいただいた方への再案内"),
        "setup_nudge": _("初期設定の残りのご案内"),
        "usage_nudge": _("ご利用開始のお伺い"),
        "weekly_state": _("本部向け受講状況"),
        "feed_reset": _("カレンダー購読用リンクの変更"),
        "handover_letter": _("担当者変更のご案内"),
        "application": _("公開フォームからのお申し込み"),
        "staff_ready": _("社内: 引き継ぎ可"),
        "staff_handover_requested": _("社内: 引き継ぎの依頼"),
        "staff_handover_accepted": _("社内: 引き継ぎの引き受け"),
        "staff_handover_returned": _("社内: 引き継ぎの差し戻し"),
        "staff_handover_waiting": _("社内: 回答待ちの引き継ぎ"),
        "staff_ready_waiting": _("社内: 依頼されていない引き継ぎ"),
        "staff_accounts_moved": _("社内: 担当の一括変更"),
        "staff_stuck": _("社内: 停滞"),
        "staff_report_missing": _("社内: 出欠が未確認の開催日程"),
        "staff_unreachable": _("社内: メールが届かない先方担当者"),
        "staff_reply": _("社内: お客様からの返信"),
        "staff_digest": _("社内: 今日の予定と要対応"),
        "staff_pack": _("社内: 週次パック"),
        "staff_test": _("社内: 文面のテスト"),
    }.get(name, name)


def reason(key: str) -> str:
    """Word why a mail was dropped or missed; what another program said of a failure stays as it is."""
    return (
        {
            "too_late": _("間に合わなかったため送りませんでした"),
            "no_address": _("メールアドレスがありません"),
            "switched_off": _("この種類のメールは送らない設定になっています"),
            "member_left": _("自社担当が退職しています"),
            "contact_left": _("退職・異動された方には送りません"),
            "account_on_hold": _("保留中の顧客企業には、ご案内や催促を送りません"),
            "account_cancelled": _("解約された顧客企業には送りません"),
            "unsubscribed": _("配信停止のお申し出があります"),
            "proposal_closed": _("候補日時が選ばれたか、取り下げられました"),
            "changed_back": _("お知らせする前に元に戻りました"),
            "superseded": _("その後の変更のお知らせに置き換わりました"),
            "cancelled": _("申込が取り消されました"),
            "brought_back": _("開催に戻りました"),
            "moved": _("日程が変わりました"),
            "stage_changed": _("フェーズが変わりました"),
            "already_registered": _("すでに申込済みです"),
            "already_attended": _("すでに受講済みです"),
            "nothing_open": _("残っていた項目がなくなりました"),
            "use_began": _("利用が始まりました"),
            "nothing_to_tell": _("お知らせすることがなくなりました"),
            "verdict_changed": _("出欠が変わりました"),
            "absence_told": _("欠席の連絡をいただいています"),
            "attendance_recorded": _("出欠が記録されました"),
            "person_unknown": _("照合できていない参加者が同じ会社の方かもしれないため、保留しています"),
            "no_longer_ready": _("引き継ぎ条件を満たさなくなりました"),
            "no_longer_stuck": _("停滞ではなくなりました"),
            "reachable_again": _("メールが届くようになったか、アドレスが変わりました"),
            "reply_gone": _("返信の保存期間が過ぎました"),
            "handover_changed": _("引き継ぎの状態が変わりました"),
            "handover_decided": _("引き継ぎの回答がありました"),
            "handover_undone": _("引き受けが取り消されました"),
            "not_ready_again": _("引き継ぎ条件を満たさなくなりました"),
            "imported": _("顧客リストの取り込みではメールを送りません"),
            "told_by_program": _("APIでの登録・変更ではメールを送りません"),
            "application_closed": _("お申し込みの手続きが済んでいるか、日程の受付が終わっています"),
            "bad_address": _("メールアドレスの形が正しくありません"),
            "called_back": _("送信前に取り消されました"),
            "bounced": _("このアドレスには届きません"),
            "complained": _("迷惑メールとして報告されています"),
            "template_broken": _("文面に誤りがあり、作成できませんでした"),
        }.get(_key(key))
        or wait(key)
        or key
    )


def wait(key: str) -> str:
    """Word what a mail that has not left waits for; empty for what is no such key."""
    return {
        "all_paused": _("全送信を一時停止しています"),
        "paused": _("この顧客企業への送信を一時停止しています"),
        "held": _("この開催日程のお礼・再案内を保留しています"),
        "closed": _("送信サーバーに受け付けてもらえないため、止まっています"),
        "press": _("5分間は取り消せます"),
        "quiet_hours": _("先方の夜間・早朝には送りません"),
        "closed_day": _("先方の店舗の定休日には送りません"),
        "vendor_closed": _("休業期間が明けてから送ります"),
        "not_a_working_day": _("営業日に送ります"),
        "hours": _("送信する時間帯を待っています"),
    }.get(key, "")


def may_be_called_back(waits: bool) -> str:
    """Say, after what a press owes, that it leaves in five minutes and where it is called back, where it waits."""
    if not waits:
        return ""
    return " " + _("5分後に送信します。それまでは、メールのページで取り消せます。")


def remedy(key: str) -> str:
    """Say what can be done about a mail that was not sent, was lost, or waits; empty where nothing needs doing."""
    return {
        "too_late": _("必要な場合は、電話などで直接お伝えください。"),
        "no_address": _("アドレスを登録するか、「案内文をコピーする」で別の方法でお伝えください。"),
        "bad_address": _("先方担当者のページでアドレスを直してから、もう一度送信してください。"),
        "member_left": _("自社担当を変更してください。"),
        "contact_left": _("後任の方がいれば、その方にお送りください。"),
        "account_on_hold": _("必要な場合は、お電話で直接お伝えください。"),
        "unsubscribed": _("お電話でご案内するか、ご本人の同意を得て配信停止を解除してください。"),
        "bounced": _("アドレスをご確認ください。届くようになったら、配信停止を解除してもう一度送信できます。"),
        "complained": _("メールは控え、お電話でご連絡ください。"),
        "stage_changed": _("必要な場合は、レクチャーのページから案内できます。"),
        "person_unknown": _("開催日程のページで参加者の照合を終えると送られます。"),
        "called_back": _("「案内を開始」をもう一度押すか、このメールをもう一度送信すると送れます。"),
        "template_broken": _("文面を直してから、もう一度送信してください。"),
        "all_paused": _("メールのページで再開できます。"),
        "paused": _("顧客企業のページで再開できます。"),
        "held": _("開催日程のページで「送る」を押すと送られます。"),
        "closed": _("メールのページで、すぐに試し直せます。"),
        "press": _("メールのページで取り消せます。"),
    }.get(_key(key), "")


def event(key: str) -> str:
    """Word what a mail provider told of a mail."""
    return {
        "processed": _("送信サービスが受け付けました"),
        "deferred": _("相手のサーバーがまだ受け取っていません（再送中）"),
        "delivered": _("届きました"),
        "bounced": _("届きませんでした（あて先不明など）"),
        "blocked": _("相手のサーバーに断られました"),
        "dropped": _("送信サービスが送信を取りやめました"),
        "opened": _("開かれました"),
        "machine_opened": _("自動で開かれました（人が読んだとは限りません）"),
        "clicked": _("リンクが押されました"),
        "complained": _("迷惑メールとして報告されました"),
        "unsubscribed": _("配信停止のお申し出がありました"),
    }.get(key, key)


def suppression(wanted_list: str, reason_key: str) -> str:
    """Say why an address gets no mails, or none of a list."""
    if wanted_list != "all":
        return _("「%(list)s」の配信を停止しています。", list=terms.LISTS.get(wanted_list, wanted_list))
    if reason_key == "complained":
        return _("迷惑メールとして報告されたため、このアドレスには送りません。")
    return _("届かなかったため、このアドレスには送りません。")


def passed_on(occasion: str, course: str) -> str:
    """Name what is passed on by hand: an invitation, offered times, a booked date, a reminder, the own page."""
    name = {
        "invitation": _("ご案内"),
        "proposal": _("候補日時"),
        "booked": _("申込の確認"),
        "reminder": _("開催前のお知らせ"),
        "page": _("個人ページ"),
    }[occasion]
    return f"{name} {course}" if course else name


def _key(reason_key: str) -> str:
    """Return what stands before the detail of a key (template_broken: undefined_name)."""
    return reason_key.partition(":")[0]
