"""Answers whether a customer list comes in from the command line, and what is said when it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.uploads import Upload
from tests.cli.conftest import Tasuki, refused
from tests.services.imports.lists import DATA, a_list, account, how_many

FILE = str(DATA / "customers_cp932.csv")
EXPECTED = json.loads((DATA / "customers_expected.json").read_text())


def written(tmp_path: Path, data: bytes, name: str = "list.csv") -> str:
    (tmp_path / name).write_bytes(data)
    return name


@pytest.mark.usefixtures("database")
def test_the_sample_comes_in_and_its_refused_rows_are_told(tasuki: Tasuki) -> None:
    result = tasuki("import", "accounts", FILE, "--as-of", EXPECTED["as_of"])
    assert result.exit_code == 0
    assert [line.split(" ")[0] for line in result.stderr.splitlines()] == ["96", "398", "595"]
    assert "契約日「2026/2/30」は存在しない日付です。" in result.stderr
    lines = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines() if len(line.split()) == 5}
    assert lines["顧客企業数"] == ["112", "0", "0", "112"]
    assert lines["店舗数"] == ["1028", "0", "0", "1028"]
    assert lines["先方担当者数"] == ["1241", "0", "0", "1241"]
    assert (how_many(Account), how_many(Store), how_many(Contact), how_many(Mail)) == (112, 1028, 1241, 0)
    live = db.session.scalars(select(Account.id).where(Account.stage == "success")).all()
    assert len(live) == EXPECTED["accounts_whose_planned_start_is_over_30_days_past"] + 2


def test_programs_get_the_totals_as_json(tasuki: Tasuki) -> None:
    told = json.loads(tasuki("import", "accounts", FILE, "--json").stdout)
    assert {part: told[part]["total"] for part in ("accounts", "stores", "contacts")} == EXPECTED["totals"]
    assert [row["row"] for row in told["refused"]] == [96, 398, 595]
    assert told["refused"][1] == {"row": 398, "key": "account_id_missing", "reason": "顧客IDがありません。"}
    again = json.loads(tasuki("import", "accounts", FILE, "--json").stdout)
    assert [again[part]["unchanged"] for part in ("accounts", "stores", "contacts")] == [112, 1028, 1241]


def test_a_dry_run_tells_the_same_and_writes_nothing(tasuki: Tasuki) -> None:
    dry = json.loads(tasuki("import", "accounts", FILE, "--dry-run", "--json").stdout)
    assert (how_many(Account), how_many(Upload)) == (0, 0)
    done = json.loads(tasuki("import", "accounts", FILE, "--json").stdout)
    assert {**dry, "dry_run": False, "upload": done["upload"]} == done
    assert "まだ何も取り込んでいません" in tasuki("import", "accounts", FILE, "--dry-run").stdout


def test_the_workbook_comes_in_too(tasuki: Tasuki) -> None:
    assert tasuki("import", "accounts", str(DATA / "customers.xlsx")).exit_code == 0
    assert (how_many(Account), how_many(Store), how_many(Contact)) == (23, 223, 259)


def test_dates_that_can_be_read_two_ways_need_an_order(tasuki: Tasuki, tmp_path: Path) -> None:
    file = written(tmp_path, a_list({"契約日": "04/01/2026"}))
    refused(tasuki("import", "accounts", file), "契約日", "04/01/2026", "--date-order mdy", "--date-order dmy")
    assert how_many(Upload) == 0
    assert tasuki("import", "accounts", file, "--date-order", "dmy").exit_code == 0
    assert str(account().signed_on) == "2026-01-04"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ["空のファイル"]),
        (b"PK\x03\x04 no workbook", ["壊れています"]),
        ("顧客ID,会社名\nA1,みほん".encode("euc_jp"), ["文字コード"]),
        ("番号,会社名\nA1,みほん".encode(), ["顧客ID", "番号、会社名"]),
        ("顧客ID,会社名\n".encode(), ["1 行もデータがありません"]),
    ],
)
def test_what_is_no_list_changes_nothing_and_says_why(
    tasuki: Tasuki, tmp_path: Path, data: bytes, words: list[str]
) -> None:
    refused(tasuki("import", "accounts", written(tmp_path, data)), *words)
    assert (how_many(Account), how_many(Upload)) == (0, 0)


def test_a_file_of_200_mb_is_refused_without_being_read(tasuki: Tasuki, tmp_path: Path) -> None:
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    refused(tasuki("import", "accounts", "huge.csv"), "huge.csv", "20 MB")


def test_a_file_that_is_not_there_says_so(tasuki: Tasuki, tmp_path: Path) -> None:
    refused(tasuki("import", "accounts", "nowhere.csv"), "nowhere.csv")
    refused(tasuki("import", "accounts", str(tmp_path)), str(tmp_path))


def test_when_every_row_is_refused_nothing_is_done(tasuki: Tasuki, tmp_path: Path) -> None:
    result = tasuki("import", "accounts", written(tmp_path, a_list({"顧客ID": ""}, {"契約日": "2026/2/30"})))
    assert (result.exit_code, result.stdout) == (1, "")
    first, second, reason = result.stderr.splitlines()
    assert first.startswith("2 行目")
    assert second.startswith("3 行目")
    assert "1 行もありません" in reason
    assert how_many(Upload) == 0


def test_wrong_usage_is_2(tasuki: Tasuki) -> None:
    assert tasuki("import", "accounts").exit_code == 2
    assert tasuki("import", "accounts", FILE, "--as-of", "yesterday").exit_code == 2
    assert tasuki("import", "accounts", FILE, "--date-order", "ymd").exit_code == 2


def test_hand_edits_are_counted(tasuki: Tasuki, tmp_path: Path) -> None:
    file = written(tmp_path, a_list({"プラン": "ライト"}))
    tasuki("import", "accounts", file)
    with db.writing():
        account().plan = "特別"
    assert json.loads(tasuki("import", "accounts", file, "--json").stdout)["kept"] == 1
    assert account().plan == "特別"
