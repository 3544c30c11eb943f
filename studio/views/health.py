"""For machines: whether the web server lives, whether requests may be sent here, and the numbers for Prometheus."""

from __future__ import annotations

from dataclasses import asdict

from django.conf import settings
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client.exposition import choose_encoder

from studio.services.health import readiness
from studio.services.health.findings import Level
from studio.services.metrics import REGISTRY


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The web server takes requests; nothing else is asked, the database least of all."""
    return _bare(HttpResponse("ok", content_type="text/plain"))


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 or 503: `ready`, the `reasons` against it in words, and all `checks`."""
    readiness_now = readiness.look()
    reasons = [f"{each.check}: {each.found}" for each in readiness_now.findings if each.level == Level.PROBLEM]
    checks = [asdict(each) for each in readiness_now.findings]
    body = {"ready": readiness_now.is_ready, "reasons": reasons, "checks": checks}
    response = JsonResponse(body, status=200 if readiness_now.is_ready else 503)
    # Django's own mark. A balancer asks every few seconds, and each no would be an error in the log.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return _bare(response)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers, for whoever sends the token as `Authorization: Bearer …`; without the setting there is no page."""
    token: str = settings.STUDIO_METRICS_TOKEN
    if not token:
        raise Http404
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not constant_time_compare(given.strip(), token):
        refused = HttpResponse("The metrics token is missing or wrong.", content_type="text/plain", status=401)
        refused["WWW-Authenticate"] = "Bearer"
        return refused
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    try:
        return HttpResponse(encode(REGISTRY), content_type=content_type)
    except Error:
        # No half of the numbers: a scrape that fails is what to alert on.
        return HttpResponse("The database does not answer.", content_type="text/plain", status=503)


def _bare(response: HttpResponse) -> HttpResponse:
    """The probes are answered before the middleware that would say this."""
    add_never_cache_headers(response)
    response["X-Content-Type-Options"] = "nosniff"
    return response
