from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler.readers.reports.read import read_report
from scheduler.readers.reports.shapes import Report, ReportPerson
from scheduler.readers.tables import Unreadable
from scheduler.rules.attendance import union_seconds
from scheduler.rules.names import clean_name

SAMPLES = Path(__file__).parents[2] / "data" / "reports"
EXPECTED: dict[str, Any] = json.loads((SAMPLES / "reports_expected.json").read_text("utf-8"))
START = datetime(2026, 4, 15, 5, 0, tzinfo=UTC)  # 14:00 in Tokyo
END = START + timedelta(minutes=60)
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def read(data: bytes | str, **said: Any) -> Report:
    data = data.encode() if isinstance(data, str) else data
    return read_report(data, "report.csv", **{"starts_at": START, "ends_at": END, "zone": "Asia/Tokyo"} | said)


def sample(name: str, **said: Any) -> Report:
    return read((SAMPLES / name).read_bytes(), **said)


def seconds(person: ReportPerson) -> int:
    return union_seconds(person.intervals, *EVER)


def table(header: str, *lines: str) -> str:
    return "\n".join((header, *lines))


@pytest.mark.parametrize(
    ("name", "tool", "encoding"),
    [
        ("zoom_meeting_en.csv", "zoom_meeting", "utf-8-sig"),
        ("zoom_meeting_ja.csv", "zoom_meeting", "utf-8-sig"),
        ("zoom_webinar_en.csv", "zoom_webinar", "utf-8-sig"),
        ("teams_en.csv", "teams", "utf-16-le"),
    ],
)
def test_every_sample_gives_the_people_and_seconds_it_is_known_to_hold(name: str, tool: str, encoding: str) -> None:
    report = sample(name)
    assert (report.tool, report.encoding) == (tool, encoding)
    everybody = [*report.people, *(out.person for out in report.left_out)]
    found = {
        (person.email, clean_name(shown), seconds(person))
        for person in everybody
        for shown in (person.name, person.original_name)
    }
    expected = EXPECTED[name]["people"]
    # Joined as an attendee for 65 seconds, then as a panelist: one person, left out.
    promoted = [person for person in expected if person.get("panelist")]
    for person in expected:
        if person not in promoted:
            assert (person["email"], clean_name(person["name"]), person["union_seconds"]) in found, person
    by_phone = sum(person.phone_like for person in everybody) if tool == "zoom_webinar" else 0
    hosts = sum(out.why == "host" for out in report.left_out) if tool == "zoom_webinar" else 0
    assert len(everybody) == len(expected) + by_phone + hosts


