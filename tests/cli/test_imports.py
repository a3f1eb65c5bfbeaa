"""Answers whether a customer list comes in from the command line, and what is said when it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account, Contact, Contract, Store
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.setup import Completion, UsageDay
from scheduler.models.trials import Figure
from scheduler.models.uploads import Upload
from tests.cli.conftest import Tasuki, refused
from tests.factories import a_setup_step
from tests.factories import an_account as a_customer
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


TICKS = "account_id,step,state\nA-1,menu,done\nA-9,menu,done\n"


def test_ticks_come_in_and_rows_that_do_not_are_told(tasuki: Tasuki, tmp_path: Path) -> None:
    a_setup_step("menu")
    a_customer(external_id="A-1")
    file = written(tmp_path, TICKS.encode())
    dry = json.loads(tasuki("import", "setup", file, "--dry-run", "--json").stdout)
    assert (dry["changed"], dry["refused"][0]["row"], how_many(Completion)) == (1, 3, 0)
    result = tasuki("import", "setup", file)
    assert (result.exit_code, how_many(Completion)) == (0, 1)
    assert "3 行目: 顧客ID「A-9」の顧客企業はありません。" in result.stderr
    assert json.loads(tasuki("import", "setup", file, "--json").stdout)["unchanged"] == 1


def test_usage_comes_in_as_days(tasuki: Tasuki, tmp_path: Path) -> None:
    a_customer(external_id="A-1")
    file = written(tmp_path, b"account_id,date\nA-1,2026-03-30\nA-1,2026-03-30\n")
    assert "まだ何も取り込んでいません" in tasuki("import", "usage", file, "--dry-run").stdout
    told = json.loads(tasuki("import", "usage", file, "--json").stdout)
    assert (told["new_days"], told["accounts"], how_many(UsageDay)) == (1, 1, 1)


@pytest.mark.parametrize("kind", ["setup", "usage"])
def test_a_list_of_ticks_or_usage_that_cannot_be_used_changes_nothing(
    tasuki: Tasuki, tmp_path: Path, kind: str
) -> None:
    refused(tasuki("import", kind, written(tmp_path, b"name\nA-1\n")), "必要な列が見つかりません")
    file = written(tmp_path, b"account_id,step,date\nA-9,menu,2026-03-30\n")
    result = tasuki("import", kind, file)
    assert (result.exit_code, how_many(Upload)) == (1, 0)
    assert "顧客ID「A-9」の顧客企業はありません。" in result.stderr


def test_contracts_come_in_whole_or_not_at_all(tasuki: Tasuki, tmp_path: Path) -> None:
    a_customer(external_id="A-1")
    line = "account_id,starts_on,ends_on,monthly_fee,outcome\nA-1,2025-04-01,2026-04-01,80000,renewed\n"
    file = written(tmp_path, line.encode())
    assert json.loads(tasuki("import", "contracts", file, "--dry-run", "--json").stdout)["new"] == 1
    assert how_many(Contract) == 0
    assert json.loads(tasuki("import", "contracts", file, "--json").stdout)["changed"] == 1
    assert json.loads(tasuki("import", "contracts", file, "--json").stdout)["unchanged"] == 1
    result = tasuki("import", "contracts", written(tmp_path, (line + "A-1,2026-04-01,,,\n").encode()))
    assert (result.exit_code, how_many(Contract)) == (1, 1)
    assert "3 行目: 新しい契約なので、終了日が必要です。" in result.stderr


def test_monthly_figures_come_in_whole_or_not_at_all(tasuki: Tasuki, tmp_path: Path) -> None:
    a_customer(external_id="A-1")
    line = "month,account,meetings,note\n2026-01,A-1,3,x\n2026-03,A-1,4,\n"
    file = written(tmp_path, line.encode())
    dry = tasuki("import", "figures", file, "--dry-run", "--json")
    assert (json.loads(dry.stdout)["new"], json.loads(dry.stdout)["gaps"], how_many(Figure)) == (2, 1, 0)
    assert dry.stderr.strip() == "読み取らない列: note"
    assert json.loads(tasuki("import", "figures", file, "--json").stdout)["new"] == 2
    assert json.loads(tasuki("import", "figures", file, "--json").stdout)["unchanged"] == 2
    result = tasuki("import", "figures", written(tmp_path, (line + "2026-04,A-1,many,\n2026-05,A-1,9,\n").encode()))
    assert (result.exit_code, how_many(Figure)) == (1, 2)
    assert "4 行目: 商談数「many」は数ではありません。" in result.stderr
