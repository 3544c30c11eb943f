"""One-click entry into the demo: only in demo mode, only for a browser on this very machine."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from studio.lib.addresses import is_loopback_host
from studio.models import User
from studio.views.language import keep_in_cookie

# The demo's user names, what their doors say, what each is there to try, and their icons.
ROLES = (
    ("artist", gettext_lazy("Enter as artist"), gettext_lazy("Writes prompts and renders takes"), "prompt"),
    ("reviewer", gettext_lazy("Enter as reviewer"), gettext_lazy("Looks at takes"), "play"),
    ("admin", gettext_lazy("Enter as admin"), gettext_lazy("Looks after people and projects"), "people"),
)

# Any of these says that somebody else asks through a proxy on this machine.
OF_PROXIES = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA", "HTTP_X_FORWARDED_PROTO")


def is_offered(request: HttpRequest) -> bool:
    """Whether this visitor may enter without a password: demo mode, and both ends are this machine."""
    if not settings.STUDIO_DEMO or any(header in request.META for header in OF_PROXIES):
        return False
    # The host as well as the address: a page elsewhere can point its own name at this machine.
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    return is_loopback_host(request.META.get("REMOTE_ADDR", "")) and is_loopback_host(host)


@require_POST
def demo_enter(request: HttpRequest, role: str) -> HttpResponse:
    """Sign in as a demo person. An account with a password is somebody's own and is never entered this way."""
    if not is_offered(request) or role not in {name for name, *_ in ROLES}:
        raise Http404
    user = User.objects.filter(username=role, is_active=True).first()
    if user is None or user.has_usable_password():
        messages.error(request, _("The demo is not set up here. Run “manage.py demo”, or sign in with a password."))
        return redirect("sign-in")
    login(request, user, backend="studio.views.backends.PersonBackend")
    target = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = redirect(target if own else "home")
    keep_in_cookie(response, user.language)
    return response
