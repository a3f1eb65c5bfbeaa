"""Answers how a value that cannot be used reads: what is wrong with it and what to enter instead."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

_OF_FIELDS = {
    "missing": _("必ず入力してください。"),
    "not_a_text": _("文字で入力してください。"),
    "not_a_number": _("「%(value)s」は数ではありません。半角の数字で入力してください。"),
    "number_out_of_range": _("%(minimum)d から %(maximum)d までの整数で入力してください。"),
    "too_many": _("一度に扱えるのは %(maximum)d 件までです。分けて行ってください。"),
    "number_too_long": _("%(maximum)d 桁までの数で入力してください。"),
    "not_a_choice": _("「%(value)s」は選べません。次のいずれかにしてください: %(choices)s"),
    "too_long": _("%(maximum)d 文字以内で入力してください。"),
    "plan_not_a_number": _("数で入力してください（入力された内容: %(text)s）。"),
    "plan_negative": _("0 以上の数で入力してください。"),
    "plan_zero": _("0 より大きい数で入力してください。"),
    "plan_too_small": _("%(least)s 以上の数で入力してください。"),
    "plan_too_large": _("%(most)s 以下の数で入力してください。"),
    "plan_missing": _("必ず入力してください。"),
    "plan_duplicate_key": _("同じ活動が 2 つあります。片方を消してください。"),
    "plan_unknown_stage": _("フェーズを一覧から選んでください。"),
    "plan_unknown_choice": _("一覧から選んでください。"),
    "plan_unknown_scenario": _("働き方を一覧から選んでください。"),
    "plan_too_many_scenarios": _("並べられる働き方は %(most)s つまでです。"),
    "plan_too_many_activities": _("活動は %(most)s 件までにしてください。"),
    "plan_no_activities": _("活動を 1 つ以上入力してください。"),
    "plan_wrong_order": _("フェーズの順序が正しくありません。"),
    "plan_horizon_out_of_range": _("先の期間は 1 から %(most)s か月までの整数にしてください。"),
    "plan_nobody": _("担当者が 1 人もいません。いずれかのフェーズの人数を入力してください。"),
    "plan_leavers_too_many": _(
        "退職する人が、いまの人数に対して多すぎます。退職の人数か、後任が一人前になるまでの期間を見直してください。"
    ),
    "plan_stores_without_accounts": _("店舗だけがあり顧客企業がありません。顧客企業の数も入力してください。"),
    "too_many_tags": _("タグは %(maximum)d 個までにしてください。"),
    "too_many_tags_on": _("「%(account)s」のタグが %(maximum)d 個を超えます。要らないタグを外してから付けてください。"),
    "tag_exists": _("「%(value)s」というタグはすでにあります。別の名前にするか、そのタグをお使いください。"),
    "tag_in_trial": _(
        "タグ「%(value)s」は試行のグループに使われているため削除できません。先に試行のグループを変更してください。"
    ),
    "no_such_tag": _("そのタグはありません。タグの一覧から選んでください。"),
    "no_such_member": _("「%(value)s」という自社メンバーはいません。一覧から選んでください。"),
    "period_backwards": _("期間の始めの日は、終わりの日より前にしてください。"),
    "period_too_long": _("期間は %(longest)d 年以内にしてください。"),
    "day_unreadable": _("「%(value)s」は日付として読み取れません。2026-04-01 の形で入力してください。"),
    "moment_unreadable": _("「%(value)s」は日時として読み取れません。2026-04-01T14:00 の形で入力してください。"),
    "zone_missing": _("日時に UTC からの時差（Z または +09:00 など）を付けてください。"),
    "zone_unknown": _("「%(value)s」というタイムゾーンはありません。Asia/Tokyo のように入力してください。"),
    "unknown_field": _("「%(value)s」という項目はありません。項目名をご確認ください。"),
    "key_taken": _("キー「%(value)s」のレクチャーはすでにあります。別のキーを入力してください。"),
    "key_malformed": _("キー「%(value)s」には半角の英数字、ハイフン、下線だけを使ってください。"),
    "name_missing": _("名称を日本語か英語で入力してください。"),
    "reason_missing": _("理由を入力してください。"),
    "another_body": _("この Idempotency-Key は別の内容ですでに使われています。新しいキーで送ってください。"),
    "companions_too_many": _(
        "同席される方は %(most)d 名まで、お名前は %(longest)d 文字以内で、1 行にお一人ずつご入力ください。"
    ),
    "nobody_recognised": _("先方担当者を一人お選びください。"),
    "no_account_recognised": _("顧客企業を一つお選びください。"),
    "unknown_list": _("そのような配信はありません。メールのリンクをもう一度開いてください。"),
    "yourself": _("ご自身を退職にすることはできません。ほかの管理者にご依頼ください。"),
    "unknown_member": _("その自社担当は登録されていません。一覧からお選びください。"),
    "member_unknown": _("その自社担当は登録されていません。一覧からお選びください。"),
}

_OF_LECTURES = {
    "capacity_out_of_range": _("定員は 1 から %(largest)d までの数で入力してください。"),
    "limit_out_of_range": _("1 社あたりの上限は 1 から %(largest)d までの数で入力してください。"),
    "unknown_kind": _("形式を、ウェビナーかミーティングから選んでください。"),
    "same_lecture": _("いまと同じ日程です。別の日程をお選びください。"),
    "minutes_out_of_range": _("長さは 1 分から 720 分までで入力してください。"),
    "minutes_not_positive": _("長さは 1 分以上で入力してください。"),
    "minimum_longer_than_lecture": _("出席とみなす分数は、1 分以上、レクチャーの長さ以下にしてください。"),
    "code_unusable": _("%(maximum)d 文字以内で、改行などを含めずに入力してください。"),
    "link_malformed": _("リンクは https:// から始まる形で入力してください。"),
    "starts_in_the_past": _("開始日時は、これから先の日時にしてください。"),
    "ends_before_start": _("終了日時は、開始日時より後、12 時間以内にしてください。"),
    "lecture_has_people": _(
        "申込か出欠のある開催日程では、レクチャーと顧客企業を変えられません。別に登録してください。"
    ),
    "prerequisite_unknown": _("前提のレクチャー「%(value)s」はありません。"),
    "prerequisite_circular": _("前提のレクチャーが循環しています。別のレクチャーを選んでください。"),
    "other_course": _("別のレクチャーの日程には変更できません。そのレクチャーにあらためてお申し込みください。"),
    "nobody_chosen": _("受講する方を選んでください。"),
    "own_lecture_differs": _(
        "この日時の個社開催は、別の長さ・ホスト・リンク・形式・開催言語ですでに予約されています。"
        "内容の変更や受講する方の追加は、その開催日程のページから行ってください。"
    ),
    "one_person": _("受講する方をお一人だけ選んでください。"),
    "capacity_below_people": _("定員は、受講する方の人数（%(people)d 名）以上にしてください。"),
    "times_too_many": _("候補日時は %(maximum)d つまでにしてください。"),
    "wish_missing": _("ご希望の日をお選びいただくか、ご希望を文章でご入力ください。"),
    "day_past": _("過ぎた日は選べません。これからの日をお選びください。"),
    "unknown_audience": _("案内する方を、窓口のみ・窓口と店長・全員から選んでください。"),
}

_OF_ATTENDANCE = {
    "lecture_not_begun": _("まだ始まっていない開催日程です。出欠は開始後に記録できます。"),
    "companions_too_late": _(
        "同席された方をご入力いただけるのは、開催から1週間です。お手数ですが、担当までお知らせください。"
    ),
    "missed_unbooked": _("申込のない方は、欠席や欠席連絡ありにできません。"),
    "name_not_in_report": _(
        "「%(value)s」という参加者はレポートにいません。レポートの表示名どおりに指定してください。"
    ),
    "column_unknown": _("その列はファイルにありません。一覧からお選びください。"),
    "column_twice": _("同じ列を二つの項目に選んでいます。どちらか一方にしてください。"),
    "person_missing": _("どなたの行かが分かる列（氏名かメールアドレス）を選んでください。"),
    "time_missing": _("参加時刻か、参加していた長さの列を選んでください。"),
    "unit_unknown": _("長さの単位を、分・秒・時間から選んでください。"),
    "not_a_line": _("見出しの行を一覧から選んでください。"),
    "name_several_times": _("「%(value)s」という参加者がレポートに複数います。レポートの行番号で指定してください。"),
}

_OF_RULES = {
    "rrule_unreadable": _("繰り返しの規則を読み取れません。FREQ=WEEKLY;BYDAY=MO,FR の形で入力してください。"),
    "rrule_only": _("RRULE の規則だけを入力してください（DTSTART や EXDATE は使えません）。"),
    "rrule_part": _("規則の %(part)s=%(value)s は使えません。値をご確認ください。"),
    "rrule_times": _("規則に %(part)s は使えません。時刻は「最初の日時」で決まります。"),
    "freq_below_daily": _("1 日より短い間隔の規則は使えません。"),
    "count_and_until": _("COUNT と UNTIL はどちらか一方にしてください。"),
    "too_many_dates": _("日程が多すぎます。%(limit)d 件までの規則にしてください。"),
    "no_dates": _("この規則では 10 年先まで開催日がありません。曜日や祝日の扱いをご確認ください。"),
    "no_weekday": _("曜日を一つ以上選んでください。"),
    "no_monthday": _("日付を 1日から31日まで、または末日から選んでください。"),
    "time_unreadable": _("「%(value)s」は時刻として読み取れません。14:00 の形で入力してください。"),
    "ends_in_the_past": _("最終日は、今日以降の日付にしてください。"),
    "starts_before_the_change": _("最初の日時は、変更を始める日程の日付以降にしてください。"),
    "after_the_last_day": _(
        "定期開催の最終日より後の日程です。「この日程だけ」か「これからのすべて」を選んでください。"
    ),
    "unknown_scope_of_change": _("変更する範囲を選んでください。一部だけを変えるときは、日程も選んでください。"),
    "rule_of_one_lecture": _("繰り返し・祝日・タイムゾーンは、一つの日程だけでは変えられません。"),
    "account_unknown": _("顧客ID「%(value)s」の顧客企業はありません。"),
    "unknown_policy": _("祝日の扱いを、開催・休講・振り替えから選んでください。"),
    "unknown_zone": _("そのタイムゾーンはありません。Asia/Tokyo のように入力してください。"),
    "starts_at_unusable": _("最初の日時をご確認ください。"),
}

_OF_ACCOUNTS = {
    "code_taken": _("この店舗コードはすでに使われています。"),
    "store_missing": _("店舗ごとの項目です。店舗コードを指定してください。"),
    "step_per_account": _("会社全体で 1 回の項目です。店舗は指定しないでください。"),
    "unknown_store": _("店舗コード「%(value)s」はこの顧客企業にありません。"),
    "unknown_state": _("状態は、未完了・対応待ち・完了・対象外のいずれかにしてください。"),
    "waiting_on_nobody": _("だれの対応を待っているかを選んでください（%(choices)s）。"),
    "step_key_taken": _("キー「%(value)s」の項目はすでにあります。別のキーを入力してください。"),
    "step_unknown": _("初期設定項目「%(value)s」はありません。"),
    "step_not_asked": _("「%(value)s」は、この顧客企業に求めていない項目です。"),
    "said_twice": _("同じ項目について、上の行と違うことが書かれています。"),
    "no_store_chosen": _("店舗を一つ以上選んでください。"),
    "no_ticker": _("完了を記録できる人を一つ以上選んでください。"),
    "days_out_of_range": _("0 から %(maximum)d までの日数で入力してください。"),
    "not_waiting": _("待っている相手は、対応待ちのときだけ指定してください。"),
    "contact_empty": _("氏名・メールアドレス・電話番号のいずれかを入力してください。"),
    "contact_known": _("同じ方がすでに登録されています。"),
    "walk_in_unnamed": _("新しく追加する方の氏名を入力してください。"),
    "walk_in_known": _(
        "「%(value)s」という方は、すでにこの顧客企業に登録されています。ご本人なら候補から選び、別の方なら氏名を詳しく入力してください。"
    ),
    "contact_unknown": _("その先方担当者はこの顧客企業に登録されていません。"),
    "weekdays_unreadable": _("定休日は曜日でお選びください。"),
    "undecided": _("この顧客企業は、導入中か利用中かの確認が済んでいません。先に確認してください。"),
    "hold_over_already": _("保留が明ける日は、明日以降の日付にしてください。"),
    "hold_too_long": _("保留は %(maximum)d 年先までにしてください。年をご確認ください。"),
    "nothing_to_remind": _("お客様にお願いしている初期設定の残りはありません。"),
    "nobody_to_write_to": _("メールを送れる方がいません。お電話でご連絡ください。"),
    "successor_not_prepared": _(
        "後任の方は、前提となるレクチャーをまだ受講していません。「あとで決める」か「申込を取り消す」を選んでください。"
    ),
    "successor_missing": _("申込を引き継ぐ後任の方を選んでください。"),
    "in_the_future": _("未来の日付は入力できません。"),
    "long_before_signing": _("契約日よりかなり前の日付です。年をご確認ください。"),
    "source_missing": _("どのように確認したかを入力してください。"),
    "event_missing": _("何が行われたか（event）を指定してください。"),
    "too_many_signals": _("1 回に送れるのは %(maximum)d 件までです。分けて送ってください。"),
    "not_next_stage": _("次のフェーズにだけ引き継げます。"),
    "receiver_not_of_team": _("引き継ぎ先のチームの方を選んでください。"),
}

_OF_READINESS = {
    "rule_malformed": _("条件のルールを読み取れません。ページの形式のまま保存してください。"),
    "unknown_boundary": _("このフェーズのルールではありません。"),
    "no_clauses": _("条件を一つ以上入れてください。"),
    "too_many_clauses": _("条件は %(maximum)d 件までにしてください。"),
    "unknown_clause": _("「%(kind)s」という条件はありません。"),
    "clause_malformed": _("条件「%(kind)s」の値をご確認ください。この値では満たされることがありません。"),
    "too_deep": _("条件のまとまりは %(maximum)d 段までにしてください。"),
    "unknown_course": _("ルールが挙げているレクチャーがありません。この条件は満たされることがありません。"),
    "stores_upside_down": _("店舗数の下限が上限を超えています。"),
    "group_out_of_reach": _(
        "まとまりの中に、対象店舗数によっては当てはまらない条件があり、求める件数に届かない顧客企業があります。件数か店舗数の範囲を直してください。"
    ),
    "no_clause_applies": _(
        "当てはまる条件が一つもない店舗数の顧客企業があり、いつまでも引き継ぎ可になりません。店舗数の範囲をつなげてください。"
    ),
    "ends_before_it_starts": _("終了日は、開始日より後の日付にしてください。"),
    "fee_out_of_range": _("月額は 0 から %(largest)d までの整数で入力してください。"),
    "contracts_overlap": _("%(value)s からの契約と期間が重なっています。"),
    "past_sales": _(
        "顧客ID「%(value)s」の顧客企業は、すでに次のチームが担当しています。内容の変更は顧客のページから依頼してください。"
    ),
    "store_line": _("%(row)d 行目: 店舗は「店舗コード, 店舗名」の形で、1 行に 1 店舗ずつ入力してください。"),
    "stuck_before_behind": _("停滞の日数は、遅れの日数（%(behind)d）以上にしてください。"),
}

_OF_SIGNALS = {
    "signals_missing": _("知らせる出来事を一つ以上選んでください。"),
    "webhook_malformed": _("URL を読み取れません。https://crm.example/hooks のように入力してください。"),
    "webhook_not_https": _("https:// から始まる URL を入力してください。"),
    "webhook_userinfo": _("URL にユーザー名やパスワードを含めることはできません。"),
    "room_malformed": _("ルームの URL を読み取れません。サービスが発行した URL をそのまま貼り付けてください。"),
    "room_unknown": _(
        "「%(value)s」には対応していません。Slack・Microsoft Teams・Google Chat・Discord などのルームの URL を入力してください。"
    ),
    "no_such_host": _("このホスト名は見つかりません。URL をご確認ください。"),
    "destination_known": _("この URL にはすでに通知しています。一覧から、その連携の設定を変更してください。"),
    "private_address": _(
        "社内などの非公開のアドレスには送信できません。インターネットから接続できる URL を入力してください。"
    ),
}

_OF_MAIL_RULES = {
    "mail_rule_unknown": _("「%(value)s」というルールはありません。"),
    "mail_rule_switch": _("送信する・送信しないのどちらかを選んでください。"),
    "mail_rule_range": _("%(minimum)d から %(maximum)d までの整数で入力してください。"),
    "quiet_too_long": _("送信を控える時間は、長くても %(longest)d 時間までにしてください。"),
    "hours_backwards": _("時間帯の終わりは、始まりより後の時刻にしてください。"),
    "hours_quiet": _(
        "送信を控える時間（%(begins)s–%(ends)s）と重なり、送れる時刻がありません。時間帯を変更してください。"
    ),
    "time_quiet": _("送信を控える時間（%(begins)s–%(ends)s）に入っています。それ以外の時刻にしてください。"),
    "evening_before_noon": _("前日の夕方に送る時刻は、12:00 以降にしてください。"),
}

# What every `why` of an Invalid refusal reads, in the reader's language once it is read.
SENTENCES = (
    _OF_FIELDS | _OF_LECTURES | _OF_ATTENDANCE | _OF_RULES | _OF_ACCOUNTS | _OF_READINESS | _OF_MAIL_RULES | _OF_SIGNALS
)
