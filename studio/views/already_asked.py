"""What a person is told whose press found that the takes were asked for already."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import ngettext

from studio.models import Render


def already_asked(made: Sequence[Render]) -> str:
    """Says which takes those are, and that nothing new is paid for."""
    names = ", ".join(str(take.pk) for take in made)
    words = ngettext(
        "Already asked for: take %(takes)s. Nothing new is paid for.",
        "Already asked for: takes %(takes)s. Nothing new is paid for.",
        len(made),
    )
    return words % {"takes": names}
