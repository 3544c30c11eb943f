"""What the README says of settings, commands, targets, libraries and layers is what there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands

from studio.environment import BASE_DIR, read_environment, variable_names
from tests import gateway_table
from tests.test_architecture import LAYERS

README = (BASE_DIR / "README.md").read_text()
MAKEFILE = (BASE_DIR / "Makefile").read_text()
PROJECT = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]
LOCKS = ("requirements.txt", "requirements-dev.txt")
# Their defaults come from other settings or are made on the first start; the README says so in words.
DERIVED = {
    "DATABASE_URL",
    "STUDIO_DATA_DIR",
    "STUDIO_ALLOWED_HOSTS",
    "STUDIO_ALLOW_LOOPBACK_PROVIDERS",
    "STUDIO_SECRET_KEY",
    "STUDIO_SECRET_KEYS",
    "STUDIO_MEDIA_ACCEL",
    "STUDIO_MAIL_FROM",
    "STUDIO_MAIL_URL",
    "STUDIO_METRICS_TOKEN",
    "STUDIO_S3_BUCKET",
    "STUDIO_S3_ENDPOINT",
    "STUDIO_S3_REGION",
    "STUDIO_S3_ACCESS_KEY_ID",
    "STUDIO_S3_SECRET_ACCESS_KEY",
}


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def table(title: str) -> list[list[str]]:
    """The rows of the tables in a section, without their heads."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if not line.startswith("|---")]
    return rows[1:]


def as_written(value: Any) -> str:
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def test_readme_lists_every_setting_with_its_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in variable_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STUDIO_DATA_DIR", str(tmp_path))
    environment = read_environment()

    documented = {row[0].strip("`"): row[1] for row in table("Settings")}

    assert sorted(documented) == sorted(variable_names())
    assert {name: default for name, default in documented.items() if name not in DERIVED} == {
        name: as_written(getattr(environment, name.lower())) for name in variable_names() if name not in DERIVED
    }


def test_readme_lists_every_command_and_no_other() -> None:
    own = {path.stem for path in (BASE_DIR / "studio/management/commands").glob("*.py")} - {"__init__"}

    listed = set(re.findall(r"`manage\.py (\w+)`", section("Commands")))
    mentioned = set(re.findall(r"manage\.py (\w+)", README))

    assert listed == own
    assert mentioned - set(get_commands()) == set()


def test_readme_lists_every_make_target_and_no_other() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)) - {"help"}

    listed = set(re.findall(r"`make ([a-z-]+)`", section("Commands")))
    mentioned = set(re.findall(r"(?:`|^)make ([a-z-]+)", README, re.MULTILINE))

    assert listed == targets
    assert mentioned - targets == set()


def test_every_make_target_is_phony() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)

    assert phony is not None
    assert sorted(phony[1].split()) == sorted(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE))


def test_readme_says_why_each_library_is_there() -> None:
    wanted = {re.split(r"[\[=<>]", line)[0] for line in PROJECT["dependencies"]}

    assert {row[0].strip("`") for row in table("Libraries")} == wanted


def test_readme_maps_every_layer() -> None:
    names = {name for row in table("Map of the code") for name in re.findall(r"`([a-z]+)(?:\.py|/)`", row[0])}

    assert names == {name for layer in LAYERS for name in layer} - {"environment"} | {"sandbox"}


def test_readme_points_only_to_files_that_exist() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)

    assert [target for target in targets if not (BASE_DIR / target).exists()] == []


def test_changelog_has_the_present_version() -> None:
    assert f"## {PROJECT['version']}" in (BASE_DIR / "CHANGELOG.md").read_text().splitlines()


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_file_names_no_download_host(lock: str) -> None:
    # A release, a hash of it, or who asks for it; an option or an address is none of these.
    plain = re.compile(r"[A-Za-z0-9._\[\],-]+==[^\s/]+( ; [^/]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?| *#[^/]*")

    assert [line for line in (BASE_DIR / lock).read_text().splitlines() if not plain.fullmatch(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_file_has_a_hash_for_everything_that_is_asked_for(lock: str) -> None:
    asked = list(PROJECT["dependencies"])
    if lock == "requirements-dev.txt":
        asked += PROJECT["optional-dependencies"]["dev"]
    entries = re.split(r"\n(?=\S)", (BASE_DIR / lock).read_text())

    hashed = {entry.split()[0].lower() for entry in entries if "--hash=sha256:" in entry}

    assert {re.sub(r"\[.*\]", "", line).lower() for line in asked} - hashed == set()
    assert [entry for entry in entries if "==" in entry.split("\n")[0] and "--hash=" not in entry] == []


def test_readme_says_of_each_gateway_what_the_code_says() -> None:
    written = [line for line in section("Gateways").splitlines() if line.startswith("|")]

    assert written == gateway_table.lines()
