"""Answers which mails leave in one request to SendGrid, and whether everybody gets their own."""

from __future__ import annotations

import time
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sendgrid.helpers import mail as helpers

from emails import KINDS, LOCALES, Address, BadAddress, Bulk, Message, render, samples
from emails.headers import sendable
from emails.transports import payload as module
from emails.transports.payload import MOST_PEOPLE, MOST_SUBSTITUTION_BYTES, Mixed, parcels, payload, person, written
from tests.emails.mails import NAME, NUMBER, a_calendar_part, one_of_many
from tests.sendgrid.complaints import complaints
from tests.sendgrid.memory import seen

HOSTILE = st.text(
    st.one_of(st.sampled_from("<>&\"'\\\r\n\t\x00\u2028%{}-=?@,;:tk7様𠮷🎉"), st.characters(codec="utf-8")), max_size=40
)


# What leaves together


def test_a_thousand_people_are_one_request_and_one_more_is_two() -> None:
    messages = [one_of_many(number) for number in range(MOST_PEOPLE + 1)]
    assert [len(parcel) for parcel in parcels(messages)] == [MOST_PEOPLE, 1]
    body = payload(messages[:MOST_PEOPLE])
    assert complaints(body, len(written(body))) == []


APART = {
    "words": one_of_many(2, key="other words"),
    "kind": one_of_many(2, kind="reminder_day"),
    "sender": one_of_many(2, from_=Address("other@asahi-booking.example")),
    "reply address": one_of_many(2, reply_to=Address("owner2@asahi-booking.example")),
    "no reply address": one_of_many(2, reply_to=None),
    "no skeleton": one_of_many(2, bulk=None),
    "calendar": one_of_many(2, calendar=a_calendar_part()),
}
ALONE = {
    "long values": one_of_many(2, name="あ" * (MOST_SUBSTITUTION_BYTES // 3 + 1)),
    "same address": one_of_many(2, to=Address("Person1@MIHON.example")),
    "impossible address": one_of_many(2, to=Address("太郎@mihon.example")),
}


@pytest.mark.parametrize("name", [*APART, *ALONE])
def test_what_must_not_share_a_request_leaves_alone(name: str) -> None:
    assert parcels([one_of_many(1), (APART | ALONE)[name], one_of_many(3)]) == [[0, 2], [1]]


@pytest.mark.parametrize("name", APART)
def test_nobody_is_given_the_words_of_another(name: str) -> None:
    with pytest.raises(Mixed):
        payload([one_of_many(1), APART[name]])


def test_nobody_sees_a_token() -> None:
    tokens = Bulk("k1", f"ご案内 {NUMBER}", NAME, NAME, {NAME: "山田"})
    with pytest.raises(Mixed):
        payload([one_of_many(1), one_of_many(2, bulk=tokens)])


def test_a_request_stays_under_what_sendgrid_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_REQUEST_BYTES", 200_000)
    messages = [one_of_many(number, name="名" * 3000) for number in range(60)]
    made = parcels(messages)
    assert all(len(parcel) > 1 for parcel in made)
    assert all(len(written(payload([messages[place] for place in parcel]))) < 200_000 for parcel in made)


PEOPLE = st.lists(
    st.builds(
        one_of_many,
        st.integers(0, 12),
        key=st.sampled_from(["k1", "k2"]),
        name=HOSTILE | st.sampled_from(["名" * 3000, "名" * 3400, "\x01" * 1700, '"' * 4900]),
        kind=st.sampled_from(["reminder_day", "missed"]),
        reply_to=st.sampled_from([None, Address("owner@asahi-booking.example")]),
        calendar=st.sampled_from([None, None, None, a_calendar_part()]),
    ),
    max_size=40,
)


@given(PEOPLE)
@settings(max_examples=60, deadline=None)
def test_every_mail_is_in_one_parcel_and_every_parcel_keeps_the_limits(messages: list[Message]) -> None:
    made = parcels(messages)
    assert sorted(chain(*made)) == list(range(len(messages)))
    for parcel in made:
        assert parcel == sorted(parcel)
        body = payload([messages[place] for place in parcel])
        assert complaints(body, len(written(body))) == []


# Who sees what


@given(PEOPLE)
@settings(max_examples=60, deadline=None)
def test_everybody_sees_their_own_mail_and_nothing_of_the_others(messages: list[Message]) -> None:
    for parcel in parcels(messages):
        together = [messages[place] for place in parcel]
        body = payload(together)
        for place, message in enumerate(together):
            mail = seen(body, place)
            assert mail["to"] == sendable(message.to.address)
            assert (mail["subject"], mail["text"], mail["html"]) == (message.subject, message.text, message.html)
            assert mail["headers"]["Message-ID"] == message.message_id
            assert mail["categories"] == [message.kind]
            others = {one.to.address for one in together} - {message.to.address}
            assert not any(address in f"{mail}" for address in others)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if not KINDS[kind].calendar])
