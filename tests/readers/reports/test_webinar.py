"""Zoom webinars' sectioned reports, in every version that FORMATS describes (section 3), a sample each."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.readers.reports.reading import left_out, people, read, seconds

SHORT = "Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Is Guest,Country/Region Name"
LONG = (
    "Attended,User Name (Original Name),First Name,Last Name,Email,Phone,Registration Time,Approval Status,Join Time,"
    "Leave Time,Time in Session (minutes),Is Guest,Country/Region Name"
)
OTHER = "User Name,Join Time,Leave Time,Time in Session (minutes),Country/Region Name"
OLDER = (
    'Report Generated:,"Apr 15, 2026 6:26 PM"',
    "Topic,Webinar ID,Actual Start Time,Actual Duration (minutes),# Registered,# Cancelled,Unique Viewers,Total Users,"
    "Max Concurrent Views,Enable Registration",
    'x,890 1234 5678,"Apr 15, 2026 1:50 PM",75,9,1,7,10,7,Yes',
)
NEWER = (
    "Report generated time,04/15/2026 06:31:08 PM",
    "Topic,Webinar ID,Actual Start Time,Actual Duration (minutes),# Registrants,Unique Viewers,Total Users",
    "x,890 1234 5678,04/15/2026 01:50:00 PM,75,9,7,10",
)
FORMS = ("{:%b %d, %Y %H:%M:%S}", "{:%m/%d/%Y %I:%M:%S %p}", "{:%b %d, %Y %I:%M:%S %p}", "{:%Y-%m-%d %H:%M:%S}")
JAPANESE = """出席者レポート
レポートの生成日時:,2026/04/15 16:10:00
トピック,ウェビナー ID,実際の開始時刻,実際の所要時間（分）,登録者数,キャンセル数,ユニークビューアー数,ユーザーの合計数
x,890,2026/04/15 13:50:00,75,9,1,7,10
ホストの詳細
出席,ユーザー名（元の名前）,メール,参加時刻,退出時刻,セッション時間（分）,ゲスト,国/地域名
はい,水野 梓,m@v.example.com,2026/04/15 13:50:00,2026/04/15 15:00:00,70,いいえ,日本
パネリストの詳細
出席,ユーザー名（元の名前）,メール,参加時刻,退出時刻,セッション時間（分）,ゲスト,国/地域名
はい,鈴木 桃子,s@v.example.com,2026/04/15 13:50:00,2026/04/15 15:00:00,70,いいえ,日本
出席者の詳細
出席,ユーザー名（元の名前）,名,姓,メール,電話,登録時間,承認ステータス,参加時刻,退出時刻,セッション時間（分）,ゲスト,国/地域名
はい,はな,花子,山田,hana@m.example.jp,,2026/04/01 10:00:00,承認済み,2026/04/15 14:00:00,2026/04/15 15:00:00,60,はい,日本
いいえ,太郎,太郎,加藤,taro@m.example.jp,,2026/04/01 10:00:00,承認済み,--,--,--,--,日本
その他の出席者
ユーザー名,参加時刻,退出時刻,セッション時間（分）,国/地域名
81300000000,2026/04/15 14:00:00,2026/04/15 15:00:00,60,日本
"""


def written(
    *lines: str, above: tuple[str, ...] = OLDER, padding: str = "", between: str = "", form: str = FORMS[0]
) -> str:
    """Write a report; `<14:00:00>` is a moment of the lecture's day in one of the forms."""
    report = "\n".join(line + padding for line in ("Attendee Report", *above, between, *lines))
    for clock in {part.split(">")[0] for part in report.split("<")[1:]}:
        moment = form.format(datetime.fromisoformat(f"2026-04-15 {clock}"))
        report = report.replace(f"<{clock}>", f'"{moment}"')
    return report


