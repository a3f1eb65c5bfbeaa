"""Answers how the report on slots reads: its parts with what exactly is counted and reckoned, its columns, codes and notes."""

from __future__ import annotations

from flask_babel import gettext as _

from scheduler.web.words import tasks, terms
from scheduler.web.words.figures.common import ReportWords


def words() -> ReportWords:
    """Word the report on slots."""
    return ReportWords(
        title=_("開催枠"),
        about=_(
            "これから 4 週間の席が足りるか、どの曜日と時刻を増やし、減らすとよいか、人が集まりそうにない日程はどれかを示します。"
            "合同開催の日程だけを対象とし、個社開催と中止した日程は含みません。これからの日程は今から 4 週間先まで、出席率と埋まり具合は選んだ期間に終わった日程から数えます。"
            "曜日と時刻は、その開催日程のタイムゾーンのものです。"
        ),
        parts=_parts(),
        columns=_columns() | _columns_of_rows(),
        codes=_codes(),
        notes={
            "none_ahead": _(
                "これから 4 週間に合同開催の日程がありません。「スケジュール」で定期開催を登録するか、日程を追加してください。"
            ),
            "looked_at": _("これから 4 週間の %(lectures)s 日程のうち、3 名未満になる見込みが 50%% 以上のものです。"),
            "vague_wishes": _("このほかに、日にちのないご希望が %(wishes)s 件あります。"),
            "narrowed": _(
                "フェーズ・自社担当・タグの絞り込みは、受講待ち・新しく必要になった企業・出席率・キャンセル待ち・ご希望に効きます。席の数、埋まり具合、集まりそうにない日程は、すべての顧客企業についてのものです。"
            ),
        },
    )


def _parts() -> dict[str, tuple[str, str]]:
    return {
        "seats": (
            _("必要な席と空いている席"),
            _(
                "「受講待ち」は、期間中にこのレクチャーが必要になり、まだ誰も受講しておらず、4 週間以内の席もない企業です。必要になるのは、前提のないレクチャーでは契約（分からなければ登録）のとき、"
                "前提のあるレクチャーでは前提を受講したときで、保留・解約・未決定の企業は除きます。「新たに必要」は直近 13 週間に必要になった企業の数で、同じ勢いが 4 週間続くと見込みます。"
                "必要な席は、（受講待ち ＋ 見込まれる企業）× 1 社あたりの人数（直近 13 週間）に、欠席した方が 1 週間後に取り直す席（4 週間で 4 回まで）を加えたものです。"
                "出席率は、人数が少ないレクチャーほど全体の平均に寄せています。必要な席の幅は、見込まれる企業の数と出席率の 95% 区間の両端を組み合わせたものです。"
            ),
        ),
        "weeks": (
            _("週ごとの席"),
            _("月曜に始まる週ごとの、合同開催の日程、定員、申込、空席。最初の週は今より後の日程、最後の週は 4 週間先までの日程です。"),
        ),
        "times": (
            _("増やす枠・減らす枠"),
            _(
                "曜日と開始時刻ごとに、期間中に終わった日程と、これからの日程・キャンセル待ち・ご希望をまとめ、次の順に判断します。増やす: キャンセル待ちかご希望が 3 名以上、3 回以上開催して定員の 90% 以上が埋まる、"
                "または席が足りないレクチャーで最も出席率の高い枠。減らす: 3 回以上開催して定員の 20% も埋まらず 1 回平均 3 名未満、または出席率（補正後）がそのレクチャーより 10 ポイント以上低い。ほかは続けます（これからの日程がない枠は「予定なし」）。"
                "「補正後の出席率」は、人数が少ないほどレクチャーの平均に寄せた値で、たまたま来た 3 名では決まりません。ご希望は、お客様が希望した日の曜日と時間帯に当てはまる枠に数えます。"
            ),
        ),
        "empty": (
            _("人が集まりそうにない日程"),
            _(
                "これから 4 週間の日程のうち、参加が 3 名未満になる見込みが 50% 以上のもの。いまの申込に、同じレクチャーの過去の日程で同じ時期から後に入った申込（ばらつきも含む）を加え、"
                "その曜日と時刻の補正後の出席率を掛けて見積もります。「この時期の申込」は、過去の日程が開催まで同じ日数のときに集めていた申込の平均です。参加の見込みの幅は 95% 区間です。"
            ),
        ),
    }  # fmt: skip


