"""Answers how the weekly pack reads: its lists with what exactly stands in them, their columns, codes and notes."""

from __future__ import annotations

from itertools import pairwise

from flask_babel import gettext as _

from scheduler.models.accounts import STAGES
from scheduler.web.words import tasks, terms
from scheduler.web.words.figures.common import ReportWords


def words() -> ReportWords:
    """Word the weekly pack."""
    return ReportWords(
        title=_("週次パック"),
        about=_(
            "チームの合同ミーティングのための 1 週間のまとめです。先週の動き、先週と来週のレクチャー、確認が必要なことを並べます。"
            "週は月曜から日曜まで、日付と時刻はこのシステムのタイムゾーンです。「停滞」と「確認が必要なこと」は、どの週を選んでも今の状態です。"
        ),
        parts=_parts(),
        columns=_columns(),
        codes=_codes(),
        notes={
            "nothing": _("ありません。"),
            "more": _("ほか %(count)s 件は、上の一覧の件数から開けます。"),
            "narrowed": _("レクチャーと未対応の返信は、フェーズ・自社担当・タグで絞り込まれません。"),
        },
    )


def _parts() -> dict[str, tuple[str, str]]:
    return {
        "overview": (_("一覧と件数"), _("それぞれの一覧に並ぶ件数。数字を開くとすべて表示します。")),
        "new": (
            _("新しい顧客企業"),
            _("その週に、営業またはオンボーディングのフェーズで登録された顧客企業と、導入中と決まった顧客企業。導入済みとして登録されたものは含みません。"),
        ),
        "ready": (
            _("引き継ぎ可になった企業"),
            _("その週に、次のチームへの引き継ぎ条件をすべて満たした顧客企業と、今の状態。"),
        ),
        "stuck": (_("停滞"), _("いま停滞している顧客企業と、最も大きな理由。保留・解約・未決定の企業は含みません。")),
        "handed_over": (_("引き継いだ"), _("その週に、次のチームが引き受けた引き継ぎ（一括の移動を含みます）。")),
        "returned": (_("差し戻された"), _("その週に差し戻された引き継ぎと、その理由。")),
        "held": (
            _("その週の開催"),
            _("その週に終わった開催日程（個社開催を含みます）。出席率は、出欠が分かった方のうち受講した方の割合です。"),
        ),
        "coming": (_("翌週の開催"), _("次の週の開催日程（個社開催を含みます）の申込と定員。")),
        "handovers": (_("回答待ちの引き継ぎ"), _("依頼されたまま、引き受けも差し戻しもされていない引き継ぎ。")),
        "open_points": (
            _("引き継ぎの未解決事項"),
            _("引き継ぎの回答待ちか、その週に引き継いだ顧客企業のうち、未解決事項に記入のあるもの。"),
        ),
        "tasks": (_("期限を過ぎたタスク"), _("期限が昨日以前の、終わっていないタスク。")),
        "replies": (_("未対応の返信"), _("お客様から届き、まだ対応済みになっていないメール。")),
    }  # fmt: skip


def _columns() -> dict[str, str]:
    return {
        "list": _("一覧"),
        "count": _("件数"),
        "account": _("顧客企業"),
        "on": _("日付"),
        "planned_on": _("利用開始予定日"),
        "who": _("自社担当"),
        "state": _("今の状態"),
        "reason": _("理由"),
        "boundary": _("引き継ぎ"),
        "handed_over.who": _("引き受けた人"),
        "returned.who": _("差し戻した人"),
        "returned.words": _("理由"),
        "handovers.who": _("引き継ぎ先"),
        "handovers.on": _("依頼日"),
        "held.who": _("講師"),
        "coming.who": _("講師"),
        "lecture": _("開催日程"),
        "held.on": _("開催日"),
        "coming.on": _("開催日"),
        "time": _("開始"),
        "company": _("個社開催の相手"),
        "booked": _("申込"),
        "rate": _("出席率"),
        "capacity": _("定員"),
        "waitlisted": _("キャンセル待ち"),
        "words": _("内容"),
        "task": _("タスク"),
        "tasks.on": _("期限"),
        "subject": _("件名"),
        "sender": _("差出人"),
        "replies.on": _("受信日"),
    }


def _codes() -> dict[str, dict[str, str]]:
    passed = {
        f"{one}-{other}": _("%(one)s → %(other)s", one=terms.STAGES[one], other=terms.STAGES[other])
        for place, one in enumerate(STAGES)
        for other in STAGES[place + 1 :]
    }
    back = {
        f"{other}-{one}": _("%(one)s → %(other)s", one=terms.STAGES[other], other=terms.STAGES[one])
        for one, other in pairwise(STAGES)
    }
    within = {
        f"{stage}-{stage}": _("%(stage)sの担当変更", stage=name) for stage, name in terms.STAGES.items()
    }  # fmt: skip
    return {
        "list": {key: title for key, (title, _about) in _parts().items()},
        "state": {
            "moved_on": _("次のフェーズへ進んだ"),
            "requested": _("引き継ぎを依頼中"),
            "waits": _("依頼されていない"),
            "not_any_more": _("条件が戻った"),
        },
        "reason": {
            "": _("理由の記録なし"),
            "past_planned_start": _("利用開始予定日を過ぎた"),
            "planned_start_near": _("利用開始予定日が近い"),
            "no_progress": _("動きがない"),
            "long_in_stage": _("同じフェーズが続いている"),
            "missed_repeatedly": _("続けて欠席"),
            "not_registered": _("案内したが申込がない"),
            "invited_in_vain": _("何度案内しても申込がない"),
            "unreachable": _("メールが届かない"),
        },
        "boundary": passed | back | within,
        "task": tasks.kinds(),
        "who": {"": "–"},
        "account": {"": _("顧客企業なし")},
    }
