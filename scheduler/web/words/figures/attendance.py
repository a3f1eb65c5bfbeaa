"""Answers how the attendance report reads: its parts with what exactly is counted, its columns, groups and notes."""

from __future__ import annotations

from flask_babel import gettext as _

from scheduler.web.words import clauses, terms
from scheduler.web.words.figures.common import ReportWords

_STEPS = ("request_handover", "invite", "call", "offer_own_lecture", "propose_dates", "remind_setup", "confirm_usage")
_MORE_STEPS = ("fill_field", "do_tasks")


def words() -> ReportWords:
    """Word the attendance report."""
    return ReportWords(
        title=_("出席状況"),
        about=_(
            "申し込んだ方がどれだけ受講したか、何によって違うかを示します。終了した開催日程への申込を 1 件ずつ数えます（同じ方の 2 回の申込は 2 件）。"
            "出席率は、出欠が分かった申込（出席・一部参加・欠席）のうち、必要な時間まで受講した「出席」の割合です。事前に欠席連絡のあった申込と、出欠が未確認の申込は率に含めず、別の列に示します。"
            "キャンセルされた申込、キャンセル待ち、中止した日程、申込のない飛び入りの参加は数えません。曜日と時刻は、その開催日程のタイムゾーンのものです。"
        ),
        parts=_parts() | _parts_of_accounts(),
        columns=_columns() | _columns_of_rows(),
        codes=_codes(),
        notes=_notes(),
    )


def _parts() -> dict[str, tuple[str, str]]:
    return {
        "overall": (
            _("申込から受講まで"),
            _(
                "期間中のすべての申込が、どこまで進んだか。「参加」は途中退出を含めて少しでも参加したことが確認できた申込、「受講」は必要な時間まで参加した申込です。"
                "欠席連絡のあった申込と未確認の申込は、出欠が分かった申込に含みません。"
            ),
        ),
        "week": (
            _("週ごとの推移"),
            _("月曜に始まる週ごとの出席率。期間の最初と最後の週は、期間に入る日だけを数えます。"),
        ),
        "course": (_("レクチャー別"), _("どのレクチャーの出席率が高いか。出席率の高い順です。")),
        "weekday": (_("曜日別"), _("開催した曜日ごとの出席率。個社開催も含みます。")),
        "hour": (_("開始時刻別"), _("開始時刻（時）ごとの出席率。10:30 の開始は 10 時台に数えます。個社開催も含みます。")),
        "heat": (
            _("曜日と開始時刻"),
            _("曜日と開始時刻の組み合わせごとの出席率。丸が大きいほど出席率が高い組み合わせです。"),
        ),
        "host": (_("講師別"), _("その日程の講師ごとの出席率。出席率の高い順です。受け持つレクチャーや時間帯の違いも表れます。")),
        "kind": (
            _("合同開催と個社開催"),
            _("複数の顧客企業に公開した日程（合同開催）と、1 社だけのために開いた日程（個社開催）の出席率。"),
        ),
        "lead": (
            _("申込から開催までの日数別"),
            _("申し込んだ日から開催日までの日数ごとの出席率。日程を変更した方は、変更した日から数えます。"),
        ),
        "reminder": (
            _("リマインドの開封別"),
            _(
                "前日と直前のリマインドのうち、1 通でも開封またはリンクのクリックが記録された申込を「開封」とします。画像を表示しないメールソフトでの開封は記録されません。"
                "「送信なし」は、直前の申込や電話での申込などでリマインドを送らなかった申込です。"
            ),
        ),
        "asked": (
            _("案内の回数別"),
            _("申し込むまでに、その方へ送ったそのレクチャーの案内メールの数による出席率。「案内なし」は案内メールより前の申込や、電話・公開ページからの申込です。"),
        ),
        "size": (_("店舗数別"), _("顧客企業の対象店舗の数（最後に集計した時点）ごとの出席率。")),
        "plan": (_("プラン別"), _("顧客企業のプラン（最後に集計した時点）ごとの出席率。出席率の高い順です。")),
        "it_skill": (_("ITスキル別"), _("顧客企業の IT スキル（最後に集計した時点の記入）ごとの出席率。出席率の高い順です。")),
    }  # fmt: skip


