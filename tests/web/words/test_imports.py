"""What an import says of rows, accounts and fields reads as a sentence, whatever the readers and rules say of them."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask_babel import force_locale

from scheduler.readers.customer_rows import Complaint
from scheduler.readers.customers import read_customers
from scheduler.rules.intake import plan_intake
from scheduler.rules.phases import standing
from scheduler.services.imports import lists, preview
from scheduler.services.imports.lists import Choices
from scheduler.web.words import imports as words
from scheduler.web.words import terms
from tests.services.imports.lists import NOW, a_list, bring_in

TODAY = date(2026, 11, 20)
# One row for each thing that somebody should check, with the words that must be said of it.
DOUBTFUL = [
    ({"氏名": "山田", "電話番号": "0311"}, "no_email", "電話で連絡"),
    ({"氏名": "山田"}, "unreachable", "電話番号もありません"),
    ({"氏名": "山田", "メール": "a@@b", "電話番号": "0311"}, "email_invalid", "「a@@b」"),
    ({"氏名": "山田", "メール": "a@x.jp, b@x.jp"}, "several_emails", "最初のもの"),
    ({"氏名": "", "メール": "shop@x.jp"}, "shared_address", "共用アドレス"),
    ({"氏名": "", "電話番号": "0311"}, "no_name", "氏名がありません"),
    ({"氏名": "山田", "メール": "a@x.jp", "言語": "Deutsch"}, "language_unknown", "言語「Deutsch」"),
    ({"利用開始予定日": "4月下旬"}, "date_unreadable", "利用開始予定日「4月下旬」"),
    ({"店舗名": "横浜店", "定休日": "第3水曜"}, "closed_days_unclear", "「第3水曜」"),
]


@pytest.fixture(autouse=True)
def _in_japanese(app: Flask) -> object:
    with app.test_request_context(headers={"Accept-Language": "ja"}):
        yield


@pytest.mark.parametrize(("cells", "key", "said"), DOUBTFUL)
def test_what_is_doubtful_in_a_row_is_said(cells: dict[str, str], key: str, said: str) -> None:
    marks = plan_intake(read_customers(a_list(cells), "f").rows, {}, TODAY).marks
    told = {mark.key: words.mark(mark.key, mark.params) for mark in marks}
    assert said in told[key]


def test_rows_that_disagree_and_people_who_share_are_said() -> None:
    rows = [
        {"契約日": "2026/4/1", "店舗名": "A店", "氏名": "山田", "メール": "a@x.jp"},
        {"契約日": "2026/4/2", "店舗名": "B店", "氏名": "山田", "メール": "a@x.jp"},
        {"契約日": "2026/4/1", "店舗名": "A店", "氏名": "佐藤", "メール": "a@x.jp"},
    ]
    marks = plan_intake(read_customers(a_list(*rows), "f").rows, {}, TODAY).marks
    told = [words.mark(mark.key, mark.params) for mark in marks]
    assert told == [
        "契約日が同じ顧客企業や同じ方のほかの行と違います。「2026-04-01」を使い、「2026-04-02」は取り込みません。",
        "複数の店舗に在籍する一人の方として取り込みます: A店、B店",
        "山田 様と同じメールアドレス（a@x.jp）です。別の方として取り込み、一人ずつ宛名を付けて送ります。",
    ]


def test_every_mark_of_a_person_has_a_word_on_the_list_of_people_to_check() -> None:
    kept = {key for cells, key, _said in DOUBTFUL if "氏名" in cells} | {"second_person", "several_stores", "conflict"}
    assert kept <= terms.CHECKS.keys()


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"顧客ID": ""}, "顧客IDがありません。"),
        ({"会社名": ""}, "顧客ID A1 の会社名がどの行にもありません。"),
        ({"契約日": "2026/2/30"}, "契約日「2026/2/30」は存在しない日付です。"),
        ({"氏名": "山田", "メール": "a@@b"}, "メール「a@@b」は正しい形ではなく、電話番号もありません。"),
        ({"店舗名": "長" * 201}, "店舗名が長すぎます（200 文字まで）。"),
    ],
)
def test_why_a_row_does_not_go_in_is_said(cells: dict[str, str], said: str) -> None:
    (row,) = lists.read(a_list(cells), "f", Choices()).refused
    assert words.refusal(row.key, row.params) == said


@pytest.mark.parametrize(
    ("phase", "start", "said"),
    [
        ("利用中", None, "フェーズ「利用中」"),
        ("解約済", None, "フェーズ「解約済」"),
        ("", date(2026, 12, 1), "利用開始予定日 2026年12月1日(火)"),
        ("導入中", date(2026, 1, 5), "フェーズ「導入中」、利用開始予定日は 2026年1月5日(月)"),
        ("", None, "フェーズと利用開始予定日から判断できません"),
    ],
)
def test_what_an_account_is_sorted_by_is_said(phase: str, start: date | None, said: str) -> None:
    reason: Complaint = standing(phase, start, TODAY).reason
    assert words.standing(reason).replace("2026年", "") == said.replace("2026年", "")


def test_values_before_and_after_read_as_on_the_other_pages() -> None:
    first = {"契約日": "2026/4/1", "店舗名": "横浜店", "定休日": "水", "氏名": "山田", "TEL": "0311", "役割": "店長"}
    bring_in(a_list(first))
    second = first | {"契約日": "2026/4/2", "定休日": "火・水", "役割": "窓口", "言語": "English", "プラン": "プロ"}
    told = preview.of(lists.read(a_list(second), "f", Choices()), Choices(), NOW).changes
    lines = {
        (words.part(one), words.field(one)): (words.value(one, one.change.old), words.value(one, one.change.new))
        for one in told
    }
    assert lines == {
        ("顧客企業", "契約日"): ("2026年4月1日(水)", "2026年4月2日(木)"),
        ("顧客企業", "プラン"): ("（空欄）", "プロ"),
        ("店舗 横浜店", "定休日"): ("水曜", "火曜、水曜"),
        ("山田", "役割"): ("店長", "窓口"),
        ("山田", "言語"): ("日本語", "English"),
    }


def test_amounts_read_in_both_languages() -> None:
    totals = {
        "accounts": {"new": 1, "changed": 0},
        "stores": {"new": 1000, "changed": 28},
        "contacts": {"new": 0, "changed": 2},
    }
    assert words.amounts(totals) == "1 社・1,028 店舗・2 名"
    with force_locale("en"):
        assert words.amounts(totals).count("1,028") == 1
