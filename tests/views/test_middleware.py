"""What happens around every view."""

from __future__ import annotations

from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from studio.models import Project


def test_fragment_after_the_session_ended_leads_the_page_to_sign_in(client: Client, project: Project) -> None:
    page = f"http://testserver{reverse('project-detail', args=[project.slug])}"

    response = client.get(
        reverse("project-takes", args=[project.slug]), headers={"HX-Request": "true", "HX-Current-URL": page}
    )

    assert response.status_code == 200
    assert response["HX-Redirect"] == "/sign-in/?next=%2Fprojects%2Ftea%2F"
    assert response.content == b""


def test_page_after_the_session_ended_is_redirected_as_ever(client: Client, project: Project) -> None:
    response = client.get(reverse("project-detail", args=[project.slug]))

    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=/projects/tea/"


def test_file_of_a_stranger_is_not_even_read(client: Client, project: Project) -> None:
    upload = reverse("asset-upload", args=[project.slug])

    with mock.patch("studio.media.uploads.HashingUploadHandler.new_file") as opened:
        response = client.post(upload, {"file": SimpleUploadedFile("a.png", b"x" * 20_000)})

    assert response.status_code == 302
    assert response["Location"] == "/sign-in/"
    assert opened.mock_calls == []
