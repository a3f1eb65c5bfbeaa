from __future__ import annotations

import csv
import io
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.readers.reports.mapped import column_names, faults, header_key, places, unit
from tests.readers.reports.reading import left_out, people, read, refused, table, workbook

HEADER = ["お客様", "連絡先", "入", "出", "長さ", "印"]
LAYOUT = {"name": "お客様", "email": "連絡先", "join": "入", "leave": "出", "attended": "印"}
LINES = [
    "山田 花子,hana@m.example.jp,2026/04/15 14:00,2026/04/15 14:50,3000,○",
    "加藤 太郎,taro@m.example.jp,,,,欠席",
]
FILE = table(",".join(HEADER), *LINES)
GOTO = (
    "Attendee Report,,,GoToWebinar,,,,,,,,,,,",
    "Generated,,,,,,,,,,,,,,",
    '"Apr 15, 2026 01:36 AM PDT",,,,,,,,,,,,,,',
    "General Information,,,,,,,,,,,,,,",
    "Webinar Name,,Webinar ID,,,,,,,,,,,,",
    "Onboarding,,123-456-789,,,,,,,,,,,,",
    "Actual Start Date/Time,,Actual Duration (minutes) ,,,,,,,,,,,,",
    '"Apr 14, 2026 09:50 PM PDT",,75,,,,,,,,,,,,',
    "Clicked Registration Link,,Opened Invitation,,,,,,,,,,,,",
    "5,,4,,,,,,,,,,,,",
    "Total Attended,,,,,,,,,,,,,,",
    "1,,,,,,,,,,,,,,",
    "Session Details,,,,,,,,,,,,,,",
    "Attended,,Interest Rating,First Name,Last Name,Email,Registration Date,Join Time,Leave Time,"
    "In Session Duration* (minutes) ,Country,Industry,Organization,Unsubscribed,Questions Asked by Attendee",
    'Yes,,5,Hana,Yamada,hana@m.example.jp,"Apr 1, 2026 10:00 PM PDT","Apr 14, 2026 10:00 PM PDT",'
    '"Apr 14, 2026 10:58 PM PDT",58.53,Japan,,,No,',
    'No,,,Taro,Kato,taro@m.example.jp,"Apr 1, 2026 10:00 PM PDT",,,,Japan,,,No,',
)
GOTO_LAYOUT = {
    "first": "First Name",
    "last": "Last Name",
    "email": "Email",
    "duration": "In Session Duration* (minutes)",
    "attended": "Attended",
}


def test_unknown_columns_are_refused_with_the_header_line_that_somebody_can_settle() -> None:
    error = refused("受講者一覧,2026年4月\n" + FILE)
    assert error.key == "unknown_columns"
    assert error.params["headers"] == HEADER
    assert (error.params["line"], error.params["header_key"]) == (2, header_key(HEADER))


