"""A task in Ark's words, and how long Ark remembers it."""

from __future__ import annotations

import time
from typing import Any

from studio.sandbox.bills import RATE, Bill, as_billed, for_tokens, tokens
from studio.sandbox.dialects.ark.catalog import ADAPTIVE, EXPIRES_AFTER, Rules
from studio.sandbox.gateway import Gateway
from studio.sandbox.sizes import nearest_ratio
from studio.sandbox.tasks import CANCELLED, COMPLETED, FAILED, PENDING, PROCESSING, Film, Task

QUEUED, RUNNING, SUCCEEDED, BROKEN, EXPIRED = "queued", "running", "succeeded", "failed", "expired"
WORDS = {PENDING: QUEUED, PROCESSING: RUNNING, COMPLETED: SUCCEEDED, FAILED: BROKEN, CANCELLED: "cancelled"}
STATUSES = (*WORDS.values(), EXPIRED)
UNHEARD_OF = "reticulating"
DAY = 24 * 3600

ERROR_CODES = {
    "content_policy_violation": "OutputVideoSensitiveContentDetected",
    "OutputAudioSensitiveContentDetected": "OutputAudioSensitiveContentDetected",
    "input_unusable": "InvalidParameter",
}


def word(task: Task, now: float) -> str:
    said = task.status(now)
    return EXPIRED if said == FAILED and task.error_code == "execution_expired" else WORDS[said]


def is_remembered(task: Task, now: float) -> bool:
    """Tasks can be asked about for seven days, cancelled ones for one."""
    kept = DAY if task.state == CANCELLED else 7 * DAY
    return not task.erased and now < max(task.created, task.ended) + kept


def state(rules: Rules, gateway: Gateway, task: Task) -> dict[str, Any]:
    """What was asked for is told from the start, what only the work decides at its end."""
    now = time.time()
    said, fault = word(task, now), gateway.fault_for_read(task)
    answer: dict[str, Any] = {
        "id": task.id,
        "model": task.body["model"],
        "status": UNHEARD_OF if said == RUNNING and fault == "unknown-status" else said,
        "created_at": int(task.created),
        "updated_at": int(task.updated(now)),
        **_asked(rules, task),
    }
    if said == BROKEN:
        answer["error"] = {"code": ERROR_CODES.get(task.error_code, "InternalServiceError"), "message": task.error}
    if said == SUCCEEDED and task.film is not None:
        answer |= _made(rules, gateway, task, task.film)
    return answer


def _asked(rules: Rules, task: Task) -> dict[str, Any]:
    job = task.job
    asked: dict[str, Any] = {
        "resolution": job.resolution,
        "generate_audio": job.sound,
        "service_tier": task.body.get("service_tier", "default"),
        "execution_expires_after": task.body.get("execution_expires_after", EXPIRES_AFTER),
    }
    if task.body.get("seed", -1) >= 0:
        asked["seed"] = job.seed
    if job.ratio != ADAPTIVE:
        asked["ratio"] = job.ratio
    if job.seconds > 0:
        asked["duration"] = _seconds(rules, job.seconds)
    return asked


def _made(rules: Rules, gateway: Gateway, task: Task, film: Film) -> dict[str, Any]:
    used = int(as_billed(task, tokens(film)))
    return {
        "content": _content(gateway, task, film),
        "usage": {"completion_tokens": used, "total_tokens": used},
        "seed": task.job.seed,
        "ratio": nearest_ratio(film.width, film.height) if task.job.ratio == ADAPTIVE else task.job.ratio,
        "duration": _seconds(rules, film.seconds),
        "framespersecond": RATE,
        "draft": False,
    }


def _content(gateway: Gateway, task: Task, film: Film) -> dict[str, str]:
    links = {} if gateway.fault_for_read(task) == "no-url" else {"video_url": gateway.video_link(task)}
    return {**links, "last_frame_url": gateway.last_frame_link(task)} if film.last_frame else links


def _seconds(rules: Rules, seconds: int) -> int | str:
    return str(seconds) if rules.duration_is_text else seconds


def bill(task: Task, said: str) -> Bill | None:
    """By the model's region: Volcengine's prices are in yuan, BytePlus' in dollars."""
    return for_tokens(task, said, "CNY" if task.job.model.startswith("doubao-") else "USD")
