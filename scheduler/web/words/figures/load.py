"""Answers how the report on load reads: its parts with what exactly is counted, its columns and notes."""

from __future__ import annotations

from flask_babel import gettext as _

from scheduler.models.accounts import STAGES
from scheduler.models.staff import TEAMS
from scheduler.services.reports.load.counting import NO_TEAM
from scheduler.web.words import tasks, terms
from scheduler.web.words.figures.common import ReportWords


def words() -> ReportWords:
    """Word the report on load."""
    return ReportWords(
        title=_("担当の負荷"),
        about=_(
            "だれが、どのチームが、どれだけの顧客企業・店舗・レクチャー・タスクを受け持ち、だれに余裕があるかを示します。"
            "担当社数と店舗数は期間の最後の日（今日まで）の時点の数で、店舗は対象の店舗だけです。"
            "解約された企業と、フェーズの決まっていない取り込み直後の企業は数えません。"
            "レクチャーの時間は予定の開始から終了までで、準備の時間は含みません。"
        ),
        parts=_parts(),
        columns=_columns(),
        codes=_codes(),
        notes={
            "lectures_of_all": _(
                "絞り込みは顧客企業・個別開催・タスクに適用されます。どの企業も参加できるレクチャーは、絞り込んでもすべて数えます。"
            ),
            "task_minutes": _("タスクにかかる時間は記録されないため、1 件 %(minutes)s 分とみなしています。"),
            "hours_entered": _("1 人が月に使える時間は、工数試算に入力された %(hours)s 時間です。"),
            "hours_usual": _(
                "1 人が月に使える時間が工数試算に入力されていないため、同じチームの中央値と比べています。"
            ),
            "others": _(
                "時間の多い人から順に表示しています。ほかに %(people)s 名います。担当者で絞り込むと表示されます。"
            ),
        },
    )


def _parts() -> dict[str, tuple[str, str]]:
    return {
        "people": (
            _("人ごとの負荷"),
            _(
                "担当社数は、その人がいまのフェーズの担当になっている企業の数。開催数は期間中に終わったレクチャーのうち主催したもの（中止を除く）、"
                "完了タスクは期間中にその人が完了したもの、未完了タスクはいま残っているもので、レポートの期間にかかわりません。"
            ),
        ),
        "room": (
            _("余裕のある人"),
            _(
                "レクチャー・個別開催の時間とタスクの時間の合計を 1 か月あたりに直し、1 人が月に使える時間から引いたもの。余裕の大きい人から順に並べます。"
                "在籍している人だけを数えます。電話やメールなど、記録されない仕事の時間は含みません。"
            ),
        ),
        "teams": (
            _("チームごとの負荷"),
            _(
                "企業と店舗はそのチームのフェーズにあるもの、レクチャーは主催者のチーム、完了タスクは完了した人のチームで数えます。"
                "担当者の決まっていない未完了タスクは、企業のフェーズのチームに数えます。"
            ),
        ),
        "stages": (
            _("フェーズごとの 1 人あたりの企業数"),
            _(
                "担当者のいる企業と店舗を、そのフェーズの企業を 1 社以上担当している人の数で割ったもの。担当者のいない企業は別に示します。"
            ),
        ),
        "months": (
            _("月ごとのチームの負荷"),
            _(
                "企業と店舗は各月の最後の日（今月は今日）の数、レクチャーと完了タスクはその月の数。チームの分け方は「チームごとの負荷」と同じです。"
            ),
        ),
        "hours": (
            _("月ごとの時間"),
            _(
                "その月のレクチャー・個別開催の時間と、完了タスクにかかったとみなす時間の合計。すべてのチームを合わせたものです。"
            ),
        ),
        "person_months": (
            _("月ごとの人の負荷"),
            _("人ごと・月ごとの、担当社数と店舗数（月の最後の日、今月は今日）、主催したレクチャー、完了したタスク。"),
        ),
    }


def _columns() -> dict[str, str]:
    return {
        "member": _("担当者"),
        "team": _("チーム"),
        "members": _("在籍人数"),
        "accounts": _("担当社数"),
        "teams.accounts": _("企業数"),
        "stages.accounts": _("企業数"),
        "months.accounts": _("企業数"),
        "stores": _("店舗数"),
        "lectures": _("レクチャー開催数"),
        "lecture_hours": _("レクチャーの時間"),
        "own": _("個別開催数"),
        "own_hours": _("個別開催の時間"),
        "done": _("完了タスク"),
        "open": _("未完了タスク"),
        "task_hours": _("タスクの時間"),
        "hours": _("時間の合計"),
        "month_hours": _("1 か月の時間"),
        "has": _("1 人が使える時間"),
        "room": _("余裕"),
        "stage": _("フェーズ"),
        "without": _("担当者なし"),
        "owners": _("担当者数"),
        "per_owner": _("1 人あたりの企業数"),
        "stores_per_owner": _("1 人あたりの店舗数"),
        "month": _("年月"),
        "account": _("顧客企業"),
        "owner": _("担当者"),
        "from_on": _("この状態になった日"),
        "lecture": _("開催日程"),
        "day": _("開催日"),
        "time": _("開始"),
        "length": _("長さ"),
        "host": _("主催者"),
        "task": _("タスク"),
        "words": _("内容"),
        "due_on": _("期限"),
        "done_on": _("完了日"),
        "done_by": _("完了した人"),
    }


def _codes() -> dict[str, dict[str, str]]:
    nobody = _("担当者なし")
    return {
        "team": {team: str(terms.TEAMS[team]) for team in TEAMS} | {NO_TEAM: nobody},
        "stage": {stage: str(terms.STAGES[stage]) for stage in STAGES},
        "member": {"": nobody},
        "task": tasks.kinds(),
    }
