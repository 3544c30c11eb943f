"""What a job would cost at TokenLab: the token formula at the official rates."""

from __future__ import annotations

from decimal import Decimal

from studio.sandbox.bills import PIXELS_PER_TOKEN, RATE, Bill, for_tokens
from studio.sandbox.dialects.tokenlab.catalog import DURATIONS, MODELS, TOKENS_PER_RATE
from studio.sandbox.jobs import Job
from studio.sandbox.sizes import pixel_size
from studio.sandbox.tasks import Task


def estimate(job: Job) -> Decimal:
    """In dollars. A length left to the gateway is reserved as the longest, and so is a video input's."""
    longest = DURATIONS[-1]
    seconds = job.seconds if job.seconds > 0 else longest
    has_video = bool(job.of_kind("video")) or bool(job.parent_id)
    if has_video:
        seconds += longest
    return cost(job, seconds, has_video)


def cost(job: Job, seconds: int, has_video: bool) -> Decimal:
    width, height = pixel_size(job.resolution, "16:9" if job.ratio == "adaptive" else job.ratio)
    tokens = Decimal(seconds * width * height * RATE) / PIXELS_PER_TOKEN
    rate = MODELS[job.model].usd_rate(job.resolution, has_video)
    return (tokens * rate / TOKENS_PER_RATE).quantize(Decimal("0.0001"))


def bill(task: Task, status: str) -> Bill | None:
    """Both doors charge the same, in dollars; a failure gives the reservation back, and a cancelled task has failed."""
    return for_tokens(task, status, "USD")


def rate_bounds(model_name: str) -> tuple[str, str]:
    """The lowest and highest rate per million tokens, as the strings the API gives."""
    model = MODELS[model_name]
    rates = [model.usd_rate(resolution, video) for resolution in model.resolutions for video in (False, True)]
    return f"{min(rates):.4f}", f"{max(rates):.4f}"
