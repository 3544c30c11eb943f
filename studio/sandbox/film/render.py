"""One job to one film: fetch the inputs, choose size and length, draw, encode, and put the file in place whole."""

from __future__ import annotations

import hashlib
import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av
from PIL import Image

from studio.sandbox.faults import without_faults
from studio.sandbox.fetch import InputError, clean_up, fetch
from studio.sandbox.film import motions, sound
from studio.sandbox.film.caption import Caption, title_of
from studio.sandbox.film.colours import Palette
from studio.sandbox.film.encoder import RATE, encode
from studio.sandbox.film.inputs import Clip, Size, check_sound, frames_at, last_frame, open_clip, open_image
from studio.sandbox.film.plain import Shape, Shelf
from studio.sandbox.film.scene import Scene, leak
from studio.sandbox.film.scenes import scene_for
from studio.sandbox.jobs import Job
from studio.sandbox.sizes import even, nearest_ratio, pixel_size
from studio.sandbox.tasks import Film

# What is drawn before scaling up: paintings are soft by nature, photographs want more.
PAINTED_PIXELS = 640 * 360
PICTURE_PIXELS = 960 * 540
AUTO_SECONDS = 5
SHORTEST, LONGEST = 4, 15
ROUNDING_SECONDS = 1.0


class Stopped(Exception):
    """The server is stopping; the film is made anew at its next start."""


@dataclass
class Inputs:
    """The references of one job, opened."""

    images: list[Image.Image] = field(default_factory=list)
    clips: list[Clip] = field(default_factory=list)
    sounds: list[Path] = field(default_factory=list)
    parent: Path | None = None


def render(
    job: Job, *, films: Path, name: str, parent: Path | None, stopping: Callable[[], bool], shelf: Shelf | None = None
) -> Film:
    """The film that `job` asks for, drawn, or, where there is a `shelf`, a plain one of the same shape from there."""
    workshop = films / f".{name}"
    workshop.mkdir(exist_ok=True)
    try:
        inputs = _open_inputs(job, workshop, parent)
        size, seconds = pixel_size(job.resolution, _ratio(job, inputs)), _seconds(job, inputs)
        video, picture = workshop / "film.mp4", workshop / "last.png" if job.wants_last_frame else None
        if shelf:
            shelf.take(Shape(size, seconds, job.sound), name, video, picture)
        else:
            _draw(job, inputs, size, seconds, video, picture, stopping)
        return _placed(films, video, picture, size, seconds, sum(clip.seconds for clip in inputs.clips))
    finally:
        clean_up(workshop)


def _open_inputs(job: Job, workshop: Path, parent: Path | None) -> Inputs:
    inputs = Inputs(parent=parent)
    for number, source in enumerate(job.sources):
        path = workshop / f"input-{number}"
        fetch(source, path)
        match source.kind:
            case "image":
                inputs.images.append(open_image(source, path))
            case "video":
                inputs.clips.append(open_clip(source, path))
            case "audio":
                inputs.sounds.append(check_sound(source, path))
    _check_declared(job, inputs.clips)
    return inputs


def _check_declared(job: Job, clips: list[Clip]) -> None:
    """What the caller says of its videos' lengths may be rounded, no more."""
    if not job.declared_seconds:
        return
    real = [clip.seconds for clip in clips]
    if len(job.declared_seconds) != len(real):
        real = [sum(real)]
    for said, found in zip(job.declared_seconds, real, strict=True):
        if abs(said - found) >= ROUNDING_SECONDS:
            source = job.of_kind("video")[0]
            raise InputError(source, f"the video is {found:.1f} seconds long, but {said:g} were declared")


def _draw(
    job: Job,
    inputs: Inputs,
    size: Size,
    seconds: int,
    video: Path,
    picture: Path | None,
    stopping: Callable[[], bool],
) -> None:
    count = seconds * RATE
    drawn = _drawn_size(size, PAINTED_PIXELS if job.operation == "text-to-video" else PICTURE_PIXELS)
    prompt = without_faults(job.prompt)
    scene, palette = scene_for(prompt, job.seed, drawn, count)
    frames = _frames(job, inputs, scene, palette, count)
    caption = _caption(job, prompt, size, count, palette)
    encode(video, size, _until(frames, stopping), caption=caption, sound=_sound(job, inputs, seconds))
    if picture:
        last_frame(video).save(picture)


