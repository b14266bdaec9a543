"""Looks at a callback's request before Dash does: whether it is one of ours, well formed and allowed."""

from __future__ import annotations

from typing import Any, Final

from flask import request
from werkzeug.exceptions import BadRequest

from callbacks.interface import Interface
from callbacks.registrar import require

DISPATCH: Final = "/_dash-update-component"
_PARTS: Final[dict[str, tuple[type, ...]]] = {
    "output": (str,),
    "outputs": (list, dict),
    "inputs": (list,),
    "changedPropIds": (list,),
}


def guard_dispatch(app: Interface) -> None:
    """Refuse, before anything runs, what is malformed (400) or not this person's to call (403)."""

    def look() -> None:
        if request.endpoint == DISPATCH and request.method == "POST":
            require(app.permissions[_known_output(app, request.get_json(silent=True))])

    app.server.before_request(look)


def _known_output(app: Interface, body: Any) -> str:
    if not isinstance(body, dict) or not all(
        isinstance(body.get(part), kinds) for part, kinds in _PARTS.items()
    ):
        raise BadRequest
    output: str = body["output"]
    known = app.callback_map.get(output, {})
    if output not in app.permissions or "callback" not in known:
        raise BadRequest
    for kind in ("inputs", "state"):
        given = body.get(kind, [])
        if not isinstance(given, list) or [_named(item) for item in given] != [
            (item["id"], item["property"]) for item in known[kind]
        ]:
            raise BadRequest
    return output


def _named(item: Any) -> tuple[Any, Any] | None:
    return (item.get("id"), item.get("property")) if isinstance(item, dict) else None
