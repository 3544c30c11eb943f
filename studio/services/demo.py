"""The demo's content: people without passwords, a project with a brief, references, prompts and first takes."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path

from django.conf import settings
from django.db import transaction

from studio.choices import InputRole, Operation, Role
from studio.models import Asset, Membership, Project, Prompt, PromptVersion, ProviderKey, User
from studio.providers import registry
from studio.services import demo_review, sandbox_keys
from studio.services.assets import add_asset
from studio.services.demo_pictures import PICTURES, draw
from studio.services.demo_takes import FIRST, SLUG, submission
from studio.services.renders import create_renders
from studio.services.requests import Choice, build_request, capability_of
from studio.services.sandbox_keys import PROVIDER, SANDBOXES
from studio.services.storing import Origin

BRIEF = (
    "A one-minute spot for Lumen, a hand lamp for people who stay out late. Quiet, warm, a little magical: "
    "light is the hero, people are seen from behind or far away. Six shots, no dialogue."
)
PROMPTS = (
    (
        "Opening: the coast",
        "A lighthouse on a rocky coast at sunset, waves rolling in, gulls in the distance, slow aerial push-in",
        "A lighthouse on a rocky coast at golden sunset, long waves rolling in, warm haze, slow aerial push-in, 35 mm",
    ),
    (
        "The forest path",
        "A lone hiker with a lamp on a misty forest path at {time of day}, light between the trees, tracking shot",
        "",
    ),
    ("The city", "Neon reflections on a wet city street at night, a cyclist passes, low camera, gentle pan", ""),
)
# Operation, prompt, length in seconds, resolution, ratio, sound, seed; in the order of their names in demo_takes.py.
TAKES = (
    # With seeds, as the demo's people draw on what is in the picture then.
    (Operation.TEXT_TO_VIDEO, PROMPTS[0][2], 5, "720p", "16:9", True, 2916033223),
    (Operation.TEXT_TO_VIDEO, PROMPTS[0][2], 5, "720p", "16:9", True, 1182005471),
    (Operation.TEXT_TO_VIDEO, PROMPTS[2][1], 4, "480p", "9:16", True, None),
    (
        Operation.TEXT_TO_VIDEO,
        "Snow drifting over a mountain ridge in blue dawn light, slow tilt up",
        5,
        "720p",
        "21:9",
        False,
        None,
    ),
    (Operation.IMAGE_TO_VIDEO, "Golden light spreads over the hills, slow push-in", 5, "720p", "1:1", True, None),
)


def fill_demo() -> bool:
    """Make what is missing; True when the project was made now."""
    people = {name: _person(name, label) for name, label in PEOPLE.items()}
    keys = {
        provider: sandbox_keys.ensure(provider=provider) for provider in SANDBOXES if provider in registry.PROVIDERS
    }
    with transaction.atomic():
        project, made = Project.objects.get_or_create(
            slug=SLUG,
            defaults={"name": "Lumen: stay out late", "brief": BRIEF, "created_by": people["admin"]},
        )
        for name, role in (("artist", Role.ARTIST), ("reviewer", Role.REVIEWER), ("admin", Role.MANAGER)):
            Membership.objects.get_or_create(project=project, user=people[name], defaults={"role": role})
    if made:
        _fill(project, people["artist"], keys[PROVIDER])
        demo_review.ask()
    return made


PEOPLE = {"artist": "Ada Artist", "reviewer": "Ravi Reviewer", "admin": "Alma Admin"}


def _person(name: str, label: str) -> User:
    user, made = User.objects.get_or_create(
        username=name, defaults={"display_name": label, "is_studio_admin": name == "admin"}
    )
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def _fill(project: Project, artist: User, key: ProviderKey) -> None:
    pictures = [_picture(project, artist, name) for name in PICTURES]
    for title, text, second in PROMPTS:
        prompt = Prompt.objects.create(project=project, title=title, created_by=artist)
        for number, version in enumerate(filter(None, (text, second)), start=1):
            PromptVersion.objects.create(prompt=prompt, number=number, text=version, created_by=artist)
    for name, (operation, text, duration, resolution, ratio, sound, seed) in zip(FIRST, TAKES, strict=True):
        inputs = [(InputRole.FIRST_FRAME, pictures[0])] if operation == Operation.IMAGE_TO_VIDEO else []
        _take(name, project, artist, key, operation, text, (duration, resolution, ratio, sound), inputs, seed)


def _picture(project: Project, artist: User, name: str) -> Asset:
    path = Path(settings.FILE_UPLOAD_TEMP_DIR) / f"demo-{uuid.uuid4().hex}.png"
    draw(name, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return add_asset(project=project, created_by=artist, path=path, sha256=digest, name=f"{name}.png")[0]


def _take(
    name: str,
    project: Project,
    artist: User,
    key: ProviderKey,
    operation: Operation,
    text: str,
    settings_: tuple[int, str, str, bool],
    inputs: list[tuple[InputRole, Asset]],
    seed: int | None,
) -> None:
    capability = capability_of(PROVIDER, "seedance-2.0")
    if capability is None:
        raise LookupError("The catalogue has no seedance-2.0.")
    duration, resolution, ratio, sound = settings_
    request = build_request(
        Choice(PROVIDER, capability.model, operation, text, duration, resolution, ratio, sound, seed, inputs)
    )
    version = PromptVersion.objects.filter(prompt__project=project, text=text).first()
    create_renders(
        project=project,
        asked_by=artist,
        key=key,
        request=request,
        takes=1,
        submission=submission(project, name),
        origin=Origin(prompt_version=version),
    )
