from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.readers.reports.read import read_report
from scheduler.readers.reports.shapes import ReportPerson
from scheduler.rules.matching import Match, known_key, match
from scheduler.rules.roster import Candidate

SAMPLES = Path(__file__).parents[1] / "data" / "reports"
START = datetime(2026, 4, 15, 5, 0, tzinfo=UTC)

HAYASHI = Candidate(
    1,
    10,
    "林 健太",
    "ハヤシ ケンタ",
    "kenta.hayashi@aoba.example.jp",
    stores=("仙台支店",),
    booked=True,
    account="株式会社あおば",
)
SATO = Candidate(2, 20, "佐藤 恵美", "サトウ エミ", "emi.sato@kanade.example.com", stores=("大宮店",), booked=True)
WATANABE = Candidate(3, 30, "渡邊 里奈", "ワタナベ リナ", "rina.watanabe@hibiki.example.jp", booked=True)
TAKAHASHI = Candidate(4, 40, "髙橋大樹", "タカハシ ダイキ", "d.takahashi@tsubaki.example.jp", booked=True)
SUZUKI = Candidate(5, 20, "鈴木 一郎", "", "ichiro.suzuki@kanade.example.com", booked=True)
PRIYA = Candidate(6, 50, "Priya Nair", "プリヤ ナイル", "priya@north.example.com", stores=("横浜店",), booked=True)
HASEGAWA = Candidate(
    7, 10, "長谷川 美咲", "ハセガワ ミサキ", "misaki.hasegawa@aoba.example.jp", booked=True, account="株式会社あおば"
)
TANAKA = Candidate(8, 50, "田中 次郎", "タナカ ジロウ", "tanaka@north.example.com", booked=True)
WALK_IN = Candidate(9, 60, "小川 千代", "オガワ チヨ", "chiyo@soto.example.jp")
BOOKED = (HAYASHI, SATO, WATANABE, TAKAHASHI, SUZUKI, PRIYA, HASEGAWA, TANAKA)


def person(
    name: str, email: str = "", *flags: str, original: str = "", key: str = "", phone: bool = False
) -> ReportPerson:
    return ReportPerson(name, original, email, key, phone, flags=frozenset(flags))


def only(who: ReportPerson, *candidates: Candidate, known: dict[str, set[int]] | None = None) -> Match:
    return match([who], candidates or (*BOOKED, WALK_IN), known or {}).matches[0]


def sample(name: str) -> list[tuple[str, str, str, int | None]]:
    report = read_report(
        (SAMPLES / name).read_bytes(), name, starts_at=START, ends_at=START + timedelta(hours=1), zone="Asia/Tokyo"
    )
    return [
        (found.person.name, found.state, found.reason, found.contact_id or found.ticked)
        for found in match(report.people, BOOKED, {}).matches
    ]


def test_a_report_without_emails_stands_ticked_for_everybody_whose_name_says_it() -> None:
    assert sample("zoom_meeting_ja_noemail.csv") == [
        ("仙台支店　林健太", "proposed", "store_and_name", 1),
        ("佐藤, 恵美", "proposed", "name", 2),
        ("iPhone (渡辺 里奈)", "proposed", "name", 3),
        ("ﾀｶﾊｼ ﾀﾞｲｷ (高橋 大樹)", "proposed", "name", 4),
        ("鈴木 一郎", "proposed", "name", 5),
        ("81300000000", "unmatched", "phone", None),
        ("横浜店 プリヤ", "proposed", "store_and_name", 6),
        ("ＡＯＢＡ＿長谷川 (長谷川 美咲)", "proposed", "name", 7),
        ("田中", "proposed", "part_of_name", None),
        ("田中", "proposed", "part_of_name", None),
        ("ゲスト", "unmatched", "nobody", None),
    ]


def test_addresses_match_and_what_has_none_is_proposed_by_name() -> None:
    assert sample("zoom_meeting_en.csv") == [
        ("Kenta Hayashi", "matched", "email", 1),
        ("Sato, Emi", "matched", "email", 2),
        ("iPhone (Rina Watanabe)", "proposed", "name", 3),
        ("Daiki Takahashi", "matched", "email", 4),
        ("鈴木 一郎", "matched", "email", 5),
        ("81300000000", "unmatched", "phone", None),
        ("Priya Nair", "matched", "email", 6),
        ("aoba_長谷川 (Misaki Hasegawa)", "matched", "email", 7),
        ("Tanaka", "matched", "email", 8),
        # The other Tanaka has an address nobody knows; the only one booked is already here.
        ("Tanaka", "proposed", "part_of_name", None),
        ("=SUM(1,1)", "unmatched", "unknown_name", None),
    ]


