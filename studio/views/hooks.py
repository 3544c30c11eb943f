"""Where gateways call to say that something has changed: no session, and not a word of the call is read."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from studio.services import wakes


@csrf_exempt
@require_POST
def wake(request: HttpRequest, token: str) -> HttpResponse:
    """Wake the take behind the token. The body is anybody's, so it stays unread; the gateway is asked instead."""
    if not wakes.wake(token=token):
        raise Http404
    return HttpResponse(status=204)