def test_meets_duration_counts_and_its_times_take_the_lectures_date() -> None:
    report = sample("meet.csv")
    assert report.tool == "google_meet"
    minutes = {person.email or person.name: (person.summed_seconds or 0) // 60 for person in report.people}
    assert minutes == EXPECTED["meet.csv"]["minutes"]
    assert report.first_at == START - timedelta(minutes=10)


def test_a_report_without_emails_joins_devices_of_a_full_name_and_keeps_bare_names_apart() -> None:
    people = [(person.name, seconds(person)) for person in sample("zoom_meeting_ja_noemail.csv").people]
    assert people == [
        ("仙台支店　林健太", 3729),
        ("佐藤, 恵美", 3584),
        ("iPhone (渡辺 里奈)", 3388),
        ("ﾀｶﾊｼ ﾀﾞｲｷ (高橋 大樹)", 3660),
        ("鈴木 一郎", 283),
        ("81300000000", 3170),
        ("横浜店 プリヤ", 168),
        ("ＡＯＢＡ＿長谷川 (長谷川 美咲)", 3870),
        ("田中", 3480),
        ("田中", 3200),
        ("ゲスト", 30),
    ]


def test_who_is_left_out_is_said_with_the_reason() -> None:
    webinar = {(out.name, out.why) for out in sample("zoom_webinar_en.csv").left_out}
    assert webinar == {
        ("Azusa Mizuno", "host"),
        ("鈴木 桃子", "panelist"),
        ("Backward Clock", "leave_before_join"),
        ("Rina Watanabe", "no_show"),
        ("Tanaka", "no_show"),
    }
    teams = {(out.name, out.why) for out in sample("teams_en.csv").left_out}
    assert teams == {("Azusa Mizuno", "host"), ("Suzuki, Momoko", "presenter")}
    host = sample("zoom_meeting_ja.csv").left_out[0]
    assert (host.name, host.why, host.person.is_host) == ("水野 梓", "host", True)


def test_a_clock_that_runs_backward_is_flagged_and_counts_nothing() -> None:
    report = sample("zoom_webinar_en.csv")
    person = next(out.person for out in report.left_out if out.why == "leave_before_join")
    assert (person.intervals, person.flags) == ((), frozenset({"leave_before_join"}))
    assert [(complaint.row, complaint.key) for complaint in report.complaints] == [(20, "leave_before_join")]


def test_the_vendors_own_people_are_left_out_by_address_or_domain() -> None:
    by_domain = sample("meet.csv", own_domains=frozenset({"vendor.example.com"}))
    by_email = sample("meet.csv", own_emails=frozenset({"trainer@vendor.example.com"}))
    for report in (by_domain, by_email):
        assert [(out.name, out.why) for out in report.left_out] == [("水野 梓", "own_people")]


@pytest.mark.parametrize(
    "header",
    [
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)",
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest",
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent",
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,"
        "Recording Disclaimer Response,In Waiting Room",
        "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,"
        "Recording disclaimer response,In waiting room",
        "名前 (元の名前),ユーザーメール,参加時刻,退出時刻,所要時間（分）",
        "名前（元の名前）,ユーザーのメール,参加時間,退出時間,時間（分）,ゲスト",
        "ユーザー名（元の名前）,ユーザーのメールアドレス,参加時刻,退出時刻,期間（分）,ゲスト",
        "Nome (nome originale),E-mail,Join Time,Leave Time,Duration (Minutes)",
    ],
)
@pytest.mark.parametrize("above", ["", "Meeting ID,Topic,User Email,\n1,x,h@vendor.example.com,\n\n", "1,2\n,,,,\n"])
def test_every_zoom_header_seen_is_read_wherever_it_stands(header: str, above: str) -> None:
    line = "山田 花子,hana@mihon.example.jp,2026/04/15 02:00:00 PM,2026/04/15 03:00:00 PM,60,Yes,NA,No"
    report = read(above + table(header, line))
    assert report.tool == "zoom_meeting"
    assert [(person.name, person.email, seconds(person)) for person in report.people] == [
        ("山田 花子", "hana@mihon.example.jp", 3600)
    ]


@pytest.mark.parametrize(
    "header",
    [
        "Name (Original Name),User Email,Total Duration (Minutes),Guest",
        "Name (original name),Email,Total duration (minutes),Guest",
        "名前（元の名前）,メールアドレス,合計時間（分）,ゲスト",
    ],
)
def test_unique_users_have_a_total_only(header: str) -> None:
    report = read(table(header, "山田 花子,,50,Yes", "田中,,30,Yes", "田中,,20,はい", "小林,k@v.example.com,60,No"))
    assert [(person.name, person.intervals, person.summed_seconds) for person in report.people] == [
        ("山田 花子", (), 3000),
        ("田中", (), 1800),
        ("田中", (), 1200),
    ]
    assert [(out.name, out.why) for out in report.left_out] == [("小林", "own_people")]