@pytest.mark.parametrize("above", ["", "受講者一覧,2026年4月\n\n", ",,,,,\n"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("codec", ["utf-8-sig", "cp932", "utf-16"])
def test_a_settled_header_line_is_read_wherever_it_stands_in_any_encoding(
    above: str, delimiter: str, codec: str
) -> None:
    written = (above + FILE).replace(",", delimiter).encode(codec)
    layouts = {header_key(HEADER): LAYOUT}
    assert read(written, layouts=layouts).tool == "generic"
    assert people(written, layouts=layouts) == [("山田 花子", "hana@m.example.jp", 3000)]
    assert left_out(written, layouts=layouts) == [("加藤 太郎", "no_show")]


@pytest.mark.parametrize(("unit_said", "seconds"), [({}, 1800), ({"unit": "seconds"}, 30), ({"unit": "hours"}, 108000)])
def test_a_bare_duration_counts_in_the_unit_that_was_said(unit_said: dict[str, str], seconds: int) -> None:
    layout = {"name": "お客様", "duration": "長さ", "attended": "印"} | unit_said
    thirty = FILE.replace(",3000,", ",30,")
    assert people(thirty, layouts={header_key(HEADER): layout}) == [("山田 花子", "", seconds)]


def test_what_somebody_settled_wins_over_the_usual_names() -> None:
    header = "氏名,担当者名,参加時刻,退出時刻"
    line = "営業 次郎,山田 花子,14:00,15:00"
    assert people(table(header, line)) == [("営業 次郎", "", 3600)]
    layouts = {header_key(header.split(",")): {"name": "担当者名", "join": "参加時刻", "leave": "退出時刻"}}
    assert people(table(header, line), layouts=layouts) == [("山田 花子", "", 3600)]


def test_first_and_last_name_and_the_personal_key_can_be_named() -> None:
    layout = {"last": "みょうじ", "first": "なまえ", "join": "開始", "leave": "おわり", "personal_key": "番号"}
    header = ["番号", "みょうじ", "なまえ", "開始", "おわり"]
    report = read(table(",".join(header), "k7,山田,花子,14:00,15:00"), layouts={header_key(header): layout})
    assert [(one.name, one.personal_key) for one in report.people] == [("山田 花子", "k7")]


@pytest.mark.parametrize("as_workbook", [False, True])
@pytest.mark.parametrize("layout", [None, GOTO_LAYOUT])
def test_gotos_padded_layout_is_read_by_its_usual_names_or_as_somebody_mapped_it(
    as_workbook: bool, layout: dict[str, str] | None
) -> None:
    rows = list(csv.reader(io.StringIO("\n".join(GOTO))))
    written = workbook(*([cell or None for cell in row] for row in rows)) if as_workbook else "\n".join(GOTO).encode()
    layouts = {header_key(rows[13]): layout} if layout else {}
    report = read(written, layouts=layouts)
    assert report.tool == "generic"
    assert people(written, layouts=layouts) == [("Hana Yamada", "hana@m.example.jp", 3512 if layout else 3480)]
    assert left_out(written, layouts=layouts) == [("Taro Kato", "no_show")]


def test_gotos_report_of_another_day_is_refused_though_only_durations_are_mapped() -> None:
    written = "\n".join(GOTO).replace("Apr 14, 2026 09:50 PM", "Apr 7, 2026 09:50 PM")
    layouts = {header_key(GOTO[13].split(",")): GOTO_LAYOUT}
    assert refused(written, layouts=layouts).key == "other_lecture"


def test_cells_of_a_workbook_may_be_real_times_and_durations() -> None:
    header = ["お客様", "入", "出"]
    joined, left = datetime(2026, 4, 15, 14, 5), datetime(2026, 4, 15, 14, 35, 30)
    layouts = {header_key(header): {"name": "お客様", "join": "入", "leave": "出"}}
    assert people(workbook(header, ["山田 花子", joined, left]), layouts=layouts) == [("山田 花子", "", 1830)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (["Name", "Join Time"], ["ＮＡＭＥ", " join  time "], True),
        (["Name", "Join"], ["Name", "Join", "", ""], True),
        (["Name", "Join"], ["Join", "Name"], False),
        (["Name", "", "Join"], ["Name", "Join"], False),
        (["Name", "Join"], ["Name", "Join", "Leave"], False),
    ],
)
def test_header_lines_are_the_same_but_for_width_case_spaces_and_padding(
    one: list[str], other: list[str], same: bool
) -> None:
    assert (header_key(one) == header_key(other)) is same


@given(st.lists(st.text(max_size=400), max_size=40))
def test_a_header_lines_key_is_short_and_its_columns_have_names_of_their_own(row: list[str]) -> None:
    assert len(header_key(row)) <= 500
    assert sorted(column_names(row).values()) == list(range(len(row)))


def test_repeated_and_missing_column_names_can_be_told_apart() -> None:
    assert column_names(["Email", "", "Email", "Email (2)"]) == {
        "Email": 0,
        "#2": 1,
        "Email (2)": 2,
        "Email (2) (2)": 3,
    }


@pytest.mark.parametrize(
    ("layout", "why"),
    [
        (LAYOUT, {}),
        ({"email": "連絡先", "duration": "長さ"}, {}),
        ({"join": "入"}, {"name": "person_missing"}),
        ({"name": "お客様", "leave": "出"}, {"join": "time_missing"}),
        ({"name": "お客様", "join": "時刻"}, {"join": "column_unknown"}),
        ({"name": "お客様", "join": "入", "leave": "入"}, {"leave": "column_twice"}),
        ({"name": "お客様", "duration": "長さ", "unit": "days"}, {"unit": "unit_unknown"}),
    ],
)
def test_a_layout_by_which_nobody_can_be_read_says_why(layout: dict[str, str], why: dict[str, str]) -> None:
    assert faults(layout, HEADER) == why


def test_a_layout_finds_its_columns_and_its_unit() -> None:
    row = ["Email", "Email", "Time (seconds)"]
    layout = {"email": "Email (2)", "duration": "Time (seconds)"}
    assert places(layout, row) == {"email": (1,), "duration": (2,)}
    assert unit(layout, row) == "seconds"
