"""Any handed-in file becomes rows of text, or is refused with the reason."""

from __future__ import annotations

import contextlib
import io
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from scheduler.readers import tables
from scheduler.readers.tables import Unreadable, read_table

ROWS = [["顧客ID", "会社名"], ["A1", "髙橋①㈱"], ["A2", 'カンマ, と "引用"']]
CSV = '顧客ID,会社名\r\nA1,髙橋①㈱\r\nA2,"カンマ, と ""引用"""\r\n'


def workbook(*sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("codec", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp932", "cp932"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_every_usual_encoding_reads_the_same(codec: str, named: str) -> None:
    table = read_table(CSV.encode(codec), "list.csv")
    assert table.rows == ROWS
    assert (table.encoding, table.delimiter, table.kind) == (named, ",", "csv")


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_seen_in_the_content(delimiter: str) -> None:
    text = delimiter.join(["A", "B", "C"]) + "\n" + delimiter.join(['"1,5\t2;3,4,5"', "x", "y"]) + "\n"
    table = read_table(text.encode(), "misleading.csv")
    assert table.delimiter == delimiter
    assert table.rows == [["A", "B", "C"], ["1,5\t2;3,4,5", "x", "y"]]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_blank_lines_keep_their_place_and_quoted_lines_stay_together(newline: str) -> None:
    table = read_table(f'A,B{newline}{newline}1,"two\nlines"{newline},{newline}2,x{newline}{newline}'.encode(), "f")
    assert table.rows == [["A", "B"], [], ["1", "two\nlines"], [], ["2", "x"]]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-be"])
def test_a_file_may_be_cut_off_within_a_character(codec: str) -> None:
    assert read_table("顧客ID,会社名\nA1,株式会社みほん".encode(codec)[:-1], "f").rows[1] == ["A1", "株式会社みほ"]


def test_nul_bytes_are_dropped() -> None:
    assert read_table(b"Name,Email\0\nTaro\0,t@example.com\0\0\n", "f").rows[1] == ["Taro", "t@example.com"]


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co"]), max_size=8)
            .map(str.strip)
            .filter(bool),
            min_size=2,
            max_size=4,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_quoted_cells_come_back_as_they_were(rows: list[list[str]]) -> None:
    text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [["A", "B", "C"], *rows])
    assert read_table(text.encode("utf-8-sig"), "f").rows == [["A", "B", "C"], *rows]


def test_cells_of_a_workbook_become_plain_text() -> None:
    row = [12, 12.0, 1.5, True, None, datetime(2026, 4, 1), datetime(2026, 4, 1, 10, 30), date(2026, 4, 2), time(9, 5)]
    data = workbook([], [["title"], [], [*row, timedelta(hours=26, minutes=3), " 〇 "]], [["second sheet"]])
    table = read_table(data, "list.csv")
    assert table.kind == "xlsx"
    assert table.rows[:2] == [["title"], []]
    assert table.rows[2] == [
        *["12", "12", "1.5", "TRUE", "", "2026-04-01", "2026-04-01 10:30:00", "2026-04-02", "09:05:00"],
        *["26:03:00", " 〇 "],
    ]


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b" \r\n\r\n", "empty"),
        (b",,,\n,,,\n", "empty"),
        ("\ufeff\n".encode("utf-16-le"), "empty"),
        (workbook([]), "empty"),
        ("顧客ID,会社名\nA1,株式会社みほん\n".encode("euc-jp"), "unknown_encoding"),
        (b"\xef\xbb\xbf\xff\xfe\xfa", "unknown_encoding"),
        (b"Name,\xfd\xfe\xff\n", "unknown_encoding"),
        (bytes(range(1, 128)) * 3, "not_a_table"),
        (b"%PDF-1.7\n...", "not_a_table"),
        (b"\n<!DOCTYPE html><table><tr><td>ID</td></tr></table>", "not_a_table"),
        (b'[{"id": 1}]', "not_a_table"),
        (zipped(**{"word.txt": b"hello"}), "not_a_table"),
        (OLE + b"\0" * 600, "old_excel"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"PK\x03\x04 no archive at all", "broken_workbook"),
        (workbook([["ID"]])[:-40], "broken_workbook"),
        (zipped(**{"[Content_Types].xml": b"<Types/>"}), "broken_workbook"),
        (b'ID,Name\nA1,x\nA2,"never closed\nA3,y\n', "unclosed_quote"),
        (b'ID,Name\nA1,"' + b"never closed\n" * 20_000, "unclosed_quote"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(data: bytes, key: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_table(data, "list.csv")
    assert refused.value.key == key
    assert refused.value.params["filename"] == "list.csv"


def test_a_quote_never_closed_is_named_by_the_line_it_opens_in() -> None:
    with pytest.raises(Unreadable) as refused:
        read_table(b'ID,Name\nA1,"two\nlines"\nA2,"never closed\nA3,y\n', "f")
    assert refused.value.params["line"] == 4


def test_too_large_files_and_packed_bombs_are_refused_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreadable, match="too_large"):
        read_table(b"x" * (tables.MAX_BYTES + 1), "f")
    bomb = zipped(**{"[Content_Types].xml": b"", "xl__sheet.xml": b"\0" * (tables.MAX_UNPACKED_BYTES + 1)})
    assert len(bomb) < tables.MAX_BYTES
    with pytest.raises(Unreadable, match="too_large"):
        read_table(bomb, "f")
    monkeypatch.setattr(tables, "MAX_CELLS", 10)
    for written in (workbook([["a", "b", "c"]] * 5), b"a,b,c\n" * 5, b"\n" * 12 + b"a"):
        with pytest.raises(Unreadable, match="too_large"):
            read_table(written, "f")


def test_what_the_caller_wants_settles_what_separates_the_columns() -> None:
    written = b"Yamada, Hana\tx, y\n"
    assert read_table(written, "f").delimiter == ","
    assert read_table(written, "f", lambda rows: rows[0][0] == "Yamada, Hana").rows == [["Yamada, Hana", "x, y"]]
    assert read_table(written, "f", lambda rows: False).delimiter == ","


def test_of_several_sheets_it_is_the_first_that_is_wanted() -> None:
    written = workbook([], [["cover"]], [["ID", "Name"]], [["ID", "Name", "more"]])
    assert read_table(written, "f").rows == [["cover"]]
    assert read_table(written, "f", lambda rows: "ID" in rows[0]).rows == [["ID", "Name"]]
    assert read_table(written, "f", lambda rows: False).rows == [["cover"]]


def test_texts_written_as_formulas_are_read_and_uncomputed_formulas_refused() -> None:
    assert read_table(workbook([["a", '="2026-04-15"']]), "f").rows == [["a", "2026-04-15"]]
    with pytest.raises(Unreadable) as refused:
        read_table(workbook([["a", "b"], ["1", "=A1+B1"]]), "f")
    assert (refused.value.key, refused.value.params) == ("formulas_without_values", {"filename": "f", "line": 2})


@given(st.binary(max_size=300))
def test_no_bytes_at_all_do_worse_than_a_refusal(data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert any(read_table(data, "f").rows)


@given(st.integers(4, 4000), st.binary(min_size=1, max_size=40))
def test_a_damaged_workbook_does_no_worse_than_a_refusal(position: int, noise: bytes) -> None:
    sound = workbook([["ID", "Name"], ["A1", "x"]])
    position %= len(sound)
    with contextlib.suppress(Unreadable):
        read_table(sound[:position] + noise + sound[position + len(noise) :], "f")
