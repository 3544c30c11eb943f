"""What the check of a key says of references: fetched for real from here, and honest about what is beyond."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from studio.choices import AttemptOutcome
from studio.jobs.reference_check import reference_lines
from studio.lib.clock import now
from studio.media.check_picture import CHECK_PICTURE
from studio.models import Project, ProviderKey, ReferenceCopy, RenderInput
from tests.factories import make_asset, make_attempt, make_key, make_render
from tests.media.file_server import FileServer, serving
from tests.providers.loopback import unused_port
from tests.storage_server import BUCKET, Storage

pytestmark = pytest.mark.django_db(transaction=True)

HERE = "http://127.0.0.1:8701"
FAR = "https://api.tokenlab.sh"
LOCAL_OPEN = "Whether the gateway on this machine fetches them shows with its first take that has one."


@pytest.fixture
def server() -> Iterator[FileServer]:
    """Something that answers where the studio should."""
    with serving(FileServer(CHECK_PICTURE, content_type="image/png")) as plan:
        yield plan


def lines_of(base_url: str = HERE, **over: Any) -> list[tuple[str, str]]:
    return [(line["state"], line["text"]) for line in reference_lines(make_key(base_url=base_url, **over))]


def made_from_references(key: ProviderKey, project: Project, address: str) -> None:
    """A finished take whose reference went out under `address`."""
    render = make_render(project, key, state="ready", ended_at=datetime.fromisoformat("2026-11-20T12:00:00+00:00"))
    RenderInput.objects.create(render=render, asset=make_asset(project), role="reference_image", position=0)
    record = {"reference_images": [address]}
    make_attempt(render, outcome=AttemptOutcome.ACCEPTED, remote_id="task", request=record)


def test_studio_that_answers_is_good_and_what_is_beyond_stays_open(live_server: LiveServer, settings: Settings) -> None:
    settings.STUDIO_PUBLIC_URL = live_server.url

    assert lines_of() == [
        ("good", f"A test picture came back whole from {live_server.url}, under a signed link."),
        ("open", LOCAL_OPEN),
    ]


def test_take_that_the_gateway_on_this_machine_made_from_references_is_the_proof(
    live_server: LiveServer, settings: Settings, project: Project
) -> None:
    settings.STUDIO_PUBLIC_URL = live_server.url
    key = make_key(base_url=HERE)
    made_from_references(key, project, f"{live_server.url}/r/[removed]/a.png")

    line = reference_lines(key)[1]

    take = project.renders.get().pk
    assert line == {
        "state": "good",
        "text": f"The gateway on this machine fetches them: take {take} of 20 November 2026 was made from references.",
    }


def test_take_made_from_data_proves_nothing(live_server: LiveServer, settings: Settings, project: Project) -> None:
    settings.STUDIO_PUBLIC_URL = live_server.url
    key = make_key(base_url=HERE)
    made_from_references(key, project, "data:image/png,[1022 characters]")

    assert reference_lines(key)[1] == {"state": "open", "text": LOCAL_OPEN}


def test_bucket_that_works_is_good_and_left_clean(storage: Storage) -> None:
    assert lines_of() == [
        ("good", f"A test picture came back whole from the bucket “{BUCKET}”, under a signed link."),
        ("open", LOCAL_OPEN),
    ]
    assert (storage.names(), ReferenceCopy.objects.count()) == ([], 0)


def test_bucket_for_a_gateway_elsewhere_stays_open_for_the_gateways_network(
    storage: Storage, settings: Settings, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make_key(base_url=FAR)
    made_from_references(key, project, f"https://{BUCKET}.s3.eu-north-1.amazonaws.com/references/x/a.png?[removed]")
    monkeypatch.setattr("studio.jobs.reference_check._through_bucket", lambda: [])
    settings.STUDIO_S3_ENDPOINT = ""

    line = reference_lines(key)[0]

    take = project.renders.get().pk
    assert line == {
        "state": "open",
        "text": "Whether the gateway's own network reaches s3.amazonaws.com cannot be proved from here. "
        f"It did once: take {take} of 20 November 2026 was made from references.",
    }


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"STUDIO_S3_BUCKET": "another-bucket"}, "The storage answered NoSuchBucket to put."),
        ({"STUDIO_S3_ENDPOINT": "closed"}, "The storage could not be used to put (EndpointConnectionError)."),
    ],
)
def test_bucket_that_does_not_work_is_bad(
    storage: Storage, settings: Settings, over: dict[str, str], words: str
) -> None:
    for name, value in over.items():
        setattr(settings, name, f"http://127.0.0.1:{unused_port()}" if value == "closed" else value)

    (state, text), after = lines_of()

    named = f"References cannot come and go in the bucket “{settings.STUDIO_S3_BUCKET}”: {words}"
    assert (state, text) == ("bad", f"{named} Look at the STUDIO_S3_ settings and at what that key may do.")
    assert after == ("open", LOCAL_OPEN)


def test_studio_of_this_machine_and_a_gateway_elsewhere_is_bad_with_what_to_set() -> None:
    assert lines_of(FAR) == [
        (
            "bad",
            "References cannot reach this gateway by address: http://127.0.0.1:8700 is not on the internet. Set "
            "STUDIO_PUBLIC_URL to a public https address of this studio, or let references go through a bucket "
            "(STUDIO_S3_BUCKET and its fellows).",
        ),
        ("good", lines_of(FAR)[1][1]),
    ]


def test_what_travels_inside_the_request_is_named_where_no_address_works() -> None:
    text = lines_of(FAR)[1][1]

    assert text.startswith("These need no address, as they travel inside the request itself: ")
    assert ("reference image" in text, "reference video" in text) == (True, False)


def test_storage_on_this_machine_is_named_when_it_is_no_help(settings: Settings) -> None:
    settings.STUDIO_S3_BUCKET, settings.STUDIO_S3_ENDPOINT = BUCKET, "http://127.0.0.1:9000"

    text = lines_of(FAR)[0][1]

    assert text.split(". Set")[0] == (
        "References cannot reach this gateway by address: "
        "neither http://127.0.0.1:9000 nor http://127.0.0.1:8700 is on the internet"
    )


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": 404}, "it answered 404. Does the address lead to this very studio"),
        ({"status": 401}, "it asks for a login or refuses (401)."),
        ({"status": 302, "extra": {"Location": "/elsewhere"}}, "it sends on to another address (302)"),
        ({"status": 502}, "it answered 502."),
        ({"content_type": "text/html"}, "it came as text/html instead of image/png."),
        ({"content": b"<html>"}, "other bytes came back than were put there."),
        ({"content": CHECK_PICTURE + b"x" * 5_000_000}, "other bytes came back than were put there."),
        ({"cut_after": 20}, "the connection broke off (RemoteProtocolError)."),
    ],
)
def test_studio_that_does_not_answer_rightly_is_bad_with_the_reason(
    server: FileServer, settings: Settings, fault: dict[str, Any], words: str
) -> None:
    for name, value in fault.items():
        setattr(server, name, value)
    settings.STUDIO_PUBLIC_URL = f"http://127.0.0.1:{server.port}"

    (state, text), after = lines_of()

    assert state == "bad"
    assert text.startswith(f"A test picture could not be fetched at {settings.STUDIO_PUBLIC_URL}: {words}")
    assert after == ("open", LOCAL_OPEN)
    assert len(server.requests) == 1


def test_studio_that_is_not_running_is_bad(settings: Settings) -> None:
    settings.STUDIO_PUBLIC_URL = f"http://127.0.0.1:{unused_port()}"

    assert lines_of()[0][1].endswith("no connection was made. Is it running, and does its name lead here?")


def test_certificate_that_nobody_has_signed_is_bad(settings: Settings, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    valid = made.not_valid_before(now() - timedelta(days=1)).not_valid_after(now() + timedelta(days=1))
    certificate = valid.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    file = tmp_path / "both.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    with serving(FileServer(CHECK_PICTURE), tls=context) as plan:
        settings.STUDIO_PUBLIC_URL = f"https://localhost:{plan.port}"
        text = lines_of()[0][1]

    assert text.endswith("its certificate is not accepted here, and gateways will not accept it either.")


def test_name_that_leads_inside_is_bad_and_nothing_is_asked_there(
    server: FileServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STUDIO_PUBLIC_URL = "https://rushes.example.com"
    inside = [(2, 1, 6, "", ("127.0.0.1", server.port))]
    monkeypatch.setattr("studio.media.addresses.VettedBackend.__init__.__defaults__", (lambda *_, **__: inside,))

    assert "leads into a private network" in lines_of(FAR)[0][1]
    assert server.requests == []


def test_check_asks_nobody_on_this_machine_unless_the_settings_allow(server: FileServer, settings: Settings) -> None:
    settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS = False
    settings.STUDIO_PUBLIC_URL = f"http://127.0.0.1:{server.port}"

    assert "leads into a private network" in lines_of()[0][1]
    assert server.requests == []
