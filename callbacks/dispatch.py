"""Looks at a callback's request before Dash does: whether it is one of ours, well formed and allowed."""

from __future__ import annotations

from typing import Any, Final

from flask import request
from werkzeug.exceptions import BadRequest

from callbacks.interface import Interface
from callbacks.registrar import require
from layouts.pages import PAGES

DISPATCH: Final = "/_dash-update-component"
_PARTS: Final = {"output": str, "inputs": list, "changedPropIds": list}
_OF_THE_ADDRESS: Final = frozenset({"href", "pathname", "search", "hash"})
_COPIES: Final = frozenset(page.asked for page in PAGES.values())


def guard_dispatch(app: Interface) -> None:
    """Refuse, before anything runs, what is malformed (400) or not this person's to call (403)."""

    def look() -> None:
        if request.endpoint == DISPATCH and request.method == "POST":
            require(app.permissions[_known_output(app, request.get_json(silent=True))])

    app.server.before_request(look)


def _known_output(app: Interface, body: Any) -> str:
    if not isinstance(body, dict) or not all(
        isinstance(body.get(part), kind) for part, kind in _PARTS.items()
    ):
        raise BadRequest
    output: str = body["output"]
    known = app.callback_map.get(output, {})
    if output not in app.permissions or "callback" not in known or _outputs(body) != _spelled(output):
        raise BadRequest
    for kind in ("inputs", "state"):
        given = body.get(kind, [])
        if not isinstance(given, list) or [_joined(item) for item in given] != _names(known[kind]):
            raise BadRequest
        if not all(_is_meant(item) for item in given):
            raise BadRequest
    if not all(name in _names(known["inputs"]) for name in body["changedPropIds"]):
        raise BadRequest
    return output


def _names(items: list[dict[str, Any]]) -> list[str]:
    return [f"{item['id']}.{item['property']}" for item in items]


def _is_meant(item: dict[str, Any]) -> bool:
    """Whether what stands for a part of the address is text: browsers send nothing else."""
    is_address = item["property"] in _OF_THE_ADDRESS or item["id"] in _COPIES
    return not is_address or isinstance(item.get("value"), str | None)


def _outputs(body: dict[str, Any]) -> list[str] | str | None:
    """The outputs that a request lists beside their joint name, written like it."""
    given = body.get("outputs")
    return [_plain(_joined(item)) for item in given] if isinstance(given, list) else _plain(_joined(given))


def _spelled(output: str) -> list[str] | str:
    """The outputs that a callback's name speaks of; `@…` only tells doubles of one output apart."""
    if not output.startswith(".."):
        return _plain(output)
    return [_plain(part) for part in output[2:-2].split("...")]


def _plain(output: str) -> str:
    return output.partition("@")[0]


def _joined(item: Any) -> str:
    if not isinstance(item, dict) or not all(isinstance(item.get(part), str) for part in ("id", "property")):
        return ""
    return f"{item['id']}.{item['property']}"
