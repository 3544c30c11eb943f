"""The files of a take, for whoever came in by a link that shows it. With a watermark there is no other file."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from studio.choices import VisitKind
from studio.media import storage
from studio.media.ranges import ranged_response
from studio.services import guests
from studio.services.guests import Files
from studio.views.guest_doors import Visitor, of_guest, whence
from studio.views.guests import shown_take
from studio.views.outputs import CONTENT_TYPES


@of_guest("GET", "HEAD", is_file=True)
def video(request: HttpRequest, visitor: Visitor, number: int) -> HttpResponseBase:
    """The film, in ranges."""
    return _file(request, visitor, number, "video", VisitKind.PLAYED)


@of_guest("GET", "HEAD", is_file=True)
def download(request: HttpRequest, visitor: Visitor, number: int) -> HttpResponseBase:
    """The film, to keep, where the link grants that."""
    if not visitor.link.may_download:
        raise Http404
    return _file(request, visitor, number, "video", VisitKind.DOWNLOADED)


@of_guest("GET", "HEAD", is_file=True)
def poster(request: HttpRequest, visitor: Visitor, number: int) -> HttpResponseBase:
    """The still that stands for the film."""
    return _file(request, visitor, number, "poster")


@of_guest("GET", "HEAD", is_file=True)
def filmstrip(request: HttpRequest, visitor: Visitor, number: int) -> HttpResponseBase:
    """Frames of the film side by side."""
    return _file(request, visitor, number, "filmstrip")


def _file(
    request: HttpRequest, visitor: Visitor, number: int, column: str, kind: VisitKind | None = None
) -> HttpResponseBase:
    shown = shown_take(visitor, number)
    files: Files | None = guests.files_of(link=visitor.link, shown=shown)
    name = getattr(files, column) if files else ""
    if not name:
        raise Http404
    path = storage.absolute(name)
    if not path.is_file():
        raise Http404
    if kind is not None and request.method == "GET":
        guests.log(link=visitor.link, kind=kind, guest=visitor.guest, take=shown.render, **whence(request))
    return ranged_response(
        request,
        path,
        content_type=CONTENT_TYPES.get(path.suffix, "application/octet-stream"),
        # Of the place and not of the file: the hash of the house's own file is nobody's business.
        etag=salted_hmac("studio.guest-file", f"{shown.pk} {name}").hexdigest()[:32],
        download_name=f"take-{number}{path.suffix}" if kind == VisitKind.DOWNLOADED else None,
        # Asked for anew each time, so that a link that ends takes its films along.
        immutable=False,
    )
