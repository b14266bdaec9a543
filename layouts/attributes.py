"""HTML's `aria-…` and `data-…` attributes, which Python cannot write as keywords."""

from __future__ import annotations

from typing import Any


def aria(**values: object) -> dict[str, Any]:
    """`**aria(label="Close")` for `aria-label`; an underscore becomes a hyphen."""
    return _named("aria", values)


def data(**values: object) -> dict[str, Any]:
    """`**data(theme="dark")` for `data-theme`."""
    return _named("data", values)


def _named(kind: str, values: dict[str, object]) -> dict[str, Any]:
    return {f"{kind}-{name.replace('_', '-')}": value for name, value in values.items()}
