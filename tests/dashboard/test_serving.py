from __future__ import annotations

import gc
import socket
import sys
from pathlib import Path

import pytest
from gunicorn.config import Config

from dashboard import gunicorn_settings, serving
from dashboard.config import WebSettings
from dashboard.serving import address, listen, web_command
from models.errors import UserError
from tests.running import free_port


def settings(port: int = 8050, *, host: str = "127.0.0.1", more: dict[str, str] | None = None) -> WebSettings:
    plain = WebSettings(home=Path("unused"), _env_file=None)
    return plain.model_copy(update={"host": host, "port": port, **(more or {})})


def test_a_taken_port_is_one_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UserError, match=rf"Port {port} of 127.0.0.1 is taken.*--port"):
            listen(settings(port))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives the options on")
def test_a_connection_that_stops_in_the_middle_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "SILENCE_S", 1)
    with (
        listen(settings(free_port())) as listener,
        socket.create_connection(listener.getsockname()) as client,
    ):
        client.sendall(b"G")
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.recv(10) == b"G"
            with pytest.raises(BlockingIOError):
                accepted.recv(10)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can wait for the first word")
def test_a_connection_that_says_nothing_is_not_handed_over() -> None:
    with listen(settings(free_port())) as listener, socket.create_connection(listener.getsockname()):
        listener.settimeout(0.5)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_an_address_of_elsewhere_is_one_sentence() -> None:
    with pytest.raises(UserError, match=r"no.such.host.invalid is not an address of this machine"):
        listen(settings(host="no.such.host.invalid"))


def test_two_workers_of_eight_threads_serve_on_gunicorn_and_sixteen_on_waitress() -> None:
    assert web_command(settings(), with_gunicorn=True)[1:] == [
        "-m", "gunicorn", "-c", "python:dashboard.gunicorn_settings", "app:create_server()",
    ]  # fmt: skip
    assert web_command(settings(9), with_gunicorn=False)[1:] == [
        "-m", "waitress", "--call", "--host=127.0.0.1", "--port=9", "--threads=16", "--ident=vigie",
        "app:create_server",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("host", "more", "shown"),
    [
        ("127.0.0.1", {}, "http://127.0.0.1:8050/"),
        ("0.0.0.0", {}, "http://127.0.0.1:8050/"),  # noqa: S104 - shown, not bound to
        ("::1", {"base_path": "/fraud/"}, "http://[::1]:8050/fraud/"),
        ("127.0.0.1", {"public_url": "https://v.org"}, "https://v.org"),
    ],
)
def test_the_address_shown_is_one_to_type(host: str, more: dict[str, str], shown: str) -> None:
    assert address(settings(host=host, more=more)) == shown


def test_gunicorn_believes_no_forwarded_scheme_or_path_of_its_own_accord() -> None:
    config = Config()
    for name in ("forwarded_allow_ips", "forwarder_headers", "secure_scheme_headers"):
        config.set(name, getattr(gunicorn_settings, name))
        assert not getattr(config, name), name


def test_what_stands_when_a_web_process_is_ready_is_never_searched_for_garbage_again() -> None:
    gc.unfreeze()
    serving.settle()
    try:
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
