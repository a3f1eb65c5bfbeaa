"""An address at a company's own domain says which company; one that anybody can have says nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.domains import FREE_PROVIDERS, company_domain


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("yamada@mihon.co.jp", "mihon.co.jp"),
        ("YAMADA@Mihon.CO.JP", "mihon.co.jp"),
        ("shop@yokohama.mihon.example", "yokohama.mihon.example"),
        ("a@gmail.com", ""),
        ("a@yahoo.co.jp", ""),
        ("a@docomo.ne.jp", ""),
        ("a@i.softbank.jp", ""),
        ("a@t.vodafone.ne.jp", ""),
        ("a@notgmail.com", "notgmail.com"),
        ("a@localhost", ""),
        ("nobody", ""),
        ("", ""),
    ],
)
def test_only_a_domain_of_its_own_names_a_company(email: str, domain: str) -> None:
    assert company_domain(email) == domain


@given(st.sampled_from(sorted(FREE_PROVIDERS)), st.sampled_from(["", "mail.", "a.b."]))
def test_no_free_provider_ever_names_a_company(provider: str, below: str) -> None:
    assert company_domain(f"somebody@{below}{provider}") == ""
