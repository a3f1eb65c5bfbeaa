"""Zoom meetings, in every version and language that FORMATS describes (sections 1 and 2), a sample each."""

from __future__ import annotations

import pytest

from tests.readers.reports.reading import left_out, people, read, table

ADMIN = "Topic,Meeting ID,User Email,Duration (Minutes),Start Time,End Time,Participants,"
ADMIN_JA = "トピック,ミーティング ID,ホスト,ユーザーのメールアドレス,期間（分）,参加者,開始時間,終了時間,"


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)", "{who},{from_},{to},50"),
        ("Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest", "{who},{from_},{to},50,Yes"),
        (
            "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent",
            "{who},{from_},{to},50,Yes,NA",
        ),
        (
            "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,"
            "Recording Disclaimer Response,In Waiting Room",
            "{who},{from_},{to},50,Yes,OK,No",
        ),
        (
            "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,"
            "Recording disclaimer response,In waiting room",
            "{who},{from_},{to},50,Yes,,No",
        ),
        ("名前 (元の名前),ユーザーメール,参加時刻,退出時刻,所要時間（分）", "{who},{from_},{to},50"),
        ("名前（元の名前）,ユーザーのメール,参加時間,退出時間,時間（分）,ゲスト", "{who},{from_},{to},50,はい"),
        ("ユーザー名(元の名前),ユーザーのメールアドレス,参加時刻,退出時刻,期間(分)", "{who},{from_},{to},50"),
        ("ユーザー名,ユーザーのメールアドレス,参加時間,退出時間,期間（分）", "{who},{from_},{to},50"),
        ("氏名,ユーザーメール,参加時間,退出時間,合計時間（分）,ゲスト", "{who},{from_},{to},50,はい"),
        (ADMIN + "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest", "x,1,h@v.example.com,90,{from_},{to},9,{who},{from_},{to},50,Yes"),
        ("Meeting ID,Topic,User Name,User Email,Start Time,End Time,Duration (Minutes),Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest", "1,x,水野,h@v.example.com,{from_},{to},90,{who},{from_},{to},50,Yes"),
        (ADMIN_JA + "ユーザー名（元の名前）,ユーザーのメールアドレス,参加時間,退出時間,期間（分）,ゲスト", "x,1,水野,h@v.example.com,90,9,{from_},{to},{who},{from_},{to},50,はい"),
        ("Nome (nome originale),E-mail utente,Ora di ingresso,Ora di uscita,Durata (minuti),Ospite", "{who},{from_},{to},50,Sì"),
        (" Name (Original Name) , User\u202fEmail ,Join Time*,Leave Time,Duration (Minutes),,,", "{who},{from_},{to},50,,,"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("04/15/2026 02:00:00 PM", "04/15/2026 02:50:00 PM"),
        ('"Apr 15, 2026 2:00 PM"', '"Apr 15, 2026 2:50 PM"'),
        ("15/04/2026 14:00", "15/04/2026 14:50"),
        ("2026/04/15 02:00:00 PM", "2026/04/15 02:50:00 PM"),
        ("2026/4/15 14:00", "2026/4/15 14:50"),
        ("2026-04-15 14:00:00", "2026-04-15 14:50:00"),
    ],
)
def test_every_header_is_read_with_every_form_of_dates(header: str, line: str, begins: str, ends: str) -> None:
    row = line.format(who="iPhone (山田 花子),hana@m.example.jp", from_=begins, to=ends)
    report = read(table(header, row))
    assert report.tool == "zoom_meeting"
    assert [(one.name, one.original_name) for one in report.people] == [("iPhone (山田 花子)", "山田 花子")]
    assert people(table(header, row)) == [("iPhone (山田 花子)", "hana@m.example.jp", 3000)]
    assert not report.complaints


@pytest.mark.parametrize(
    "above",
    [
        "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants\n"
        '"812 3456 7890",x,04/15/2026 01:50:00 PM,04/15/2026 03:00:00 PM,host@v.example.com,70,3\n\n',
        "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants,\n"
        "812,x,04/15/2026 01:50:00 PM,04/15/2026 03:00:00 PM,host@v.example.com,70,3,\n,,,,,,\n",
        "Topic,ID,Host name,Host email,Start time,End time,Duration (minutes),Participants\n"
        "x,812,Host,host@v.example.com,04/15/2026 01:50:00 PM,04/15/2026 03:00:00 PM,70,3\n\n",
        "ミーティング ID,トピック,開始時間,終了時間,ユーザーのメールアドレス,期間（分）,参加者\n"
        "812,x,2026/04/15 13:50:00,2026/04/15 15:00:00,host@v.example.com,70,3\n\n",
    ],
)
def test_the_meetings_block_above_names_the_host(above: str) -> None:
    header = "Name (original name),Email,Join time,Leave time,Duration (minutes)"
    lines = ("Host,HOST@v.example.com,14:00,15:00,60", "花子,,14:00,15:00,60")
    assert people(above + table(header, *lines)) == [("花子", "", 3600)]
    assert left_out(above + table(header, *lines)) == [("Host", "host")]


@pytest.mark.parametrize(
    ("guest", "waiting", "why"),
    [
        ("Yes", "No", None),
        ("はい", "いいえ", None),
        ("", "", None),
        ("No", "No", "own_people"),
        ("いいえ", "", "own_people"),
        ("Yes", "Yes", "waiting_room"),
        ("はい", "はい", "waiting_room"),
    ],
)
def test_who_signed_in_to_the_hosts_account_or_only_waited_is_no_attendance(
    guest: str, waiting: str, why: str | None
) -> None:
    header = "名前 (元の名前),ユーザーメール,参加時刻,退出時刻,所要時間（分）,ゲスト,待機室内"
    report = table(header, f"花子,,2026/04/15 14:00,2026/04/15 15:00,60,{guest},{waiting}")
    assert left_out(report) == ([("花子", why)] if why else [])


def test_times_count_to_the_second_where_minutes_are_rounded_up() -> None:
    header = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)"
    line = "Hana Yamada,,04/15/2026 02:00:00 PM,04/15/2026 02:00:38 PM,1"
    again = "Hana Yamada,,04/15/2026 02:10:00 PM,04/15/2026 02:20:30 PM,11"
    other = "Hana Yamada,,04/15/2026 02:15:00 PM,04/15/2026 02:25:30 PM,11"
    assert people(table(header, line, again, other)) == [("Hana Yamada", "", 38 + 930)]
