"""Answers what the managers' reports say, printed: as tables, as CSV or as JSON, with the numbers of their pages."""

from __future__ import annotations

import click

from scheduler.app import figure_csv, figure_plain, figure_sheets, figure_titles
from scheduler.cli.output import as_json, write_json, write_table
from scheduler.cli.program import in_app, now
from scheduler.cli.wall import NothingDone
from scheduler.cli.words import _
from scheduler.rules.reporting import Report
from scheduler.services.reports import asking
from scheduler.services.reports.catalogue import REPORTS


@click.command("report", help=_("レポートを表示します。名前を省くと、レポートの一覧を表示します。"))
@click.argument("name", required=False)
@click.option("--from", "since", default="", metavar="DATE", help=_("この日から（省略時は 12 か月前の 1 日）"))
@click.option("--to", "until", default="", metavar="DATE", help=_("この日まで（省略時は今日）"))
@click.option("--stage", default="", help=_("このフェーズの顧客企業だけ"))
@click.option("--owner", default="", help=_("この自社担当（メールアドレスまたは ID）の顧客企業だけ"))
@click.option("--tag", default="", help=_("このタグの顧客企業だけ"))
@click.option("--with", "own", multiple=True, metavar="KEY=VALUE", help=_("レポートごとの選択（複数可）"))
@click.option("--part", default="", help=_("この部分だけ（部分のキーは --json で確認できます）"))
@click.option("--csv", "as_csv", is_flag=True, help=_("CSV で出力します。"))
@as_json
@in_app
def report(
    name: str | None, since: str, until: str, stage: str, owner: str, tag: str, own: tuple[str, ...], part: str,
    as_csv: bool, as_json: bool,
) -> None:  # fmt: skip
    """Print a report, or the names of all of them."""
    if as_csv and as_json:
        raise click.UsageError(_("--csv と --json は一度にどちらか一つだけ指定してください。"))
    if name is None:
        titles = figure_titles()
        if as_json:
            write_json([{"name": key, "title": title} for key, title in titles.items()])
        else:
            write_table(("name", "title"), list(titles.items()))
        return
    if name not in REPORTS:
        words = _("%(name)s というレポートはありません。次のいずれかにしてください: %(names)s")
        raise NothingDone(words % {"name": name, "names": ", ".join(REPORTS)})
    asked = {"from": since, "to": until, "stage": stage, "owner": owner, "tag": tag}
    found = _counted(name, asked | _choices(name, own), part)
    if as_json:
        write_json(figure_plain(found))
    else:
        _print(found, as_csv, bool(part))


def _choices(name: str, own: tuple[str, ...]) -> dict[str, str]:
    known = REPORTS[name].choices
    given = {key.strip(): value for key, _equals, value in (one.partition("=") for one in own)}
    for key in given:
        if key not in known:
            words = _("このレポートに「%(key)s」という選択はありません。選べるもの: %(known)s")
            raise NothingDone(words % {"key": key, "known": ", ".join(known) or "–"})
    return given


def _counted(name: str, asked: dict[str, str], part: str) -> Report:
    """Count the report; of its parts only the one that was asked for, if any."""
    moment = now()
    found = REPORTS[name].build(asking.read(asked, moment, REPORTS[name].choices), moment)
    if not part:
        return found
    kept = tuple(one for one in found.parts if one.key == part)
    if not kept:
        words = _("このレポートに「%(part)s」という部分はありません。次のいずれかにしてください: %(parts)s")
        raise NothingDone(words % {"part": part, "parts": ", ".join(one.key for one in found.parts)})
    return Report(found.name, found.asked, found.zone, found.counted_at, kept, found.notes)


def _print(found: Report, as_csv: bool, alone: bool) -> None:
    """Print the parts one below the other; several as CSV under a line each that names the part."""
    for place, sheet in enumerate(figure_sheets(found)):
        if place:
            click.echo()
        if as_csv:
            if not alone:
                click.echo(f"# {sheet.key}")
            click.echo(figure_csv(sheet).replace("\r\n", "\n"), nl=False)
            continue
        measured = _("見込み") if sheet.measured == "estimate" else _("実績")
        click.echo(f"{sheet.title} ({sheet.key}) [{measured}]")
        few = _("少数")
        rows = [[*(cell.text for cell in line.cells), f"◇ {few}" if line.small else ""] for line in sheet.lines]
        if rows:
            write_table([*sheet.heads, ""], rows)
        for note in sheet.notes:
            click.echo(note)


COMMANDS = (report,)
