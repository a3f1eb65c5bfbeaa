"""Answers what each kind of event reads: one sentence a key, filled by whoever words the history."""

from __future__ import annotations

from flask_babel import gettext as _

from scheduler.web.words import signals


def sentences() -> dict[str, str]:
    """Return the sentence of every key, with the names of what fills it."""
    return _of_accounts() | _of_lectures() | _of_progress() | _of_the_house() | signals.history()


def groups() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the groups by which the history is narrowed: what they are called, and the keys of their events."""
    house = _of_the_house() | signals.history()
    return {
        "accounts": (_("顧客企業と先方担当者"), tuple(_of_accounts())),
        "lectures": (_("レクチャーと出欠"), tuple(_of_lectures())),
        "progress": (_("進み具合・引き継ぎ・メール"), tuple(_of_progress())),
        "house": (_("設定と自社メンバー"), tuple(house)),
    }


def _of_the_house() -> dict[str, str]:
    """Events that belong to no account."""
    return {
        "vendor_changed": _("会社情報を変更しました。"),
        "staff_added": _("自社メンバー %(member)s を登録しました（%(team)s）。"),
        "member_tagged": _("自社メンバー %(member)s のタグを変更しました: %(tags)s"),
        "tag_renamed": _("タグ「%(before)s」の名前を「%(tag)s」に変えました。"),
        "tag_removed": _("タグ「%(tag)s」を削除しました。"),
        "trial_added": _("試行「%(trial)s」を登録しました。"),
        "trial_changed": _("試行「%(trial)s」を変更しました。"),
        "trial_removed": _("試行「%(trial)s」を削除しました。"),
        "figures_imported": _("月次の数字を取り込みました（%(count)s 件）。"),
        "figures_undone": _("月次の数字の取り込みを取り消しました（%(count)s 件）。"),
        "staff_left": _("自社メンバー %(member)s を退職にしました。"),
        "staff_back": _("自社メンバー %(member)s を復帰させました。"),
        "password_set": _("%(member)s がパスワードを設定しました。"),
        "token_added": _("APIトークンを発行しました。"),
        "token_revoked": _("APIトークンを無効にしました。"),
        "course_added": _("レクチャー「%(course)s」を登録しました。"),
        "course_changed": _("レクチャー「%(course)s」を変更しました。"),
        "course_deleted": _("レクチャーを削除しました。"),
        "step_added": _("初期設定項目を追加しました: %(step)s"),
        "step_changed": _("初期設定項目を変更しました: %(step)s"),
        "steps_ordered": _("初期設定項目の順序を変えました。"),
        "step_retired": _("初期設定項目の使用をやめました: %(step)s"),
        "step_brought_back": _("初期設定項目をまた使うようにしました: %(step)s"),
        "step_deleted": _("初期設定項目を削除しました: %(step)s"),
        "rule_changed": _("引き継ぎ条件のルールを変更しました（%(stage)s）。"),
        "thresholds_changed": _("要フォローの基準を変更しました（%(stage)s）。"),
        "first_contact_changed": _("最初にご連絡する時期を変更しました（%(moment)s）。"),
        "defaults_added": _("初期のレクチャーと初期設定項目を用意しました。"),
        "staff_feeds_reset": _("%(member)s のカレンダーのリンクを無効にしました。"),
        "template_changed": _("メールの文面を変更しました: %(mail)s"),
        "report_columns_named": _("参加レポートの列の対応を登録しました。"),
        "staffing_changed": _("工数試算の前提を変更しました（入力した数 %(count)s 件）。"),
        "mail_rules_changed": _("メールのタイミングを変更しました。"),
    }


def _of_accounts() -> dict[str, str]:
    return {
        "account_added": _("顧客企業を登録しました（%(stage)s）。"),
        "tagged": _("タグを付けました: %(tags)s"),
        "untagged": _("タグを外しました: %(tags)s"),
        "account_changed": _("顧客企業の情報を変更しました: %(fields)s"),
        "contact_added": _("先方担当者を追加しました: %(person)s"),
        "contact_changed": _("先方担当者 %(person)s の情報を変更しました: %(fields)s"),
        "contact_checked": _("先方担当者 %(person)s を確認済みにしました。"),
        "contact_left": _("%(person)s が退職・異動されました（%(on)s）%(successor)s。"),
        "contact_came_back": _("%(person)s の退職・異動を取り消しました（戻した申込 %(seats)s 件）。"),
        "call_not_answered": _("%(person)s への電話がつながりませんでした（%(tries)s 回目）。"),
        "invited_again": _("もう一度案内を送りました（%(count)s 名）。"),
        "setup_reminded": _("初期設定の残りを案内しました: %(person)s"),
        "held": _("保留にしました（%(until)s まで）。"),
        "hold_ended": _("保留を終えました。"),
        "account_cancelled": _("解約を記録しました（%(on)s）。"),
        "account_cancel_undone": _("解約の記録を取り消しました。"),
        "seats_decided": _("申込済みの日程の扱いを決めました（残す %(kept)s 件、取り消し %(cancelled)s 件）。"),
        "links_reset": _("%(person)s の個人ページのリンクを無効にしました。"),
        "feed_reset": _("%(person)s のカレンダーのリンクを変更しました。"),
        "store_added": _("店舗を追加しました: %(store)s"),
        "store_changed": _("店舗 %(store)s の情報を変更しました: %(fields)s"),
        "owner_assigned": _("自社担当（%(team)s）を %(member)s にしました。"),
        "decided": _("対応方針を決めました: %(stage)s"),
        "imported": _("顧客リストから取り込みました%(changes)s。"),
        "import_undone": _("顧客リストの取り込みを取り消しました%(changes)s。"),
        "contact_removed": _("取り込みの取り消しにより、先方担当者を削除しました。"),
    }


def _of_lectures() -> dict[str, str]:
    return {
        "course_invited": _("「%(course)s」を案内しました（%(count)s 名）。"),
        "introduced": _("案内を開始しました（%(audience)s）。"),
        "greeted": _("ごあいさつのメールで案内を開始しました（%(audience)s）。"),
        "registered": _("申込: %(person)s – %(lecture)s"),
        "application_accepted": _("公開フォームからの申込を受け付けました: %(person)s – %(lecture)s"),
        "waitlisted": _("キャンセル待ち: %(person)s – %(lecture)s"),
        "colleague_named": _("同じ会社の方がメールアドレスで申込: %(person)s – %(lecture)s"),
        "exception_made": _("前提となるレクチャーの受講前に、例外として受け付けました: %(person)s – %(lecture)s"),
        "offered": _("空いた席を確保して案内しました: %(person)s – %(lecture)s"),
        "offer_declined": _("確保した席を辞退: %(person)s – %(lecture)s"),
        "offer_expired": _("確保した席への回答がありませんでした: %(person)s – %(lecture)s"),
        "promoted": _("キャンセル待ちから申込確定: %(person)s – %(lecture)s"),
        "changed": _("日程変更: %(person)s – %(old_lecture)s から %(lecture)s へ"),
        "cancelled": _("キャンセル: %(person)s – %(lecture)s"),
        "seat_passed": _("申込を後任に引き継ぎました: %(person)s – %(lecture)s"),
        "seat_returned": _("後任から申込を戻しました: %(person)s – %(lecture)s"),
        "reply_noted": _("出席の返信（%(reply)s）: %(person)s – %(lecture)s"),
        "companions_changed": _("同席者を変更しました: %(person)s – %(lecture)s（%(count)s 名）"),
        "proposal_made": _("候補日時を送りました: %(person)s（%(count)s 件）"),
        "proposal_chosen": _("候補日時から選ばれました: %(person)s – %(lecture)s"),
        "proposal_withdrawn": _("候補日時を取り下げました: %(person)s"),
        "wish_changed": _("日程のご希望が変わりました: %(person)s"),
        "series_added": _("個社開催の定期開催を作成しました。"),
        "series_changed": _("個社開催の定期開催を変更しました（%(fields)s）。"),
        "series_ended": _("個社開催の定期開催に終わりを決めました。"),
        "series_resumed": _("個社開催の定期開催を再開しました。"),
        "stray_kept": _("定期開催から外れた日程を、単発の開催として残しました。"),
        "lecture_added": _("開催日程を追加しました: %(lecture)s"),
        "lecture_changed": _("開催日程を変更しました: %(lecture)s（%(fields)s）"),
        "lecture_cancelled": _("開催を中止しました: %(lecture)s"),
        "lecture_called_off": _("緊急中止にしました: %(lecture)s"),
        "lecture_brought_back": _("中止を取り消し、開催に戻しました: %(lecture)s"),
        "people_moved": _("%(count)s 名の日程をまとめて変更しました: %(lecture)s から %(to_lecture)s へ"),
        "called": _("中止を電話で連絡しました: %(person)s – %(lecture)s"),
        "call_undone": _("電話連絡済の記録を取り消しました: %(person)s – %(lecture)s"),
        "report_recorded": _("参加レポートから出欠を記録しました: %(lecture)s"),
        "report_undone": _("参加レポートの取り込みを取り消しました: %(lecture)s"),
        "code_shown": _("参加コードを用意しました: %(lecture)s"),
        "code_typed": _("参加コードの入力: %(person)s – %(lecture)s"),
        "checked_in": _("チェックイン: %(person)s – %(lecture)s"),
        "checkin_undone": _("チェックインを取り消しました: %(person)s – %(lecture)s"),
        "recording_watched": _("録画視聴: %(person)s – %(lecture)s"),
        "recording_undone": _("録画視聴の記録を取り消しました: %(person)s – %(lecture)s"),
        "attendee_named": _("参加者を照合しました: %(person)s – %(lecture)s"),
        "attendee_unnamed": _("参加者の照合を取り消しました: %(person)s – %(lecture)s"),
        "attended": _("出席: %(person)s – %(lecture)s"),
        "partial": _("一部参加: %(person)s – %(lecture)s"),
        "missed": _("欠席: %(person)s – %(lecture)s"),
        "excused": _("欠席連絡あり: %(person)s – %(lecture)s"),
        "unknown": _("出欠未確認: %(person)s – %(lecture)s"),
        "absence_told": _("欠席の連絡がありました: %(person)s – %(lecture)s"),
        "absence_taken_back": _("欠席の連絡が取り消されました: %(person)s – %(lecture)s"),
        "correction_sent": _("出欠の訂正のメールを送りました: %(person)s – %(lecture)s"),
    }


def _of_progress() -> dict[str, str]:
    return {
        "task_added": _("タスクを追加しました: %(task)s"),
        "task_done": _("タスクを完了にしました: %(task)s"),
        "task_reopened": _("タスクを未完了に戻しました: %(task)s"),
        "setup_done": _("初期設定が完了しました: %(step)s%(place)s"),
        "setup_not_needed": _("初期設定を対象外にしました: %(step)s%(place)s"),
        "setup_waiting": _("初期設定が対応待ちになりました（%(waiting_on)s）: %(step)s%(place)s"),
        "setup_undone": _("初期設定を未完了に戻しました: %(step)s%(place)s"),
        "usage_began": _("利用が始まりました（%(on)s）。"),
        "usage_undone": _("取り込んだ利用状況を取り消しました。"),
        "usage_confirmed": _("利用開始を確認しました（%(on)s）。"),
        "usage_unconfirmed": _("利用開始の確認を取り消しました。"),
        "ready": _("引き継ぎ可になりました。"),
        "not_ready_again": _("引き継ぎ条件が未達に戻りました。"),
        "readiness_repaired": _("夜間の照合で、保存されていた引き継ぎ条件を事実に合わせて直しました（%(clauses)s）。"),
        "contract_changed": _("契約（%(on)s から）を登録・変更しました。"),
        "contract_removed": _("契約（%(on)s から）を削除しました。"),
        "store_in_scope": _("店舗 %(store)s が対象になりました。"),
        "handover_requested": _("引き継ぎを依頼しました（%(from)s → %(to)s）。"),
        "handover_accepted": _("引き継ぎを引き受けました（%(to)s）。"),
        "handover_returned": _("引き継ぎを差し戻しました。"),
        "conditions_reopened": _("引き継ぎ条件を未達に戻しました: %(conditions)s"),
        "condition_taken_back": _("差し戻された条件を確認済みにしました: %(conditions)s（%(settled)s）"),
        "moved_in_wave": _("一括移管でフェーズを移しました（%(from)s → %(to)s、担当: %(member)s）。"),
        "owner_changed_in_wave": _("一括移管で自社担当（%(team)s）を %(member)s にしました。"),
        "handover_withdrawn": _("引き継ぎの依頼を取り下げました。"),
        "handover_undone": _("引き継ぎの引き受けを取り消しました（%(to)s に戻りました）。"),
        "handover_letter_changed": _("担当者変更のご案内に一言を添えました。"),
        "unsubscribed": _("%(person)s のアドレスへのメール配信を停止しました（%(list)s）。"),
        "resubscribed": _("%(person)s のアドレスへのメール配信を再開しました（%(list)s）。"),
        "mail_sent": _("メールを送信しました: %(mail)s%(recipient)s"),
        "mail_bounced": _("メールが届きませんでした: %(mail)s%(recipient)s"),
        "address_closed": _("%(person)s のアドレスへの送信を停止しました（%(suppressed)s）。"),
        "suppression_lifted": _(
            "%(person)s のアドレスへの配信停止を解除しました（停止: %(suppressed)s、解除の理由: %(words)s）。"
        ),
        "mail_failed": _("メールを送信できませんでした: %(mail)s%(recipient)s"),
        "mail_note_added": _("次のメール（%(mail)s）に添える一言を登録しました。"),
        "mail_note_removed": _("次のメール（%(mail)s）に添える一言を取り下げました。"),
        "mail_retried": _("メールをもう一度送信しました。"),
        "mail_resent": _("メールをもう一度送信しました: %(mail)s%(recipient)s"),
        "mails_called_back": _("送信前のメールを取り消しました（%(count)s 通）。"),
        "transport_closed": _("メールの送信サーバーに受け付けられなくなりました。"),
        "transport_opened": _("メールの送信を再開しました。"),
        "mails_paused": _("全送信を一時停止しました。"),
        "mails_resumed": _("全送信を再開しました。"),
        "account_mails_paused": _("この顧客企業への送信を一時停止しました。"),
        "account_mails_resumed": _("この顧客企業への送信を再開しました。"),
        "follow_up_held": _("お礼・再案内のメールを保留しました。"),
        "follow_up_released": _("お礼・再案内のメールの保留を解除しました。"),
    }
