"""Answers where requests to others may go: which addresses are public, and what a webhook's link names."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal
from urllib.parse import urlsplit

Why = Literal["malformed", "not_https", "userinfo", "private_address"]

LONGEST = 2000
# Addresses of IPv6 that stand for one of IPv4 written in their last four bytes: NAT64 (RFC 6052) and what came before mapping.
_EMBEDDING = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"), IPv6Network("::ffff:0:0:0/96"))
# What counts as global (to `ipaddress`) and is not: protocol assignments with a cloud's metadata among them, relays of 6to4,
# the host beneath a virtual machine of Azure (learn.microsoft.com, "What is IP address 168.63.129.16?"), a site's own
# addresses of old (RFC 3879), and a network's own NAT64 (RFC 8215).
_NOT_PUBLIC = (
    *(IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"), IPv4Network("168.63.129.16/32")),
    *(IPv6Network("fec0::/10"), IPv6Network("64:ff9b:1::/48")),
)


class Unusable(ValueError):
    """A link that no request is made to; `why` says what is wrong with it."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Endpoint:
    """What a webhook's link names: whether by TLS, the host (ASCII, without brackets), the port, and path with query."""

    tls: bool
    host: str
    port: int
    path: str


def endpoint(link: str, *, loopback: bool) -> Endpoint:
    """Read a webhook's link: https, and http too where `loopback` addresses may be reached; raise Unusable.

    A name and password before the host are refused: they would stand in plain sight, and are what forged links hide behind.
    The fragment is left out, which is not sent to anybody (RFC 9110, 4.2.4 and 7.1).
    """
    if not link.isprintable() or any(sign in link for sign in ' \\"<>^`{|}') or len(link) > LONGEST:
        raise Unusable("malformed")
    try:
        parts = urlsplit(link)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Unusable("malformed") from error
    if parts.scheme not in ("https", "http") or not host or not _is_ascii_behind(link, host):
        raise Unusable("malformed")
    if parts.scheme == "http" and not loopback:
        raise Unusable("not_https")
    if "@" in parts.netloc:
        raise Unusable("userinfo")
    tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Endpoint(tls, _ascii(host), port if port is not None else 443 if tls else 80, path)


def may_reach(address: str, *, loopback: bool) -> bool:
    """Tell whether a request may go to an IP address as a resolver wrote it: a public one, or this machine if `loopback`."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(one) or (loopback and one.is_loopback) for one in _meant(found))


def _meant(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """Return the addresses that packets to this one may come out at: those that it embeds, else itself."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address.is_loopback or address.is_unspecified:
        return [address]
    embedded: list[IPv4Address | IPv6Address] = [address]
    if address.sixtofour is not None:
        embedded.append(address.sixtofour)
    if address.teredo is not None:
        embedded += address.teredo
    if any(address in network for network in _EMBEDDING):
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    return embedded


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address in network for network in _NOT_PUBLIC)


def _is_ascii_behind(link: str, host: str) -> bool:
    """Tell whether only the host has letters beyond ASCII, which it may (IDNA); a path must come percent-encoded."""
    return link.lower().replace(host, "", 1).isascii()


def _ascii(host: str) -> str:
    """Write a host as it is asked for and sent; raise Unusable for one that cannot be."""
    try:
        return host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Unusable("malformed") from error