def test_the_administrators_export_names_the_meetings_host_and_repeats_columns() -> None:
    report = read(
        table(
            "Topic,Meeting ID,User Email,Duration (Minutes),Participants,Name (Original Name),User Email,Join Time,"
            "Leave Time,Duration (Minutes),Guest",
            "x,1,host@v.example.com,80,3,Host,HOST@v.example.com,15/04/2026 14:00,15/04/2026 15:00,60,Yes",
            "x,1,host@v.example.com,80,3,花子,hana@m.example.jp,15/04/2026 14:00,15/04/2026 14:50,50,Yes",
            "y,2,host@v.example.com,80,3,太郎,taro@m.example.jp,01/04/2026 14:00,01/04/2026 14:50,50,Yes",
        )
    )
    assert [(person.name, person.email, seconds(person)) for person in report.people] == [
        ("花子", "hana@m.example.jp", 3000)
    ]
    assert [(out.name, out.why) for out in report.left_out] == [("Host", "host"), ("太郎", "other_time")]


def test_the_waiting_room_is_not_attendance_and_does_not_spoil_what_follows() -> None:
    header = "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,In waiting room"
    report = read(
        table(
            header,
            "花子,hana@m.example.jp,04/15/2026 01:50:00 PM,04/15/2026 02:00:00 PM,10,Yes,Yes",
            "花子,hana@m.example.jp,04/15/2026 02:00:00 PM,04/15/2026 03:00:00 PM,60,Yes,No",
            "太郎,taro@m.example.jp,04/15/2026 01:50:00 PM,04/15/2026 02:00:00 PM,10,Yes,Yes",
        )
    )
    assert [(person.name, seconds(person)) for person in report.people] == [("花子", 3600)]
    assert [(out.name, out.why) for out in report.left_out] == [("太郎", "waiting_room")]


TEAMS_JA = """1. 要約
会議のタイトル\t"\"\"もくもく勉強会\"\" で会議中"
開始時刻\t2026/4/15 14:00:00

2. 参加者
名前\t初めての参加\t最終退出\t会議の長さ\tメール アドレス\t参加者 ID (UPN)\t役割
小林 美咲\t2026/4/15 13:55:00\t2026/4/15 15:01:00\t1 時間 6 分\tkobayashi@v.example.com\tkobayashi@v.example.com\t開催者
山田 花子 (外部)\t2026/4/15 14:00:00\t2026/4/15 15:00:00\t50 分 30 秒\t\thana_m.example.jp#EXT#@v.example.com\t発表者
"""


def test_teams_in_japanese_falls_back_to_the_participants_whose_duration_counts() -> None:
    report = read(TEAMS_JA.encode("utf-16"))
    assert report.tool == "teams"
    assert [(p.name, p.original_name, p.email, p.summed_seconds) for p in report.people] == [
        ("山田 花子 (外部)", "山田 花子", "", 3030)
    ]
    assert [(out.name, out.why) for out in report.left_out] == [("小林 美咲", "host")]


def test_teams_activities_count_before_the_participants_and_a_leave_may_be_a_time_only() -> None:
    activities = (
        "3. 会議中のアクティビティ\n名前\t参加時刻\t退出時刻\t期間\tメール\t役割\n"
        "山田 花子 (外部)\t2026/4/15 14:00:00\t14:20:00\t20 分\t\t出席者\n"
        "山田 花子 (外部)\t2026/4/15 14:30:00\t15:00:00\t30 分\t\t出席者\n"
    )
    person = read((TEAMS_JA + "\n" + activities).encode("utf-16")).people[0]
    assert (len(person.intervals), seconds(person), person.summed_seconds) == (2, 3000, None)


