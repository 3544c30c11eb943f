from __future__ import annotations

import pytest

from studio.lib.addresses import is_public_address
from studio.providers.addresses import UnsafeAddress, checked_base_url, followed, under

BASE = "https://api.gateway.test"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://api.tokenlab.sh", "https://api.tokenlab.sh"),
        (" https://API.tokenlab.sh/ ", "https://api.tokenlab.sh"),
        ("https://tokenhub.store/api/v1/", "https://tokenhub.store/api/v1"),
        ("https://gateway.test:8443", "https://gateway.test:8443"),
        ("https://8.8.8.8", "https://8.8.8.8"),
        ("http://127.0.0.1:8900", "http://127.0.0.1:8900"),
        ("http://localhost:8900/", "http://localhost:8900"),
        ("http://[::1]:8900", "http://[::1]:8900"),
    ],
)
def test_base_url_is_kept_without_trailing_slash(url: str, kept: str) -> None:
    assert checked_base_url(url, allow_loopback=True) == kept


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.tokenlab.sh",
        "http://api.tokenlab.sh",
        "ftp://api.tokenlab.sh",
        "file:///etc/passwd",
        "https://",
        "https://intranet",
        "https://gateway.local",
        "https://metadata.google.internal",
        "https://10.0.0.1",
        "https://192.168.1.1",
        "https://169.254.169.254",
        "https://100.64.0.1",
        "https://0.0.0.0",
        "https://[fe80::1]",
        "https://[fc00::1]",
        "https://[::ffff:10.0.0.1]",
        "https://[64:ff9b::a00:1]",
        "https://127.1",
        "https://2130706433",
        "https://0x7f.0.0.1",
        "https://user:pass@api.tokenlab.sh",
        "https://api.tokenlab.sh?x=1",
        "https://api.tokenlab.sh/#x",
        "https://api.tokenlab.sh/a/../b",
        "https://api.tokenlab.sh\\@evil.test",
        "https://api tokenlab.sh",
        "https://api.tokenlab.sh\r\nX: y",
        "https://gateway.test:99999",
    ],
)
def test_base_url_that_is_not_public_https_is_refused(url: str) -> None:
    with pytest.raises(UnsafeAddress):
        checked_base_url(url, allow_loopback=True)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8900", "https://localhost", "http://[::1]", "http://127.9.9.9"])
def test_loopback_needs_the_setting(url: str) -> None:
    with pytest.raises(UnsafeAddress, match="STUDIO_ALLOW_LOOPBACK_PROVIDERS"):
        checked_base_url(url, allow_loopback=False)


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("/v1/tasks/ldtask_a", f"{BASE}/v1/tasks/ldtask_a"),
        ("/v1/tasks/ldtask_a?view=full", f"{BASE}/v1/tasks/ldtask_a?view=full"),
        (f"{BASE}/v1/tasks/ldtask_a", f"{BASE}/v1/tasks/ldtask_a"),
        ("https://API.gateway.test:443/v1/tasks/a", f"{BASE}/v1/tasks/a"),
    ],
)
def test_followed_stays_on_the_gateway(reference: str, url: str) -> None:
    assert followed(BASE, reference) == url


def test_followed_is_relative_to_the_host_not_to_the_base_path() -> None:
    assert followed(f"{BASE}/api/v1", "/v1/tasks/a") == f"{BASE}/v1/tasks/a"


@pytest.mark.parametrize(
    "reference",
    [
        "https://evil.test/v1/tasks/a",
        "http://api.gateway.test/v1/tasks/a",
        "https://api.gateway.test:8443/v1/tasks/a",
        "https://api.gateway.test.evil.test/",
        "https://api.gateway.test@evil.test/",
        "https://user@api.gateway.test/",
        "//evil.test/v1/tasks/a",
        "///evil.test",
        "/\\evil.test",
        "/\\/evil.test",
        "\\\\evil.test",
        "/v1/../../admin",
        "/v1/%2e%2e/admin",
        "/v1/%252e%252e/admin",
        "/v1/..%2fadmin",
        "/v1/..%5cadmin",
        "/v1/tasks/a#fragment",
        "/v1/tasks/a\n",
        "/\tv1",
        "v1/tasks/a",
        "@evil.test/",
        ".evil.test/",
        "javascript:alert(1)",
        "",
    ],
)
def test_followed_refuses_every_way_out(reference: str) -> None:
    with pytest.raises(UnsafeAddress) as caught:
        followed(BASE, reference)

    assert "evil" not in str(caught.value)


@pytest.mark.parametrize("path", ["v1/tasks", "//evil.test", "@evil.test/", ".evil.test/", "/v1/tasks/..", "/a\\b"])
def test_under_refuses_a_path_that_leaves_the_base(path: str) -> None:
    with pytest.raises(UnsafeAddress):
        under(BASE, path)


def test_under_keeps_the_base_path() -> None:
    assert under(f"{BASE}/api/v1", "/videos/generations") == f"{BASE}/api/v1/videos/generations"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("name.test", False),
    ],
)
def test_only_global_addresses_are_public(address: str, public: bool) -> None:
    assert is_public_address(address) == public
