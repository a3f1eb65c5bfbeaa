"""Answers how the report on the way to ready reads: its parts with what exactly is counted, its columns and notes."""

from __future__ import annotations

from itertools import pairwise

from flask_babel import gettext as _

from scheduler.models.accounts import STAGES
from scheduler.web.words import terms
from scheduler.web.words.figures.common import ReportWords


def words() -> ReportWords:
    """Word the report on the way to ready."""
    return ReportWords(
        title=_("引き継ぎ可までの道のり"),
        about=_(
            "期間中に始まった顧客企業が、契約から引き継ぎまでどこまで進み、何日かかっているかを示します。始まりは契約日（分からなければ登録した日）です。"
            "日数はカプラン・マイヤー法で見積もります。まだ途中の企業を除いたり「かかっていない」とみなしたりせず、今日まで（解約した企業は解約日まで）届いていないことだけを数に入れる方法です。"
            "導入済みとして登録された企業と、扱いが未決定の企業は数えません。"
        ),
        parts=_parts_of_knots() | _parts_of_starts() | _parts_of_handovers(),
        columns=_columns() | _columns_of_rows(),
        codes=_codes(),
        notes=_notes(),
    )


def _parts_of_knots() -> dict[str, tuple[str, str]]:
    return {
        "days": (
            _("到達までの日数"),
            _(
                "期間中に始まったすべての企業について、始まりから各段階までの日数。中央値は半数の企業が到達した日数、90%値は 10 社のうち 9 社が到達した日数で、括弧内は 95% 区間です。"
                "まだそれだけの企業が到達していなければ「–」とします。"
            ),
        ),
        "reached": (
            _("月ごとの到達企業数"),
            _("その月に始まった企業のうち、今日までに各段階に到達した企業の数。新しい月ほど、これから到達する企業が残っています。"),
        ),
        "cohort_median": (
            _("月ごとの日数（中央値）"),
            _("その月に始まった企業の半数が各段階に到達した日数。括弧内は 95% 区間です。"),
        ),
        "cohort_ninetieth": (
            _("月ごとの日数（90%値）"),
            _("その月に始まった企業の 9 割が各段階に到達した日数。時間のかかる企業の様子が分かります。括弧内は 95% 区間です。"),
        ),
        "curve": (
            _("利用開始と引き継ぎ可までの曲線"),
            _(
                "始まりからの日数ごとに、利用開始・引き継ぎ可に到達した企業の割合の見積もりと 95% 区間。「未到達」は、その日を過ぎてもまだ到達していないことが分かっている企業の数で、少ないほど見積もりは不確かです。"
            ),
        ),
        "waiting": (
            _("いま待っている段階"),
            _(
                "引き継ぎも解約もされていない企業が、次にどの段階を待っているか。あとの段階に到達していれば、前の段階は済んだものとみなします。"
                "待ち日数は、その前の段階のうち最後に到達した日から今日までの日数の中央値です。保留中の企業も含みます。"
            ),
        ),
        "steps": (
            _("各段階にかかる日数"),
            _(
                "ひとつ前の段階に到達してから、その段階に到達するまでの平均日数。90 日より長くかかる場合は 90 日として数えます（90 日まで見た企業がなければ、右の列の日数まで）。"
                "順序が逆になった場合は 0 日とし、その段階の日が分からないまま引き継いだ企業は引き継いだ日までとします。"
            ),
        ),
    }  # fmt: skip


