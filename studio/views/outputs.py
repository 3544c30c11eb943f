"""The files of a take, for members of its project only."""

from __future__ import annotations

import json
from functools import cache

from django.contrib.auth.decorators import login_required
from django.db.models import BigIntegerField
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from studio import access
from studio.lib.prepared import Question, filled, first_row, put_together
from studio.media import storage
from studio.media.ranges import ranged_response
from studio.models import Render, User
from studio.views.backends import no_page

# By the ending that the studio itself gave, after it had looked into the file.
CONTENT_TYPES = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".png": "image/png",
}
# What whoever may bring a deleted take back still sees of it.
STILLS = ("poster", "card_posters")
# These hold the places of a person's and a take's number in a question: no row has them.
PERSON, TAKE = -1, -2


@no_page
@login_required
@require_safe
def video(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The video, in ranges."""
    return _file(request, pk, "file")


@no_page
@login_required
@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The video, to keep."""
    take = access.render(request, pk)
    name = f"{slugify(take.project.name) or 'take'}-take-{take.pk}"
    return _file(request, pk, "file", name)


@no_page
@login_required
@require_safe
def poster(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The still that stands for the take."""
    return _file(request, pk, "poster")


@no_page
@login_required
@require_safe
def card_poster(request: HttpRequest, pk: int, width: int) -> HttpResponseBase:
    """The still in one of the widths that cards show it in."""
    return _file(request, pk, "card_posters", choice=str(width))


@no_page
@login_required
@require_safe
def filmstrip(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Frames of the take side by side."""
    return _file(request, pk, "filmstrip")


@no_page
@login_required
@require_safe
def last_frame(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The frame that the take ends on."""
    return _file(request, pk, "last_frame")


@cache
def _question(column: str, is_admin: bool) -> Question:
    """For the hash and the name of a file, of a person and a take that are filled in for each request."""
    somebody = User(pk=PERSON, is_studio_admin=is_admin)
    takes = access.takes_to_recognise(somebody) if column in STILLS else Render.objects.visible_to(somebody)
    found = takes.filter(pk=TAKE, output__isnull=False).order_by()
    return put_together(found.values_list("output__sha256", f"output__{column}")[:1])


def _file(request: HttpRequest, pk: int, column: str, download_name: str = "", choice: str = "") -> HttpResponseBase:
    person = access.person(request)
    # Django knows by itself that there is no such row; the databases refuse the number.
    if pk > BigIntegerField.MAX_BIGINT:
        raise Http404
    text, values = _question(column, person.is_admin)
    # One flat question: a browser that plays asks it for each piece of a film.
    sha256, name = first_row(text, filled(values, {PERSON: person.pk, TAKE: pk})) or ("", "")
    if choice:
        name = json.loads(name or "{}").get(choice, "")
    if not name:
        raise Http404
    path = storage.absolute(name)
    if not path.is_file():
        raise Http404
    return ranged_response(
        request,
        path,
        content_type=CONTENT_TYPES.get(path.suffix, "application/octet-stream"),
        etag=f"{sha256[:32]}-{column}{choice}",
        download_name=f"{download_name}{path.suffix}" if download_name else None,
    )
