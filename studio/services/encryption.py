"""Writing every stored secret anew under the first of the encryption keys, so that an older one can be retired."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q

from studio.models.encryption import EncryptedTextField, Token, UnreadableSecret, renewed
from studio.services import audit
from studio.services.audit import Actor

BATCH = 200


@dataclass
class Renewal:
    """How many secrets were written anew, and where those lie that could not be read."""

    renewed: int = 0
    unreadable: list[str] = field(default_factory=list)


def renew_all(*, actor: Actor) -> Renewal:
    """Go through every encrypted field of every row; a row that cannot be read is left as it is. Safe to repeat."""
    found = _renewed_rows()
    left = f"; {len(found.unreadable)} could not be read" if found.unreadable else ""
    audit.record(actor=actor, act="key-reencrypt", subject="Every secret", detail=f"{found.renewed} anew{left}")
    return found


def _renewed_rows() -> Renewal:
    found = Renewal()
    for model in apps.get_app_config("studio").get_models():
        names = [each.attname for each in model._meta.concrete_fields if isinstance(each, EncryptedTextField)]
        last = 0
        while names and (pks := _next(model, names, last)):
            for pk in pks:
                _renew_row(model, pk, names, found)
            last = pks[-1]
    return found


def _next(model: type[models.Model], names: list[str], last: int) -> list[int]:
    filled = reduce(or_, (~Q(**{name: ""}) for name in names))
    rows = model._default_manager.filter(filled, pk__gt=last).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:BATCH])


def _renew_row(model: type[models.Model], pk: int, names: list[str], found: Renewal) -> None:
    """One row at a time and held, so that a key that is rotated in this moment does not get its old secret back."""
    with transaction.atomic():
        row = model._default_manager.select_for_update().filter(pk=pk).only(*names).first()
        if row is None:
            return
        tokens = {name: row.__dict__[name] for name in names if row.__dict__[name]}
        try:
            fresh: dict[str, Token] = {name: renewed(token) for name, token in tokens.items()}
        except UnreadableSecret:
            found.unreadable.append(f"{model._meta.verbose_name} {pk}")
            return
        if fresh:
            model._default_manager.filter(pk=pk).update(**fresh)
            found.renewed += len(fresh)
