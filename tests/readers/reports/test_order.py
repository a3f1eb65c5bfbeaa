"""Columns are found by their names: no order of columns, lines or sections, and no file name, changes what is read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scheduler.readers.reports.read import read_report
from tests.readers.reports.reading import END, START, people, read

ZOOM = {
    "名前 (元の名前)": ["山田 花子", "加藤 太郎", "山田 花子"],
    "ユーザーメール": ["h@m.example.jp", "", "h@m.example.jp"],
    "参加時刻": ["2026/04/15 14:00:00", "2026/04/15 14:05:00", "2026/04/15 14:30:00"],
    "退出時刻": ["2026/04/15 14:20:00", "2026/04/15 15:00:00", "2026/04/15 14:50:00"],
    "所要時間（分）": ["20", "55", "20"],
    "ゲスト": ["はい", "はい", "はい"],
    "備考": ["x", "", "y"],
}
FOUND = {("山田 花子", "h@m.example.jp", 2400), ("加藤 太郎", "", 3300)}


@given(st.permutations(list(ZOOM)), st.permutations([0, 1, 2]))
def test_the_order_of_columns_and_lines_does_not_matter(names: list[str], lines: list[int]) -> None:
    rows = [names, *([ZOOM[name][line] for name in names] for line in lines)]
    assert set(people("\n".join(",".join(row) for row in rows))) == FOUND


def test_the_name_of_the_file_says_nothing() -> None:
    rows = [list(ZOOM), *([cells[line] for cells in ZOOM.values()] for line in range(3))]
    written = "\n".join(",".join(row) for row in rows).encode()
    named = [
        read_report(written, name, starts_at=START, ends_at=END, zone="Asia/Tokyo")
        for name in ("participants_812.csv", "teams.xlsx", "meet", "")
    ]
    assert all(report == read(written) for report in named)