def test_teams_older_reports_are_read() -> None:
    older = table(
        "Meeting Summary",
        "Total Number of Participants\t2",
        "Meeting Title\tx",
        "Meeting Start Time\t4/15/2026, 1:50:00 PM",
        "",
        "Full Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole\tParticipant ID (UPN)",
        "Hana Yamada\t4/15/2026, 2:00:00 PM\t4/15/2026, 2:50:00 PM\t50m\thana@m.example.jp\tPresenter\t",
    )
    oldest = table(
        "Full Name\tUser Action\tTimestamp",
        "Hana Yamada\tJoined before\t4/15/2026, 2:00:00 PM",
        "Taro Kato\tJoined\t4/15/2026, 2:30:00 PM",
        "Hana Yamada\tLeft\t4/15/2026, 2:10:00 PM",
        "Hana Yamada\tJoined\t4/15/2026, 2:20:00 PM",
        "Hana Yamada\tLeft\t4/15/2026, 3:00:00 PM",
    )
    assert [(p.name, seconds(p), p.flags) for p in read(older).people] == [
        ("Hana Yamada", 3000, frozenset({"presenter"}))
    ]
    read_oldest = read(oldest)
    assert read_oldest.tool == "teams"
    assert [(p.name, seconds(p), p.flags) for p in read_oldest.people] == [
        ("Hana Yamada", 3000, frozenset()),
        ("Taro Kato", 1800, frozenset({"no_leave"})),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "Meeting Name\tMeeting Start Time\tMeeting End Time\tDisplay Name\tFirst Name\tLast Name\tRole\tAttendee Email\t"
        "Join Time\tLeave Time\tAttendance Duration\tConnection Type\tSession Name",
        "Nome da reunião\tData de início\tData de término\tNome de exibição\tNome\tSobrenome\tFunção\tE-mail do convidado\t"
        "Hora da entrada\tHora da saída\tDuração da presença\tTipo de conexão\tNome da sessão",
    ],
)
def test_webex_formulas_breakout_rooms_and_made_up_guest_addresses_are_read(header: str) -> None:
    def line(name: str, email: str, begins: str, ends: str, session: str, role: str = "Attendee") -> str:
        meeting = '"=""2026-04-15 14:00:00"""\t"=""2026-04-15 15:00:00"""'
        times = f'"=""2026-04-15 {begins}"""\t"=""2026-04-15 {ends}"""'
        return f"x\t{meeting}\t{name}\tHana\tYamada\t{role}\t{email}\t{times}\t300 mins\tPC\t{session}"

    guest = "123.guest@abcguest.webex.localhost"
    report = read(
        table(
            header,
            line("Hana Yamada", guest, "14:00:00", "14:50:00", "x"),
            line("Hana Yamada", guest, "14:10:00", "14:30:00", "breakout 1"),
            line("Coach", "c@v.example.com", "14:00:00", "15:00:00", "x", "Host"),
        ).encode("utf-16")
    )
    assert report.tool == "webex"
    assert [(p.name, p.email, seconds(p)) for p in report.people] == [("Hana Yamada", "", 3000)]
    assert [(out.name, out.why) for out in report.left_out] == [("Coach", "host")]


def test_meet_with_a_block_above_and_its_old_three_columns_are_read() -> None:
    block = "Meeting title,Date,Start time,End time\nx,2026-04-15,14:00,15:00\n\n"
    above = read(block + "Name,Email,Duration,Time joined,Time exited\n花子,,42m,14:00,15:00")
    old = read("Name,Email,Duration\n花子,,32:14")
    assert [(above.tool, p.summed_seconds) for p in above.people] == [("google_meet", 2520)]
    assert [(old.tool, p.intervals, p.summed_seconds) for p in old.people] == [("google_meet", (), 1934)]


def test_the_lobby_and_the_recording_of_zoom_events_are_not_live_attendance() -> None:
    report = read(
        table(
            "First name,Last name,Email,Participation,Total time spent(Minutes),First join time,Last exit time",
            "花子,山田,hana@m.example.jp,Live,50,2026-04-15 14:00:00,2026-04-15 15:00:00",
            "Taro,Kato,taro@m.example.jp,Lobby only,5,2026-04-15 14:00:00,2026-04-15 14:05:00",
            "Jiro,Kato,jiro@m.example.jp,Recording only,60,2026-04-17 14:00:00,2026-04-17 15:00:00",
        )
    )
    assert [(p.name, p.summed_seconds) for p in report.people] == [("山田 花子", 3000)]
    assert [out.why for out in report.left_out] == ["lobby_only", "recording_only"]