def _parts_of_accounts() -> dict[str, tuple[str, str]]:
    return {
        "without": (
            _("まだ誰も受講していない顧客企業"),
            _(
                "期間にかかわらず、最後に集計した時点の顧客企業を現在のフェーズごとに数えます。1 人でも、どれかのレクチャーに出席していれば「受講あり」です。"
                "解約した顧客企業、扱いが未決定の顧客企業、導入済みとして登録された顧客企業は数えません。数字を開くと、契約日（不明なら登録日）の古い順に、次にすることが分かります。"
            ),
        ),
        "stores_size": (
            _("受講済み店舗率（店舗数別）"),
            _(
                "対象店舗のうち、所属する方が 1 人でも（同席を含む）出席した店舗の割合。期間にかかわらず、最後に集計した時点の、営業フェーズより後の顧客企業の店舗を数えます。"
                "解約・未決定・導入済みとして登録された顧客企業の店舗は含みません。"
            ),
        ),
        "stores_plan": (
            _("受講済み店舗率（プラン別）"),
            _("受講済み店舗率を顧客企業のプランごとに示します。数え方は店舗数別と同じで、割合の高い順です。"),
        ),
    }


def _columns() -> dict[str, str]:
    return {
        "step": _("段階"),
        "people": _("申込"),
        "of_before": _("前の段階に対する割合"),
        "overall.rate": _("出欠が分かった申込に対する割合"),
        "course": _("レクチャー"),
        "week": _("週の初日"),
        "weekday": _("開催曜日"),
        "hour": _("開始時刻"),
        "host": _("講師"),
        "kind": _("開催"),
        "lead": _("申込から開催まで"),
        "reminder": _("リマインド"),
        "asked": _("案内の回数"),
        "size": _("店舗数"),
        "plan": _("プラン"),
        "it_skill": _("ITスキル"),
        "stage": _("フェーズ"),
        "registered": _("申込"),
        "joined": _("参加"),
        **{
            verdict: str(terms.VERDICTS[verdict]) for verdict in ("attended", "partial", "missed", "excused", "unknown")
        },
        "rate": _("出席率"),
        "accounts": _("顧客企業"),
        "reached": _("受講あり"),
        "without": _("受講なし"),
        "without.rate": _("受講ありの割合"),
        "stores": _("対象店舗"),
        "stores_attended": _("受講済み店舗"),
        "stores_size.rate": _("受講済み店舗率"),
        "stores_plan.rate": _("受講済み店舗率"),
    }


def _columns_of_rows() -> dict[str, str]:
    """Word the columns of the rows behind a number."""
    return {
        "person": _("先方担当者"),
        "account": _("顧客企業"),
        "lecture": _("レクチャー"),
        "day": _("開催日"),
        "verdict": _("出欠"),
        "began_on": _("契約日・登録日"),
        "waited": _("経過"),
        "invited_on": _("案内開始日"),
        "registered_on": _("最初の申込日"),
        "owner": _("自社担当"),
        "next_step": _("次にすること"),
        "store": _("店舗名"),
        "store_attended": _("受講"),
    }


def _codes() -> dict[str, dict[str, str]]:
    sizes = {"0": _("店舗なし"), "1": _("1 店舗"), "2_3": _("2–3 店舗"), "4_9": _("4–9 店舗"), "10_29": _("10–29 店舗")}
    return {
        "step": {
            "registered": _("申込"),
            "known": _("出欠が分かった申込"),
            "joined": _("参加"),
            "stayed": _("受講（必要な時間まで）"),
            "excused": _("欠席連絡あり（率に含めない）"),
            "unknown": _("未確認（率に含めない）"),
        },
        "weekday": {str(day): str(name) for day, name in terms.WEEKDAYS.items()},
        "hour": {f"{hour:02}": _("%(hour)s 時台", hour=hour) for hour in range(24)},
        "host": {"": _("講師未定")},
        "kind": {"open": _("合同開催"), "own": _("個社開催")},
        "lead": {
            "same_day": _("当日"),
            "1_3": _("1–3 日前"),
            "4_7": _("4–7 日前"),
            "8_14": _("8–14 日前"),
            "15_plus": _("15 日以上前"),
        },
        "reminder": {"seen": _("開封"), "sent": _("送信（開封の記録なし）"), "none": _("送信なし")},
        "asked": {"first": _("1 回の案内で申込"), "again": _("2 回以上の案内で申込"), "unasked": _("案内なし")},
        "size": sizes | {"30_plus": _("30 店舗以上"), "all": _("全体")},
        "plan": {"": _("未記入")},
        "it_skill": {"": _("未記入")},
        "stage": {stage: str(name) for stage, name in terms.STAGES.items()},
        "verdict": {verdict: str(name) for verdict, name in terms.VERDICTS.items()},
        "owner": {"": _("自社担当なし")},
        "next_step": {step: clauses.next_step(step) for step in (*_STEPS, *_MORE_STEPS)},
        "store_attended": {"yes": _("受講済み"), "no": _("まだ")},
    }


