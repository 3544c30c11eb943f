"""Settings whose effect is easy to lose: who is throttled behind a proxy."""

from __future__ import annotations

from axes.helpers import get_client_ip_address
from django.test import RequestFactory, override_settings


def test_address_of_a_guesser_is_the_connection_without_a_proxy() -> None:
    request = RequestFactory().post("/sign-in/", REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR="198.51.100.1")

    assert get_client_ip_address(request) == "203.0.113.9"


@override_settings(
    AXES_IPWARE_PROXY_ORDER="right-most", AXES_IPWARE_META_PRECEDENCE_ORDER=["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"]
)
def test_address_of_a_guesser_behind_a_proxy_is_the_proxys_own_word() -> None:
    # The first address is what the guesser claims, the last what the proxy saw.
    request = RequestFactory().post(
        "/sign-in/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.9"
    )

    assert get_client_ip_address(request) == "203.0.113.9"
