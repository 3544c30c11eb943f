"""Where gateways call to say that something has changed: no session, and nothing of the call is told back."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from studio.services import wakes

# The final result of a task with the longest prompt is far smaller.
LARGEST_CALL = 64 * 1024


@csrf_exempt
@require_POST
def wake(request: HttpRequest, token: str) -> HttpResponse:
    """Wake the take behind the token. The body is anybody's: at most an id to ask the gateway about is kept of it."""
    if not wakes.wake(token=token, body=_body(request)):
        raise Http404
    return HttpResponse(status=204)


def _body(request: HttpRequest) -> bytes:
    """What was sent along, or nothing when it is too long or breaks off; then the call still wakes."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or not 0 < int(length) <= LARGEST_CALL:
        return b""
    try:
        return request.read(int(length))
    except OSError:
        return b""
