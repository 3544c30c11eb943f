"""`manage.py addkey`: the secret comes in by standard input and goes out nowhere."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from studio.models import AuditEntry, Project, ProviderKey
from studio.providers import registry

pytestmark = pytest.mark.django_db
SECRET = "sk-live-0123456789abcdef"


@pytest.fixture
def add(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(base_url: str = "https://api.example.com", secret: str = SECRET, label: str = "Main") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
        out = io.StringIO()
        words = ["--provider", "tokenlab", "--label", label, "--secret-stdin"]
        call_command("addkey", *words, *(["--base-url", base_url] if base_url else []), stdout=out)
        told = capsys.readouterr()
        return out.getvalue() + told.out + told.err

    return run


def test_addkey_stores_the_key_and_shows_its_masked_form_only(add: Any) -> None:
    said = add()

    assert said == "Added the TokenLab key “Main” (sk-…cdef) for https://api.example.com\n"
    assert ProviderKey.objects.get().secret == SECRET


def test_addkey_without_an_address_takes_the_gateways_own(add: Any) -> None:
    add(base_url="")

    assert ProviderKey.objects.get().base_url == "https://api.tokenlab.sh"


def test_addkey_asks_when_there_is_no_standard_input_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda _: SECRET)

    call_command("addkey", "--provider", "tokenlab", "--label", "Asked", stdout=io.StringIO())

    assert ProviderKey.objects.get().label == "Asked"


@pytest.mark.parametrize(
    "base_url", ["http://api.example.com", "https://10.0.0.1", "ftp://api.example.com", "https://me:pw@api.example.com"]
)
def test_addkey_refuses_an_address_that_is_not_safe(add: Any, base_url: str) -> None:
    with pytest.raises(CommandError) as refused:
        add(base_url=base_url)

    assert SECRET not in str(refused.value)
    assert ProviderKey.objects.count() == 0


def test_addkey_takes_loopback_only_where_it_is_allowed(add: Any, settings: Settings) -> None:
    add(base_url="http://127.0.0.1:8701", label="Sandbox")
    settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS = False

    with pytest.raises(CommandError):
        add(base_url="http://127.0.0.1:8701", label="Another")

    assert ProviderKey.objects.get().label == "Sandbox"


@pytest.mark.parametrize("secret", ["", "short"])
def test_addkey_refuses_what_is_no_key(add: Any, secret: str) -> None:
    with pytest.raises(CommandError, match="That is not a key"):
        add(secret=secret)


def test_addkey_refuses_a_label_that_is_taken(add: Any) -> None:
    add()

    with pytest.raises(CommandError, match="already is a key for TokenLab"):
        add(secret="sk-live-another-key")


def test_addkey_takes_limits_projects_and_a_second_line(
    monkeypatch: pytest.MonkeyPatch, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\nmt-0123456789\n"))
    words = ["--provider", "tokenlab", "--label", "Main", "--secret-stdin", "--with-balance-token"]
    limits = ["--project", project.slug, "--monthly-cap", "50", "--max-running", "2", "--per-minute", "10"]

    call_command("addkey", *words, *limits)

    key, told = ProviderKey.objects.get(), capsys.readouterr()
    assert (key.management_secret, key.monthly_cap, key.max_running, key.per_minute) == (
        "mt-0123456789",
        Decimal("50.00"),
        2,
        10,
    )
    assert list(key.projects.all()) == [project]
    assert told.out == "Added the TokenLab key “Main” (sk-…cdef) for https://api.tokenlab.sh\n"
    assert [entry.address for entry in AuditEntry.objects.all()] == ["shell", "shell"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--project", "nowhere"], "There is no project “nowhere”."),
        (["--monthly-cap", "much"], "“much” is not a sum."),
        (["--monthly-cap", "nan"], "“nan” is not a sum."),
        (["--monthly-cap=-1"], "The monthly cap is a sum of 0 or more."),
        (["--max-running", "0"], "A limit is a number from 1 to 10000"),
        (["--route", "nowhere"], "has no route “nowhere”"),
    ],
)
def test_addkey_with_limits_that_make_no_sense_stores_nothing(
    monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\n"))

    with pytest.raises(CommandError, match=said):
        call_command("addkey", "--provider", "tokenlab", "--label", "Main", "--secret-stdin", *words)

    assert ProviderKey.objects.count() == 0


@pytest.mark.parametrize(
    ("provider", "lines", "said"),
    [
        ("tokenlab", f"{SECRET}\n", "The balance token is missing. On standard input it is the second line"),
        ("ark", f"{SECRET}\nmt-0123456789\n", "Ark has no token for reading the balance. Leave out"),
    ],
)
def test_addkey_refuses_a_balance_token_that_is_missing_or_that_the_gateway_has_none_of(
    monkeypatch: pytest.MonkeyPatch, provider: str, lines: str, said: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    words = ["--provider", provider, "--label", "Main", "--secret-stdin", "--with-balance-token"]

    with pytest.raises(CommandError, match=said):
        call_command("addkey", *words)

    assert ProviderKey.objects.count() == 0


def test_addkey_says_when_a_key_looks_like_another_gateways(add: Any) -> None:
    said = add(secret="th-0123456789")

    assert "This does not look like a TokenLab key (sk-…). Use Check key to be sure." in said.splitlines()
    assert ProviderKey.objects.get().secret == "th-0123456789"


@pytest.mark.parametrize("provider", sorted(registry.PROVIDERS))
def test_addkey_knows_every_gateway(monkeypatch: pytest.MonkeyPatch, provider: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("0123456789abcdef0123\n"))

    call_command("addkey", "--provider", provider, "--label", "Main", "--secret-stdin", stdout=io.StringIO())

    key = ProviderKey.objects.get()
    assert (key.provider, key.hint) == (provider, "…0123")
