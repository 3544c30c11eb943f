"""Signing in and out, and one's own password. Too many wrong tries are turned away by django-axes before they count."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.forms import BaseForm
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from studio.forms.people import NewPasswordForm, SignInForm
from studio.models import User
from studio.views import demo, language


class SignIn(LoginView):
    """The door; in demo mode with a button for each role."""

    authentication_form: type[AuthenticationForm] = SignInForm
    template_name = "registration/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        roles = demo.ROLES if demo.is_offered(self.request) else ()
        return super().get_context_data(demo_roles=roles, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        if isinstance(self.request.user, User):
            language.keep_in_cookie(response, self.request.user.language)
        return response

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class PasswordChange(PasswordChangeView):
    """A new password; the other browsers of this person are signed out by it."""

    form_class = NewPasswordForm
    template_name = "registration/password_change.html"
    success_url = reverse_lazy("home")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, _("Your password is changed. Other browsers are signed out."))
        return super().form_valid(form)

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


sign_in = SignIn.as_view()
sign_out = LogoutView.as_view()
password_change = PasswordChange.as_view()
