"""Answers how the report on trials reads: what each measure counts, and what its figures let one say."""

from __future__ import annotations

from flask_babel import gettext as _

from scheduler.web.words.figures.common import ReportWords


def words() -> ReportWords:
    """Word the report on trials."""
    return ReportWords(
        title=_("試行"),
        about=_(
            "新しいやり方を一部のグループで試し、これまでのやり方より良かったかを示します。グループはタグで分け、試す前の月（基準）を 100 として比べます。"
            "差と 95% 区間は、グループの人や企業が別の顔ぶれだったらどれだけ動いたか（ブートストラップ法）から求めます。期間の指定は、一覧に並ぶ試行を選ぶだけで、計算には試行ごとの月を使います。"
        ),
        parts=_parts(),
        columns=_columns(),
        codes={
            "measure": measures(),
            "verdict": {
                "better": _("良くなった"),
                "worse": _("悪くなった"),
                "unclear": _("偶然と区別できない"),
                "too_few": _("人数・社数が足りない"),
                "no_baseline": _("基準の値がない"),
                "no_trial": _("試行の値がまだない"),
                "own_page": _("試行を選ぶと判定します"),
            },
            "role": {"tried": _("試すグループ"), "compared": _("比べるグループ")},
            "measured": {"actual": _("実績"), "estimate": _("見込み")},
        },
        notes=_standing() | _results() | _verdicts() | _missing(),
    )


def measures() -> dict[str, str]:
    """Name every measure."""
    return {
        "meetings": _("商談数"),
        "revenue": _("売上"),
        "growth": _("売上の増加"),
        "renewed": _("契約の更新"),
        "attendance": _("出席率"),
        "days_to_ready": _("引き継ぎ可までの日数"),
        "returned_handovers": _("差し戻しの割合"),
        "contacts": _("対応回数"),
    }


def definitions() -> dict[str, str]:
    """Say what each measure counts."""
    return {
        "meetings": _("取り込んだ商談数の、一人（一社）・1 か月あたりの平均。"),
        "revenue": _("取り込んだ売上の、一人（一社）・1 か月あたりの平均。"),
        "growth": _(
            "取り込んだ売上の前月からの増加の、一人（一社）・1 か月あたりの平均。基準と試行それぞれの中で数え、前月の値がない月は数えません。"
        ),
        "renewed": _(
            "取り込んだ更新の結果（はい 1、いいえ 0）の平均。更新は試行からしばらくして決まるため、試行の最初の月よりあとの結果はすべて数えます。"
            "「全社平均比」は、同じ月に結果のある全社の平均を 100 とします。自社メンバーの試行では、同じタグを持つ顧客企業の更新を数えます。"
        ),
        "attendance": _(
            "申込のうち出席した割合（出席 ÷（出席＋一部参加＋欠席））を企業・月ごとに求めた平均。自社メンバーの試行では、その人が主催した日程の割合です。"
        ),
        "days_to_ready": _(
            "契約（契約日が不明なら登録）から引き継ぎ可になるまでの日数を、引き継ぎ可になった月に数えます。少ないほど良い指標です。"
            "導入済みで登録された企業は含みません。自社メンバーの試行では、その日に担当していた企業の平均です。"
        ),
        "returned_handovers": _(
            "その月に回答のあった引き継ぎのうち、差し戻された割合。少ないほど良い指標です。自社メンバーの試行では、その人が依頼した引き継ぎの割合です。"
        ),
        "contacts": _(
            "自社メンバーが企業に対応した回数（電話での操作、手動の案内・再案内・候補日時などのメール、完了したタスク、開催した個社レクチャー）の、1 社・1 か月あたりの平均。"
            "何もなかった月は 0 回と数えます。自社メンバーの試行では、その人が対応した回数です。"
        ),
    }


def _parts() -> dict[str, tuple[str, str]]:
    parts = {
        "trials": (_("試行の一覧"), _("試すグループと指標ごとに 1 行です。期間に 1 か月でも重なる試行を、新しい順に並べます。")),
        "verdicts": (
            _("わかったこと"),
            _(
                "指数は、試すグループの試行中の平均を、同じグループの基準の平均を 100 として表したもの。差は、その指数から比べるグループの指数を引いたもの（比べるグループがなければ 100 を引いたもの）です。"
                "グループの人数・社数が足りないあいだは、差が大きくても判定しません。「必要な数」は、いまの差が本物なら 5 回に 4 回は見分けられる、1 グループあたりの人数・社数と、追加の月数です。"
            ),
        ),
    }  # fmt: skip
    for key, title in measures().items():
        parts[key] = (title, definitions()[key])
        parts[f"{key}_months"] = (
            _("月ごとの推移: %(measure)s", measure=title),
            _("各グループの月ごとの平均を、そのグループの基準（基準がなければ全社平均）を 100 として表します。"),
        )
    return parts


