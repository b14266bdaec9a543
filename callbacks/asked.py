"""What an address names of a thing: one text each; what no name can hold is nothing that is asked for."""

from __future__ import annotations

from urllib.parse import parse_qs

from dashboard.filters import MOST_VALUES


def asked_for(search: str | None, *names: str) -> tuple[str | None, ...]:
    """Return what stands first under each name in an address from its `?` on; None where nothing can."""
    try:
        found = parse_qs((search or "").removeprefix("?"), max_num_fields=MOST_VALUES)
    except ValueError:
        found = {}
    return tuple(_readable(found.get(name, [None])[0]) for name in names)


def _readable(text: str | None) -> str | None:
    return text if text is not None and text.isprintable() else None
