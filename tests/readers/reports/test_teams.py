"""Microsoft Teams' report in every version and language that FORMATS describes (sections 4 and 5), a sample each."""

from __future__ import annotations

import pytest

from tests.readers.reports.reading import END, START, left_out, people, read, seconds, table, teams

EN = ("1. Summary", "2. Participants", "3. In-Meeting Activities")
JA = ("1. 要約", "2. 参加者", "3. 会議中のアクティビティ")
SECOND = "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole"
THIRD = "Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole"
SECOND_JA = "名前\t初めての参加\t最終退出\t会議の長さ\tメール\t参加者 ID (UPN)\t役割"
THIRD_JA = "名前\t参加時刻\t退出時刻\t期間\tメール\t役割"
SUMMARY = (
    "Meeting title\tx",
    "Attended participants\t3",
    "Start time\t4/15/26, 1:50:00\u202fPM",
    "End time\t4/15/26, 3:04:00\u202fPM",
    "Meeting duration\t1h 14m",
    "Average attendance time\t55m 13s",
)
SUMMARY_JA = (
    '会議のタイトル\t"""もくもく勉強会"" で会議中"',
    "出席した参加者\t3",
    "開始時刻\t2026/4/15 13:50:00",
    "終了時刻\t2026/4/15 15:04:00",
    "会議の長さ\t1 時間 14 分",
    "平均出席時間\t55 分 13 秒",
)