@pytest.mark.parametrize(
    ("display", "reason", "ticked"),
    [
        ("林 健太", "name", 1),
        ("林健太", "name", 1),
        ("健太 林", "name", 1),
        ("林健太様", "name", 1),
        ("ハヤシ ケンタ", "name", 1),
        ("はやしけんた", "name", 1),
        ("ﾊﾔｼ ｹﾝﾀ", "name", 1),
        ("KENTA HAYASHI", "name", 1),
        ("Hayashi, Kenta", "name", 1),
        ("Satoh Emi", "name", 2),
        ("Emi Satou", "name", 2),
        ("渡辺　里奈", "name", 3),
        ("渡邊りな", "name", 3),
        ("りな　渡辺さん", "name", 3),
        ("わたなべ里奈", "name", 3),
        ("高橋 大樹", "name", 4),
        ("仙台支店　林健太", "store_and_name", 1),
        ("仙台支店_林", "store_and_name", 1),
        ("林＠仙台支店", "store_and_name", 1),
        ("【仙台】林", "store_and_name", 1),
        ("仙台支店 店長 林", "store_and_name", 1),
        ("仙台支店 林さん", "store_and_name", 1),
        ("株式会社あおば 仙台支店 林", "store_and_name", 1),
        ("あおば 長谷川", "store_and_name", 7),
        ("ＡＯＢＡ＿長谷川", "store_and_name", 7),
        ("横浜店 プリヤ", "store_and_name", 6),
        ("林", "part_of_name", None),
        ("Priya", "part_of_name", None),
        ("仙台支店", "store", None),
        ("仙台支店 山本", "store", None),
        ("渡部里奈", "similar", None),
        ("Kennta Hayasi", "similar", None),
        ("小川 千代", "not_booked", None),
        ("大宮 次郎", "part_of_name", None),
        ("加藤 浩", "unknown_name", None),
    ],
)
def test_a_name_ticks_only_what_it_says_uniquely_among_those_booked(
    display: str, reason: str, ticked: int | None
) -> None:
    found = only(person(display))
    assert (found.reason, found.ticked) == (reason, ticked)
    assert found.state != "matched"


NAMESAKE = Candidate(11, 70, "林 健太", "ハヤシ ケンタ", "kenta@other.example.jp", stores=("横浜店",), booked=True)


def test_a_name_that_two_of_those_booked_bear_ticks_nobody_until_the_store_tells_them_apart() -> None:
    both = (*BOOKED, NAMESAKE)
    assert [(p.contact_id, p.ticked) for p in only(person("林 健太"), *both).proposals] == [(1, False), (11, False)]
    assert only(person("横浜店 林健太"), *both).ticked == 11
    assert only(person("仙台支店 林"), *both).ticked == 1


def test_devices_of_one_name_are_people_of_their_own_when_several_of_that_name_are_booked() -> None:
    devices = tuple(person("林 健太", "", "same_name") for _ in range(2))
    both = replace(person("林 健太", "", "two_devices"), apart=devices)
    assert [found.person for found in match([both], (*BOOKED, NAMESAKE), {}).matches] == list(devices)
    assert [found.person for found in match([both], BOOKED, {}).matches] == [both]


def test_a_namesake_who_is_not_booked_does_not_untick() -> None:
    assert only(person("林 健太"), *BOOKED, replace(NAMESAKE, booked=False)).ticked == 1


def test_two_names_that_disagree_tick_nobody() -> None:
    found = only(person("林 健太 (佐藤 恵美)", original="佐藤 恵美"))
    assert found.ticked is None
    assert {proposal.contact_id for proposal in found.proposals} >= {1, 2}


def test_one_contact_is_never_ticked_for_two_people() -> None:
    matches = match([person("林 健太"), person("仙台支店 林"), person("佐藤 恵美")], BOOKED, {}).matches
    assert [(found.reason, found.ticked) for found in matches] == [
        ("same_contact_twice", None),
        ("same_contact_twice", None),
        ("name", 2),
    ]


