"""Checks a key at TokenLab with harmless reads: is it accepted, what is left on the account, what is offered now.

Only the first read decides; that a later one fails merely leaves its part of the report empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import httpx

from studio.lib.english import english
from studio.lib.masking import redact_request
from studio.providers import reading, refusals
from studio.providers.answers import KeyReport, KeyVerdict
from studio.providers.errors import ProviderError
from studio.providers.http import Answer, Call, Connection, send
from studio.providers.tokenlab import live
from studio.providers.tokenlab.catalog import CAPABILITIES
from studio.providers.tokenlab.refusals import WORDS
from studio.providers.tokenlab.unified import task_path

# In the shape of a task id, so that only the key or the task can be what is wrong with it.
NO_TASK = "ldtask_" + "0" * 32
LIST_PATH = "/v1/models?category=video&view=compact"
PRICING_PATH = "/v1/pricing"
BALANCE_PATH = "/v1/management/balance"

_ACCEPTED = english("The gateway accepts the key.")
_NO_BALANCE = english("The balance could not be read with the management token.")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads for the report's extras, where a failure is no more than a missing answer."""

    client: httpx.Client
    connection: Connection

    def get(self, path: str) -> Mapping[str, Any]:
        """What is kept of it is kept word by word, so the key goes out before anything is read."""
        try:
            answer = send(self.client, self.connection, Call("GET", path))
            document = answer.json() if 200 <= answer.status < 300 else {}
            found: Mapping[str, Any] = redact_request(document, self.connection.secret)
        except (ProviderError, ValueError, RecursionError):
            return {}
        return found


def report(client: httpx.Client, connection: Connection, management_secret: str) -> KeyReport:
    """An unreachable gateway is an error; every answer of it is a report."""
    found = _verdict(send(client, connection, Call("GET", task_path(NO_TASK))), connection)
    if found.verdict != KeyVerdict.ACCEPTED:
        return found
    facts = _live(_Reader(client, connection))
    notes = [note for model, each in facts.items() if (note := live.price_note(model, each))]
    found = replace(found, live=facts, meaning=" ".join([found.meaning, *notes]))
    return _with_balance(found, client, connection, management_secret) if management_secret else found


def _verdict(answer: Answer, connection: Connection) -> KeyReport:
    found = refusals.read_document(answer, connection.secret)
    if answer.status == 404 and found.code == "async_task_not_found":
        return KeyReport(KeyVerdict.ACCEPTED, _ACCEPTED)
    if WORDS.is_about_the_key(found):
        return KeyReport(KeyVerdict.REFUSED, WORDS.meaning(found.code, found.status), found.said)
    meaning = english(
        "The gateway's answer (HTTP %(status)s) does not tell whether it accepts the key.", status=answer.status
    )
    return KeyReport(KeyVerdict.UNCLEAR, english("%(meaning)s Look at the base URL.", meaning=meaning), found.said)


def _live(reader: _Reader) -> dict[str, live.Facts]:
    """By the models of our records; a model whose detail cannot be read keeps what the price lists say of it."""
    compact, prices = _rows(reader.get(LIST_PATH), "id"), _rows(reader.get(PRICING_PATH), "model")
    found = {}
    for model in (item.model for item in CAPABILITIES):
        detail = reader.get(f"/v1/models/{quote(model, safe='')}")
        if detail or model in compact or model in prices:
            found[model] = live.facts_of(detail, prices.get(model, {}), compact.get(model, {}))
    return found


def _rows(document: Mapping[str, Any], name: str) -> dict[str, Mapping[str, Any]]:
    rows = document.get("data")
    usable = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return {reading.text(row.get(name)): row for row in usable}


def _with_balance(found: KeyReport, client: httpx.Client, connection: Connection, management_secret: str) -> KeyReport:
    """The token is another secret at the same host; money is read from the decimal strings only."""
    try:
        account = replace(connection, secret=management_secret)
    except ValueError:
        return replace(found, meaning=f"{found.meaning} {_NO_BALANCE}")
    balance = reading.amount(_Reader(client, account).get(BALANCE_PATH).get("balance_decimal"))
    if balance is None:
        return replace(found, meaning=f"{found.meaning} {_NO_BALANCE}")
    return replace(found, balance=balance, currency="USD")