def test_another_tools_report_is_read_by_the_usual_names_of_its_columns() -> None:
    goto = table(
        "Attendee Report,,,GoToWebinar",
        "Generated",
        '"Apr 15, 2026 01:36 AM PDT"',
        "Session Details",
        "Attended,,Interest Rating,First Name,Last Name,Email,Registration Date,Join Time,Leave Time,"
        "In Session Duration* (minutes) ,Country",
        'Yes,,5,Hana,Yamada,hana@m.example.jp,x,"Apr 14, 2026 10:00 PM PDT","Apr 14, 2026 10:58 PM PDT",58.53,Japan',
        "No,,,Taro,Kato,taro@m.example.jp,x,,,,Japan",
    )
    report = read(goto)
    assert report.tool == "generic"
    assert [(p.name, p.email, seconds(p)) for p in report.people] == [("Hana Yamada", "hana@m.example.jp", 3480)]
    assert [out.why for out in report.left_out] == ["no_show"]
    japanese = read("参加者,入室日時,退室日時\n山田 花子,2026/4/15 14:00,2026/4/15 14:40")
    assert [(p.name, seconds(p)) for p in japanese.people] == [("山田 花子", 2400)]


@pytest.mark.parametrize(
    ("header_zone", "file_zone", "joined"),
    [
        ("", "Asia/Kolkata", "10:30:00 AM"),
        (" (Asia/Kolkata)", "Asia/Tokyo", "10:30:00 AM"),
        (" (America/Los_Angeles)", "Asia/Tokyo", "10:00:00 PM"),
        (" (UTC+05:45)", "Asia/Tokyo", "10:45:00 AM"),
    ],
)
def test_a_zone_in_the_header_wins_over_the_files(header_zone: str, file_zone: str, joined: str) -> None:
    day = 14 if "Los" in header_zone else 15
    header = f"Name (original name),Email,Join time{header_zone},Leave time{header_zone},Duration (minutes)"
    report = read(table(header, f"花子,,04/{day}/2026 {joined},,30"), zone=file_zone)
    assert report.people[0].intervals == ((START, START + timedelta(minutes=30)),)


def test_a_line_without_leave_counts_by_its_duration_or_to_the_end() -> None:
    header = "Name (original name),Email,Join time,Leave time,Duration (minutes)"
    report = read(table(header, "花子 山田,,04/15/2026 14:30,,20", "太郎 加藤,,04/15/2026 14:30,--,"))
    assert [(seconds(person), person.flags) for person in report.people] == [
        (1200, frozenset({"no_leave"})),
        (1800, frozenset({"no_leave"})),
    ]


def test_a_time_that_cannot_be_read_is_complained_of_with_its_row() -> None:
    header = "Name (original name),Email,Join time,Leave time,Duration (minutes)"
    report = read(table(header, "花子,,04/15/2026 14:00,04/15/2026 15:00,60", "太郎,,soon,later,"))
    assert [(c.row, c.key, c.params["text"]) for c in report.complaints] == [
        (3, "unreadable_time", "soon"),
        (3, "unreadable_time", "later"),
    ]
    assert [(out.name, out.why) for out in report.left_out] == [("太郎", "no_times")]


def test_a_report_of_another_lecture_is_refused_with_its_times() -> None:
    with pytest.raises(Unreadable) as refused:
        sample("zoom_meeting_ja.csv", starts_at=START + timedelta(days=7), ends_at=END + timedelta(days=7))
    assert refused.value.key == "other_lecture"
    assert refused.value.params["first_at"] == datetime(2026, 4, 15, 3, 1, tzinfo=UTC)
    assert refused.value.params["last_at"] == datetime(2026, 4, 15, 6, 4, 33, tzinfo=UTC)


