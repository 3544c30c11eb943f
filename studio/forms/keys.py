"""Forms of the keys room. They check what was typed; the services decide. No secret is ever shown in one again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from studio.forms.filling import filled
from studio.forms.styling import StyledForm
from studio.lib.masking import mask
from studio.models import Project, ProviderKey
from studio.providers.addresses import UnsafeAddress, checked_base_url
from studio.providers.provider import Provider
from studio.services.said import said
from studio.templatetags.keys import short_label

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# No browser should offer to keep it, nor put another one in.
_NEVER_KEPT = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
_AGAIN = _("Type it again: what was typed is never sent back to a page.")
_MOST = 10_000
_CAP = _("The cap is a sum such as 20 or 12.50. Leave it empty for no cap.")
_NUMBER = filled(_("This is a whole number from 1 to %(most)s. Leave it empty for no limit."), most=_MOST)
_SECRET = {"required": _("Paste the key here."), "max_length": _("That is too long to be a key.")}
_LABEL = {"required": _("Give the key a label."), "max_length": _("A label has at most 80 characters.")}
_CAP_WORDS = {
    "min_value": _("The cap cannot be negative. Leave it empty for no cap."),
    "invalid": _CAP,
    "max_decimal_places": _("The cap has at most two decimal places."),
    "max_digits": _("The cap is too large. Leave it empty for no cap."),
    "max_whole_digits": _("The cap is too large. Leave it empty for no cap."),
}
_NUMBER_WORDS = dict.fromkeys(("min_value", "max_value", "invalid"), _NUMBER)
_ADDRESS_WORDS = {
    "required": _("Say where renders are sent: the gateway’s own address, or your proxy’s."),
    "max_length": _("That is too long to be an address."),
}


class SecretField(forms.CharField):
    """A secret: typed once, never rendered."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.PasswordInput(attrs={**_NEVER_KEPT, "class": "input mono"})
        super().__init__(max_length=2000, widget=widget, error_messages=_SECRET, **kwargs)


class AddressField(forms.CharField):
    """A base URL that a key may be sent to."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Base URL"),
            max_length=300,
            error_messages=_ADDRESS_WORDS,
            widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "class": "input mono"}),
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        """The address without trailing slash; an error says what to change."""
        try:
            return checked_base_url(super().clean(value), allow_loopback=settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS)
        except UnsafeAddress as error:
            raise ValidationError(said(str(error))) from error


class KeyNameForm(StyledForm):
    """What a key is called."""

    label = forms.CharField(label=_("Label"), max_length=80, error_messages=_LABEL)

    def forget_keys(self) -> None:
        """Send back nothing that looks like a key."""
        _forget_keys(self)


class PauseForm(StyledForm):
    """Why a key rests."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("Shown to the other admins."),
        error_messages={"max_length": _("Keep the reason under 200 characters.")},
    )


