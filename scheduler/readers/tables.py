"""Which rows of text stand in a handed-in file, whatever wrote it: CSV in any usual encoding, or an Excel workbook."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_CELLS = 2_000_000

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_ZIP_MAGIC = b"PK\x03\x04"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
)
# What separates the columns of a CSV.
_DELIMITERS = ",\t;"
_SNIFFED_CHARACTERS = 65_536
_NOT_A_TABLE = re.compile(r"\s*(?:%PDF|<(?:!doctype|html|\?xml|table|head)\b|(?:\[\s*)?\{\s*\")", re.IGNORECASE)
# More than any of these openings needs; blank lines before them may be millions.
_LONGEST_OPENING = 200
_CONTROLS = re.compile("[\x01-\x08\x0e-\x1f\x7f]")
_HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]")
# Single bytes that CP932 leaves undefined, as Python's codec decodes them all the same.
_NOT_CP932 = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
_FORMULA = re.compile(rb"<f[ >]")
_CONSTANT = re.compile(r'="([^"]*)"')
_QUOTED = re.compile(r'"[^"]*"')
# A last record of our own: when the parser does not give it back alone, a quote before it was never closed.
_END = "\uffff"


class Unreadable(Exception):
    """The whole file is refused; `key` says why and `params` what to name in the message."""

    def __init__(self, key: str, params: dict[str, object] | None = None) -> None:
        super().__init__(key)
        self.key = key
        self.params = params or {}


@dataclass(frozen=True)
class Table:
    """Rows as written: ragged, blank ones as `[]`, so that `rows[i]` is what a spreadsheet shows as row i + 1."""

    rows: list[list[str]]
    encoding: str
    delimiter: str
    kind: Literal["csv", "xlsx"]


def read_table(data: bytes, filename: str, wanted: Callable[[list[list[str]]], bool] | None = None) -> Table:
    """Read a file by its content, never by its extension; raises Unreadable when there is no table in it.

    Of a workbook's sheets it is the first that is `wanted`, and what separates a CSV's columns is what makes its rows
    wanted; where nothing does, or the caller wants nothing, it is the first sheet that is not empty and what separates most.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable("too_large", {"filename": filename, "limit_mb": MAX_BYTES // (1024 * 1024)})
    if not data.strip(b"\0\t\r\n "):
        raise Unreadable("empty", {"filename": filename})
    if data.startswith(_OLE_MAGIC):
        raise Unreadable("encrypted" if _ENCRYPTED_STREAM in data else "old_excel", {"filename": filename})
    if data.startswith(_ZIP_MAGIC):
        table = Table(_workbook_rows(data, filename, wanted), "", "", "xlsx")
    else:
        text, encoding = _decode(data, filename)
        if _NOT_A_TABLE.match(text.lstrip()[:_LONGEST_OPENING]) or len(_CONTROLS.findall(text)) * 100 > len(text):
            raise Unreadable("not_a_table", {"filename": filename})
        likely = _sniff(text)
        table = Table(_csv_rows(text, likely, filename), encoding, likely, "csv")
        if wanted is not None and not wanted(table.rows):
            table = next(_separated_otherwise(text, table, filename, wanted), table)
    if not any(table.rows):
        raise Unreadable("empty", {"filename": filename})
    return table


def _separated_otherwise(
    text: str, table: Table, filename: str, wanted: Callable[[list[list[str]]], bool]
) -> Iterator[Table]:
    """Read a CSV by what else may separate its columns: commas in names and dates hide tabs."""
    for delimiter in _DELIMITERS.replace(table.delimiter, ""):
        with suppress(Unreadable):
            other = replace(table, rows=_csv_rows(text, delimiter, filename), delimiter=delimiter)
            if delimiter in text and wanted(other.rows):
                yield other


def _decode(data: bytes, filename: str) -> tuple[str, str]:
    for bom, name, codec in _BOMS:
        if data.startswith(bom):
            return _decoded(data[len(bom) :], codec, filename), name
    for codec in _likely_codecs(data):
        try:
            text = _decoded(data, codec, filename)
        except Unreadable:
            continue
        if codec != "cp932" or not (_NOT_CP932.search(text) or _is_euc_jp(data, text)):
            return text, codec
    raise Unreadable("unknown_encoding", {"filename": filename})


def _decoded(data: bytes, codec: str, filename: str) -> str:
    try:
        # What was cut off may end within a character. Zoom has written NULs into reports (FORMATS, section 3); they
        # mean nothing.
        return codecs.getincrementaldecoder(codec)().decode(data, final=False).replace("\0", "")
    except UnicodeDecodeError:
        raise Unreadable("unknown_encoding", {"filename": filename}) from None


def _likely_codecs(data: bytes) -> Iterator[str]:
    low, high = data[0::2].count(0), data[1::2].count(0)
    enough = max(4, len(data) // 40)
    if high > enough and high > 20 * low:
        yield "utf-16-le"
    if low > enough and low > 20 * high:
        yield "utf-16-be"
    yield "utf-8"
    yield "cp932"


def _is_euc_jp(data: bytes, as_cp932: str) -> bool:
    """Tell whether CP932 only seems to fit: EUC-JP read as CP932 is mostly half-width kana."""
    foreign = sum(character > "\x7f" for character in as_cp932)
    if 2 * len(_HALF_WIDTH_KANA.findall(as_cp932)) <= foreign:
        return False
    try:
        data.decode("euc_jp")
    except UnicodeDecodeError:
        return False
    return True


def _sniff(text: str) -> str:
    sample = text[:_SNIFFED_CHARACTERS]
    for searched in (_QUOTED.sub("", sample), sample):
        counts = {delimiter: searched.count(delimiter) for delimiter in _DELIMITERS}
        if any(counts.values()):
            return max(_DELIMITERS, key=lambda delimiter: counts[delimiter])
    return ","


def _csv_rows(text: str, delimiter: str, filename: str) -> list[list[str]]:
    rows: list[list[str]] = []
    # Refused before a single row of millions of cells is laid out; separators within quotes make up half at most.
    if text.count(delimiter) + text.count("\n") > 2 * MAX_CELLS:
        raise Unreadable("too_large", {"filename": filename, "limit_cells": MAX_CELLS})
    reader = csv.reader(io.StringIO(text.rstrip(" \r\n") + "\n" + _END, newline=""), delimiter=delimiter)
    started, following, cells = 1, 1, 0
    try:
        for row in reader:
            rows.append(row)
            cells += len(row) + 1
            if cells > MAX_CELLS:
                raise Unreadable("too_large", {"filename": filename, "limit_cells": MAX_CELLS})
            started, following = following, reader.line_num + 1
    except csv.Error:
        # A field beyond the parser's limit is a quote that swallowed the rest of a long file.
        raise Unreadable("unclosed_quote", {"filename": filename, "line": following}) from None
    if rows.pop() != [_END]:
        raise Unreadable("unclosed_quote", {"filename": filename, "line": started})
    return [row if any(cell.strip() for cell in row) else [] for row in rows]


def _workbook_rows(data: bytes, filename: str, wanted: Callable[[list[list[str]]], bool] | None) -> list[list[str]]:
    # Imported here: it is large, and every process that only sends mails or shows pages would carry it.
    import openpyxl  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
        if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
            raise Unreadable("too_large", {"filename": filename, "limit_mb": MAX_UNPACKED_BYTES // (1024 * 1024)})
        if "[Content_Types].xml" not in {member.filename for member in members}:
            raise Unreadable("not_a_table", {"filename": filename})
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(data), read_only=True) if _has_formulas(data) else workbook
        filled: list[list[str]] = []
        try:
            for sheet, written in zip(workbook.worksheets, formulas.worksheets, strict=True):
                sheet.reset_dimensions()
                found: Iterator[tuple[object, ...]] = sheet.iter_rows(values_only=True)
                if formulas is not workbook:
                    written.reset_dimensions()
                    found = _computed(found, written.iter_rows(values_only=True), filename)
                rows = _sheet_rows(found, filename)
                if any(rows) and (wanted is None or wanted(rows)):
                    return rows
                filled = filled or rows
        finally:
            formulas.close()
            workbook.close()
    except Unreadable:
        raise
    except Exception:
        # A damaged package makes zlib, zipfile, expat and openpyxl raise two dozen classes: to the reader one fault.
        raise Unreadable("broken_workbook", {"filename": filename}) from None
    return filled


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(_FORMULA.search(archive.read(name)) for name in sheets)


def _computed(
    values: Iterable[tuple[object, ...]], formulas: Iterable[tuple[object, ...]], filename: str
) -> Iterator[tuple[object, ...]]:
    """Give the rows with the text of ="text" where a program wrote formulas and did not compute them.

    Raises Unreadable("formulas_without_values") for any other formula without a value: only Excel can say what it gives.
    """
    for number, (row, written) in enumerate(zip(values, formulas, strict=True), 1):
        computed = list(row)
        for place, formula in enumerate(written):
            if row[place] is None and isinstance(formula, str) and formula.startswith("="):
                constant = _CONSTANT.fullmatch(formula)
                if constant is None:
                    raise Unreadable("formulas_without_values", {"filename": filename, "line": number})
                computed[place] = constant[1]
        yield tuple(computed)


def _sheet_rows(found: Iterable[tuple[object, ...]], filename: str) -> list[list[str]]:
    rows: list[list[str]] = []
    cells = 0
    for values in found:
        cells += len(values) + 1
        if cells > MAX_CELLS:
            raise Unreadable("too_large", {"filename": filename, "limit_cells": MAX_CELLS})
        texts = [_cell_text(value) for value in values]
        rows.append(texts if any(text.strip() for text in texts) else [])
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("seconds")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    return str(value)