def _notes() -> dict[str, str]:
    return _notes_of_groups() | {
        "unknown": _(
            "申込 %(registered)s 件のうち %(unknown)s 件は出欠が未確認です。参加レポートを取り込むか出欠を記録すると、率が変わることがあります。"
        ),
        "alike": _("人数を考えると、差は偶然でも起こる範囲です。"),
        "too_few": _("比べるには人数が足りません。10 名以上のグループが 2 つ以上必要です。"),
        "rising": _(
            "出席率は上がっています: 4 週間あたり %(points)s ポイント（95%% 区間 %(low)s から %(high)s）。"
        ),
        "falling": _(
            "出席率は下がっています: 4 週間あたり %(points)s ポイント（95%% 区間 %(low)s から %(high)s）。"
        ),
        "unclear": _(
            "上がっているとも下がっているとも言えません: 4 週間あたり %(points)s ポイント（95%% 区間 %(low)s から %(high)s）。"
        ),
        "no_trend": _("傾向を言うには記録が足りません。出欠が分かった申込のある週が 4 つ以上、合わせて 10 名以上必要です。"),
    }  # fmt: skip


def _notes_of_groups() -> dict[str, str]:
    """Say of each way of grouping which group stands out."""
    stands_out = {
        "course": _("%(course)sの出席率 %(rate)sは、ほかのレクチャー %(rest)sより、偶然とは言えないほど低くなっています。"),
        "weekday": _("%(weekday)sの出席率 %(rate)sは、ほかの曜日 %(rest)sより、偶然とは言えないほど低くなっています。"),
        "hour": _("%(hour)sの出席率 %(rate)sは、ほかの時刻 %(rest)sより、偶然とは言えないほど低くなっています。"),
        "host": _("講師「%(host)s」の出席率 %(rate)sは、ほかの日程 %(rest)sより、偶然とは言えないほど低くなっています。受け持つレクチャーや時間帯の違いかもしれません。"),
        "kind": _("%(kind)sの出席率 %(rate)sは、もう一方 %(rest)sより、偶然とは言えないほど低くなっています。"),
        "lead": _("%(lead)sの申込の出席率 %(rate)sは、ほかの申込 %(rest)sより、偶然とは言えないほど低くなっています。"),
        "reminder": _("リマインドが「%(reminder)s」の申込の出席率 %(rate)sは、ほかの申込 %(rest)sより、偶然とは言えないほど低くなっています。"),
        "asked": _("「%(asked)s」の出席率 %(rate)sは、ほかの申込 %(rest)sより、偶然とは言えないほど低くなっています。"),
        "size": _("%(size)sの顧客企業の出席率 %(rate)sは、ほかの顧客企業 %(rest)sより、偶然とは言えないほど低くなっています。"),
        "plan": _("プラン「%(plan)s」の出席率 %(rate)sは、ほかのプラン %(rest)sより、偶然とは言えないほど低くなっています。"),
        "it_skill": _("ITスキル「%(it_skill)s」の出席率 %(rate)sは、ほかの顧客企業 %(rest)sより、偶然とは言えないほど低くなっています。"),
        "stores_size": _("%(size)sの顧客企業の受講済み店舗率 %(rate)sは、ほかの顧客企業 %(rest)sより、偶然とは言えないほど低くなっています。"),
        "stores_plan": _("プラン「%(plan)s」の受講済み店舗率 %(rate)sは、ほかのプラン %(rest)sより、偶然とは言えないほど低くなっています。"),
    }  # fmt: skip
    return {f"weakest_{key}": sentence for key, sentence in stands_out.items()}
