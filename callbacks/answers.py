"""What a callback returns, encoded once: otherwise every component of it is walked through in Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from dash.development.base_component import Component

_WILD: Final = ("data-", "aria-")
_KINDS: Final[dict[type, tuple[frozenset[str], dict[str, str]]]] = {}
_OPTIONS: Final = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY


def encoded(answer: Any) -> Any:
    """Return the answer with each output's components and values as JSON that is taken over as it stands.

    What is not one of them (a patch, "no update", text, a number) stays, for Dash to look at.
    """
    if isinstance(answer, Mapping):
        return {key: _fragment(value) for key, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [_fragment(value) for value in answer]
    return _fragment(answer)


def _fragment(value: Any) -> Any:
    if isinstance(value, Component | dict | list | tuple):
        return orjson.Fragment(orjson.dumps(value, default=_plain, option=_OPTIONS))
    return value


def _plain(value: Any) -> Any:
    """Write a component as Dash does, from what it holds and not from all that it might hold."""
    if not isinstance(value, Component):
        raise TypeError(type(value).__name__)
    names, kind = _known(value)
    props = {name: held for name, held in vars(value).items() if name in names or name[:5] in _WILD}
    return {"props": props, **kind}


def _known(one: Any) -> tuple[frozenset[str], dict[str, str]]:
    """Return the names that a component's properties may have, and how Dash names its kind; once a kind."""
    known = _KINDS.get(type(one))
    if known is None:
        written = one.to_plotly_json()
        kind = {key: written[key] for key in ("type", "namespace")}
        known = _KINDS[type(one)] = frozenset(one.available_properties), kind
    return known
