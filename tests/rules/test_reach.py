"""Answers which addresses requests may go to, whatever way they are written."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.reach import Endpoint, Unusable, endpoint, may_reach

PUBLIC = ["203.0.114.7", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
NOT_PUBLIC = [
    *("10.0.0.1", "172.16.3.4", "192.168.0.1", "100.64.0.1", "100.100.100.200", "169.254.169.254", "0.0.0.0"),
    *("192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1"),
    *("255.255.255.255", "168.63.129.16", "192.88.99.1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254"),
    *("fec0::1", "ff02::1", "ff0e::1", "2001:db8::1", "100::1", "::10.0.0.1", "::ffff:10.0.0.1", "::ffff:0:10.0.0.1"),
    *("64:ff9b::a00:1", "64:ff9b:1::808:808", "2002:a00:1::1", "2002:7f00:1::", "2001:0:808:808::f5ff:fffe", "x", ""),
]
HERE = ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(address: str) -> None:
    assert may_reach(address, loopback=False)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_no_other_network_is_reached_even_where_this_machine_is(address: str) -> None:
    assert not may_reach(address, loopback=False)
    assert address == "2002:7f00:1::" or not may_reach(address, loopback=True)


@pytest.mark.parametrize("address", HERE)
def test_this_machine_is_reached_only_while_the_program_is_tried_out_on_it(address: str) -> None:
    assert not may_reach(address, loopback=False)
    assert may_reach(address, loopback=True)


@given(st.ip_addresses(v=4))
def test_an_address_of_version_4_counts_alike_however_version_6_writes_it(address: IPv4Address) -> None:
    for network in ("::ffff:0:0/96", "64:ff9b::/96"):
        written = IPv6Address(int(ip_network(network).network_address) + int(address))
        assert may_reach(str(written), loopback=False) == may_reach(str(address), loopback=False)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://crm.example/hooks?a=1&b=%20#x", Endpoint(True, "crm.example", 443, "/hooks?a=1&b=%20")),
        ("https://CRM.example:8443", Endpoint(True, "crm.example", 8443, "/")),
        ("https://[2606:4700::1111]/x", Endpoint(True, "2606:4700::1111", 443, "/x")),
        ("https://みほん.example/x", Endpoint(True, "xn--79jh5d.example", 443, "/x")),
        ("https://2130706433/", Endpoint(True, "2130706433", 443, "/")),
    ],
)
def test_a_link_is_read_as_it_will_be_asked_for(link: str, expected: Endpoint) -> None:
    assert endpoint(link, loopback=False) == expected


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("", "malformed"),
        ("crm.example/hook", "malformed"),
        ("ftp://crm.example/", "malformed"),
        ("file:///etc/passwd", "malformed"),
        ("https:///x", "malformed"),
        ("https://crm.example:99999/", "malformed"),
        ("https://crm.example:x/", "malformed"),
        ("https://[::1/", "malformed"),
        ("https://crm.example\\@10.0.0.1/", "malformed"),
        ("https://crm.example/a b", "malformed"),
        ("https://crm.example/\r\nHost: x", "malformed"),
        ("https://crm.example/みほん", "malformed"),
        ("https://crm..example/", "malformed"),
        ("https://crm.example/" + "x" * 2000, "malformed"),
        ("http://crm.example/", "not_https"),
        ("https://crm.example@10.0.0.1/", "userinfo"),
        ("https://name:word@crm.example/", "userinfo"),
    ],
)
def test_a_link_that_is_no_webhook_is_refused(link: str, why: str) -> None:
    with pytest.raises(Unusable) as refused:
        endpoint(link, loopback=False)
    assert refused.value.why == why


def test_without_tls_only_while_the_program_is_tried_out() -> None:
    assert endpoint("http://127.0.0.1:9000/hook", loopback=True) == Endpoint(False, "127.0.0.1", 9000, "/hook")


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    for link in (text, f"https://{text}", f"https://crm.example/{text}"):
        with suppress(Unusable):
            assert endpoint(link, loopback=False).host.isascii()
