"""Serving below a folder of an address: `/vigie/login` is our `/login`, and our links say so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class BelowBasePath:
    """Moves the base path from a request's path to its script name; other paths are not ours."""

    def __init__(self, application: Any, base_path: str) -> None:
        self._application, self._prefix = application, base_path.rstrip("/")

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        path: str = environ.get("PATH_INFO", "")
        if path != self._prefix and not path.startswith(f"{self._prefix}/"):
            start_response("404 NOT FOUND", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return []
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + self._prefix
        environ["PATH_INFO"] = path[len(self._prefix) :] or "/"
        answer: Iterable[bytes] = self._application(environ, start_response)
        return answer
