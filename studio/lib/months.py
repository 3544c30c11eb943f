"""Calendar months, in UTC as all that counts money: one word for each, such as 2026-11, and where it begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from studio.lib.english import english

_WORD = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """One month of one year."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> Month:
        """The month in which `moment` lies."""
        there = moment.astimezone(UTC)
        return cls(there.year, there.month)

    @classmethod
    def read(cls, word: str) -> Month:
        """The month of a word such as 2026-11; raises ValueError for anything else."""
        found = _WORD.fullmatch(word)
        if found is None:
            raise ValueError(english("A month is written as 2026-11."))
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    def later(self, months: int) -> Month:
        """The month so many months later, or earlier for a negative number."""
        ahead = self.year * 12 + self.number - 1 + months
        return Month(ahead // 12, ahead % 12 + 1)

    def until(self, last: Month) -> list[Month]:
        """All months from this one to `last`, both of them too; none when `last` is earlier."""
        count = (last.year - self.year) * 12 + last.number - self.number + 1
        return [self.later(number) for number in range(count)]
