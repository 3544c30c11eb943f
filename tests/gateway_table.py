"""Writes the README's table of gateways from the capability records: `python -m tests.gateway_table` prints it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from studio.choices import AssetKind, Operation
from studio.providers.capabilities import Capability
from studio.providers.provider import Provider
from studio.providers.registry import PROVIDERS, get
from studio.providers.wording import listed, spread


def lines() -> list[str]:
    providers = [get(slug) for slug in PROVIDERS]
    head = ["", *(provider.name for provider in providers)]
    rows = [[label, *(cell(provider) for provider in providers)] for label, cell in ROWS.items()]
    return [_line(head), "|---" * len(head) + "|", *(_line(row) for row in rows)]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def _same(provider: Provider, tell: Callable[[Capability], str]) -> str:
    """One saying where all models agree, else each with its name."""
    said: dict[str, list[str]] = {}
    for item in provider.capabilities:
        names = said.setdefault(tell(item), [])
        if item.name not in names:
            names.append(item.name)
    if len(said) == 1:
        return next(iter(said))
    return "; ".join(f"{listed(_short(name) for name in names)}: {told}" for told, names in said.items())


def _short(name: str) -> str:
    return name.removeprefix("Seedance ")


def _models(provider: Provider) -> str:
    return ", ".join(dict.fromkeys(_short(item.name) for item in provider.capabilities))


def _can(provider: Provider) -> str:
    return _same(
        provider,
        lambda item: ", ".join(str(operation.label) for operation in Operation if operation in item.operations),
    )


def _cannot(provider: Provider) -> str:
    missing = [str(operation.label) for operation in Operation if operation not in provider.capabilities[0].operations]
    return ", ".join(missing) or "nothing of the six"


def _inline(item: Capability) -> str:
    kinds = {rule.limits.kind for each in item.operations.values() for rule in each.inputs if rule.inline}
    return listed(AssetKind(kind).label.lower() for kind in AssetKind if kind in kinds) or "never"


def _base_urls(provider: Provider) -> list[str]:
    return list(dict.fromkeys([provider.base_url, *(route.base_url for route in provider.routes if route.base_url)]))


def _routes(provider: Provider) -> str:
    return ", ".join(f"`{route.value}`" for route in provider.routes) or "one"


def _proof(provider: Provider) -> str:
    routes = [route.value for route in provider.routes] or [""]
    proving = [route for route in routes if provider.proves(provider.base_url, route)]
    if not proving:
        return "none: a person settles it"
    where = "" if len(proving) == len(routes) else f", with the route {listed(f'`{route}`' for route in proving)}"
    if provider.proves_claims_only:
        return f"what its call at the end names, where it can reach the studio{where}"
    keeps = any(provider.keeps_body(provider.base_url, route) for route in proving)
    return ("the same idempotency key again" if keeps else "the list of tasks") + where


ROWS: dict[str, Callable[[Provider], str]] = {
    "`--provider`": lambda provider: f"`{provider.slug}`",
    "base URL": lambda provider: ", ".join(f"`{url}`" for url in _base_urls(provider)),
    "routes": _routes,
    "models (Seedance …)": _models,
    "can": _can,
    "cannot": _cannot,
    "resolutions": lambda provider: _same(provider, lambda item: ", ".join(item.resolutions)),
    "ratios": lambda provider: _same(provider, lambda item: ", ".join(item.aspect_ratios)),
    "seconds": lambda provider: _same(provider, lambda item: spread(item.durations)),
    "references inside the request": lambda provider: _same(provider, _inline),
    "sound": lambda provider: _same(provider, lambda item: "on or off" if item.sound_offered else "no switch"),
    "seed": lambda provider: _same(provider, lambda item: "yes" if item.seed else "no"),
    "cancel": lambda provider: _same(provider, lambda item: "may be asked" if item.cancel else "no: stop waiting"),
    "currency": lambda provider: listed(
        dict.fromkeys(
            provider.currency_of(route.base_url or provider.base_url, route.value) for route in provider.routes
        )
        or [provider.currency_of(provider.base_url, "")],
        "or",
    ),
    "a failure is free": lambda provider: "yes" if provider.failed_is_free else "not documented",
    "proof of an unanswered create": _proof,
}

if __name__ == "__main__":
    sys.stdout.write("\n".join([*lines(), ""]))
