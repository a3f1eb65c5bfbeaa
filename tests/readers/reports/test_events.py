"""The flat report of Zoom Events and Webinars Plus (FORMATS, section 3), with its stable columns and questions behind."""

from __future__ import annotations

import pytest

from tests.readers.reports.reading import left_out, people, read, table

HEADER = (
    "First name,Last name,Email,Authentication status,Engagement score,Participation,Registration time,Ticket name,"
    "Phone,Organization,Total time spent(Minutes),First join time,Last exit time,Country/Region,Role,どこで知りましたか"
)


@pytest.mark.parametrize(
    ("participation", "why"),
    [
        ("Live", None),
        ("Live, Recording", None),
        ("Lobby only", "lobby_only"),
        ("Recording only", "recording_only"),
        ("Registered", "no_show"),
        ("", "no_show"),
    ],
)
def test_only_who_was_there_live_attended(participation: str, why: str | None) -> None:
    times = "50,2026-04-15 14:00:00,2026-04-15 15:00:00"
    report = table(
        HEADER, f'花子,山田,hana@m.example.jp,Authenticated,9,"{participation}",,,,,{times},Japan,member,知人'
    )
    assert read(report).tool == "zoom_events"
    assert people(report) == ([] if why else [("山田 花子", "hana@m.example.jp", 3000)])
    assert left_out(report) == ([("山田 花子", why)] if why else [])
