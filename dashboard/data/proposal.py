"""What a file is taken for, as its form shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.messages import Message


@dataclass(frozen=True, slots=True)
class Row:
    """One record of the file as it would arrive, or its line and why it would not be stored."""

    line: int | None
    values: Mapping[str, str]
    reason: Message | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file is taken for under the choices made; `problem` says what still stands in the way."""

    columns: tuple[str, ...] = ()
    layout: Message | None = None
    fields: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()
    mapping: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    notes: tuple[Message, ...] = ()
    problem: Message | None = None
    can_be_checked: bool = True
