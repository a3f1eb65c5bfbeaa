"""Webex's report as its English and Portuguese exports are seen, and as Excel saves it again (FORMATS, section 8)."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.readers.reports.reading import left_out, people, read, workbook

ENGLISH = (
    "Meeting Name,Meeting Start Time,Meeting End Time,Display Name,{name},Last Name,Role,Attendee Email,Join Time,Leave Time,"
    "Attendance Duration,Connection Type,Session Name"
)
PORTUGUESE = (
    "Nome da reunião,Data de início,Data de término,Nome de exibição,Nome,Sobrenome,Função,E-mail do convidado,"
    "Hora da entrada,Hora da saída,Duração da presença,Tipo de conexão,Nome da sessão"
)
HEADERS = [ENGLISH.format(name="First Name"), ENGLISH.format(name="Name"), PORTUGUESE]
DAY = "2026-04-15 "
PEOPLE = [
    ["x", DAY + "14:00:00", DAY + "15:00:00", "Hana Y", "Hana", "Yamada", "Attendee", "1.guest@abc.webex.localhost",
     DAY + "14:00:00", DAY + "14:30:00", "30 mins", "PC", "x"],
    ["x", DAY + "14:00:00", DAY + "15:00:00", "Hana Y", "Hana", "Yamada", "Attendee", "1.guest@abc.webex.localhost",
     DAY + "14:20:00", DAY + "14:50:00", "30 mins", "PC", "x - breakout 1"],
    ["x", DAY + "14:00:00", DAY + "15:00:00", "Kenta", "Kenta", "Mori", "Attendee", "k@m.example.jp",
     DAY + "14:00:00", DAY + "15:00:00", "300 mins", "PC", "x"],
    ["x", DAY + "14:00:00", DAY + "15:00:00", "Coach", "Coach", "", "{host}", "c@v.example.com",
     DAY + "14:00:00", DAY + "15:00:00", "60 mins", "PC", "x"],
]  # fmt: skip
TIMES = (1, 2, 8, 9)


def rows(formula: str) -> list[list[str]]:
    return [[formula.format(cell) if place in TIMES else cell for place, cell in enumerate(row)] for row in PEOPLE]


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("host", ["Host", "Cohost", "Anfitrião"])
@pytest.mark.parametrize(
    ("codec", "delimiter", "formula"),
    [("utf-16", "\t", '"=""{}"""'), ("utf-16", "\t", '="{}"'), ("utf-8", ",", '="{}"'), ("utf-8-sig", ",", "{}")],
)
def test_formulas_breakout_rooms_and_made_up_addresses_are_read(
    header: str, host: str, codec: str, delimiter: str, formula: str
) -> None:
    lines = [header.replace(",", delimiter), *(delimiter.join(row).format(host=host) for row in rows(formula))]
    written = "\r\n".join(lines).encode(codec)
    assert read(written).tool == "webex"
    assert people(written) == [("Hana Y", "", 3000), ("Kenta", "k@m.example.jp", 3600)]
    assert left_out(written) == [("Coach", "host")]


@pytest.mark.parametrize("as_moments", [True, False])
def test_a_workbook_may_hold_moments_or_formulas_nobody_computed(as_moments: bool) -> None:
    read_as = datetime.fromisoformat if as_moments else '="{}"'.format
    cells = [[read_as(cell) if place in TIMES else cell for place, cell in enumerate(row)] for row in PEOPLE[:3]]
    assert people(workbook(HEADERS[0].split(","), *cells)) == [("Hana Y", "", 3000), ("Kenta", "k@m.example.jp", 3600)]