@pytest.mark.parametrize(
    ("sections", "summary", "header", "begins", "ends", "lasted", "roles"),
    [
        (EN, SUMMARY, SECOND, "4/15/26, 2:00:00\u202fPM", "4/15/26, 3:00:00\u202fPM", "50m 30s", ("Organizer", "Attendee")),
        (EN, SUMMARY, SECOND.replace("First Join", "First join").replace("Meeting D", "meeting d") + "\tEngagement: Reactions",
         "4/15/2026, 2:00:00 PM", "4/15/2026, 3:00:00 PM", "50m 30s", ("Organizer", "Presenter")),
        (JA, SUMMARY_JA, SECOND_JA, "2026/4/15 14:00:00", "2026/4/15 15:00:00", "50 分 30 秒", ("開催者", "出席者")),
        (JA, SUMMARY_JA, SECOND_JA.replace("メール", "メール アドレス"), "2026/4/15 14:00:00", "2026/4/15 15:00:00",
         "0 時間 50 分 30 秒", ("開催者", "発表者")),
        (("1. Resumo", "2. Participantes", ""), ("Hora de início\t15/04/26, 13:50:00",),
         "Nome\tPrimeira Entrada\tÚltima Saída\tDuração da Reunião\tE-mail\tID do Participante (UPN)\tFunção",
         "15/04/26, 14:00:00", "15/04/26, 15:00:00", "50 min 30 s", ("Organizador", "Participante")),
        (("1. Zusammenfassung", "2. Teilnehmer", ""), ("Startzeit\t15.04.26, 13:50:00",),
         "Name\tErster Beitritt\tLetzter Austritt\tBesprechungsdauer\tE-Mail\tTeilnehmer-ID (UPN)\tRolle",
         "15.04.26, 14:00:00", "15.04.26, 15:00:00", "50 Min. 30 Sek.", ("Organisator", "Teilnehmer")),
        (("1. Podsumowanie", "2. Uczestnicy", ""), (),
         "Nazwa\tPierwsze dołączenie\tOstatnie opuszczenie\tCzas trwania spotkania\tEmail\tIdentyfikator uczestnika (UPN)\tRola",
         "15.04.2026, 14:00:00", "15.04.2026, 15:00:00", "50 min 30 sek.", ("Organizator", "Uczestnik")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("quoted", [False, True])
def test_the_participants_durations_count_where_there_are_no_activities(
    sections: tuple[str, ...],
    summary: tuple[str, ...],
    header: str,
    begins: str,
    ends: str,
    lasted: str,
    roles: tuple[str, str],
    quoted: bool,
) -> None:
    host = f"Momoko\t{begins}\t{ends}\t{lasted}\tm@v.example.com\tm@v.example.com\t{roles[0]}"
    guest = f"Yamada, Hana (External)\t{begins}\t{ends}\t{lasted}\t\thana_m.example.jp#EXT#@v.example.com\t{roles[1]}"
    phone = f" +81 3-****-**23\t{begins}\t{ends}\t{lasted}\t\t\t{roles[1]}"
    tables = [header, host, guest, phone]
    if quoted:
        tables = ["\t".join(f'"{cell}"' for cell in line.split("\t")) for line in tables]
    report = teams(sections[0], *summary, "", sections[1], *tables)
    assert read(report).tool == "teams"
    assert people(report) == [("Yamada, Hana (External)", "", 3030), ("+81 3-****-**23", "", 3030)]
    assert left_out(report) == [("Momoko", "host")]
    assert [one.original_name for one in read(report).people] == ["Yamada, Hana", ""]


@pytest.mark.parametrize(
    ("sections", "second", "third", "day", "mark", "roles"),
    [
        (EN, SECOND, THIRD, "4/15/26, {}\u202fPM", "(Unverified)", ("Attendee", "Organizer")),
        (JA, SECOND_JA, THIRD_JA, "2026/4/15 午後{}", "(未確認)", ("出席者", "開催者")),
        (JA, SECOND_JA, THIRD_JA, "2026/4/15 午後{}", "(ゲスト)", ("出席者", "開催者")),
    ],
)
def test_the_activities_count_before_the_participants(
    sections: tuple[str, ...], second: str, third: str, day: str, mark: str, roles: tuple[str, str]
) -> None:
    whole = f"{day.format('2:00:00')}\t{day.format('3:00:00')}"
    name = f"花子 {mark}"
    report = teams(
        *(sections[0], "", sections[1], second),
        f"{name}\t{whole}\t1h\t\t\t{roles[0]}",
        f"Momoko\t{whole}\t1h\tm@v.example.com\t\t{roles[1]}",
        f"太郎 {mark}\t{whole}\t40m\t\t\t{roles[0]}",
        *("", sections[2], third),
        # The leave may be a time only.
        f"{name}\t{day.format('2:00:00')}\t14:20:00\t20m\t\t{roles[0]}",
        f"{name}\t{day.format('2:10:00')}\t14:30:00\t20m\t\t{roles[0]}",
        f"Momoko\t{whole}\t1h\tm@v.example.com\t{roles[1]}",
    )
    # Who is missing in the activities is still known from the participants.
    assert sorted(people(report)) == sorted([(name, "", 1800), (f"太郎 {mark}", "", 2400)])
    assert left_out(report) == [("Momoko", "host")]


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig", "cp932"])
def test_a_file_saved_again_with_commas_is_read(codec: str) -> None:
    lines = (
        "1. 要約",
        "開始時刻,2026/4/15 13:50",
        "",
        "3. 会議中のアクティビティ",
        THIRD_JA.replace("\t", ","),
        "花子,2026/4/15 14:00,2026/4/15 14:30,30 分,,出席者",
    )
    assert people("\r\n".join(lines).encode(codec)) == [("花子", "", 1800)]


@pytest.mark.parametrize("words", ["Joined|Left", "Joined before|Left"])
def test_the_oldest_version_writes_a_line_for_each_join_and_leave(words: str) -> None:
    came, went = words.split("|")
    report = teams(
        "Full Name\tUser Action\tTimestamp",
        f"Yamada, Hana\t{came}\t4/15/2026, 2:00:00 PM",
        "Kato, Taro\tJoined\t4/15/2026, 2:10:00 PM",
        f"Yamada, Hana\t{went}\t4/15/2026, 2:20:00 PM",
        "Yamada, Hana\tJoined\t4/15/2026, 2:30:00 PM",
        f"Yamada, Hana\t{went}\t4/15/2026, 3:00:00 PM",
        "Sato, Emi\tLeft\t4/15/2026, 3:00:00 PM",
    )
    found = read(report)
    assert [(one.name, seconds(one), "no_leave" in one.flags) for one in found.people] == [
        ("Yamada, Hana", 3000, False),
        ("Kato, Taro", 3000, True),
    ]
    # A leave without a join is shown, and nobody guesses how long she was there.
    assert left_out(report) == [("Sato, Emi", "no_times")]


def test_two_devices_under_one_name_in_the_oldest_version_each_end() -> None:
    report = table(
        "Full Name\tUser Action\tTimestamp",
        *(f"田中\tJoined\t4/15/2026, 2:0{minute}:00 PM" for minute in (0, 1)),
        *(f"田中\tLeft\t4/15/2026, 2:{minute}:00 PM" for minute in (30, 40)),
    )
    assert people(report) == [("田中", "", 1800), ("田中", "", 2340)]


def test_the_older_version_has_no_sections() -> None:
    report = teams(
        *("Meeting Summary", "Total Number of Participants\t1", "Meeting Title\tx"),
        *("Meeting Start Time\t4/15/2026, 1:50:00 PM", "Meeting End Time\t4/15/2026, 3:00:00 PM", "Meeting Id\t1", ""),
        "Full Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole\tParticipant ID (UPN)",
        "Hana Yamada\t4/15/2026, 2:00:00 PM\t4/15/2026, 2:50:00 PM\t50m\thana@m.example.jp\tAttendee\t",
    )
    assert people(report) == [("Hana Yamada", "hana@m.example.jp", 3000)]


@pytest.mark.parametrize("day", ["6/10/26", "10/6/26"])
def test_the_order_of_day_and_month_is_settled_by_the_lecture(day: str) -> None:
    report = teams("3. Activities", THIRD, f"Hana\t{day}, 14:00:00\t{day}, 14:40:00\t40m\t\tAttendee")
    moved = {"starts_at": START.replace(month=6, day=10), "ends_at": END.replace(month=6, day=10)}
    assert people(report, **moved) == [("Hana", "", 2400)]
