"""What somebody enters about a person is kept in one form, by the same measure as what a list brings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.readers import customer_cells
from scheduler.services import account_fields
from scheduler.services.refusals import Invalid


def email(text: str | None) -> str | None:
    """Return the address a person is kept with."""
    return account_fields.contact({"email": text})["email"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("entered", "kept"),
    [
        (" Hanako@Customer.example ", "hanako@customer.example"),
        ("ｈａｎａｋｏ＠customer.example", "hanako@customer.example"),
        # Carriers gave these out before 2009.
        ("a..b@docomo.ne.jp", "a..b@docomo.ne.jp"),
        (".taro.@ezweb.ne.jp", ".taro.@ezweb.ne.jp"),
        ("hanako.@t.vodafone.ne.jp", "hanako.@t.vodafone.ne.jp"),
        ("", None),
        (None, None),
    ],
)
def test_an_address_is_kept_in_lower_case(entered: str | None, kept: str | None) -> None:
    assert email(entered) == kept


@pytest.mark.parametrize(
    "entered",
    ["@", "なし", "hanako", "hanako@", "a..b@customer.example", "a@x.example, b@x.example", "a@x.example など"],
)
def test_what_is_no_single_address_is_refused(entered: str) -> None:
    with pytest.raises(Invalid) as refused:
        email(entered)
    assert (refused.value.params["field"], refused.value.params["why"]) == ("email", "email_malformed")


CARRIERS = st.builds(
    "{}@{}".format,
    st.text("abc019._-", min_size=1, max_size=20),
    st.sampled_from(["docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp", "k.vodafone.ne.jp"]),
)


@given(st.emails() | CARRIERS)
def test_what_a_list_brings_in_can_be_entered_too(text: str) -> None:
    address, clear = customer_cells.email(text)
    if address and clear:
        assert email(address) == address
