"""Answers how it reads that a trial cannot be kept: what is wrong with it and what to do about it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

# By `why`.
SENTENCES = {
    "trial_exists": _("「%(value)s」という試行はすでにあります。別の名前にしてください。"),
    "no_such_trial": _("その試行はありません。一覧から選んでください。"),
    "month_unreadable": _("「%(value)s」は月として読み取れません。2026-04 の形で入力してください。"),
    "no_baseline_months": _("基準の最後の月が、最初の月より前になっています。"),
    "no_trial_months": _("試行の最後の月が、最初の月より前になっています。"),
    "months_overlap": _("基準と試行の両方に入っている月があります: %(months)s。重ならないようにしてください。"),
    "baseline_after_trial": _(
        "基準（%(baseline)s まで）が、試行の始まり（%(trial)s）より後になっています。基準は試行の前の月にしてください。"
    ),
    "baseline_not_over": _("基準は、すでに終わった月にしてください。今月や先の月は、まだ比べる元になりません。"),
    "period_of_months_too_long": _("基準と試行は、それぞれ %(longest)d か月以内にしてください。"),
    "no_group": _("比べるグループのタグを選んでください。少なくとも 1 つは「試す」が必要です。"),
    "no_tried_group": _("新しいやり方を試すグループがありません。少なくとも 1 つのタグを「試す」にしてください。"),
    "too_many_groups": _("グループは %(most)d 個までにしてください。"),
    "group_twice": _("同じタグが 2 度選ばれています。グループごとに別のタグを選んでください。"),
    "tag_without_accounts": _(
        "タグ「%(value)s」を持つ顧客企業が 1 社もありません。先に顧客一覧でタグを付けるか、別のタグを選んでください。"
    ),
    "tag_without_staff": _(
        "タグ「%(value)s」を持つ自社メンバーが一人もいません。先にメンバーのページでタグを付けるか、別のタグを選んでください。"
    ),
    "groups_overlap": _(
        "複数のグループのタグを持つ人・企業があるため、比べられません: %(names)s（全部で %(count)d）。どちらかのタグを外してください。"
    ),
}
