"""Answers how staffing reads: its parts, its inputs, the ways of working, and what is wrong with a plan."""

from __future__ import annotations

from flask_babel import gettext as _

from scheduler.web.words import terms
from scheduler.web.words.figures.common import ReportWords


def words() -> ReportWords:
    """Word the staffing report."""
    return ReportWords(
        title=_("工数試算"),
        about=_(
            "いまの担当者で何社まで受け持てるか、いつ人が足りなくなるかを、活動ごとの所要時間と新しい顧客企業の数から見積もります。"
            "対象の期間（初めは直近 12 か月）の実績から分かる数はあらかじめ入っており、入力した数はそれより優先されます。"
            "幅のある数は、来る社数・店舗数・所要時間・退職のばらつきを乱数で 1,000 通り試した結果で、中央値と、10 通りのうち 8 通りが入る範囲です。"
        ),
        parts=_parts(),
        columns=_columns(),
        codes=_codes(),
        notes=_notes(),
    )


def inputs() -> dict[str, str]:
    """Word the inputs by their fields."""
    found = {
        "new_accounts": _("新しい顧客企業（社/月）"),
        "new_stores": _("新しい店舗（店舗/月）"),
        "growth": _("新しい顧客企業の増え方（1 か月ごとの割合）"),
        "hours": _("1 人が実際に使える時間（時間/月）"),
        "lectures_per_account": _("1 社が受ける回数（レクチャー）"),
        "leavers": _("退職（人/年）"),
        "newcomer_months": _("後任が一人前になるまで（か月）"),
        "queue.arrivals": _("席を希望する人（人/月）"),
        "queue.lectures": _("開催（回/月）"),
        "queue.seats": _("1 回の席数"),
        "queue.show_rate": _("申し込んだ人が来る割合（0〜1）"),
    }
    for stage, name in terms.STAGES.items():
        found[f"months.{stage}"] = _("%(stage)s の期間（か月）", stage=name)
        found[f"accounts.{stage}"] = _("%(stage)s の顧客企業（社）", stage=name)
        found[f"stores.{stage}"] = _("%(stage)s の店舗", stage=name)
        found[f"people.{stage}"] = _("%(stage)s の担当者（人）", stage=name)
    for key, name in activities().items():
        found[f"minutes.{key}"] = _("「%(activity)s」の時間（分）", activity=name)
        found[f"group.{key}"] = _("「%(activity)s」を一度に受ける数", activity=name)
    return found


def activities() -> dict[str, str]:
    """Word the activities that the program knows."""
    return {
        "handing_in": _("受注の引き渡し"),
        "kick_off": _("キックオフ"),
        "basic_lecture": _("基本のレクチャー"),
        "own_lectures": _("個社開催のレクチャー"),
        "setup_help": _("初期設定の支援"),
        "onboarding_contacts": _("導入中の連絡（タスク）"),
        "handover": _("引き継ぎ"),
        "advanced_lecture": _("応用のレクチャー"),
        "success_contacts": _("活用支援の連絡（タスク）"),
        "renewal_talk": _("更新の商談"),
        "renewal_contacts": _("更新前の連絡（タスク）"),
    }


def choices() -> dict[str, dict[str, str]]:
    """Word what can be chosen of an activity, and the ways of working."""
    return {
        "per": {
            "account": _("1 社ごと"),
            "store": _("1 店舗ごと"),
            "lecture": _("受講 1 回ごと"),
            "month": _("1 社・1 か月ごと"),
        },
        "done": {"one_to_one": _("個別"), "group": _("グループ")},
        "scenario": {
            "one_person": _("1 人が全部を担当（すべて個別）"),
            "split": _("フェーズで分担（すべて個別）"),
            "group": _("分担し、できるものはグループで"),
            "yours": _("入力した内容のまま"),
        },
    }


def _parts() -> dict[str, tuple[str, str]]:
    return {
        "months": (
            _("月ごとの時間"),
            _("フェーズごとの顧客企業の数（予想）と必要な時間。「使える時間」は、退職と後任の習熟を差し引いた全員の時間です。図は中央値です。"),
        ),
        "heads": (
            _("必要な人数"),
            _(
                "必要な時間を 1 人が使える時間で割った人数。「必要な人数（切り上げ）」はフェーズごとに切り上げた合計です。"
                "「足りなくなる割合」は、1,000 通りのうち、その月までに一度でもどこかのフェーズで時間が足りなくなった割合です。"
            ),
        ),
        "holding": (
            _("1 人が受け持てる社数"),
            _("1 人の使える時間を、1 社にかかる時間で割った数。一度だけの活動は、そのフェーズにいる期間にならして数えます（終わりのないフェーズは最初の 1 年）。一度に多くの企業がそのフェーズに入る月は、この社数より少なくても足りなくなることがあります。"),
        ),
        "scenarios": (
            _("働き方の比較"),
            _("同じ社数を、違う働き方で受け持った場合。差は「入力した内容のまま」との月平均の差です（マイナスは少なくて済むこと）。"),
        ),
        "savings": (
            _("グループにすると減る時間"),
            _("グループでできる活動を、個別で行う場合とグループで行う場合の月平均の差です。"),
        ),
        "matters": (
            _("結果を左右する数"),
            _("一つずつ動かしたとき、いちばん忙しい月の必要人数が大きく変わる上位 3 つ。実績のばらつきがあればその幅、なければ 10% の増減で動かします。"),
        ),
        "waiting": (
            _("最初の受講までの日数"),
            _(
                "席を希望してから最初の席に座るまで、また実際に受講するまでの日数。希望は日を選ばずに来て、開催は等間隔、先に希望した人から席に着き、欠席した人は列の最後に並び直すものとして試します。"
            ),
        ),
        "activities": (_("活動"), _("何に、誰のために、どれだけ時間をかけるか。所要時間は実績（件数つき）か、入力した数か、一般的な目安です。")),
        "inputs": (_("そのほかの前提"), _("実績の数は対象の期間（席に関する数はその終わりの 3 か月）から。±は実績の標準偏差です。")),
    }  # fmt: skip


