"""Which hosts are this machine and which addresses are the open internet: the one place that knows. No look-ups."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

_NAT64 = ip_network("64:ff9b::/96")
# Public by number, yet inside: a cloud's control services, translations to local networks, and old relays.
_INSIDE = [ip_network(each) for each in ("168.63.129.16/32", "192.88.99.0/24", "64:ff9b:1::/48", "::/96")]


def literal(host: str) -> Address | None:
    """The address that a host is written as, with or without brackets and zone; None for a name."""
    try:
        return ip_address(host.strip("[]").partition("%")[0].rstrip("."))
    except ValueError:
        return None


def is_loopback_host(host: str) -> bool:
    """Is this name or number the machine itself, by its spelling alone?"""
    address = literal(host)
    if address is None:
        return host.rstrip(".").lower() == "localhost"
    return _unwrapped(address).is_loopback


def is_public(address: Address) -> bool:
    """Is this an address on the open internet that belongs to no private, local or control network?"""
    address = _unwrapped(address)
    if isinstance(address, IPv6Address) and (address.sixtofour or address.teredo or address.is_site_local):
        return False
    inside = any(address in network for network in _INSIDE if network.version == address.version)
    return address.is_global and not (address.is_multicast or address.is_reserved or inside)


def is_public_address(text: str) -> bool:
    """The same for an address in writing; a name is not an address and so not public."""
    address = literal(text)
    return address is not None and is_public(address)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that only carries it."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