def test_a_report_without_times_is_refused_when_its_meeting_began_another_day() -> None:
    above = "Meeting ID,Topic,Start Time,End Time,User Email\n1,x,04/08/2026 02:00:00 PM,,h@v.example.com\n\n"
    with pytest.raises(Unreadable, match="other_lecture"):
        read(above + "Name (Original Name),User Email,Total Duration (Minutes),Guest\n花子,,50,Yes")


def test_a_report_of_the_lecture_before_is_refused_though_it_was_held_within_two_hours() -> None:
    with pytest.raises(Unreadable, match="other_lecture") as refused:
        sample("zoom_meeting_ja.csv", starts_at=START + timedelta(hours=2), ends_at=END + timedelta(hours=2))
    assert refused.value.params["last_at"] == datetime(2026, 4, 15, 6, 4, 33, tzinfo=UTC)


@pytest.mark.parametrize(
    ("host", "customer", "said"),
    [
        # The next lecture's host opens the room while this one ends; nobody of this one is in the file.
        ("14:50,16:20", "15:15,16:15", None),
        ("14:50,16:20", "", []),
        ("15:05,16:20", "", None),
        # Who came to this one came early and left again: the host was there all the time.
        ("13:50,15:01", "13:52,13:58", ["nobody_during_lecture"]),
        # Nobody came, and the host waited for a quarter of an hour.
        ("13:55,14:15", "", []),
        ("", "13:52,13:58", None),
    ],
)
def test_a_report_without_anybody_during_the_lecture_is_taken_only_where_its_host_was_there(
    host: str, customer: str, said: list[str] | None
) -> None:
    lines = ["Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"]
    for name, times, guest in (("水野", host, "No"), ("山田 花子", customer, "Yes")):
        lines += [f"{name},,{','.join(f'2026/04/15 {one}' for one in times.split(','))},9,{guest}"] if times else []
    text = "\n".join(lines)
    if said is None:
        with pytest.raises(Unreadable, match="other_lecture"):
            read(text)
    else:
        assert [complaint.key for complaint in read(text).complaints] == said


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "empty"),
        ("会社名,氏名,メール\nみほん,山田,a@b.example".encode(), "unknown_columns"),
        ("名前 (元の名前),ユーザー".encode(), "unknown_columns"),
        (b"just a line of text", "unknown_columns"),
        ("名前 (元の名前),ユーザーメール,参加時刻,退出時刻,所要時間（分）\n".encode(), "no_rows"),
        (b"PK\x03\x04 broken", "broken_workbook"),
    ],
)
def test_what_is_no_report_is_refused_with_the_reason(data: bytes, key: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(data)
    assert refused.value.key == key


def test_unknown_columns_are_named() -> None:
    with pytest.raises(Unreadable) as refused:
        read("売上\n会社名,氏名,メール\nみほん,山田,a@b.example")
    assert refused.value.params["headers"] == ["会社名", "氏名", "メール"]


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(Unreadable) as refused:
        sample("zoom_meeting_ja.csv", zone="Asia/Nowhere")
    assert (refused.value.key, refused.value.params) == ("unknown_zone", {"zone": "Asia/Nowhere"})


@pytest.mark.parametrize("name", ["zoom_meeting_ja.csv", "zoom_webinar_en.csv", "teams_en.csv", "meet.csv"])
def test_a_file_cut_off_anywhere_is_read_or_refused_but_never_breaks(name: str) -> None:
    whole = (SAMPLES / name).read_bytes()
    for length in range(0, len(whole), 37):
        with suppress(Unreadable):
            read(whole[:length])


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_the_same_report_reads_alike_in_every_encoding(codec: str) -> None:
    text = (SAMPLES / "zoom_meeting_ja_noemail.csv").read_text("utf-8-sig")
    assert read(text.encode(codec)).people == sample("zoom_meeting_ja_noemail.csv").people