def _columns() -> dict[str, str]:
    return {
        "trial": _("試行"),
        "from": _("開始月"),
        "until": _("終了月"),
        "measure": _("指標"),
        "group": _("グループの名前"),
        "role": _("役割"),
        "people": _("人数・社数"),
        "before": _("基準の平均"),
        "during": _("試行中の平均"),
        "index": _("指数（基準 = 100）"),
        "against_average": _("全社平均比（平均 = 100）"),
        "difference": _("差（ポイント）"),
        "verdict": _("結果の判定"),
        "needed_people": _("必要な数"),
        "needed_months": _("追加の月数"),
        "month": _("月"),
        "level": _("平均"),
        "measured": _("実績・見込み"),
        "account": _("顧客企業"),
        "member": _("自社メンバー"),
    }


def _standing() -> dict[str, str]:
    return {
        "months": _("「%(trial)s」: 基準 %(first)s – %(last)s、試行 %(trial_first)s – %(trial_last)s。"),
        "running": _("この試行は続いています。数字は、まだ変わります。"),
        "shared": _("複数のグループのタグを持つため、どのグループにも数えていない人・企業: %(count)s。"),
        "nothing_compared": _(
            "比べるグループがないため、試す前の自分たちとだけ比べています。同じ時期に全体が変わっていても、見分けられません。"
        ),
        "no_trials": _("試行を登録すると、指標ごとの結果がここに並びます。"),
        "more_trials": _(
            "新しい %(most)s 件だけを表示しています。ほかの試行は、期間を変えるか、上の欄で選んでください。"
        ),
    }


def _results() -> dict[str, str]:
    return {
        "index.staff": _("「%(group)s」の%(measure)sは基準の %(value)s%%（95%% 区間 %(low)s–%(high)s、%(subjects)s 名）。"),
        "index.accounts": _("「%(group)s」の%(measure)sは基準の %(value)s%%（95%% 区間 %(low)s–%(high)s、%(subjects)s 社）。"),
        "index_alone.staff": _("「%(group)s」の%(measure)sは基準の %(value)s%%（%(subjects)s 名）。"),
        "index_alone.accounts": _("「%(group)s」の%(measure)sは基準の %(value)s%%（%(subjects)s 社）。"),
        "average.staff": _(
            "「%(group)s」の%(measure)sは全社平均の %(value)s%%（95%% 区間 %(low)s–%(high)s、%(subjects)s 名）。"
        ),
        "average.accounts": _(
            "「%(group)s」の%(measure)sは全社平均の %(value)s%%（95%% 区間 %(low)s–%(high)s、%(subjects)s 社）。"
        ),
        "average_alone.staff": _("「%(group)s」の%(measure)sは全社平均の %(value)s%%（%(subjects)s 名）。"),
        "average_alone.accounts": _("「%(group)s」の%(measure)sは全社平均の %(value)s%%（%(subjects)s 社）。"),
        "no_index.nobody": _("「%(group)s」には、%(measure)sの値のある人・企業がまだありません。"),
        "no_index.no_baseline": _("「%(group)s」は、%(measure)sの基準の値がないか 0 のため、比べられません。"),
        "no_index.no_trial": _("「%(group)s」には、試行中の%(measure)sの値がまだありません。"),
        "difference.staff": _(
            "同じ時期の「%(group)s」（%(subjects)s 名）との差は %(value)s ポイント（95%% 区間 %(low)s から %(high)s）。"
        ),
        "difference.accounts": _(
            "同じ時期の「%(group)s」（%(subjects)s 社）との差は %(value)s ポイント（95%% 区間 %(low)s から %(high)s）。"
        ),
        "difference_alone.staff": _("同じ時期の「%(group)s」（%(subjects)s 名）との差は %(value)s ポイント。"),
        "difference_alone.accounts": _("同じ時期の「%(group)s」（%(subjects)s 社）との差は %(value)s ポイント。"),
    }  # fmt: skip


def _verdicts() -> dict[str, str]:
    return {
        "better": _("%(measure)sは良くなりました。この差は、偶然とは考えにくいものです。"),
        "worse": _("%(measure)sは悪くなりました。この差は、偶然とは考えにくいものです。"),
        "unclear": _("%(measure)sの差はまだ偶然と区別できません。"),
        "too_few": _("人数・社数が足りないため、%(measure)sの良し悪しはまだ判定しません。"),
        "no_baseline": _("%(measure)sは基準の値がないため、判定できません。"),
        "no_trial": _("%(measure)sは試行中の値がないため、まだ判定できません。"),
        "needed_subjects.staff": _("いまの差が本物なら、1 グループ %(count)s 名ほどで見分けられます。"),
        "needed_subjects.accounts": _("いまの差が本物なら、1 グループ %(count)s 社ほどで見分けられます。"),
        "needed_months.staff": _("いまの人数のまま続けるなら、あと %(count)s か月ほどかかります。"),
        "needed_months.accounts": _("いまの社数のまま続けるなら、あと %(count)s か月ほどかかります。"),
    }


def _missing() -> dict[str, str]:
    return {
        "gaps.staff": _("値の抜けている月があります（%(subjects)s 名、%(months)s）。抜けた月は数えていません。"),
        "gaps.accounts": _("値の抜けている月があります（%(subjects)s 社、%(months)s）。抜けた月は数えていません。"),
        "forecast": _("まだ終わっていない月の値（%(count)s 件）を含むため、見込みです。"),
        "no_figures": _(
            "%(measure)sの値がまだありません。月次の数字を取り込むか、試行の月が過ぎると、ここに推移が並びます。"
        ),
    }
