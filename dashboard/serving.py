"""The web processes' command, gunicorn or else waitress, and the address that they listen at."""

from __future__ import annotations

import gc
import http.client
import os
import socket
import struct
import sys
import time
from importlib.util import find_spec
from threading import Thread
from typing import Final

from dashboard.config import WebSettings
from dashboard.processes import Child, Supervisor
from models.errors import UserError
from models.messages import N_

FACTORY: Final = "app:create_server"
THREADS: Final = 8
# The socket that the supervisor listens on, so that a restart of the web processes refuses nobody.
SOCKET_VARIABLE: Final = "VIGIE_LISTEN_FD"
GRACE_S: Final = 3
# After so long without a word a connection no longer holds a thread.
SILENCE_S: Final = 20
ANY: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared with, not bound to


def begin(settings: WebSettings) -> None:
    """Begin what a web process does beside answering: send its log to the store, make the fold ready."""
    from database.logs.events import store_logs

    store_logs("web", level=settings.log_level)
    Thread(target=settle, name="warm-up", daemon=True).start()


def settle() -> None:
    """Make the fold ready; what stands then stands for good, and no search for garbage goes through it again.

    There is so much of it that such a search kept every request waiting for a tenth of a second.
    """
    from database.segments import warm_up

    warm_up()
    gc.collect()
    gc.freeze()


def web_command(settings: WebSettings, *, with_gunicorn: bool | None = None) -> list[str]:
    """Return the command that serves the application."""
    if with_gunicorn is None:
        with_gunicorn = os.name == "posix" and find_spec("gunicorn") is not None
    if with_gunicorn:
        return [sys.executable, "-m", "gunicorn", "-c", "python:dashboard.gunicorn_settings", f"{FACTORY}()"]
    return [
        sys.executable, "-m", "waitress", "--call", f"--host={settings.host}", f"--port={settings.port}",
        f"--threads={THREADS * settings.workers}", "--ident=vigie", FACTORY,
    ]  # fmt: skip


def listen(settings: WebSettings) -> socket.socket:
    """Listen at the address of the settings; whoever comes early waits until the web processes are up."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise UserError(N_("{host} is not an address of this machine."), host=settings.host) from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _be_patient_only_so_long(listener)
    try:
        listener.bind(address)
        listener.listen(2048)
    except PermissionError as error:
        listener.close()
        raise UserError(
            N_("Port {port} needs more rights than this user has: choose one above 1023."), port=settings.port
        ) from error
    except OSError as error:
        listener.close()
        raise UserError(
            N_(
                "Port {port} of {host} is taken, perhaps by a Vigie that runs already: "
                "choose another with --port."
            ),
            port=settings.port,
            host=settings.host,
        ) from error
    return listener


def _be_patient_only_so_long(listener: socket.socket) -> None:
    """Keep connections that say nothing, or stop in the middle, from holding threads for ever.

    Linux gives these options on to each connection accepted: one is handed over once it has said something,
    and a read that hears nothing for a while ends. Whoever sends a little all the time still holds a thread:
    before a server that strangers reach stands a proxy that reads requests whole.
    """
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if sys.platform == "linux":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENCE_S, 0))
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENCE_S)


def address(settings: WebSettings) -> str:
    """Return what a person types to reach this server."""
    if settings.public_url:
        return settings.public_url
    host = "127.0.0.1" if settings.host in ANY else settings.host
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{settings.port}{settings.base_path}"


def web_child(settings: WebSettings, listener: socket.socket, environment: dict[str, str]) -> Child:
    """Return the web processes' child, which inherits the listening socket where gunicorn serves."""
    command = web_command(settings)
    if "waitress" in command:
        listener.close()
        return Child("web server", command, environment)
    listener.set_inheritable(True)
    environment |= {SOCKET_VARIABLE: str(listener.fileno())}
    return Child("web server", command, environment, descriptors=(listener.fileno(),))


def wait_until_up(settings: WebSettings, supervisor: Supervisor, *, patience_s: float = 120) -> None:
    """Return once the application answers; raise when it dies, or is asked to stop, before that."""
    host = "127.0.0.1" if settings.host in ANY else settings.host
    web = supervisor.children[-1]
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        supervisor.signals.raise_if_stopped()
        if web.died() is not None:
            raise UserError(N_("Vigie did not start: its web server ended, as said above."))
        asked = http.client.HTTPConnection(host, settings.port, timeout=1)
        try:
            asked.request("GET", f"{settings.base_path}health")
            asked.getresponse()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            asked.close()
    raise UserError(N_("Vigie did not start: its web server does not answer."))