def test_nobody_is_ticked_who_is_certainly_somebody_else_in_the_room() -> None:
    matches = match([person("高橋 大樹"), person("x", TAKAHASHI.email)], BOOKED, {}).matches
    assert [(found.state, found.reason, found.ticked) for found in matches] == [
        ("proposed", "same_contact_twice", None),
        ("matched", "email", None),
    ]


def test_a_known_contact_who_is_not_booked_walked_in() -> None:
    found = only(person("Chiyo", WALK_IN.email))
    assert (found.state, found.reason, found.contact_id) == ("matched", "walk_in", 9)


SHARED = "shop@kanade.example.com"
AT_ONE_ADDRESS = tuple(replace(candidate, email=SHARED, shared=True) for candidate in (SATO, SUZUKI))


@pytest.mark.parametrize(
    ("who", "candidates", "state", "chosen"),
    [
        (person("佐藤 恵美", SHARED), AT_ONE_ADDRESS, "proposed", 2),
        (person("Suzuki", SHARED), AT_ONE_ADDRESS, "proposed", None),
        (person("iPhone", SHARED, "nobody"), AT_ONE_ADDRESS, "proposed", None),
        # The address is not marked as shared, but two contacts have it.
        (person("鈴木 一郎", SHARED), (replace(SATO, email=SHARED), replace(SUZUKI, email=SHARED)), "proposed", 5),
        # Only one of them is known, so another of the shop may sit there.
        (person("山本", SHARED), AT_ONE_ADDRESS[:1], "proposed", None),
        # The shop's own mailbox, without a person's name.
        (person("大宮店", SHARED), (replace(AT_ONE_ADDRESS[0], name="", reading=""),), "proposed", 2),
    ],
)
def test_a_shared_address_proposes_its_contacts_by_name(
    who: ReportPerson, candidates: tuple[Candidate, ...], state: str, chosen: int | None
) -> None:
    found = only(who, *candidates)
    assert (found.state, found.reason, found.ticked) == (state, "shared_email", chosen)
    assert {proposal.contact_id for proposal in found.proposals} == {c.contact_id for c in candidates}


LINKED = replace(HAYASHI, email="", personal_keys=frozenset({"k1"}))


@pytest.mark.parametrize(
    ("who", "state", "reason"),
    [
        (person("林 健太", key="k1"), "matched", "personal_link"),
        (person("林", key="k1"), "matched", "personal_link"),
        (person("仙台支店", key="k1"), "matched", "personal_link"),
        (person("iPhone", "", "nobody", key="k1"), "matched", "personal_link"),
        (person("81300000000", key="k1", phone=True), "matched", "personal_link"),
        (person("佐藤 恵美", key="k1"), "proposed", "forwarded_link"),
        (person("山本 浩", key="k1"), "proposed", "forwarded_link"),
    ],
)
def test_a_personal_link_is_certain_unless_it_was_forwarded(who: ReportPerson, state: str, reason: str) -> None:
    found = only(who, LINKED, SATO)
    assert (found.state, found.reason) == (state, reason)


def test_a_link_under_a_name_that_was_confirmed_for_its_owner_is_certain() -> None:
    found = only(person("けんちゃん", key="k1"), LINKED, SATO, known={"ケンチャン": {1}})
    assert (found.state, found.reason, found.contact_id) == ("matched", "personal_link", 1)
    assert only(person("けんちゃん", key="k1"), LINKED, SATO, known={"ケンチャン": {2}}).state == "proposed"


def test_proposals_have_a_score_and_the_closest_stands_first() -> None:
    found = only(person("田中 次朗"), *BOOKED, replace(TANAKA, contact_id=12, name="田中 三郎", reading=""))
    assert [offer.contact_id for offer in found.proposals][:2] == [8, 12]
    assert found.proposals[0].score > found.proposals[1].score
    assert only(person("林 健太")).proposals[0].score == 100


def test_a_forwarded_link_ticks_whom_the_name_says_and_still_offers_its_owner() -> None:
    found = only(person("佐藤 恵美", key="k1"), LINKED, SATO)
    assert [(p.contact_id, p.ticked) for p in found.proposals] == [(2, True), (1, False)]


