"""Answers how the report on renewals reads: its parts with what exactly is counted, its columns and groups."""

from __future__ import annotations

from flask_babel import gettext as _

from scheduler.web.words.figures.common import ReportWords


def words() -> ReportWords:
    """Word the report on renewals."""
    return ReportWords(
        title=_("契約更新"),
        about=_(
            "契約がどうなったか、顧客企業がどれだけ続いているかを示します。契約の結果は、顧客企業の「契約内容」ページ、CSV の取り込み、API で登録します。"
            "結果が登録されていない契約は、次の契約があれば更新、企業が解約していれば終了とみなし、どちらでもなければ、期間中は継続中、満了後は未確認とします。"
        ),
        parts=_parts(),
        columns=_columns(),
        codes=_codes(),
        notes={
            "look_back": _(
                "契約開始から 12 か月（%(days)s 日）まで見た企業がまだないため、12 か月後の継続率は示せません。期間の始まりを 2 年ほど前にしてご覧ください。"
            )
        },
    )


def _parts() -> dict[str, tuple[str, str]]:
    return {
        "outcomes": (
            _("契約の結果"),
            _("期間中に 1 日でも有効だった契約を、1 件ずつ数えます（同じ企業の複数の契約はそれぞれ 1 件）。月額の合計は、月額の分かる契約だけのものです。"),
        ),
        "due": (
            _("満了した契約"),
            _("最終日が期間内にあり、まだ継続中ではない契約を、最終日の月ごとに数えます。更新率は、更新か終了が分かった契約のうち更新された割合です。"),
        ),
        "fees": (
            _("維持された月額"),
            _("上の契約のうち、更新か終了が分かったものの月額。「維持された割合」は、月額の合計のうち更新された契約の月額の割合です。更新後の増減は含みません。月額の分からない契約は金額に含みません。"),
        ),
        "retention": (
            _("契約開始月ごとの継続率"),
            _(
                "最初の契約が期間内に始まった企業について、契約開始から 6 か月（184 日）と 12 か月（366 日）を過ぎても契約が続いている割合の見積もりと 95% 区間、契約が続く日数の中央値。"
                "カプラン・マイヤー法により、続いている企業は今日まで続いたことだけを数に入れます。満了後の結果が未確認の企業は、最終日まで続いたとします。その日まで見た企業がなければ「–」とします。"
            ),
        ),
        "by_ready": (
            _("オンボーディングの進み方ごとの継続率"),
            _(
                "利用開始予定日までに引き継ぎ可になった企業と、そうでない企業を比べます。早く解約した企業は引き継ぎ可になる前に終わるため、「引き継ぎ可になっていない」企業の継続率は低く出ます。違いがあっても、原因とは限りません。"
            ),
        ),
        "by_attended": (
            _("受講の有無ごとの継続率"),
            _("1 人でもレクチャーに出席した企業と、誰も出席していない企業を比べます。違いがあっても、原因とは限りません。"),
        ),
        "curve": (
            _("継続の曲線"),
            _("契約開始からの日数ごとに、契約が続いている企業の割合の見積もり。「継続中」は、その日を過ぎても続いていることが分かっている企業の数で、少ないほど見積もりは不確かです。"),
        ),
    }  # fmt: skip


def _columns() -> dict[str, str]:
    ready = _ready()
    return {
        "outcome": _("結果"),
        "contracts": _("契約数"),
        "fee_known": _("月額の分かる契約"),
        "monthly": _("月額の合計"),
        "month": _("契約開始月"),
        "due.month": _("満了した月"),
        "fees.month": _("満了した月"),
        "renewed": _("更新"),
        "ended": _("終了"),
        "unsaid": _("未確認"),
        "share_renewed": _("更新率"),
        "decided": _("更新または終了"),
        "fee_due": _("満了した月額"),
        "fee_kept": _("更新された月額"),
        "share_kept": _("維持された割合"),
        "accounts": _("企業数"),
        "half": _("6 か月後の継続率"),
        "half_low": _("6 か月後の下限"),
        "half_high": _("6 か月後の上限"),
        "retained": _("12 か月後の継続率"),
        "retained_low": _("12 か月後の下限"),
        "retained_high": _("12 か月後の上限"),
        "median": _("継続日数の中央値"),
        "ready": _("オンボーディング"),
        "attended": _("受講"),
        "day": _("経過日数"),
        "left": _("継続中"),
        "curve.retained": _("全体"),
        "curve.retained_low": _("下限"),
        "curve.retained_high": _("上限"),
        **{f"retained_{key}": name for key, name in ready.items()},
        "account": _("顧客企業"),
        "starts_on": _("開始日"),
        "last_on": _("最終日"),
        "monthly_fee": _("月額"),
        "began_on": _("最初の契約の開始日"),
        "ended_on": _("契約が終わった日"),
        "stayed": _("続いた日数"),
    }


def _ready() -> dict[str, str]:
    return {
        "in_time": _("予定日までに引き継ぎ可"),
        "late": _("予定日より後に引き継ぎ可"),
        "never": _("引き継ぎ可になっていない"),
        "unplanned": _("引き継ぎ可（予定日なし）"),
        "live": _("導入済みとして登録"),
    }


def _codes() -> dict[str, dict[str, str]]:
    every = {"all": _("全体")}
    return {
        "outcome": {"renewed": _("更新"), "ended": _("終了"), "running": _("継続中"), "unsaid": _("未確認")},
        "month": every,
        "ready": every | _ready(),
        "attended": {"attended": _("受講あり"), "not_attended": _("受講なし")},
    }
