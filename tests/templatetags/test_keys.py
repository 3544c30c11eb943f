"""The words of gateways, checks and acts."""

from __future__ import annotations

import ast

import pytest
from django.utils.translation import override

from studio.environment import BASE_DIR
from studio.models import AuditEntry, ProviderKey
from studio.templatetags import keys

SERVICES = BASE_DIR / "studio" / "services"


KINDS = ("key-", "budget-", "price-", "take-", "guest-link-", "hook-", "notice-")


def recorded_acts() -> set[str]:
    """Every act that a service writes into the audit list: names of pages and parts of other words are none."""
    # The palette names pages, and nothing else.
    paths = [path for path in SERVICES.glob("*.py") if path.name != "palette.py"]
    nodes = [node for path in paths for node in ast.walk(ast.parse(path.read_text()))]
    apart = {id(part) for node in nodes if is_no_act(node) for part in ast.walk(node)}
    words = [node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in apart]
    return {word for word in words if isinstance(word, str) and word.startswith(KINDS) and " " not in word}


def is_no_act(node: ast.AST) -> bool:
    is_address = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reverse"
    return is_address or isinstance(node, ast.JoinedStr)


def test_every_act_has_words() -> None:
    assert recorded_acts() == set(keys.ACTS)


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("tokenlab: Main: two", "TokenLab: Main: two"),
        ("TokenLab: Main", "TokenLab: Main"),
        ("gone: Main", "gone: Main"),
        ("Every secret", "Every secret"),
    ],
)
def test_words_for_a_subject(subject: str, words: str) -> None:
    assert keys.subject_words(AuditEntry(subject=subject)) == words


@pytest.mark.parametrize(("is_outdated", "level"), [(False, "good"), (True, "")])
def test_level_of_a_check_from_before_a_refusal(is_outdated: bool, level: str) -> None:
    assert keys.check_level({"is_outdated": is_outdated, "result": {"verdict": "accepted"}}) == level


def test_route_name_of_a_gateway_that_is_gone_is_its_slug() -> None:
    assert keys.route_name(ProviderKey(provider="gone", route="west")) == "west"


def test_label_of_a_route_is_a_name_and_perhaps_a_note() -> None:
    assert (keys.short_label("West: with proofs"), keys.label_note("West: with proofs")) == ("West", "With proofs")
    assert (keys.short_label("East"), keys.label_note("East")) == ("East", "")


@pytest.mark.parametrize(
    ("entry", "who", "where"),
    [
        (AuditEntry(actor_id=1, actor_name="Alma Admin", address="203.0.113.7"), "Alma Admin", "203.0.113.7"),
        (AuditEntry(actor_name="Gone Person", address="203.0.113.7"), "Gone Person", "203.0.113.7"),
        (AuditEntry(actor_name="shell", address="shell"), "the shell", ""),
        (AuditEntry(actor_name="studio", address="studio"), "the studio", ""),
    ],
)
def test_words_for_who_and_from_where(entry: AuditEntry, who: str, where: str) -> None:
    assert (keys.actor_words(entry), keys.from_words(entry)) == (who, where)


@pytest.mark.parametrize(
    ("verdict", "words", "level"),
    [
        ("accepted", "Accepted", "good"),
        ("refused", "Refused", "bad"),
        ("unclear", "Not clear", "warning"),
        ("unreachable", "Not reached", "warning"),
        ("", "Not clear", "warning"),
    ],
)
def test_words_for_a_verdict(verdict: str, words: str, level: str) -> None:
    assert (keys.verdict_words(verdict), keys.verdict_level(verdict)) == (words, level)


@pytest.mark.parametrize(
    ("state", "icon", "words"),
    [("good", "check", "Proved"), ("bad", "error", "Wrong"), ("open", "question", "Not proved")],
)
def test_icon_and_words_for_a_line(state: str, icon: str, words: str) -> None:
    assert (keys.line_icon(state), keys.line_words(state)) == (icon, words)


@pytest.mark.parametrize(
    ("language", "name", "note"),
    [
        ("en", "Standard (/v1)", "Every model and operation"),
        ("fr", "Standard (/v1)", "Chaque modèle et opération"),
        ("zh-hans", "标准（/v1）", "全部模型和生成方式"),
    ],
)
def test_a_route_is_its_name_and_what_it_is_good_for_in_every_language(language: str, name: str, note: str) -> None:
    label = "Standard (/v1): every model and operation"

    with override(language):
        assert (keys.short_label(label), keys.label_note(label)) == (name, note)
