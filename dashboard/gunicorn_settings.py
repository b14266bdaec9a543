"""What gunicorn reads: `gunicorn -c python:dashboard.gunicorn_settings "app:create_server()"`."""

from __future__ import annotations

import logging
import os

import gunicorn

from dashboard.config import WebSettings
from dashboard.serving import GRACE_S, SOCKET_VARIABLE, THREADS

_settings = WebSettings.from_env()
_descriptor = os.environ.get(SOCKET_VARIABLE)

bind = f"fd://{_descriptor}" if _descriptor else f"{_settings.host}:{_settings.port}"
workers = _settings.workers
worker_class = "gthread"
threads = THREADS
preload_app = False
timeout = 60
graceful_timeout = GRACE_S
keepalive = 75
loglevel = "warning"
control_socket_disable = True
proc_name = "vigie-web"
# Who forwards for us is VIGIE_TRUSTED_PROXIES' word alone; gunicorn itself would believe this whole machine.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
# Which server this is, and of what version, is nobody's business.
gunicorn.SERVER = "vigie"


def worker_exit(_arbiter: object, _worker: object) -> None:
    """Leave without the interpreter's tidying, which takes seconds with compiled code loaded."""
    logging.getLogger(__name__).info("web stopped")
    logging.shutdown()
    os._exit(0)
