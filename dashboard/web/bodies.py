"""Reads JSON that browsers and strangers send: what cannot be read is the sender's mistake, never ours."""

from __future__ import annotations

import re
from typing import Any, Final

from flask.json.provider import DefaultJSONProvider

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