def _columns() -> dict[str, str]:
    return {
        "course": _("レクチャー"),
        "waiting": _("受講待ち"),
        "arrived": _("新たに必要（直近 13 週間）"),
        "arriving": _("これから必要になる企業"),
        "each": _("1 社あたりの人数"),
        "seated": _("申込"),
        "rate": _("出席率"),
        "wanted": _("必要な席"),
        "lectures": _("開催日程"),
        "times.lectures": _("開催した日程"),
        "free": _("空席"),
        "state": _("過不足"),
        "week": _("週の初日"),
        "capacity": _("定員"),
        "weekday": _("曜日"),
        "hour": _("開始時刻"),
        "verdict": _("判断"),
        "reason": _("理由"),
        "fill": _("埋まり具合（申込 / 定員）"),
        "drawn": _("補正後の出席率"),
        "waitlisted": _("キャンセル待ち"),
        "wishes": _("ご希望"),
        "ahead": _("これからの日程"),
        "lecture": _("開催日程"),
        "day": _("開催日"),
        "time": _("開始"),
        "booked": _("申込"),
        "usually": _("この時期の申込（過去の平均）"),
        "attending": _("参加の見込み"),
        "nobody": _("0 名の見込み"),
        "few": _("3 名未満の見込み"),
    }


def _columns_of_rows() -> dict[str, str]:
    """Word the columns of the rows behind a number; a column of the same key may mean another thing there."""
    return {
        "account": _("顧客企業"),
        "since": _("必要になった日"),
        "stage": _("フェーズ"),
        "owner": _("自社担当"),
        "person": _("先方担当者"),
        "booked_on": _("申込日"),
        "host": _("講師"),
        "wished_on": _("ご希望の日"),
        "part": _("時間帯"),
        "words": _("ご希望の内容"),
    }


def _codes() -> dict[str, dict[str, str]]:
    parts = {part: tasks.part_of_day(part) or _("時間を問わない") for part in tasks.PARTS}
    return {
        "state": {"enough": _("足りる"), "tight": _("足りない可能性あり"), "short": _("足りない")},
        "weekday": {str(day): str(name) for day, name in terms.WEEKDAYS.items()},
        "hour": {f"{hour:02}": _("%(hour)s 時台", hour=hour) for hour in range(24)} | parts,
        "part": parts,
        # The verdict of a weekly time, and what became of a person's seat.
        "verdict": {"add": _("増やす"), "keep": _("続ける"), "drop": _("減らす"), "none": _("予定なし")}
        | {verdict: str(name) for verdict, name in terms.VERDICTS.items()},
        "reason": {
            "waited_for": _("キャンセル待ちが 3 名以上"),
            "wished": _("ご希望が 3 名以上"),
            "full": _("いつもほぼ満席"),
            "best_time": _("席が足りず、出席率が最も高い枠"),
            "empty": _("席がほとんど埋まらない"),
            "stay_away": _("出席率が平均より明らかに低い"),
            "stay_away_but_needed": _("出席率は低いが席が足りない（別の時間へ移すことを検討）"),
            "too_few": _("判断できる人数がまだない"),
            "as_usual": _("平均なみ"),
            "none_ahead": _("これから 4 週間の日程がない"),
        },
        "stage": {stage: str(name) for stage, name in terms.STAGES.items()},
        "owner": {"": _("自社担当なし")},
        "host": {"": _("講師未定")},
    }
