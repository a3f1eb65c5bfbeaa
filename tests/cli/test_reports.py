"""The managers' reports on the command line, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Tasuki, refused
from tests.services.reports import invented

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def listed() -> Iterator[None]:
    with invented.listed():
        yield


def test_without_a_name_the_reports_are_listed(tasuki: Tasuki) -> None:
    assert "invented    出席" in tasuki("report").stdout
    assert {"name": "invented", "title": "出席"} in json.loads(tasuki("report", "--json").stdout)


def test_a_report_is_printed_as_tables_with_its_small_groups_marked(tasuki: Tasuki) -> None:
    lines = tasuki("report", "invented", "--from", "2026-01-01", "--to", "2026-03-31").stdout.splitlines()
    assert lines[0] == "曜日ごとの出席率 (by_weekday) [実績]"
    assert lines[3] == "火    72%（26/36、95% 区間 56–84）"
    assert lines[6].endswith("◇ 少数")
    assert "契約からの日数 (curve) [見込み]" in lines


def test_the_numbers_are_those_of_the_api_and_the_files_those_of_the_page(tasuki: Tasuki) -> None:
    asked = ("--from", "2026-01-01", "--to", "2026-03-31", "--with", "seed=7", "--part", "by_weekday")
    told = json.loads(tasuki("report", "invented", *asked, "--json").stdout)
    assert told["asked"]["seed"] == "7"
    assert [part["key"] for part in told["parts"]] == ["by_weekday"]
    assert told["parts"][0]["rows"][1]["rate"]["hits"] == 26
    assert tasuki("report", "invented", *asked, "--csv").stdout.splitlines()[2].startswith("火,26,36,0.722222")
    every = tasuki("report", "invented", "--csv").stdout.splitlines()
    assert [line for line in every if line.startswith("#")][:2] == ["# by_weekday", "# stacked"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nothing",), "nothing"),
        (("invented", "--from", "gestern"), "gestern"),
        (("invented", "--from", "2026-02-01", "--to", "2026-01-01"), "期間"),
        (("invented", "--owner", "nobody@vendor.example"), "nobody@vendor.example"),
        (("invented", "--tag", "none"), "タグ"),
        (("invented", "--stage", "nowhere"), "nowhere"),
        (("invented", "--with", "colour=red"), "seed"),
        (("invented", "--part", "nothing"), "by_weekday"),
    ],
)
def test_what_cannot_be_read_is_one_line(tasuki: Tasuki, words: tuple[str, ...], said: str) -> None:
    refused(tasuki("report", *words), said)