def _placed(films: Path, video: Path, picture: Path | None, size: Size, seconds: int, input_seconds: float) -> Film:
    """The files under the name that only their link tells."""
    token = secrets.token_hex(16)
    with video.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    length = video.stat().st_size
    if picture:
        picture.replace(films / f"{token}.png")
    video.replace(films / f"{token}.mp4")
    return Film(token, *size, seconds, picture is not None, input_seconds, length, digest)


def _until(frames: Iterator[Image.Image], stopping: Callable[[], bool]) -> Iterator[Image.Image]:
    for frame in frames:
        if stopping():
            raise Stopped
        yield frame


def _ratio(job: Job, inputs: Inputs) -> str:
    """`adaptive` follows the first picture there is."""
    if job.ratio != "adaptive":
        return job.ratio
    if inputs.images:
        return nearest_ratio(*inputs.images[0].size)
    if inputs.clips:
        return nearest_ratio(*inputs.clips[0].size)
    if inputs.parent:
        with av.open(str(inputs.parent)) as film:
            return nearest_ratio(film.streams.video[0].width, film.streams.video[0].height)
    return "16:9"


def _seconds(job: Job, inputs: Inputs) -> int:
    if job.seconds > 0:
        return job.seconds
    wanted = round(inputs.clips[0].seconds) if job.operation == "video-to-video" else AUTO_SECONDS
    return max(SHORTEST, min(LONGEST, wanted))


def _drawn_size(size: Size, most: int) -> Size:
    scale = min(1.0, (most / (size[0] * size[1])) ** 0.5)
    return even(size[0] * scale), even(size[1] * scale)


def _frames(job: Job, inputs: Inputs, scene: Scene, palette: Palette, count: int) -> Iterator[Image.Image]:
    drawn = scene.size
    light = leak(random.Random(f"{job.seed}|light"), drawn, palette.glow, 0.3)
    match job.operation:
        case "image-to-video":
            return motions.push_in(inputs.images[0], drawn, count, light)
        case "start-end-to-video":
            return motions.meet(inputs.images[0], inputs.images[1], drawn, count, light)
        case "reference-to-video":
            return motions.parade(_panels(inputs, scene), drawn, count, palette)
        case "video-to-video":
            return motions.regraded(frames_at(inputs.clips[0], drawn, RATE), drawn, count, palette)
        case "video-extension":
            assert inputs.parent is not None
            return motions.carry_on(last_frame(inputs.parent), scene, drawn, count, light)
    return motions.painted(scene, count)


def _panels(inputs: Inputs, scene: Scene) -> list[Iterator[Image.Image]]:
    """Images first, then videos, as they were sent."""
    panels = [motions.panel(image, scene.size, scene, n % 2 == 1) for n, image in enumerate(inputs.images)]
    for clip in inputs.clips:
        wide, high = clip.size
        scale = min(scene.size[0] * 0.72 / wide, scene.size[1] * 0.72 / high)
        shown = frames_at(clip, (even(wide * scale), even(high * scale)), RATE)
        panels.append(motions.hung(shown, scene.size, scene, len(panels) % 2 == 1))
    return panels


def _caption(job: Job, prompt: str, size: Size, count: int, palette: Palette) -> Caption:
    title = title_of(prompt) or "Untitled take"
    note = f"{job.operation.replace('-', ' ')} · seed {job.seed}"
    if job.watermark:
        note += " · sandbox"
    # An edited video may well be one of ours, with words of its own at the bottom.
    above = job.operation == "video-to-video"
    return Caption(title, note, size, count, palette.accent, above=above)


def _sound(job: Job, inputs: Inputs, seconds: int) -> Iterator[av.AudioFrame] | None:
    """A reference's sound, or the edited video's own, or a chord."""
    if not job.sound:
        return None
    heard = [*inputs.sounds, *(clip.path for clip in inputs.clips if sound.has_sound(clip.path))]
    if heard:
        return sound.from_file(heard[0], seconds)
    return sound.chord(random.Random(f"{job.prompt}|{job.seed}"), seconds)
