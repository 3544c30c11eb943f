"""Forms about people: signing in, passwords, accounts, invitations and roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UserCreationForm

from studio.choices import Role
from studio.forms.styling import StyledForm, style
from studio.models import Project, User

_PASSWORD_ADVICE = "At least 8 characters; not a common password, not only digits, not close to your name."  # noqa: S105


class SignInForm(AuthenticationForm):
    """User name and password; says no more than that they do not fit together."""

    error_messages = {
        "invalid_login": "User name and password do not fit together. Capital letters count.",
        "inactive": "User name and password do not fit together. Capital letters count.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "User name"
        style(self)


class NewPasswordForm(PasswordChangeForm):
    """The old password once and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Your password now"
        self.fields["new_password1"].help_text = _PASSWORD_ADVICE
        self.fields["new_password2"].label = "New password again"
        style(self)


class NewPersonForm(UserCreationForm):
    """The account that somebody makes with an invitation. Checks only: the service makes it."""

    class Meta(UserCreationForm.Meta):  # type: ignore[name-defined,misc]
        model = User
        fields = ("username", "display_name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "User name"
        self.fields["username"].help_text = "For signing in: letters, digits and @ . + - _"
        self.fields["display_name"].label = "Your name"
        self.fields["display_name"].help_text = "As your colleagues will see it."
        self.fields["password1"].help_text = _PASSWORD_ADVICE
        self.fields["password2"].label = "Password again"
        self.fields["password2"].help_text = ""
        style(self)


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(choices=Role.choices)


class InvitationForm(StyledForm):
    """A link to one project."""

    role = forms.ChoiceField(choices=Role.choices, initial=Role.ARTIST)
    note = forms.CharField(
        label="Who it is for",
        max_length=120,
        required=False,
        help_text="Only shown here, so that you can tell links apart.",
    )


class StudioInvitationForm(InvitationForm):
    """A link to any project, or to the studio as admin."""

    makes_admin = forms.BooleanField(label="Studio admin", required=False)
    project = forms.ModelChoiceField(
        Project.objects.active().order_by("name"), required=False, empty_label="No project", to_field_name="slug"
    )

    field_order = ["project", "role", "makes_admin", "note"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "project" in cleaned and not cleaned["project"] and not cleaned.get("makes_admin"):
            self.add_error("project", "Choose a project, or tick “Studio admin”.")
        return cleaned
