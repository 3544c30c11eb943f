"""The audit list, for studio admins: who did what to keys, when and from where."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from studio import access
from studio.models import AuditEntry, ProviderKey

PAGE = 50


@login_required
@require_GET
def audit_list(request: HttpRequest) -> HttpResponse:
    """Newest first, fifty to a page; `?key=` shows one key's alone, `?before=` what is older than an entry."""
    access.studio_admin(request)
    key, before = _number(request, "key"), _number(request, "before")
    entries = AuditEntry.objects.select_related("key").defer("key__secret", "key__management_secret")
    if key is not None:
        entries = entries.filter(key=key)
    if before is not None:
        entries = entries.filter(pk__lt=before)
    found = list(entries[: PAGE + 1])
    context = {
        "section": "audit",
        "entries": found[:PAGE],
        "next_before": found[PAGE - 1].pk if len(found) > PAGE else None,
        "is_later_page": before is not None,
        "keys": ProviderKey.objects.only("label", "provider", "deleted_at").order_by("label", "pk"),
        "chosen": key,
    }
    return render(request, "audit/list.html", context)


def _number(request: HttpRequest, name: str) -> int | None:
    """A number from the address; anything else shows the whole list."""
    typed = request.GET.get(name, "")
    return int(typed) if typed.isdecimal() and len(typed) < 16 else None