def _parts_of_starts() -> dict[str, tuple[str, str]]:
    return {
        "start": (
            _("利用開始予定日に対する利用開始"),
            _(
                "利用開始予定日が登録されている企業の利用開始。予定日より前を「早い」、当日を「予定どおり」、後を「遅い」とします。利用を始めていない企業は、予定日を過ぎたか、まだか、解約したかで分けます。"
            ),
        ),
        "start_months": (_("月ごとの利用開始"), _("上と同じ区分を、企業が始まった月ごとに示します。")),
        "start_days": (
            _("契約から利用開始までの日数"),
            _(
                "利用開始予定日が登録されている企業について。「予定日との差」は予定日から利用開始までの日数の中央値で、早ければマイナスです。まだ利用を始めていない企業は、今日（解約した企業は解約日）まで始めていないものとして数に入れます。"
                "契約から予定日・利用開始までの日数は、契約日が分かる企業の中央値です。"
            ),
        ),
        "worth": (
            _("利用開始が 1 日早まる価値"),
            _(
                "月額の分かる企業について、最初の契約の月額を合計し、30 で割った金額です。課金が利用開始とともに始まるとみなした目安で、月額の分からない企業は含みません。"
            ),
        ),
    }  # fmt: skip


def _parts_of_handovers() -> dict[str, tuple[str, str]]:
    return {
        "decided": (
            _("引き継ぎの差し戻し"),
            _("期間中に引き受けまたは差し戻しが決まった引き継ぎ。差し戻しのあとに依頼し直した引き継ぎは、別の 1 件と数えます。まとめて移した引き継ぎは含みません。"),
        ),
        "returned": (
            _("差し戻しで未達に戻された条件"),
            _("差し戻した人が「満たされていない」とした条件ごとの件数。1 件の差し戻しで複数の条件が戻されることがあります。数字を開くと、書かれた理由を読めます。"),
        ),
        "after": (
            _("引き継ぎ後の様子"),
            _(
                "期間中にサクセスへ引き継いだ企業の 30・60・90 日後。それだけの日数が過ぎた引き継ぎだけを数えます。"
                "「利用中」は、その日までの 30 日間に利用のあった企業です（利用開始を人が確認しただけで、日々の利用が届かない企業は含みません）。「活用編を受講」は、前提のあるレクチャーにその日までに出席した企業です。"
                "「差し戻し」は、依頼からその日数のうちに差し戻された引き継ぎの割合です。"
            ),
        ),
    }  # fmt: skip


def _columns() -> dict[str, str]:
    knots = _knots()
    return {
        "month": _("始まった月"),
        "accounts": _("企業数"),
        **knots,
        "knot": _("段階"),
        "reached": _("到達"),
        "open": _("未到達"),
        "median": _("中央値（日）"),
        "ninetieth": _("90%値（日）"),
        **{f"cohort_median.{key}": _("%(knot)s（日）", knot=name) for key, name in knots.items()},
        **{f"cohort_ninetieth.{key}": _("%(knot)s（日）", knot=name) for key, name in knots.items()},
        "day": _("経過日数"),
        "ready_low": _("引き継ぎ可（下限）"),
        "ready_high": _("引き継ぎ可（上限）"),
        "ready_left": _("引き継ぎ可 未到達"),
        "in_use_low": _("利用開始（下限）"),
        "in_use_high": _("利用開始（上限）"),
        "in_use_left": _("利用開始 未到達"),
        "waiting": _("待っている企業"),
        "waiting.knot": _("次の段階"),
        "waiting.median": _("待ち日数（中央値）"),
        "entered": _("前の段階に到達"),
        "mean": _("平均日数"),
        "within": _("何日まで見たか"),
        "state": _("利用開始"),
        "share": _("割合"),
        "planned": _("予定日のある企業"),
        **_states(),
        "difference": _("予定日との差（日）"),
        "planned_days": _("契約から予定日"),
        "actual_days": _("契約から利用開始（日）"),
        "fee_known": _("月額の分かる企業"),
        "monthly": _("月額の合計"),
        "day_worth": _("1 日あたり"),
        "boundary": _("引き継ぎ"),
        "decided": _("決まった件数"),
        "accepted": _("引き受け"),
        "returned": _("差し戻し"),
        "share_returned": _("差し戻しの割合"),
        "condition": _("条件"),
        "after": _("経過"),
        "after.handed_over": _("引き継いだ企業"),
        "still_in_use": _("利用中"),
        "advanced": _("活用編を受講"),
    }


