"""Reads JSON that browsers and strangers send: what cannot be read is the sender's mistake, never ours."""

from __future__ import annotations

import re
from typing import Any, Final

from flask import request
from flask.json.provider import DefaultJSONProvider

from models.errors import UserError
from models.messages import N_

_HALF_A_SIGN: Final = re.compile(r"\\u[dD][89a-fA-F]")


class CarefulJson(DefaultJSONProvider):
    """Flask's JSON, for which too deep a nesting or half of a sign is as unreadable as a broken document."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read a document; `ValueError` whatever is wrong with it."""
        text = s.decode() if isinstance(s, bytes) else s
        try:
            found = super().loads(text, **kwargs)
            if _HALF_A_SIGN.search(text):
                # Nothing stores half of a surrogate pair; a whole one is a sign like any other.
                self.dumps(found, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        return found


def given_object() -> dict[str, Any]:
    """Return the JSON object that the request carries."""
    given: Any = request.get_json()
    if not isinstance(given, dict):
        raise UserError(N_("The request could not be understood."))
    return given
