"""The managers' reports on their pages: what they are asked for, what they show, and what leaves them as files."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from scheduler.models.staff import Staff
from scheduler.rules.reporting import Part
from scheduler.services import tags
from scheduler.services.actors import CLI
from scheduler.web import kept_parts
from scheduler.web.staff import reports
from tests.conftest import Client, sign_in
from tests.factories import NOW, a_member, an_account
from tests.services.reports import invented

PAGE = "/staff/reports/invented"


@pytest.fixture(autouse=True)
def listed() -> Iterator[None]:
    with invented.listed():
        yield


def test_the_list_says_in_a_sentence_what_each_report_answers(staff_client: Client) -> None:
    page = staff_client.get("/staff/reports").text
    assert f'<a href="{PAGE}">出席</a>' in page
    assert "いつ、だれが出席しているかを示します。" in page
    assert "取り消された申込は数えません。" not in page
    assert f'href="{PAGE}#card"' in page


def test_a_part_shows_its_measure_definition_plot_table_links_and_file(staff_client: Client) -> None:
    page = staff_client.get(f"{PAGE}?from=2026-01-01&to=2026-03-31&seed=7").text
    assert page.count('class="measured">実績') == 7
    assert page.count("measured-estimate") == 1
    assert "曜日ごとの出席率を数えたものです。" in page
    assert "36/50" not in page
    assert "26/36、95% 区間 56–84" in page
    assert re.search(r'behind\?part=by_weekday&amp;row=1&amp;column=rate&amp;v=\w+&amp;from=2026-01-01&amp;to=2026-03-31&amp;seed=7"', page)  # fmt: skip
    assert 'alt="曜日ごとの出席率。出席率が最も高いのは水（81%）、最も低いのは月（40%）です。"' in page
    assert re.search(r'<source media="[^"]+" srcset="[^"]+by_weekday\.svg\?v=[^"]+&amp;narrow=1">', page)
    assert "by_weekday.csv?from=2026-01-01" in page
    assert "試しに 3 日を数えています。" in page
    assert "2026年1月1日(木) – 2026年3月31日(火)" in page
    assert "日付と時刻は日本時間" in page
    assert "4月1日(水) 03:00 時点" in page
    assert "この期間の記録はまだありません" in page


def test_small_groups_are_marked_with_a_word(staff_client: Client) -> None:
    page = staff_client.get(PAGE).text
    row = page[page.index("4/6、") - 900 : page.index("4/6、")]
    assert '<span class="few"><span>少数</span></span></th>' in row


def test_a_punch_card_is_a_table_shaded_in_five_steps(staff_client: Client) -> None:
    page = staff_client.get(PAGE).text
    heat = page[page.index("table-heat") : page.index("</table>", page.index("table-heat"))]
    hours = re.findall(r'<th scope="col" class="num">(\d+)</th>', heat)
    assert hours == ["9", "10", "11", "13", "14", "16"]
    assert set(re.findall(r'class="heat-(\w)', heat)) == {"1", "2", "3", "4", "5", "n"}


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("from=gestern", "from", "「gestern」は日付として読み取れません"),
        ("to=0001-01-01", "to", "「0001-01-01」は日付として読み取れません"),
        ("from=2026-05-01&to=2026-04-01", "from", "期間の始めの日は"),
        ("from=1990-01-01", "from", "期間は 10 年以内"),
        ("stage=nowhere", "stage", "「nowhere」は選べません"),
        ("owner=999", "owner", "自社メンバーはいません"),
        ("tag=unknown", "tag", "そのタグはありません"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(staff_client: Client, query: str, field: str, words: str) -> None:
    answer = staff_client.get(f"{PAGE}?{query}")
    assert answer.status_code == 422
    assert words in answer.text.split(f'id="error-{field}"')[1].split("</p>")[0]
    assert "report-part" not in answer.text
    assert staff_client.get(f"{PAGE}/by_weekday.svg?{query}").status_code == 422


def test_the_choice_stands_in_the_address_and_in_the_form(staff_client: Client, member: Staff) -> None:
    account = an_account()
    tags.set_account(account.id, ["試行A"], NOW, CLI)
    tag = tags.by_name("試行A")
    assert tag is not None
    page = staff_client.get(f"{PAGE}?owner={member.email}&tag=試行A&stage=success&seed=7").text
    assert f'<option value="{member.id}" selected>' in page
    assert f'<option value="{tag.id}" selected>試行A</option>' in page
    assert '<option value="success" selected>' in page
    assert '<input type="hidden" name="seed" value="7">' in page
    assert page.count(f"owner={member.id}&amp;tag={tag.id}&amp;seed=7") > 5


def test_the_rows_behind_a_number_are_listed_by_the_hundred(staff_client: Client) -> None:
    page = staff_client.get(f"{PAGE}/behind?part=by_weekday&row=1&column=rate").text
    assert "火 · 出席率" in page
    assert "72%（26/36、95% 区間 56–84）" in page
    assert page.count('<th scope="row">') == 36
    assert "1–36 / 36 件" in page
    assert staff_client.get(f"{PAGE}/behind?part=by_weekday&row=9&column=rate").status_code == 404
    assert staff_client.get(f"{PAGE}/behind?part=nothing&row=1&column=rate").status_code == 404
    assert staff_client.get(f"{PAGE}/behind?from=2026-01-01").location == f"{PAGE}?from=2026-01-01"


def test_files_flatten_rates_ranges_and_names_and_hold_no_formula(client: Client) -> None:
    sign_in(client, a_member(team="operations"))
    lines = client.get(f"{PAGE}/by_weekday.csv").data.decode("utf-8-sig").splitlines()
    assert lines[0] == "曜日,出席率（該当）,出席率（母数）,出席率（割合）,出席率（下限）,出席率（上限）,少数"
    assert lines[2].startswith("火,26,36,0.722222,0.56")
    assert (lines[5][:6], lines[5][-3:]) == ("金,4,6,", ",少数")
    plain = client.get(f"{PAGE}/plain.csv").data.decode("utf-8-sig").splitlines()[1]
    assert "'=1+1,1234567,12.25,3,0.725,130.2,,-5" in plain
    rows = client.get(f"{PAGE}/behind.csv?part=by_weekday&row=4&column=rate").data.decode("utf-8-sig").splitlines()
    assert len(rows) == 7


def test_a_list_too_long_for_a_file_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MOST_ROWS", 5)
    sign_in(client, a_member(team="operations"))
    page = client.get(f"{PAGE}/behind.csv?part=by_weekday&row=4&column=rate", follow_redirects=True).text
    assert "この一覧は 6 行あり、1 つのファイルに入る 5 行を超えています。" in page
    assert "金 · 出席率" in page


def test_files_are_for_those_who_may_export(client: Client) -> None:
    sign_in(client, a_member(team="sales"))
    assert client.get(PAGE).status_code == 200
    assert client.get(f"{PAGE}/by_weekday.csv").status_code == 403
    assert client.get(f"{PAGE}/behind.csv?part=by_weekday&row=1&column=rate").status_code == 403


def test_a_picture_is_kept_by_whoever_read_it_and_has_a_style_of_its_own(staff_client: Client) -> None:
    address = re.findall(rf'src="({PAGE}/by_weekday.svg[^"]+)"', staff_client.get(PAGE).text)[0].replace("&amp;", "&")
    picture = staff_client.get(address)
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert "private" in picture.headers["Cache-Control"]
    policy = picture.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    again = staff_client.get(address, headers={"If-None-Match": picture.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert staff_client.get(f"{PAGE}/empty.svg").status_code == 200
    assert staff_client.get(f"{PAGE}/nothing.svg").status_code == 404
    assert staff_client.get("/staff/reports/nothing").status_code == 404


def test_what_is_kept_is_found_by_its_content_alone() -> None:
    one, other = Part("a", (), ()), Part("b", (), ())
    marks = {kept_parts.keep("invented", one), kept_parts.keep("invented", other), kept_parts.keep("other", one)}
    assert len(marks) == 3
    mark = kept_parts.keep("invented", one)
    assert kept_parts.find(mark, "invented", "a") == one
    assert kept_parts.find(mark, "other", "a") is None
    assert kept_parts.find(mark, "invented", "b") is None
    assert kept_parts.find("", "invented", "a") is None
