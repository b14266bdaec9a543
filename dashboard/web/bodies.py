"""Reads JSON that browsers and strangers send: what cannot be read is the sender's mistake, never ours."""

from __future__ import annotations

from typing import Any

from flask.json.provider import DefaultJSONProvider


class CarefulJson(DefaultJSONProvider):
    """Flask's JSON, for which a document nested too deeply is as unreadable as a broken one."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read a document; `ValueError` whatever is wrong with it."""
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