SECTIONS = (
    ("Host Details", SHORT, "Yes,Azusa,m@v.example.com,<13:50:00>,<15:04:00>,75,No,Japan"),
    ("Panelist Details", SHORT, "Yes,Momoko,s@v.example.com,<13:50:00>,<15:04:00>,75,No,Japan"),
    (
        "Attendee Details",
        LONG,
        'Yes,Hana Y.,Hana,Yamada,hana@m.example.jp,,<09:00:00>,approved,<14:00:00>,<14:20:00>,20,Yes,"a ""b"" Japan"',
        "Yes,はな,Hana,Yamada,hana@m.example.jp,,<09:00:00>,approved,<14:10:00>,<14:30:00>,20,Yes,Japan",
        "Yes,2505445126_Kenta Mori,Kenta,Mori,k@m.example.jp,,<09:00:00>,approved,<14:00:00>,<15:00:00>,60,Yes,Japan",
        "No,Taro,Taro,Kato,taro@m.example.jp,,<09:00:00>,approved,--,--,--,--,Japan",
        "No,Jiro,Jiro,Kato,jiro@m.example.jp,,<09:00:00>,approved,,,0,,Japan",
        "Yes,Back,Clock,Back,back@m.example.jp,,<09:00:00>,approved,<14:58:00>,<12:00:00>,-178,Yes,Japan",
        "Yes,Momoko,Momoko,Suzuki,s@v.example.com,,<09:00:00>,approved,<13:40:00>,<13:50:00>,10,Yes,Japan",
    ),
    ("Other Attended", OTHER, "81300000000,<14:00:00>,<14:40:00>,40,Japan"),
)
LINES = tuple(line for section in SECTIONS for line in section)
FOUND = [
    ("Hana Y.", "hana@m.example.jp", 1800),
    ("2505445126_Kenta Mori", "k@m.example.jp", 3600),
    ("81300000000", "", 2400),
]
LEFT_OUT = [
    ("Azusa", "host"),
    ("Momoko", "panelist"),
    ("Taro", "no_show"),
    ("Jiro", "no_show"),
    ("Back", "leave_before_join"),
]


@pytest.mark.parametrize("above", [OLDER, NEWER])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("padding", "between"), [("", ""), (",,,", "\n,,,")])
def test_every_version_and_form_of_dates_is_read(above: tuple[str, ...], form: str, padding: str, between: str) -> None:
    report = written(*LINES, above=above, padding=padding, between=between, form=form)
    assert read(report).tool == "zoom_webinar"
    assert people(report) == FOUND
    assert left_out(report) == LEFT_OUT


def test_nul_bytes_and_blank_lines_anywhere_mean_nothing() -> None:
    report = written(*(line + "\n" for line in LINES)).replace("Hana", "Ha\0na")
    assert (people(report), left_out(report)) == (FOUND, LEFT_OUT)


def test_without_registration_the_short_header_stands_over_the_attendees() -> None:
    report = written(
        "Attendee Details", SHORT, "Yes,花子,,<14:00:00>,<14:50:00>,50,Yes,Japan", "No,太郎,t@m.example.jp,,,0,,Japan"
    )
    assert people(report) == [("花子", "", 3000)]
    assert left_out(report) == [("太郎", "no_show")]


@pytest.mark.parametrize(
    "question", ['"What is ""your"" role?"', "Email", "氏名", "出席", "Duration", "ゲスト", '"' + "長い質問" * 40 + '"']
)
def test_questions_asked_at_registration_are_not_taken_for_columns_of_the_report(question: str) -> None:
    header = LONG.replace(",Country", f",{question},Country") + ",Source Name"
    line = "Yes,はな,Hana,Yamada,hana@m.example.jp,,<09:00:00>,approved,<14:00:00>,<14:50:00>,50,Yes,いいえ,Japan,web"
    assert people(written("Attendee Details", header, line)) == [("はな", "hana@m.example.jp", 3000)]


def test_the_labels_in_translation_are_read() -> None:
    report = read(JAPANESE)
    assert report.tool == "zoom_webinar"
    assert [(one.name, one.original_name, one.email, seconds(one)) for one in report.people] == [
        ("はな", "山田 花子", "hana@m.example.jp", 3600),
        ("81300000000", "", "", 3600),
    ]
    assert left_out(JAPANESE) == [("水野 梓", "host"), ("鈴木 桃子", "panelist"), ("太郎", "no_show")]


def test_a_registrants_number_is_kept_as_the_personal_key() -> None:
    header = LONG.replace("Phone", "Registrant ID")
    line = "Yes,はな,Hana,Yamada,hana@m.example.jp,k_7,<09:00:00>,approved,<14:00:00>,<14:50:00>,50,Yes,Japan"
    assert [one.personal_key for one in read(written("Attendee Details", header, line)).people] == ["k_7"]
