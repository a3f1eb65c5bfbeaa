"""Answers whether a report comes in from the command line: recorded once, told in full, refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scheduler.services.attendance import mapping
from scheduler.settings import Settings
from tests.cli.conftest import Tasuki, refused
from tests.services.attendance.room import EVENING, NO_EMAIL, SAMPLES, STAFF, Room

FILE = str(SAMPLES / NO_EMAIL)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The evening of the samples' lecture."""
    return settings.model_copy(update={"clock": EVENING.isoformat()})


def test_what_is_certain_and_what_stands_ticked_is_recorded_and_the_rest_is_told(tasuki: Tasuki) -> None:
    room = Room().book()
    result = tasuki("import", "attendance", str(room.lecture.id), FILE)
    assert result.exit_code == 0, result.output
    assert f"{NO_EMAIL} の出欠を記録しました。" in result.stdout
    assert "出席 5 · 一部参加 2 · 欠席 1" in result.stdout
    assert "4月16日(木) 10:00" in result.stdout
    told = result.stderr.splitlines()
    assert "照合できません: 81300000000（52 分） 電話での参加" in told
    assert "数えません: 水野 梓（ホスト）" in told
    assert len(told) == 5
    assert room.verdicts()["hayashi"] == "attended"
    before = room.everything()
    assert tasuki("import", "attendance", str(room.lecture.id), FILE).exit_code == 0
    assert room.everything() == before


def test_names_to_confirm_are_told_with_their_candidates(tasuki: Tasuki) -> None:
    room = Room().book("watanabe")
    result = tasuki("import", "attendance", str(room.lecture.id), str(SAMPLES / "meet.csv"))
    assert "要確認: Rina（1 分） 候補: 渡邊 里奈（ひびき株式会社） 一致度 70" in result.stderr.splitlines()
    assert room.verdicts() == {"watanabe": "unknown"}


def test_a_dry_run_records_nothing_and_says_the_same(tasuki: Tasuki) -> None:
    room = Room().book()
    result = tasuki("import", "attendance", str(room.lecture.id), FILE, "--dry-run")
    assert result.exit_code == 0
    assert "まだ何も記録していません。" in result.stdout
    assert "出席 5 · 一部参加 2 · 欠席 1" in result.stdout
    assert set(room.verdicts().values()) == {"unknown"}


def test_programs_read_it_as_json(tasuki: Tasuki) -> None:
    room = Room().book("hayashi", "ono")
    result = tasuki("import", "attendance", str(room.lecture.id), FILE, "--json")
    facts = json.loads(result.stdout)
    assert facts["matched"] == [{"contact": "kenta.hayashi@aoba.example.jp", "seconds": 3600, "verdict": "attended"}]
    (somebody,) = facts["proposed"]
    assert somebody == {"name": "ＡＯＢＡ＿長谷川 (長谷川 美咲)", "candidates": ["kenta.hayashi@aoba.example.jp"]}
    assert {"name": "ゲスト", "seconds": 0} in facts["unmatched"]
    assert facts["left_out"] == [{"name": "水野 梓", "why": "host"}]
    assert facts["mails"] == {
        "thanks": 1,
        "partial": 0,
        "missed": 1,
        "excused": 0,
        "held": 0,
        "due_at": "2026-04-16T01:00:00Z",
    }
    assert facts["dry_run"] is False


def test_times_are_read_in_the_zone_given(tasuki: Tasuki) -> None:
    room = Room().book()
    refused(tasuki("import", "attendance", str(room.lecture.id), FILE, "--zone", "UTC"), "別の時刻", "4月15日")
    refused(tasuki("import", "attendance", str(room.lecture.id), FILE, "--zone", "Mars/Base"), "Mars/Base")


def test_what_cannot_be_read_or_is_not_there_is_one_line_and_writes_nothing(tasuki: Tasuki, tmp_path: Path) -> None:
    room = Room().book("hayashi")
    table = tmp_path / "sales.csv"
    table.write_text("month,amount\n1,2\n")
    refused(tasuki("import", "attendance", str(room.lecture.id), str(table)), "month", "amount")
    refused(tasuki("import", "attendance", str(room.lecture.id), str(tmp_path / "none.csv")), "none.csv")
    refused(tasuki("import", "attendance", "999", FILE))
    assert tasuki("import", "attendance", "the last", FILE).exit_code == 2
    assert room.verdicts() == {"hayashi": "unknown"}


def test_a_report_whose_columns_were_named_on_the_page_needs_nobody(tasuki: Tasuki, tmp_path: Path) -> None:
    room = Room().book("hayashi")
    table = tmp_path / "受講者.csv"
    table.write_text("お客様,入,出\n林 健太,14:00,14:50\n", encoding="cp932")
    refused(tasuki("import", "attendance", str(room.lecture.id), str(table)), "お客様", "取り込みの画面で")
    waiting = room.stage(table.read_bytes(), unnamed=True)
    mapping.settle(waiting, 1, {"name": "お客様", "join": "入", "leave": "出"}, EVENING, STAFF)
    result = tasuki("import", "attendance", str(room.lecture.id), str(table))
    assert result.exit_code == 0, result.output
    assert room.verdicts()["hayashi"] == "attended"