@pytest.mark.parametrize(
    ("promise", "display", "known", "candidates", "expected"),
    [
        ("confirmed before is certain", "けんちゃん", {"ケンチャン": {1}}, BOOKED, ("matched", "confirmed_before", 1)),
        (
            "also for a walk-in",
            "ちよ",
            {"チヨ": {9}},
            (HAYASHI, WALK_IN),
            ("matched", "confirmed_before", 9),
        ),
        (
            "not while somebody else who is booked bears the name",
            "田中",
            {"田中": {9}},
            (TANAKA, WALK_IN),
            ("proposed", "confirmed_before", None),
        ),
        (
            "not when it was confirmed for two",
            "たなか",
            {"タナカ": {8, 5}},
            (SATO, SUZUKI, TANAKA),
            ("proposed", "confirmed_before", None),
        ),
        ("only for known contacts", "けんちゃん", {"ケンチャン": {99}}, BOOKED, ("unmatched", "unknown_name", None)),
    ],
)
def test_what_somebody_confirmed_is_remembered(
    promise: str,
    display: str,
    known: dict[str, set[int]],
    candidates: tuple[Candidate, ...],
    expected: tuple[str, str, int | None],
) -> None:
    found = only(person(display), *candidates, known=known)
    assert (found.state, found.reason, found.contact_id or found.ticked) == expected, promise


def test_a_remembered_telephone_is_certain_and_a_device_is_never_remembered() -> None:
    caller = person("+81 3-0000-0000", phone=True)
    assert only(caller, known={known_key(caller): {5}}).contact_id == 5
    assert known_key(person("iPhone", "", "nobody")) == ""


def test_a_remembered_name_that_two_people_bear_is_asked_again() -> None:
    matches = match([person("けんちゃん"), person("けんちゃん")], BOOKED, {"ケンチャン": {1}}).matches
    assert [(found.state, found.reason, found.ticked) for found in matches] == [
        ("proposed", "same_contact_twice", None)
    ] * 2


@pytest.mark.parametrize(
    ("email", "reason", "account"),
    [
        ("new@aoba.example.jp", "known_domain", 10),
        ("new@elsewhere.example.jp", "unknown_email", None),
        ("new@gmail.com", "unknown_email", None),
    ],
)
def test_a_domain_hints_at_the_account_and_never_at_a_person(email: str, reason: str, account: int | None) -> None:
    gmail = Candidate(12, 80, "森 太郎", email="mori@gmail.com", booked=True)
    found = only(person("Zed Newman", email), *BOOKED, gmail)
    assert (found.state, found.reason, found.account_id, found.proposals) == ("unmatched", reason, account, ())


def test_a_shop_hints_at_its_account_when_no_other_has_a_shop_of_that_name() -> None:
    assert only(person("仙台支店")).account_id == 10
    assert only(person("横浜店"), *BOOKED, NAMESAKE).account_id is None


names = st.sampled_from(
    ["林 健太", "仙台支店 林", "林", "佐藤 恵美", "田中", "iPhone", "山本 浩", "けんちゃん", "Emi Sato", "長谷川"]
)
emails = st.sampled_from(["", "", HAYASHI.email, SATO.email, WALK_IN.email, "x@y.example.jp"])


@given(st.lists(st.builds(person, names, emails), max_size=8), st.sampled_from([{}, {"ケンチャン": {1}}]))
def test_nobody_is_ticked_twice_and_only_candidates_are_ever_named(
    people: list[ReportPerson], known: dict[str, set[int]]
) -> None:
    candidates = (*BOOKED, WALK_IN)
    result = match(people, candidates, known)
    assert [found.person for found in result.matches] == people
    assert len(result.matched) + len(result.proposed) + len(result.unmatched) == len(people)
    ticked = [found.ticked for found in result.matches if found.ticked is not None]
    assert len(ticked) == len(set(ticked))
    assert not set(ticked) & {found.contact_id for found in result.matched}
    ids = {candidate.contact_id for candidate in candidates}
    assert {proposal.contact_id for found in result.matches for proposal in found.proposals} <= ids
    for found in result.matched:
        assert found.person.email or found.reason == "confirmed_before"
