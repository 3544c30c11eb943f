"""What every answer promises the browser: a strict policy that the pages keep, safe cookies, and nothing kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse

from studio.choices import RenderState, Role
from studio.models import ComposerDraft, Project, RenderInput, User
from studio.services import keys
from studio.services.audit import Actor
from studio.services.invitations import invite
from tests.factories import make_asset, make_key, make_output, make_prompt, make_render, make_user

ClientOf = Callable[[User], Client]
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}
PAGES = (
    "/",
    "/gallery/",
    "/gallery/takes/",
    "/changes/?since=0",
    "/projects/tea/",
    "/projects/tea/takes/",
    "/projects/tea/references/",
    "/projects/tea/prompts/",
    "/projects/tea/prompts/new/",
    "/projects/tea/prompts/{prompt}/",
    "/projects/tea/prompts/{prompt}/compare/?from=1&to=2",
    "/projects/tea/members/",
    "/projects/tea/settings/",
    "/projects/new/",
    "/people/",
    "/keys/",
    "/keys/new/",
    "/keys/new/?gateway=tokenlab",
    "/keys/{key}/",
    "/keys/{key}/delete/",
    "/keys/{key}/check/result/",
    "/audit/",
    "/password/",
    "/takes/{take}/",
    "/takes/{waiting}/",
    "/takes/{unconfirmed}/",
    "/nothing/here/",
)
OPEN_PAGES = ("/sign-in/", "/invitations/{token}/", "/invitations/forged/")


class Page(HTMLParser):
    """Collects what a strict policy would refuse, and every id."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.refused: list[str] = []
        self.ids: Counter[str] = Counter()
        self.feed(body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag."""
        values = {name: value or "" for name, value in attrs}
        if tag == "style" or (tag == "script" and not values.get("src")):
            self.refused.append(f"<{tag}>")
        if "id" in values:
            self.ids[values["id"]] += 1
        for name, value in values.items():
            scheme = value.strip().lower().partition(":")[0]
            if name == "style" or name.startswith(("on", "hx-on")) or scheme in {"javascript", "vbscript"}:
                self.refused.append(f"{tag} {name}={value}")
            if name in {"src", "href", "action", "formaction", "poster"} and scheme in {"http", "https"}:
                self.refused.append(f"{tag} leads elsewhere: {value}")

    @property
    def repeated(self) -> list[str]:
        """Ids that stand more than once."""
        return [name for name, count in self.ids.items() if count > 1]


@pytest.fixture
def parts(project: Project, admin: User, manager: User) -> dict[str, object]:
    """A project with everything in it, as numbers for addresses."""
    key, _ = make_key(), make_key()
    keys.pause(key=key, actor=Actor.shell(), reason="For a while.")
    keys.resume(key=key, actor=Actor.shell())
    assets = [make_asset(project) for _ in range(5)]
    tray = [asset.pk for asset in assets[:3]]
    data = {"values": {"operation": "reference-to-video", "prompt": "A {colour} car, @Image1"}, "tray": tray}
    ComposerDraft.objects.create(project=project, user=admin, data=data)
    takes = {state: make_render(project, state=state, error_said="No.", asked_by=manager) for state in RenderState}
    take = takes[RenderState.READY]
    make_output(take, audio_codec="aac")
    make_render(project, parent=take, state="failed")
    RenderInput.objects.create(render=take, asset=assets[0], role="reference_image", position=0)
    return {
        "key": key.pk,
        "prompt": make_prompt(project, "One.", "Two words.").pk,
        "take": take.pk,
        "waiting": takes[RenderState.WAITING].pk,
        "unconfirmed": takes[RenderState.UNCONFIRMED].pk,
        "token": invite(by=manager, project=project, role=Role.ARTIST).token,
    }


@pytest.mark.parametrize("path", PAGES)
def test_page_keeps_the_strict_policy(client_of: ClientOf, admin: User, parts: dict[str, object], path: str) -> None:
    response = client_of(admin).get(path.format(**parts))

    page = Page(response.content.decode())
    assert (page.refused, page.repeated) == ([], [])
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", OPEN_PAGES)
def test_page_for_strangers_keeps_the_strict_policy(client: Client, parts: dict[str, object], path: str) -> None:
    response = client.get(path.format(**parts))

    page = Page(response.content.decode())
    assert (page.refused, page.repeated) == ([], [])
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    "operation",
    [
        "text-to-video",
        "image-to-video",
        "start-end-to-video",
        "reference-to-video",
        "video-to-video",
        "video-extension",
    ],
)
@pytest.mark.parametrize("act", ["update", "render"])
def test_composer_keeps_the_strict_policy(
    client_of: ClientOf, admin: User, parts: dict[str, object], operation: str, act: str
) -> None:
    form = {"act": act, "operation": operation, "prompt": "", "seed": "x", "source_take": str(parts["take"])}

    response = client_of(admin).post("/projects/tea/composer/", form, headers={"HX-Request": "true"})

    page = Page(response.content.decode())
    assert (page.refused, page.repeated) == ([], [])


def test_cookie_of_the_session_is_kept_from_scripts_and_other_sites(client: Client, db: None) -> None:
    make_user("ada", password="correct horse battery")

    client.post(reverse("sign-in"), {"username": "ada", "password": "correct horse battery"})

    session = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (bool(session["httponly"]), session["samesite"]) == (True, "Lax")


@pytest.mark.processes
@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("https://studio.example.com", [True, True, True, True, 365 * 24 * 3600]),
        ("http://127.0.0.1:8700", [True, True, True, False, 0]),
    ],
)
def test_outside_the_demo_everything_is_secure_by_default(tmp_path: Path, address: str, wanted: list[object]) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SECURE_SSL_REDIRECT",
             "SECURE_HSTS_SECONDS")  # fmt: skip
    program = (
        "import json; from django.conf import settings; "
        f"print(json.dumps([getattr(settings, name) for name in {names!r}]))"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "STUDIO_DATA_DIR": str(tmp_path),
        "STUDIO_DEMO": "0",
        "STUDIO_PUBLIC_URL": address,
    }

    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True, timeout=60
    )

    assert json.loads(done.stdout) == wanted


def test_static_files_are_kept_for_ever_under_hashed_names(tmp_path: Path, db: None) -> None:
    hashed = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

    with override_settings(STORAGES=hashed, STATIC_ROOT=tmp_path, WHITENOISE_AUTOREFRESH=False):
        call_command("collectstatic", interactive=False, verbosity=0)
        address = staticfiles_storage.url("css/base.css")
        plain = Client().get(address)
        small = Client().get(address, headers={"Accept-Encoding": "br"})

    assert address != "/static/css/base.css"
    assert plain["Cache-Control"] == "max-age=315360000, public, immutable"
    assert (small["Content-Encoding"], small["Vary"]) == ("br", "Accept-Encoding")
    assert int(small["Content-Length"]) < int(plain["Content-Length"])


def test_files_of_takes_may_be_kept_and_pages_may_not(client_of: ClientOf, project: Project, artist: User) -> None:
    take = make_render(project)
    make_output(take, b"the bytes")
    client = client_of(artist)

    file = client.get(reverse("output-poster", args=[take.pk]))
    missing = client.get(reverse("output-poster", args=[take.pk + 1]))

    assert ("immutable" in file["Cache-Control"], "no-store" in missing["Cache-Control"]) == (True, True)
