"""Answers how files come in from the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from scheduler.app import progress_row_sentence, row_sentence, sentence
from scheduler.cli.output import as_json, write_json, write_table
from scheduler.cli.program import in_app, now
from scheduler.cli.wall import NothingDone
from scheduler.cli.words import _
from scheduler.readers.customer_rows import Refusal
from scheduler.readers.tables import MAX_BYTES
from scheduler.services import contract_files, setup_files, usage_files
from scheduler.services.actors import CLI
from scheduler.services.imports import confirm, lists, preview
from scheduler.services.imports.lists import Choices
from scheduler.services.refusals import DateOrderOpen, NoRowFits, RowsRefused
from scheduler.services.trials import figures


@click.group("import", help=_("顧客リストや参加レポートのファイルを取り込みます。"))
def import_() -> None:
    """Take in a file."""


@import_.command("accounts", help=_("顧客リスト（CSV または Excel）を取り込みます。メールは送られません。"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help=_("この日を今日とみなして、導入中か利用中かを分けます。")
)
@click.option("--date-order", type=click.Choice(["mdy", "dmy"]), help=_("04/01/2026 のような日付の月と日の順序"))
@click.option("--dry-run", is_flag=True, help=_("何も書き込まず、取り込む内容だけを表示します。"))
@as_json
@in_app
def import_accounts(file: Path, as_of: datetime | None, date_order: str | None, dry_run: bool, as_json: bool) -> None:
    """Bring in a customer list; rows that do not go in are told on standard error."""
    data = read_file(file)
    choices = Choices(date_order=date_order, as_of=as_of.date() if as_of else None)
    try:
        upload_id, totals, refused = _planned(data, file, choices) if dry_run else _done(data, file, choices)
    except DateOrderOpen as error:
        hint = _("例: --date-order mdy（月/日/年）、--date-order dmy（日/月/年）")
        raise NothingDone(f"{sentence(error)} {hint}") from error
    except NoRowFits as error:
        _tell(error.params["refused"])
        raise
    _tell(refused)
    if as_json:
        reasons = [{"row": row.number, "key": row.key, "reason": row_sentence(row)} for row in refused]
        write_json({"dry_run": dry_run, "upload": upload_id} | totals | {"refused": reasons})
        return
    _write(file, totals, dry_run)


@import_.command("setup", help=_("初期設定の完了・対応待ち・対象外のリスト（CSV または Excel）を取り込みます。"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help=_("何も書き込まず、取り込む内容だけを表示します。"))
@as_json
@in_app
def import_setup(file: Path, dry_run: bool, as_json: bool) -> None:
    """Bring in a list of ticks; rows that do not go in are told on standard error."""
    data = read_file(file)
    with _refusals_told():
        if dry_run:
            upload_id, plan = None, setup_files.plan(data, file.name, now(), CLI)
        else:
            upload_id, plan = setup_files.bring_in(data, file.name, now(), CLI)
    told = [(_("変わる記録"), len(plan.said)), (_("変わらない行"), plan.unchanged)]
    told += [(_("状態が空欄の行"), plan.silent), (_("取り込めなかった行"), len(plan.refused))]
    _write_progress(file, plan.to_json() | {"upload": upload_id}, plan.refused, told, dry_run, as_json)


@import_.command("usage", help=_("利用状況のリスト（CSV または Excel）を取り込みます。"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help=_("何も書き込まず、取り込む内容だけを表示します。"))
@as_json
@in_app
def import_usage(file: Path, dry_run: bool, as_json: bool) -> None:
    """Bring in a list of usage; rows that do not go in are told on standard error."""
    data = read_file(file)
    with _refusals_told():
        if dry_run:
            upload_id, plan = None, usage_files.plan(data, file.name, now())
        else:
            upload_id, plan = usage_files.bring_in(data, file.name, now(), CLI)
    told = [(_("新しい利用日"), len(plan.days)), (_("記録済みの利用日"), plan.known)]
    told += [(_("取り込めなかった行"), len(plan.refused))]
    _write_progress(file, plan.to_json() | {"upload": upload_id}, plan.refused, told, dry_run, as_json)


@import_.command("figures", help=_("試行を判断する月次の数字（CSV または Excel）を取り込みます。"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help=_("何も書き込まず、取り込む内容だけを表示します。"))
@as_json
@in_app
def import_figures(file: Path, dry_run: bool, as_json: bool) -> None:
    """Bring in a list of monthly figures, the whole of it or nothing; rows that stop it are told on standard error."""
    data = read_file(file)
    with _refusals_told():
        upload_id, plan = None, figures.plan(data, file.name, now())
        if plan.refused:
            raise RowsRefused(field="file", why="rows_refused", refused=plan.refused)
        if not dry_run:
            upload_id, plan = figures.bring_in(data, file.name, now(), CLI)
    totals = plan.to_json()
    told = [(_("新しい数字"), totals["new"]), (_("置き換わる数字"), totals["replaced"])]
    told += [(_("同じ値の数字"), totals["unchanged"]), (_("抜けている月"), totals["gaps"])]
    if plan.left_out:
        click.echo(_("読み取らない列: %(columns)s") % {"columns": ", ".join(plan.left_out)}, err=True)
    _write_progress(file, totals | {"upload": upload_id}, [], told, dry_run, as_json)


@import_.command("contracts", help=_("契約の期間・月額・結果のリスト（CSV または Excel）を取り込みます。"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help=_("何も書き込まず、取り込む内容だけを表示します。"))
@as_json
@in_app
def import_contracts(file: Path, dry_run: bool, as_json: bool) -> None:
    """Bring in a list of contracts, whole or not at all; rows that cannot be used are told on standard error."""
    data = read_file(file)
    with _refusals_told():
        if dry_run:
            upload_id, plan = None, contract_files.plan(data, file.name)
        else:
            upload_id, plan = contract_files.bring_in(data, file.name, now(), CLI)
    new = plan.to_json()["new"]
    told = [(_("新しい契約"), new), (_("変わる契約"), len(plan.said) - new), (_("変わらない行"), plan.unchanged)]
    told += [(_("取り込めない行"), len(plan.refused))]
    _write_progress(file, plan.to_json() | {"upload": upload_id}, plan.refused, told, dry_run, as_json)


def _planned(data: bytes, file: Path, choices: Choices) -> tuple[int | None, dict[str, Any], list[Refusal]]:
    found = lists.read(data, file.name, choices)
    confirm.need_usable(found)
    return None, preview.of(found, choices, now()).to_json(), found.refused


def _done(data: bytes, file: Path, choices: Choices) -> tuple[int | None, dict[str, Any], list[Refusal]]:
    with _progress() as progress:
        result = confirm.bring_in(data, file.name, choices, now(), CLI, progress)
    return result.upload_id, result.totals, result.refused


def read_file(file: Path) -> bytes:
    """Read a file, but never more than shows that it is too large."""
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise NothingDone(_("%(file)s がありません。ファイルの場所をご確認ください。") % {"file": file}) from error
    except OSError as error:
        raise NothingDone(_("%(file)s を読めません。（%(why)s）") % {"file": file, "why": error.strerror}) from error


@contextmanager
def _progress() -> Iterator[confirm.Progress]:
    """Show on a terminal how many of the accounts are done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(_("顧客企業を取り込んでいます"), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _tell(refused: Iterable[Refusal]) -> None:
    for row in refused:
        click.echo(_("%(row)d 行目: %(reason)s") % {"row": row.number, "reason": row_sentence(row)}, err=True)


def _write(file: Path, totals: dict[str, Any], dry_run: bool) -> None:
    if dry_run:
        click.echo(_("%(file)s を取り込むと次のようになります（まだ何も取り込んでいません）。") % {"file": file.name})
    else:
        click.echo(_("%(file)s を取り込みました。メールは送られていません。") % {"file": file.name})
    columns = ("new", "changed", "unchanged", "total")
    parts = {"accounts": _("顧客企業数"), "stores": _("店舗数"), "contacts": _("先方担当者数")}
    write_table(
        ("", _("新規"), _("変更"), _("変更なし"), _("合計")),
        [[label, *(totals[part][column] for column in columns)] for part, label in parts.items()],
    )
    told = (
        (_("これから導入する"), totals["sorts"]["introducing"]),
        (_("すでに利用中"), totals["sorts"]["live"]),
        (_("決まっていない"), totals["sorts"]["undecided"]),
        (_("取り込めなかった行"), len(totals["refused"])),
        (_("確認が必要な行"), totals["marked"]),
        (_("手で直したため上書きしなかった項目"), totals["kept"]),
        (_("新しく登録した自社担当"), len(totals["members"])),
    )
    # The empty heading sets the two tables apart.
    write_table(("", ""), told)


@contextmanager
def _refusals_told() -> Iterator[None]:
    """Tell each row's reason when nothing goes in."""
    try:
        yield
    except (NoRowFits, RowsRefused) as error:
        _tell_progress(error.params["refused"])
        raise


def _tell_progress(refused: Iterable[Refusal]) -> None:
    for row in refused:
        words = {"row": row.number, "reason": progress_row_sentence(row)}
        click.echo(_("%(row)d 行目: %(reason)s") % words, err=True)


def _write_progress(
    file: Path,
    totals: dict[str, Any],
    refused: list[Refusal],
    told: list[tuple[str, int]],
    dry_run: bool,
    as_json: bool,
) -> None:
    _tell_progress(refused)
    if as_json:
        reasons = [{"row": row.number, "key": row.key, "reason": progress_row_sentence(row)} for row in refused]
        write_json({"dry_run": dry_run} | totals | {"refused": reasons})
        return
    if dry_run:
        click.echo(_("%(file)s を取り込むと次のようになります（まだ何も取り込んでいません）。") % {"file": file.name})
    else:
        click.echo(_("%(file)s を取り込みました。") % {"file": file.name})
    write_table(("", ""), told)


COMMANDS = (import_,)
