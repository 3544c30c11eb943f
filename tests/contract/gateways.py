"""The gateways under contract, what none of them can be asked for, and how a request is put to each of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from studio.choices import InputRole, Operation
from studio.providers import registry
from studio.providers.answers import Created, RemoteStatus
from studio.providers.capabilities import Capability
from studio.providers.http import Connection, make_client
from studio.providers.provider import Provider
from studio.providers.requests import Dispatch, InputFile, RenderRequest
from tests.providers.factories import make_audio, make_image, make_video

PATIENCE = 60.0


@dataclass(frozen=True)
class Contract:
    """One way into one gateway: what follows the host in its base URL, and a key of its shape."""

    slug: str
    path: str
    secret: str
    model: str
    route: str = ""

    @property
    def name(self) -> str:
        return f"{self.slug}-{self.route}" if self.route else self.slug

    @property
    def provider(self) -> Provider:
        return registry.get(self.slug)

    def capability(self, base_url: str) -> Capability:
        """What this key can do with the model: the record, narrowed as the service narrows it."""
        record = next(item for item in self.provider.capabilities if item.model == self.model)
        found = self.provider.narrow(record, base_url, self.route, {})
        assert found is not None
        return found


CONTRACTS = (
    Contract("tokenlab", "", "sk-contract-4b1d0e77", "seedance-2.0"),
    Contract("tokenlab", "", "sk-contract-9a2c6f31", "seedance-2.0", route="v3"),
    Contract("tokenhub", "/api/v1", "th-contract-5c8e2d14", "doubao-seedance-2.0"),
    Contract("seedance", "", "sd2_live_contract_7f3a", "seedance-2.0"),
    Contract("ark", "/api/v3", "2f9b7c1e-5d44-4a8e-9c02-contract0001", "dreamina-seedance-2-0-260128"),
)

# What the documents give no way to say. Everything else is run.
IMPOSSIBLE = {
    ("tokenlab-v3", Operation.VIDEO_EXTENSION),
    ("tokenhub", Operation.VIDEO_EXTENSION),
    ("seedance", Operation.VIDEO_TO_VIDEO),
    ("seedance", Operation.VIDEO_EXTENSION),
    ("ark", Operation.VIDEO_EXTENSION),
}

PAIRS = [
    (contract, operation)
    for contract in CONTRACTS
    for operation in Operation
    if (contract.name, operation) not in IMPOSSIBLE
]
PAIR_NAMES = [f"{contract.name}-{operation}" for contract, operation in PAIRS]

_FILES = {
    InputRole.FIRST_FRAME: "red.png",
    InputRole.LAST_FRAME: "blue.jpg",
    InputRole.REFERENCE_IMAGE: "red.png",
    InputRole.REFERENCE_VIDEO: "clip.mp4",
    InputRole.SOURCE_VIDEO: "clip.mp4",
    InputRole.REFERENCE_AUDIO: "tone.mp3",
}


@dataclass
class Caller:
    """Puts requests to one gateway through its adapter, as the jobs do."""

    contract: Contract
    base_url: str
    references: str
    client: httpx.Client

    @property
    def connection(self) -> Connection:
        return Connection(
            self.contract.slug,
            self.base_url,
            self.contract.secret,
            route=self.contract.route,
            allow_loopback=True,
        )

    def request(
        self, operation: Operation, prompt: str = "A calm sea at dawn.", *, parent: str = "", **over: Any
    ) -> RenderRequest:
        """The smallest request of its kind that the capability record allows."""
        capability = self.contract.capability(self.base_url)
        rule = capability.operations[operation]
        files = [_file(each.role) for each in rule.inputs for _ in range(each.minimum)]
        if rule.mixes_kinds:
            files.append(_file(InputRole.REFERENCE_VIDEO))
        values: dict[str, Any] = {
            "provider": self.contract.slug,
            "model": self.contract.model,
            "operation": operation,
            "prompt": prompt,
            "duration": 4 if 4 in capability.durations else capability.durations[0],
            "resolution": "480p",
            "aspect_ratio": capability.default_aspect_ratio_for(operation),
            "sound": capability.sound_offered,
            "inputs": tuple(files),
        }
        if rule.needs_take:
            values |= {"source_task_id": parent or self.parent(), "source_seconds": Decimal(4)}
        return RenderRequest(**(values | over))

    def parent(self) -> str:
        """A finished take of the same key to go on from."""
        created = self.create(self.request(Operation.TEXT_TO_VIDEO))
        self.ended(created)
        return created.remote_id

    def create(self, request: RenderRequest, dispatch: Dispatch | None = None) -> Created:
        dispatch = dispatch or self.dispatch()
        urls = {n: f"{self.references}/{_FILES[file.role]}" for n, file in enumerate(request.inputs)}
        return self.contract.provider.adapter.create(self.client, self.connection, request, urls, dispatch)

    def dispatch(self) -> Dispatch:
        keeps_body = self.contract.provider.keeps_body(self.base_url, self.contract.route)
        return Dispatch(
            route=self.contract.route,
            reference="rushes-1-1",
            idempotency_key=f"contract-{time.monotonic_ns()}" if keeps_body else "",
            seed=4711 if self.contract.provider.draws_seed else None,
        )

    def status(self, created: Created) -> RemoteStatus:
        adapter = self.contract.provider.adapter
        return adapter.status(self.client, self.connection, created.remote_id, created.poll_url)

    def ended(self, created: Created) -> RemoteStatus:
        """Poll until the task has ended; every reading on the way must be a readable one."""
        return self.readings(created)[-1]

    def readings(self, created: Created) -> list[RemoteStatus]:
        give_up = time.monotonic() + PATIENCE
        read = [self.status(created)]
        while not read[-1].has_ended:
            assert time.monotonic() < give_up, read[-1]
            time.sleep(0.01)
            read.append(self.status(created))
        return read


def _file(role: InputRole) -> InputFile:
    if role == InputRole.REFERENCE_AUDIO:
        return make_audio(role)
    if role in (InputRole.REFERENCE_VIDEO, InputRole.SOURCE_VIDEO):
        return make_video(role, seconds=Decimal(2), width=480, height=480)
    return make_image(role)


@contextmanager
def calling(contract: Contract, host: str, references: str) -> Iterator[Caller]:
    with make_client() as client:
        yield Caller(contract, f"{host}{contract.path}", references, client)