class LimitsForm(StyledForm):
    """Who may use a key, and how much."""

    projects = forms.ModelMultipleChoiceField(
        Project.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Projects"),
        error_messages=dict.fromkeys(
            ("invalid_choice", "invalid_pk_value", "invalid_list"),
            _("One of these projects is gone or archived. Look at the list again."),
        ),
    )
    monthly_cap = forms.DecimalField(
        label=_("Monthly cap"), max_digits=14, decimal_places=2, min_value=0, required=False, error_messages=_CAP_WORDS
    )
    max_running = forms.IntegerField(
        label=_("At once"), min_value=1, max_value=_MOST, required=False, error_messages=_NUMBER_WORDS
    )
    per_minute = forms.IntegerField(
        label=_("Per minute"), min_value=1, max_value=_MOST, required=False, error_messages=_NUMBER_WORDS
    )

    def __init__(self, *args: Any, currency: str, key: ProviderKey | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An archived project that the key is limited to stays to be seen: without it the key would be everybody's.
        offered = Project.objects.filter(Q(archived_at=None) | Q(keys=key)) if key else Project.objects.active()
        projects = self.fields["projects"]
        assert isinstance(projects, forms.ModelMultipleChoiceField)
        projects.queryset = offered.distinct().order_by("name")
        self.fields["monthly_cap"].label = _cap_label(currency)
        self.fields["monthly_cap"].help_text = _("Renders that would go over it are refused.")
        self.fields["max_running"].help_text = _("Renders at the gateway; more wait.")
        self.fields["per_minute"].help_text = _("Renders sent in a minute; more wait.")

    @classmethod
    def initial_of(cls, key: ProviderKey) -> dict[str, Any]:
        """What the form shows of a key."""
        plain = {name: getattr(key, name) for name in ("monthly_cap", "max_running", "per_minute")}
        return {**plain, "projects": key.projects.all()}

    def limits(self) -> dict[str, Any]:
        """What was chosen, as the service takes it."""
        chosen = {name: self.cleaned_data[name] for name in ("monthly_cap", "max_running", "per_minute")}
        return {**chosen, "projects": list(self.cleaned_data["projects"])}


class NewKeyForm(LimitsForm):
    """A key of one gateway, by one of its routes."""

    label = forms.CharField(
        label=_("Label"),
        max_length=80,
        help_text=_("How the studio names it, such as “Spring campaign”."),
        error_messages=_LABEL,
    )
    base_url = AddressField(help_text=_("Where renders are sent: the gateway’s own address, or your proxy’s."))
    secret = SecretField(label=_("Secret"))
    management_secret = SecretField(label=_("Balance token"), required=False)

    def __init__(self, *args: Any, provider: Provider, route: str = "", **kwargs: Any) -> None:
        address = own_address(provider, route)
        initial = {"base_url": address, **kwargs.pop("initial", {})}
        self.provider, self.route = provider, route
        # What the cap is shown in; the page sends it back, as another address may be billed in another one.
        self.currency = provider.currency_of(address, route)
        super().__init__(*args, currency=self.currency, initial=initial, **kwargs)
        _advise(self, provider)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if address := cleaned.get("base_url"):
            self.currency = self.provider.currency_of(address, self.route)
        self["monthly_cap"].label = _cap_label(self.currency)
        if cleaned.get("monthly_cap") is not None and self.data.get("currency", self.currency) != self.currency:
            self.add_error(
                "monthly_cap",
                filled(_("There the gateway bills in %(currency)s. Look at the cap again."), currency=self.currency),
            )
        return cleaned

    def ask_for_secrets_again(self) -> None:
        """Say why the fields of the secrets are empty, where something else was wrong."""
        _ask_again(self)


class NewSecretForm(StyledForm):
    """What takes the place of a key's secret; a route or an address changes only together with it."""

    secret = SecretField(label=_("New secret"))
    management_secret = SecretField(label=_("New balance token"), required=False)
    route = forms.ChoiceField(
        label=_("Route"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose one of the gateway’s routes.")),
    )
    base_url = AddressField(help_text=_("Work under way keeps the address and the secret it was sent with."))

    def __init__(self, *args: Any, key: ProviderKey, provider: Provider, **kwargs: Any) -> None:
        super().__init__(*args, initial={"base_url": key.base_url, "route": key.route}, **kwargs)
        self.key, self.provider = key, provider
        _advise(self, provider)
        if "management_secret" in self.fields:
            self.fields["management_secret"].help_text = _("Empty keeps the one there is, unless the address changes.")
        route = self.fields["route"]
        assert isinstance(route, forms.ChoiceField)
        route.choices = [(each.value, short_label(each.label)) for each in provider.routes]
        if not provider.routes:
            del self.fields["route"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        before, after = self.key.route, cleaned.get("route") or self.key.route
        # The route's own address goes along with it, unless another one was typed or had been set before.
        if after != before and cleaned.get("base_url") == self.key.base_url == own_address(self.provider, before):
            cleaned["base_url"] = own_address(self.provider, after)
        return cleaned

    def ask_for_secrets_again(self) -> None:
        """Say why the fields of the secrets are empty, where something else was wrong."""
        _ask_again(self)


def own_address(provider: Provider, route: str) -> str:
    """Where a gateway is reached by `route`, unless a key says otherwise."""
    found = next((each.base_url for each in provider.routes if each.value == route), "")
    return found or provider.base_url


def _cap_label(currency: str) -> _StrPromise:
    return filled(_("Monthly cap, %(currency)s"), currency=currency)


def _advise(form: forms.Form, provider: Provider) -> None:
    kept = _("Stored encrypted and never shown again.")
    if provider.key_hint:
        kept = filled(_("It looks like “%(hint)s”. Stored encrypted and never shown again."), hint=provider.key_hint)
    form.fields["secret"].help_text = kept
    if provider.has_balance_token:
        form.fields["management_secret"].help_text = _("Only reads the account's balance; renders never use it.")
    else:
        del form.fields["management_secret"]


def _forget_keys(form: forms.Form) -> None:
    """A key that was put into a field which shows what was typed is not sent back to the page either."""
    secrets = [str(form.data.get(name) or "") for name in ("secret", "management_secret")]
    shown = {name: str(form.data.get(name) or "") for name in ("label", "base_url")}
    form.data = form.data.copy()  # type: ignore[attr-defined]
    for name, typed in shown.items():
        if mask(typed, *filter(None, secrets)) != typed:
            form.data[name] = ""  # type: ignore[index]


def _ask_again(form: forms.Form) -> None:
    _forget_keys(form)
    for name in ("secret", "management_secret"):
        if form.data.get(name) and name not in form.errors:
            form.add_error(name, _AGAIN)
