"""Reports that are cut off, damaged, far too long or another tool's: read with a word about it, or refused with a reason."""

from __future__ import annotations

import pytest

from scheduler.readers.reports.read import MAX_ROWS
from tests.readers.reports.reading import people, read, refused, table, teams, workbook

HEADER = "名前 (元の名前),ユーザーメール,参加時刻,退出時刻,所要時間（分）"
LINE = "花子,hana@m.example.jp,2026/04/15 14:00,2026/04/15 15:00,60"


@pytest.mark.parametrize(
    ("last", "cut"),
    [
        ("太郎,taro@m.example.jp,2026/04/15 14:00", True),
        ("太郎,taro@m.exam", True),
        ("太", True),
        ("太郎,taro@m.example.jp,2026/04/15 14:00,2026/04/15 15:00,60", False),
        ("太郎,taro@m.example.jp,2026/04/15 14:00,2026/04/15 15:00,", False),
    ],
)
def test_a_last_line_that_breaks_off_is_complained_of(last: str, cut: bool) -> None:
    complaints = [(one.row, one.key) for one in read(table(HEADER, LINE, last)).complaints]
    assert complaints == ([(3, "cut_off")] if cut else [])


def test_a_file_whose_lines_are_all_short_is_not_cut_off() -> None:
    short = LINE.rpartition(",")[0]
    assert not read(table(HEADER, short, short.replace("花子", "太郎"))).complaints


def test_a_section_of_which_one_broken_line_is_left_is_complained_of() -> None:
    report = read(
        teams(
            *("1. Summary", "Meeting title\tx", "", "2. Participants"),
            "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tRole",
            "Hana\t4/15/26, 2:00:00 PM\t4/15/26, 3:00:00 PM\t1h\thana@m.example.jp\tAttendee",
            "Taro\t4/15/26, 2:00:00 PM\t4/15/26, 3:00:00 PM\t1h\ttaro@m.example.jp\tAttendee",
            *("", "3. In-Meeting Activities", "Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole"),
            "Hana\t4/15/26, 2:00:00 PM\t4/15",
        )
    )
    assert [one.row for one in report.complaints if one.key == "cut_off"] == [11]
    assert {one.name for one in report.people} == {"Hana", "Taro"}


def test_a_file_cut_off_in_a_quoted_cell_is_refused() -> None:
    assert refused(table(HEADER, LINE, '"太郎')).key == "unclosed_quote"


def test_nul_bytes_mean_nothing() -> None:
    written = table(HEADER, LINE).encode().replace(b"hana", b"ha\0na") + b"\0\0\r\n\0"
    assert people(written) == [("花子", "hana@m.example.jp", 3600)]


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x.example","花子")', "+81 3-0000-0000", "-1+1", "@SUM(A1)"])
def test_formulas_in_names_are_text(name: str) -> None:
    quoted = name.replace('"', '""')
    assert people(table(HEADER, f'"{quoted}",,14:00,15:00,60')) == [(name, "", 3600)]


def test_a_workbook_with_formulas_that_nobody_computed_says_so() -> None:
    error = refused(workbook(HEADER.split(","), ["花子", "", "=C5", "=D5", 60]))
    assert (error.key, error.params["line"]) == ("formulas_without_values", 2)


@pytest.mark.parametrize(
    "wrong",
    [
        "姓と名,メールアドレス,登録の日時,承認されたステータス\n山田 花子,h@m.example.jp,2026/04/01 10:00:00,承認済み",
        "Poll Report\nTopic,Webinar ID\nx,1\n#,User Name,User Email,Submitted Date/Time\n1,Hana,h@m.example.jp,x",
        "First Name,Last Name,Email,Registration Time,Approval Status\nHana,Yamada,h@m.example.jp,x,approved",
        "顧客ID,会社名,店舗名,氏名,メールアドレス\nA1,みほん,本店,花子,h@m.example.jp",
        "sender\ttime\tmessage\nHana\t14:00\thello",
    ],
)
def test_what_another_tool_or_page_wrote_is_no_attendance(wrong: str) -> None:
    assert refused(wrong).key == "unknown_columns"


def test_an_export_of_far_too_many_lines_is_refused() -> None:
    lines = [LINE.replace("hana@", f"u{number}@") for number in range(MAX_ROWS + 1)]
    error = refused(table(HEADER, *lines))
    assert (error.key, error.params["limit"]) == ("too_many_rows", MAX_ROWS)


def test_a_line_dated_in_a_year_that_no_calendar_has_is_complained_of() -> None:
    report = read(table(HEADER, LINE, "太郎,,0000/00/00 00:00,9999/99/99 99:99,60"))
    assert [one.key for one in report.complaints] == ["unreadable_time", "unreadable_time"]


def test_a_line_that_names_nobody_is_complained_of() -> None:
    report = read(table(HEADER, LINE, ",,2026/04/15 14:00,2026/04/15 15:00,60", ",,,,"))
    assert len(report.people) == 1
    assert [(one.row, one.key) for one in report.complaints] == [(3, "nobody_named")]