@given(data=st.data())
@settings(max_examples=3, deadline=None)
def test_mails_of_one_kind_to_many_people_read_as_if_each_had_left_alone(
    kind: str, locale: str, data: st.DataObject
) -> None:
    given_ = samples(kind, locale)
    texts = [name for name, value in given_.items() if type(value) is str and name not in ("zone", "locale")]
    messages = []
    for number in range(3):
        own = {name: "v" + data.draw(HOSTILE) for name in texts} if number else {}
        rendered = render(kind, locale, {**given_, **own})
        words = {"subject": rendered.subject, "text": rendered.text, "html": rendered.html, "bulk": rendered.bulk}
        messages.append(one_of_many(number, kind=kind, **words))
    for parcel in parcels(messages):
        body = payload([messages[place] for place in parcel])
        assert complaints(body, len(written(body))) == []
        for place, message in enumerate(messages[one] for one in parcel):
            mail = seen(body, place)
            assert (mail["subject"], mail["text"], mail["html"]) == (message.subject, message.text, message.html)


@given(name=HOSTILE, sender=HOSTILE, subject=HOSTILE)
@settings(max_examples=100, deadline=None)
def test_no_name_and_no_subject_breaks_a_header(name: str, sender: str, subject: str) -> None:
    message = one_of_many(
        1,
        to=Address("hanako@mihon.example", name),
        from_=Address("lectures@asahi-booking.example", sender),
        subject=f"件名 {subject}",
    )
    for messages in ([message], [message, one_of_many(2, from_=message.from_)]):
        body = payload(messages)
        assert complaints(body, len(written(body))) == []
        assert set(body["personalizations"][0]["headers"]) == {"Message-ID", "Auto-Submitted"}


@pytest.mark.parametrize("name", ["message_id", "unsubscribe_url"])
def test_no_header_is_written_into_another(name: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        person(one_of_many(1, **{name: "<x>\r\nBcc: evil@evil.example"}))


@pytest.mark.parametrize("address", ["太郎@mihon.example", "a@b@", "a\r\nBcc: c@d.example@mihon.example", ""])
def test_an_impossible_address_is_not_sent_to(address: str) -> None:
    with pytest.raises(BadAddress):
        person(one_of_many(1, to=Address(address)))


# The shape


@pytest.mark.parametrize("unsubscribe_url", [None, "https://tasuki.example/unsubscribe/abc"])
@pytest.mark.parametrize("name", ["", "山田 花子"])
def test_a_person_is_written_as_sendgrids_own_helpers_write_one(name: str, unsubscribe_url: str | None) -> None:
    message = one_of_many(7, to=Address("hanako@mihon.example", name), unsubscribe_url=unsubscribe_url)
    theirs = helpers.Personalization()
    theirs.add_to(helpers.To("hanako@mihon.example", name or None))
    theirs.add_header(helpers.Header("Message-ID", message.message_id))
    theirs.add_header(helpers.Header("Auto-Submitted", "auto-generated"))
    if unsubscribe_url:
        theirs.add_header(helpers.Header("List-Unsubscribe", f"<{unsubscribe_url}>"))
        theirs.add_header(helpers.Header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    theirs.add_custom_arg(helpers.CustomArg("tasuki_mail", "7"))
    assert message.bulk is not None
    for token, value in message.bulk.values.items():
        theirs.add_substitution(helpers.Substitution(token, value))
    assert person(message, substituted=True) == theirs.get()


def test_a_mail_alone_carries_its_own_words() -> None:
    message = one_of_many(1)
    body = payload([message])
    assert [part["value"] for part in body["content"]] == [message.text, message.html]
    assert "substitutions" not in body["personalizations"][0]


def test_the_sandbox_is_asked_for() -> None:
    assert payload([one_of_many(1)], sandbox=True)["mail_settings"] == {"sandbox_mode": {"enable": True}}
    assert "mail_settings" not in payload([one_of_many(1)])


def test_what_no_utf8_can_hold_spoils_nobody_elses_mail() -> None:
    body = written(payload([one_of_many(1, name="\ud800"), one_of_many(2)]))
    assert body.decode("utf-8").count('"?"') == 1


def test_a_thousand_people_cost_little() -> None:
    messages = [one_of_many(number, name="名" * 500) for number in range(MOST_PEOPLE)]
    took = []
    for _ in range(3):
        began = time.process_time()
        written(payload(messages))
        took.append(time.process_time() - began)
    # Five times what it takes: it says that no step became quadratic.
    assert min(took) < 0.15
