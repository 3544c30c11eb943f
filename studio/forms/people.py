"""Forms about people: signing in, passwords, accounts, invitations and roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UserCreationForm
from django.utils.translation import gettext_lazy as _

from studio.choices import Role
from studio.forms.styling import StyledForm, style
from studio.models import Project, User

_PASSWORD_ADVICE = _("At least 8 characters; not a common password, not only digits, not close to your name.")  # noqa: S105


class SignInForm(AuthenticationForm):
    """User name and password; says no more than that they do not fit together."""

    error_messages = {
        "invalid_login": _("User name and password do not fit together. Capital letters count."),
        "inactive": _("User name and password do not fit together. Capital letters count."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        style(self)


class NewPasswordForm(PasswordChangeForm):
    """The old password once and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("Your password now")
        self.fields["new_password1"].help_text = _PASSWORD_ADVICE
        self.fields["new_password2"].label = _("New password again")
        # The label says it.
        self.fields["new_password2"].help_text = ""
        style(self)


class NewPersonForm(UserCreationForm):
    """The account that somebody makes with an invitation. Checks only: the service makes it."""

    class Meta(UserCreationForm.Meta):  # type: ignore[name-defined,misc]
        model = User
        fields = ("username", "display_name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["username"].help_text = _("For signing in: letters, digits and @ . + - _")
        self.fields["display_name"].label = _("Your name")
        self.fields["display_name"].help_text = _("As your colleagues will see it.")
        self.fields["password1"].help_text = _PASSWORD_ADVICE
        self.fields["password2"].label = _("Password again")
        self.fields["password2"].help_text = ""
        style(self)


class LanguageForm(forms.Form):
    """One of the languages that the interface speaks."""

    language = forms.ChoiceField(choices=settings.LANGUAGES)


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class InvitationForm(StyledForm):
    """A link to one project."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.ARTIST)
    note = forms.CharField(
        label=_("Who it is for"),
        max_length=120,
        required=False,
        help_text=_("Only shown here, so that you can tell links apart."),
    )


class StudioInvitationForm(InvitationForm):
    """A link to any project, or to the studio as admin."""

    makes_admin = forms.BooleanField(label=_("Studio admin"), required=False)
    project = forms.ModelChoiceField(
        Project.objects.active().order_by("name"),
        required=False,
        label=_("Project"),
        empty_label=_("No project"),
        to_field_name="slug",
    )

    field_order = ["project", "role", "makes_admin", "note"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "project" in cleaned and not cleaned["project"] and not cleaned.get("makes_admin"):
            self.add_error("project", _("Choose a project, or tick “Studio admin”."))
        return cleaned
