"""The ways the sandbox can go wrong on purpose: their names, their meaning, and where a request asks for one."""

from __future__ import annotations

import re

FAULTS: dict[str, str] = {
    "slow": "The task waits in the queue for five times the pace before it runs.",
    "moderation": "The task is accepted, runs, and fails late with the words of a content policy.",
    "refuse": "The create request is answered 400 and no task is made.",
    "unauthorized": "The key is answered 401, as if it had been revoked.",
    "rate-limit": "The first two tries are answered 429 with Retry-After; the third is taken.",
    "rate-limit-bare": "The first two tries are answered 429 without Retry-After; the third is taken.",
    "insufficient-balance": "The create request is answered 402 with the balance and the estimated cost.",
    "server-error-before": "The create request is answered 500 and no task is made.",
    "server-error-after": "The create request is answered 500 although the task was made.",
    "lost-answer": "The task is made and the connection is closed without an answer.",
    "cut-body": "The task is made and the connection is cut in the middle of the answer.",
    "bad-json": "The task is made and the answer is not valid JSON.",
    "unknown-status": "While it runs, the task has a status word that no document names; then it completes.",
    "no-url": "The task completes without any link to a video.",
    "expired-link": "The task completes and its link is answered 403 every time.",
    "link-expires-once": "The first link is answered 403; the next status read hands out one that works.",
    "cut-download": "The first download of the film breaks off halfway; a range request goes on.",
    "not-a-video": "The link leads to an HTML page instead of a film.",
    "cancel-race": "The task still says pending, but it is finished the moment a cancel arrives.",
    "error-string": "The task fails with `error` as a plain string.",
    "error-object": "The task fails with `error` as an object of code and message.",
    "url-nested": "The finished film is given as video.url.",
    "url-list": "The finished film is given in videos[].",
    "url-data": "The finished film is given in data[].",
    "url-content": "The finished film is given as content.video_url.",
    "poll-500": "The first three status reads are answered 500.",
    "poll-404-lag": "The first two status reads are answered 404, as if the task had not arrived yet.",
    "poll-rate-limit": "The first two status reads are answered 429 with Retry-After.",
    "poll-bad-json": "The first two status reads are answered with something that is not JSON.",
    "sound-moderated": "If sound was asked for, the task is accepted and fails late because its sound was refused.",
    "cannot-fetch": "If there are references, the create is refused because one could not be downloaded.",
    "expires": "Ark: the task is never executed and ends as expired; elsewhere it fails.",
    "replay-in-progress": "TokenLab /api/v3: the first replay is told that the original is still being registered.",
    "error-missing": "TokenLab, TokenHub, seedance2.ink: the task fails without any `error`.",
    "wrong-duration": "TokenHub: the reported length of the film is one second more than it really is.",
    "bills-more": "Ark, TokenLab /api/v3, TokenHub, seedance2.ink: a third more is charged than the documents say.",
    "declared-unchecked": "TokenHub: a wrong declared length of a video is believed.",
    "webhook-twice": "seedance2.ink: the webhook arrives twice when the task ends.",
    "webhook-early": "seedance2.ink: the webhook comes right after the create, and not at the end.",
    "webhook-forged": "seedance2.ink: while the task runs, somebody else's webhook claims that another one succeeded.",
}

# Set as the server's default, these befall reads as well as creates.
EVERY_REQUEST = ("unauthorized", "rate-limit", "rate-limit-bare", "server-error-before", "cut-body", "bad-json")

_ASKED = re.compile(r"\[fault:([a-z0-9-]+)\]")


def asked_for(prompt: object) -> str:
    """The fault a prompt asks for with `[fault:name]`, if any; the name is not checked here."""
    found = _ASKED.search(prompt) if isinstance(prompt, str) else None
    return found.group(1) if found else ""


def without_faults(prompt: str) -> str:
    """The prompt as it is drawn: the fault is a note to the sandbox, not a part of the picture."""
    return " ".join(_ASKED.sub(" ", prompt).split())


def check_name(name: str) -> str:
    if name and name not in FAULTS:
        raise ValueError(f"There is no fault called {name!r}. Known are: {', '.join(FAULTS)}.")
    return name