def _columns_of_rows() -> dict[str, str]:
    """Word the columns of the rows behind the numbers."""
    return {
        "account": _("顧客企業"),
        "stage": _("フェーズ"),
        "began_on": _("始まった日"),
        "on": _("到達した日"),
        "after.on": _("引き継いだ日"),
        "days_taken": _("かかった日数"),
        "planned_on": _("利用開始予定日"),
        "in_use_on": _("利用開始日"),
        "late_days": _("予定日との差"),
        "monthly_fee": _("月額"),
        "since": _("待ち始めた日"),
        "waited": _("待ち日数"),
        "entered_on": _("前の段階に到達した日"),
        "requested_on": _("依頼した日"),
        "decision": _("結果"),
        "decided_on": _("決まった日"),
        "by": _("決めた人"),
        "reason": _("理由"),
        "met": _("該当"),
        "advanced_on": _("受講した日"),
    }


def _knots() -> dict[str, str]:
    """Word the knots as the sash does, with the day on which an account was ready before the last."""
    told = {key: str(name) for key, name in terms.KNOTS.items() if key != "handed_over"}
    return told | {"ready": _("引き継ぎ可"), "handed_over": str(terms.KNOTS["handed_over"])}


def _states() -> dict[str, str]:
    return {
        "early": _("早い"),
        "on_time": _("予定どおり"),
        "late": _("遅い"),
        "overdue": _("未利用（予定日を過ぎた）"),
        "ahead": _("未利用（予定日より前）"),
        "gone": _("利用前に解約"),
    }


def _codes() -> dict[str, dict[str, str]]:
    stages = {key: str(name) for key, name in terms.STAGES.items()}
    crossings = {
        f"{one}-{other}": _("%(from_stage)s → %(to_stage)s", from_stage=stages[one], to_stage=stages[other])
        for one, other in pairwise(STAGES)
    }
    return {
        "month": {"all": _("全体")},
        "knot": _knots(),
        "state": _states(),
        "stage": stages,
        "boundary": crossings,
        "condition": {key: str(name) for key, name in terms.CONDITIONS.items()} | {"none": _("条件の指定なし")},
        "after": {"30": _("30 日後"), "60": _("60 日後"), "90": _("90 日後")},
        "decision": {key: str(name) for key, name in terms.HANDOVERS.items()},
        "met": {"yes": _("はい"), "no": _("いいえ")},
    }  # fmt: skip


def _notes() -> dict[str, str]:
    longest = {
        f"longest_{key}": _("もっとも時間がかかっているのは「%(knot)s」です（平均 %%(days)s 日）。", knot=name)
        for key, name in _knots().items()
    }
    return longest | {
        "came_live": _(
            "ほかに、導入済みとして登録されたか、扱いが未決定の企業が %(accounts)s 社あり、数えていません。"
        ),
        "too_early": _(
            "引き継ぎは早すぎるようです。60 日後の差し戻しは %(returned)s、利用中は %(in_use)s で、差し戻しが 10%% を超えるか、利用中が 80%% を下回ることが 95%% 区間からはっきりしています。引き継ぎ条件を厳しくすることをご検討ください。"
        ),
        "too_late": _(
            "引き継ぎは遅すぎるようです。差し戻しはほとんどなく（%(returned)s）、引き継ぎ可になってから引き継ぐまでに %(wait)s 日かかっていて、14 日より長いことがはっきりしています。条件がそろったら早めに依頼することをご検討ください。"
        ),
        "fine": _(
            "引き継ぎの時期は適切なようです。60 日後の差し戻しは %(returned)s、利用中は %(in_use)s、引き継ぎ可から引き継ぎまでは %(wait)s 日です。"
        ),
        "unclear": _(
            "引き継ぎが早すぎるか遅すぎるかは、まだはっきりしません。60 日後の差し戻しは %(returned)s、利用中は %(in_use)s、引き継ぎ可から引き継ぎまでは %(wait)s 日です。"
        ),
    }
