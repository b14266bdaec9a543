"""The whole callback as a browser sees it: gunicorn, signed-in sessions, one POST a change of filter."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dashboard import clock
from dashboard.accounts import hashed_token
from dashboard.config import WebSettings
from dashboard.passwords import hash_password
from dashboard.serving import web_command
from dashboard.web.signed_in import COOKIE
from database.connection import get_db_session
from database.queries import sessions, users
from layouts.pages.overview import PAGE, SHEET
from models.access import Role

PERSON = "benchmark"
UPDATE = "/_dash-update-component"


class Browser:
    """One kept connection with the session's cookie."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {"Cookie": f"{COOKIE}={token}", "Content-Type": "application/json"}
        dependencies = json.loads(self._ask("GET", "/_dash-dependencies", accept="identity"))
        self.callback = next(one for one in dependencies if _is_overview(one))

    def change(self, query: str) -> int:
        """Ask for the Overview at an address; return the bytes of the answer."""
        values = {"data": query, "pathname": "/"}
        body = {
            "output": self.callback["output"],
            "outputs": _outputs(self.callback["output"]),
            "inputs": _filled(self.callback["inputs"], values),
            "state": _filled(self.callback["state"], values),
            "changedPropIds": [f"{PAGE.asked}.data"],
        }
        return len(self._ask("POST", UPDATE, json.dumps(body)))

    def _ask(self, method: str, path: str, body: str | None = None, *, accept: str = "gzip") -> bytes:
        self.connection.request(method, path, body, {**self.headers, "Accept-Encoding": accept})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != http.client.OK:
            raise SystemExit(f"{method} {path} answered {answer.status}: {content[:300]!r}")
        return content


def _is_overview(callback: Mapping[str, Any]) -> bool:
    return f"{SHEET.part('charts')}.data" in callback["output"] and not callback.get("clientside_function")


def _outputs(output: str) -> list[dict[str, str]]:
    parts = (part.split("@")[0].rsplit(".", 1) for part in output.strip(".").split("..."))
    return [{"id": component, "property": name} for component, name in parts]


def _filled(items: list[dict[str, Any]], values: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{**item, "value": values.get(item["property"])} for item in items]


@dataclass(frozen=True, slots=True)
class Served:
    """A running web server, and the banks that its analysts may see."""

    port: int
    banks: Sequence[str]

    def browser(self, person: str = PERSON) -> Browser:
        """Return the browser of an analyst who has just signed in."""
        return Browser(self.port, self.sign_in(person))

    def sign_in(self, person: str = PERSON) -> str:
        """Open a session for an analyst; return its cookie's value."""
        return _sign_in(person, self.banks)


@contextmanager
def served(banks: Sequence[str]) -> Iterator[Served]:
    """Run the web server for analysts of these banks."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, "VIGIE_PORT": str(port), "VIGIE_HOST": "127.0.0.1"}
    server = subprocess.Popen(web_command(WebSettings.from_env()), env=environment, start_new_session=True)
    try:
        _wait_for(port, server)
        yield Served(port, banks)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def _sign_in(person: str, banks: Sequence[str]) -> str:
    now, token = clock.now(), secrets.token_urlsafe(32)
    with get_db_session() as session:
        account = users.by_name(session, person) or users.create(
            session,
            username=person,
            email=f"{person}@localhost",
            full_name=person.title(),
            password_hash=hash_password(secrets.token_hex(16)),
            role=Role.ANALYST,
            must_change_password=False,
        )
        users.grant(session, account.user_id, list(banks))
        sessions.start(
            session,
            token_hash=hashed_token(token),
            user_id=account.user_id,
            at=now,
            until=now + timedelta(hours=12),
            ip="127.0.0.1",
            user_agent="benchmark",
        )
    return token


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise SystemExit("the web server ended at once")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
