"""Text for people, kept as an id and its parameters until the edge translates it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

Parameter = str | int | float | bool | Decimal | date | datetime | None


def N_(text: str) -> str:  # noqa: N802 - the marker's name is gettext's convention
    """Mark an English sentence for translation and return it unchanged."""
    return text


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence by its English msgid; `{name}` in it is filled from `params` after translation."""

    msgid: str
    params: Mapping[str, Parameter] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the English sentence, for logs and command lines."""
        return self.msgid.format(**self.params) if self.params else self.msgid