def _columns() -> dict[str, str]:
    found = {
        "month": _("月"),
        "hours": _("必要な時間 合計"),
        "hours_there": _("使える時間"),
        "heads": _("必要な人数"),
        "people_needed": _("必要な人数（切り上げ）"),
        "people_there": _("いまの人数"),
        "ran_out": _("足りなくなる割合"),
        "stage": _("フェーズ"),
        "holds": _("1 人が受け持てる社数"),
        "accounts": _("いまの顧客企業"),
        "people": _("いまの人数"),
        "accounts_each": _("いまの 1 人あたり"),
        "hours_today": _("いま必要な時間（月）"),
        "scenario": _("働き方"),
        "mean_hours": _("必要な時間（月平均）"),
        "most_heads": _("必要な人数（最大の月）"),
        "most_people": _("切り上げた人数（最大の月）"),
        "runs_out": _("足りなくなる月"),
        "more_hours": _("時間の差（月平均）"),
        "more_heads": _("人数の差（月平均）"),
        "activity": _("活動"),
        "group": _("一度に受ける数"),
        "saved_hours": _("減る時間（月）"),
        "saved_heads": _("減る人数"),
        "is_done": _("いまの行い方"),
        "input": _("前提"),
        "varied": _("動かした範囲"),
        "varied_by": _("動かし方"),
        "heads_range": _("必要な人数の範囲"),
        "swing": _("人数の変わり方"),
        "wait": _("待つもの"),
        "mean": _("平均"),
        "median": _("中央値"),
        "ninetieth": _("10 人中 9 人まで"),
        "minutes": _("所要時間（分）"),
        "per": _("数え方"),
        "done": _("行い方"),
        "hours_a_month": _("月平均の時間"),
        "base": _("もとになった件数"),
        "value": _("値"),
        "source": _("出どころ"),
        "account": _("顧客企業"),
        "since": _("いつから"),
        "stores": _("店舗"),
        "lecture": _("開催日程"),
        "starts_on": _("開催日"),
        "member": _("自社担当"),
        "team": _("チーム"),
        "done_on": _("完了した日"),
    }
    for stage, name in terms.STAGES.items():
        found[f"accounts_{stage}"] = _("%(stage)s 社数", stage=name)
        found[f"hours_{stage}"] = _("%(stage)s 時間", stage=name)
        found[f"heads_{stage}"] = _("%(stage)s 人数", stage=name)
    return found


def _codes() -> dict[str, dict[str, str]]:
    return choices() | {
        "stage": {**terms.STAGES, "whole_way": _("契約から更新まで")},
        "team": dict(terms.TEAMS),
        "is_done": {"already": _("グループ"), "could_be": _("個別（グループにできる）")},
        "varied_by": {"by_spread": _("実績のばらつき"), "by_tenth": _("10% の増減")},
        "source": {"measured": _("実績"), "entered": _("入力・目安")},
        "wait": {"seat": _("最初の席まで"), "attended": _("受講するまで")},
        "activity": activities(),
        "input": inputs(),
    }


def _notes() -> dict[str, str]:
    return {
        "runs_out": _("%(month)s までに、%(share)s%% の確からしさで、いまの人数では時間が足りなくなります。"),
        "may_run_out": _("早ければ %(month)s に時間が足りなくなります（期間の終わりまでに足りなくなる確からしさ %(share)s%%）。"),
        "lasts": _("この先 %(months)s か月は、いまの人数で足りる見込みです（足りなくなる確からしさ %(share)s%%）。"),
        "first_short": _("見積もりどおりなら、最初に足りなくなるのは%(stage)sです（%(month)s）。ほかのフェーズの担当者に余裕があっても、分担を変えなければ補えません。"),
        "played": _("%(years)s 年分を試しました（乱数の種 %(seed)s。同じ種なら同じ結果になります）。"),
        "queue_grows": _("希望が席の %(load)s%% に達し、待つ人が増え続けます。開催か席を増やすと、待ち日数を見積もれます。"),
        "nobody_waits": _("席を希望する人がいないため、待ち日数はありません。"),
        "queue_load": _("席の %(load)s%% が使われます。%(people)s 人分を試しました（乱数の種 %(seed)s）。"),
        "queue_formula": _("全員が来るか席に十分な空きがあるときの公式では、最初の席まで平均 %(days)s 日です。"),
        "nobody": _("担当者が 1 人もいないため試算できません。自社メンバーを登録するか、「前提を編集する」で人数を入力してください。"),
        "leavers_too_many": _("退職する人がいまの人数に対して多すぎるため試算できません。「前提を編集する」で見直してください。"),
        "inputs_wrong": _("前提の数に誤りがあるため試算できません。「前提を編集する」で直してください。"),
        "no_data": _("もとになる実績がまだありません。"),
    }  # fmt: skip
