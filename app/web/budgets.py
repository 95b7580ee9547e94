"""Budgets at the edge: spent in a short transaction of their own, before the request's work begins."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from flask import request

from app.foundation import throttle
from app.foundation.throttle import Allowance
from app.web.transactions import writing_session


def spend(allowance: Allowance, key: str, uses: int = 1) -> None:
    """Count uses of `key`; raises TooManyRequestsError beyond the allowance, whatever becomes of the request."""
    with writing_session() as session:
        throttle.spend(session, allowance, key, uses)


def spend_by_address(allowance: Allowance) -> None:
    """Count one use by the network this request comes from."""
    spend(allowance, client_network())


def client_network() -> str:
    """The address of the client; of an IPv6 client its /64, since one person holds all of it."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network(f"{address}/64", strict=False))
    return str(address)
