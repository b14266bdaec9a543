from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.config import WebSettings
from dashboard.serving import web_command
from database.config import DatabaseConfig
from database.embedded import running
from database.embedded.record import Record
from tests.homes import PROJECT, environment, throwaway_home, wait_until
from tests.running import UP, Vigie, ask, children_of, command, free_port, get, processes_of, wait_until_gone

pytestmark = pytest.mark.timeout(120)
Start = Callable[..., Vigie]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home whose first start is over: schema and first login, no demo."""
    with throwaway_home() as folder:
        first = Vigie(folder, "--no-demo")
        try:
            first.wait_until_up()
            assert first.first_login() is not None, first.words
            assert first.stop() < 10
        finally:
            first.end()
        yield folder


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    begun: list[Vigie] = []

    def starting(*words: str, **settings: str) -> Vigie:
        begun.append(Vigie(home, "--no-demo", *words, settings={"VIGIE_WORKERS": "1", **settings}))
        return begun[-1]

    yield starting
    for one in begun:
        one.end()


def pid_of(vigie: Vigie, words: str) -> int:
    """The first process of a run whose command line holds these words."""
    return next(pid for pid in children_of(vigie.app_pid()) if words in command(pid))


def test_a_second_start_is_quick_keeps_the_data_and_shows_no_password(start: Start, home: Path) -> None:
    vigie = start()
    assert vigie.wait_until_up() < 5 * (2 if os.environ.get("PYTEST_XDIST_WORKER") else 1)
    assert ask(home, "select username, must_change_password from users") == [("admin", True)]
    assert ask(home, "select count(*) > 0 from system_logs where message = 'web stopped'") == [(True,)]
    assert vigie.first_login() is None
    assert vigie.get("/health")[0] == 200
    assert vigie.stop() < 10
    assert vigie.words.count(UP) == 1
    wait_until_gone(home)


def test_sigterm_stops_as_ctrl_c_does(start: Start, home: Path) -> None:
    vigie = start("--no-worker")
    vigie.wait_until_up()
    assert not [pid for pid in children_of(vigie.app_pid()) if "dashboard.jobs" in command(pid)]
    assert vigie.stop(signal.SIGTERM) < 10
    assert vigie.process.returncode == 0
    wait_until_gone(home)


def test_a_killed_app_leaves_no_orphan_and_the_next_start_works(start: Start, home: Path) -> None:
    vigie = start()
    vigie.wait_until_up()
    assert len(processes_of(home)) >= 6
    vigie.pid_of_app_send(signal.SIGKILL)
    wait_until_gone(home)
    again = start()
    again.wait_until_up()
    assert ask(home, "select count(*) from users") == [(1,)]
    again.stop()


def test_a_killed_web_server_worker_and_database_are_started_again(start: Start, home: Path) -> None:
    vigie = start()
    vigie.wait_until_up()
    record_pid = next(pid for pid in processes_of(home) if "/postgres -D" in command(pid))
    for words in ("gunicorn", "dashboard.jobs"):
        os.kill(pid_of(vigie, words), signal.SIGKILL)
    wait_until(lambda: vigie.words.count("it is started again") == 2, "two restarts")
    os.kill(record_pid, signal.SIGKILL)
    wait_until(lambda: is_ready(vigie.port), "being ready again", seconds=30)
    assert vigie.process.poll() is None
    vigie.stop()
    wait_until_gone(home)


def is_ready(port: int) -> bool:
    try:
        return get(port, "/ready")[0] == 200
    except OSError:
        return False


def embedded(home: Path) -> DatabaseConfig:
    return DatabaseConfig.from_env().model_copy(update={"home": home})


def test_web_processes_never_learn_the_owners_address(start: Start) -> None:
    vigie = start()
    vigie.wait_until_up()
    web = Path(f"/proc/{pid_of(vigie, 'gunicorn')}/environ").read_bytes().split(b"\0")
    worker = Path(f"/proc/{pid_of(vigie, 'dashboard.jobs')}/environ").read_bytes().split(b"\0")
    assert b"DATABASE_OWNER_URL=" in web
    assert not any(b"vigie_owner" in entry for entry in web)
    assert any(entry.startswith(b"DATABASE_OWNER_URL=postgresql://vigie_owner:") for entry in worker)
    vigie.stop()


def test_a_taken_port_is_one_sentence_before_anything_starts(start: Start, home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        vigie = start(f"--port={port}")
        assert vigie.wait() == 1
    assert vigie.words == (
        f"Port {port} of 127.0.0.1 is taken, perhaps by a Vigie that runs already: "
        "choose another with --port.\n"
    )
    assert not processes_of(home)


def test_two_starts_at_once_share_the_database(start: Start, home: Path) -> None:
    one, two = start("--no-worker"), start("--no-worker")
    one.wait_until_up()
    two.wait_until_up()
    one.stop()
    assert two.get("/ready")[0] == 200
    two.stop()
    wait_until_gone(home)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"VIGIE_ENV": "production", "DASH_DEBUG": "1"}, "DASH_DEBUG is on, which production refuses"),
        ({"VIGIE_ENV": "production", "SECRET_KEY": "x"}, "SECRET_KEY is a default or too short"),
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL is an SQLite address"),
        ({"VIGIE_WORKERS": "none"}, "VIGIE_WORKERS must be a whole number"),
    ],
)
def test_what_cannot_start_says_why_in_one_line(start: Start, more: dict[str, str], sentence: str) -> None:
    vigie = start(**more)
    assert vigie.wait() == 1
    assert vigie.words.startswith(sentence)
    assert vigie.words.count("\n") == 1


def test_without_a_database_to_use_the_ways_to_one_are_named(start: Start) -> None:
    vigie = start("--no-database")
    assert vigie.wait() == 1
    assert vigie.words.startswith("PostgreSQL is not running: start Vigie with `python app.py`")


def test_a_damaged_database_is_one_line(home: Path, start: Start) -> None:
    record = Record.read(home)
    assert record is not None
    control = Path(record.data) / "global" / "pg_control"
    shutil.copy2(control, control.with_suffix(".kept"))
    try:
        control.write_bytes(b"")
        vigie = start()
        assert vigie.wait() == 1
        assert "is damaged" in vigie.words
        assert vigie.words.count("\n") == 1
    finally:
        control.write_bytes(control.with_suffix(".kept").read_bytes())


def test_ones_own_server_is_used_with_its_pool_cut_to_fit(start: Start, home: Path) -> None:
    with running(home, config=embedded(home)) as here:
        vigie = start(DATABASE_URL=here.app_url, DATABASE_OWNER_URL=here.owner_url, VIGIE_WORKERS="8")
        vigie.wait_until_up()
        assert "each process may hold 26 and 0 more, instead of 30 and 30" in vigie.words
        vigie.stop()
        without = start("--no-worker", DATABASE_URL=here.app_url)
        without.wait_until_up()
        assert "DATABASE_OWNER_URL is not set" in without.words
        without.stop()


def test_waitress_serves_where_gunicorn_does_not(home: Path) -> None:
    port = free_port()
    settings = WebSettings.from_env().model_copy(update={"port": port})
    with running(home, config=embedded(home)) as here:
        web = subprocess.Popen(
            web_command(settings, with_gunicorn=False),
            cwd=PROJECT,
            env=environment(home, DATABASE_URL=here.app_url),
        )
        try:
            wait_until(lambda: is_ready(port), "being ready")
        finally:
            web.terminate()
            web.wait()
