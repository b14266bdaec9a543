"""What every answer tells the browser: what it may load, from where, and what it must not guess."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

from flask import Flask, Response, current_app

from dashboard.web.signed_in import is_secure

POLICY: Final = "vigie_policy"
STYLE_HASHES: Final = Path(__file__).with_name("style_hashes.txt")
_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NO_PAGE: Final = "default-src 'none'; frame-ancestors 'none'"
_TLS_ONLY: Final = "max-age=63072000; includeSubDomains"


def content_policy(script_hashes: Iterable[str] = ()) -> str:
    """The content policy: our own files, Dash's own inline line by its hash, its styles by theirs."""
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *script_hashes)),
            " ".join(("style-src 'self'", *style_hashes())),
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


@lru_cache(maxsize=1)
def style_hashes() -> tuple[str, ...]:
    """The hashes of the styles that Dash's components add by themselves; a browser test writes the file."""
    return tuple(f"'{line}'" for line in STYLE_HASHES.read_text(encoding="ascii").split())


def allow_scripts(server: Flask, script_hashes: Iterable[str]) -> None:
    """Write the policy once all inline scripts are known."""
    server.extensions[POLICY] = content_policy(script_hashes)


def send_headers(server: Flask) -> None:
    """Add the headers to every answer."""
    server.extensions[POLICY] = content_policy()
    server.after_request(_with_headers)


def _with_headers(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers[name] = value
    is_page = response.mimetype == "text/html"
    response.headers["Content-Security-Policy"] = current_app.extensions[POLICY] if is_page else _NO_PAGE
    if is_secure():
        response.headers["Strict-Transport-Security"] = _TLS_ONLY
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
