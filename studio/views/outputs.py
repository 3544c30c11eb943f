"""The files of a take, for members of its project only."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from studio import access
from studio.media import storage
from studio.media.ranges import ranged_response
from studio.models import Render
from studio.models.renders import RenderQuerySet
from studio.views.backends import no_page

# By the ending that the studio itself gave, after it had looked into the file.
CONTENT_TYPES = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".png": "image/png",
}


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
    return _file(request, pk, "poster", takes=access.takes_to_recognise(request))


@no_page
@login_required
@require_safe
def card_poster(request: HttpRequest, pk: int, width: int) -> HttpResponseBase:
    """The still in one of the widths that cards show it in."""
    takes = access.takes_to_recognise(request)
    return _file(request, pk, "card_posters", takes=takes, choice=str(width))


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


def _file(
    request: HttpRequest,
    pk: int,
    column: str,
    download_name: str = "",
    takes: RenderQuerySet | None = None,
    choice: str = "",
) -> HttpResponseBase:
    takes = Render.objects.visible_to(access.person(request)) if takes is None else takes
    # One flat question: a browser that plays asks it for each piece of a film.
    found = takes.filter(pk=pk, output__isnull=False).order_by().values_list("output__sha256", f"output__{column}")
    row: tuple[str, Any] = next(iter(found[:1]), ("", ""))
    sha256, name = row
    if choice:
        name = (name or {}).get(choice, "")
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
