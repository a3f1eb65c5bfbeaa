"""Where a customer that a list brings in stands: being introduced, already live, or for a person to decide."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from scheduler.readers.customer_rows import Complaint

Sort = Literal["introducing", "live", "undecided"]

# An account whose planned start lies further back is taken as live (DESIGN, section 5, Getting in).
LIVE_AFTER_DAYS = 30

# What CRMs write into a phase column, looked for in this order, so that 未稼働 is not 稼働 and 解約済 is not live.
_ENDED = re.compile(
    r"解約|退会|終了|中止|停止|休止|休眠|失注|取消|キャンセル|\b(?:churned|churn|cancell?ed|lost|ended|closed lost|inactive)\b"
)
_RENEWAL = re.compile(r"更新|継続|\b(?:renewal|renewing|renewed)\b")
_BEFORE = re.compile(
    r"未|前$|前[(\s]|待ち|予定|導入(?!済|完了|後)|準備|オンボ|初期設定|立ち?上げ|受注|契約手続|トライアル|新規"
    r"|\b(?:onboarding|implementation|implementing|setup|set-up|in progress|not started|new|kick-?off|trial|launching)\b"
)
_LIVE = re.compile(
    r"利用中|稼働|運用|定着|活用|本番|利用開始|導入済|導入完了|サクセス|アクティブ|成功"
    r"|\b(?:live|active|success|adoption|adopted|in use|using|production|launched)\b"
)


@dataclass(frozen=True)
class Standing:
    """The sort, the stage an account gets when it is made, and why."""

    sort: Sort
    stage: Literal["onboarding", "success", "renewal"]
    reason: Complaint


def standing(phase: str, planned_start_on: date | None, today: date) -> Standing:
    """Sort an account by the file's phase and planned start; `today` is the day of the import in the vendor's zone.

    The phase wins where it says the account is live. A phase that says it is still being introduced long after the
    planned start may be a stuck customer or an old note, so a person decides; so does a phase that says it has ended.
    """
    word = unicodedata.normalize("NFKC", phase).casefold()
    said = Complaint("phase", {"phase": phase})
    days_past = (today - planned_start_on).days if planned_start_on else None
    start = Complaint("planned_start", {"planned_start_on": planned_start_on, "days_past": days_past})
    long_past = days_past is not None and days_past > LIVE_AFTER_DAYS
    if _ENDED.search(word):
        return Standing("undecided", "onboarding", Complaint("phase_ended", {"phase": phase}))
    if _RENEWAL.search(word):
        return Standing("live", "renewal", said)
    if _BEFORE.search(word):
        if long_past:
            return Standing("undecided", "onboarding", Complaint("phase_and_start_differ", said.params | start.params))
        return Standing("introducing", "onboarding", said)
    if _LIVE.search(word):
        return Standing("live", "success", said)
    if days_past is None:
        return Standing("undecided", "onboarding", Complaint("nothing_said", {"phase": phase}))
    return Standing("live", "success", start) if long_past else Standing("introducing", "onboarding", start)
