"""The names that this server answers to: a request for any other gets nothing, not even words."""

from __future__ import annotations

import socket
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import SecurityError

from dashboard.config import WebSettings

ANY_ADDRESS: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared with, not bound to


def refuse_other_hosts(server: Flask, settings: WebSettings) -> None:
    """Look at the host's name before anything else does."""
    trusted = trusted_hosts(settings)

    def look() -> Response | None:
        return None if is_trusted(_asked_host(), trusted) else Response(status=400)

    server.before_request(look)


def trusted_hosts(settings: WebSettings) -> frozenset[str]:
    """VIGIE_TRUSTED_HOSTS and the public address, or else this machine's own names."""
    public = urlsplit(settings.public_url or "").hostname
    named = {name.lower() for name in settings.trusted_hosts} | ({public} if public else set())
    if settings.trusted_hosts:
        return frozenset(named)
    own = {"localhost", "127.0.0.1", "::1", socket.gethostname().lower()}
    bound = _own_addresses() if settings.host in ANY_ADDRESS else {settings.host}
    return frozenset(named | own | bound)


def is_trusted(name: str | None, trusted: frozenset[str]) -> bool:
    """Whether a host's name is one of ours; `.bank.example` stands for all names below it."""
    if name is None:
        return False
    return name in trusted or any(one.startswith(".") and name.endswith(one) for one in trusted)


def _asked_host() -> str | None:
    """The name in the Host header without its port, or None where it is not a name at all."""
    try:
        host = request.host
        parts = urlsplit(f"//{host}")
        is_plain = parts.netloc == host and "@" not in host and parts.port != 0
    except (SecurityError, ValueError):
        return None
    return parts.hostname if is_plain else None


def _own_addresses() -> set[str]:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except socket.gaierror:
        return set()
    return {str(place[4][0]) for place in found}
