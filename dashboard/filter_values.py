"""Single values of the filter in the address: read with a sentence for what cannot be meant, and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from dashboard.periods import Custom, Period, Preset, read_custom
from models.errors import UserError
from models.messages import N_
from models.units import E4

_LARGEST = Decimal(2**62) / E4

Bounds = tuple[int | None, int | None]


def one_of(choices: type[StrEnum]) -> Callable[[str, str], StrEnum]:
    """Return what reads one of a few words."""

    def read(key: str, text: str) -> StrEnum:
        try:
            return choices(text)
        except ValueError as error:
            raise UserError(
                N_("“{key}” can be {choices}, not “{value}”."),
                key=key,
                choices=", ".join(choices),
                value=text,
            ) from error

    return read


def period(key: str, text: str) -> Period:
    """Read a preset or a range."""
    return read_custom(text) if ".." in text else Preset(one_of(Preset)(key, text))


def bounds(key: str, text: str) -> Bounds:
    """Read `low..high`, in ten-thousandths; one number is both."""
    low, dots, high = text.partition("..")
    ends = (_e4(key, low), _e4(key, high if dots else low))
    if ends == (None, None):
        raise UserError(N_("“{key}” needs a lower or an upper end, as in 5..500."), key=key)
    if None not in ends and ends[0] > ends[1]:  # type: ignore[operator]  # neither end is None here
        raise UserError(N_("The range of “{key}” ends before it begins: {range}."), key=key, range=text)
    if key == "score" and any(end is not None and end > E4 for end in ends):
        raise UserError(N_("A score lies between 0 and 1."))
    return ends


def _e4(key: str, text: str) -> int | None:
    if not text:
        return None
    try:
        written = Decimal(text)
    except InvalidOperation as error:
        raise UserError(
            N_("“{value}” in “{key}” is not a number. Write 12.50."), key=key, value=text
        ) from error
    if not written.is_finite() or not 0 <= written <= _LARGEST:
        raise UserError(N_("“{value}” in “{key}” is out of reach."), key=key, value=text)
    scaled = written * E4
    if scaled != int(scaled):
        raise UserError(N_("“{value}” in “{key}” is finer than four decimals."), key=key, value=text)
    return int(scaled)


def words(key: str, text: str) -> str:
    """Read a text that says something."""
    if not text.strip():
        raise UserError(N_("“{key}” in the address is empty."), key=key)
    return text


def unless(default: object, value: object) -> list[str]:
    """Write a value that does not stand at its default."""
    return [] if value == default else [str(value)]


def written_period(value: Period) -> list[str]:
    """Write a period."""
    return [value.to_text()] if isinstance(value, Custom) else unless(Preset.DAYS_30, value)


def written_bounds(value: Bounds | None) -> list[str]:
    """Write bounds."""
    if value is None:
        return []
    low, high = ("" if end is None else f"{Decimal(end) / E4:f}" for end in value)
    return [f"{low}..{high}"]


def given(value: str | None) -> Iterable[str]:
    """Write a text that there is."""
    return () if value is None else (value,)
