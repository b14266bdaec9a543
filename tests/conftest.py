"""The database that tests run on: real PostgreSQL, built once by the real migrations. How to use it:

Joined (most tests): take `db`, a session as the application's role on every bank. Nothing of it is
kept. Code under test may open `get_db_session` and `read_only` itself: they join the same transaction
through savepoints (without snapshot isolation). Threads, other processes and `owner_session` do not
see it. Scope is never tested joined: a transaction-local setting outlives a released savepoint.

    def test_a_customer_is_found(db: Session) -> None:
        bank = make_bank(db)
        make_customer(db, bank, customer_id="c-1")
        assert customers.by_id(db, "c-1")

Committed (scope, snapshots, folding, jobs, kills): take `committed`, a database of its own made from
the migrated template, with the real pool and real commits. `get_db_session`, `read_only` and
`owner_session` reach it, and so does a subprocess started with `committed.environment`.

    def test_a_fold_keeps_every_row(committed: Database) -> None:
        with get_db_session() as session:
            bank = make_bank(session)
        with get_db_session([bank.code]) as session:
            make_transaction(session, bank)

Versions: tests marked `every_postgres` run on 18 and 15 (and on VIGIE_PG_BIN's). `servers(15)` is a
server itself, `servers(15).create("x", template=…)` a database on it, `empty_database` one without tables.
VIGIE_TEST_HOME keeps the servers' folders between runs (quicker); VIGIE_REQUIRE_ALL=1 makes a missing
tool fail instead of skip.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy.orm import Session

from database.config import DatabaseConfig
from database.embedded.binaries import major_version
from tests import joining
from tests.servers import Database, Server, binaries_of
from tests.sparkov.imported import sparkov, sparkov_imported

__all__ = ["sparkov", "sparkov_imported"]

PACKAGED, OLDEST = 18, 15
_numbers = itertools.count(1)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "every_postgres: runs on each PostgreSQL version that is here")
    config.option.allow_hosts = config.option.allow_hosts or "127.0.0.1,::1,localhost"
    config.option.allow_unix_socket = True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marked = metafunc.definition.get_closest_marker("every_postgres")
    if marked and "postgres_version" in metafunc.fixturenames:
        metafunc.parametrize("postgres_version", _versions(), indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "committed" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.committed)


@pytest.fixture(scope="session")
def servers() -> Iterator[Callable[[int], Server]]:
    """Servers by major version, started when first asked for; each holds the migrated template."""
    started: dict[int, Server] = {}

    def server_of(version: int) -> Server:
        if version not in started:
            binaries = binaries_of(version)
            if binaries is None:
                missing(f"PostgreSQL {version}")
            started[version] = Server(version, binaries).start().migrate()
        return started[version]

    yield server_of
    for server in started.values():
        server.stop()


@pytest.fixture(scope="session")
def server(servers: Callable[[int], Server]) -> Server:
    """The server of the packaged version."""
    return servers(PACKAGED)


@pytest.fixture
def postgres_version(request: pytest.FixtureRequest) -> int:
    """The version a test runs on: 18, or each in turn with the marker `every_postgres`."""
    return getattr(request, "param", PACKAGED)


@pytest.fixture
def db(
    servers: Callable[[int], Server], postgres_version: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Session]:
    """A joined session: the application's role on every bank, nothing kept."""
    database = servers(postgres_version).joined
    joining.point_at(database, monkeypatch)
    with joining.joined_session() as session:
        yield session


@pytest.fixture
def committed(
    servers: Callable[[int], Server], postgres_version: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A migrated database of this test's own, with real commits."""
    running = servers(postgres_version)
    database = running.create(f"committed_{next(_numbers)}", template=running.template)
    joining.point_at(database, monkeypatch)
    yield database
    joining.leave()
    running.drop(database.name)


@pytest.fixture
def empty_database(
    servers: Callable[[int], Server], postgres_version: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A database of this test's own without any table, owned by the owner's role."""
    running = servers(postgres_version)
    database = running.database(f"empty_{next(_numbers)}")
    running.ensure_roles(database.name)
    joining.point_at(database, monkeypatch)
    yield database
    joining.leave()
    running.drop(database.name)


@pytest.fixture(scope="session", autouse=True)
def _home_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of the tests' own, and none of the developer's database settings."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in _names_of_settings():
            patch.delenv(name, raising=False)
        patch.setenv("VIGIE_HOME", str(home))
        yield home


def missing(what: str) -> NoReturn:
    """Skip because a tool is not here, or fail where VIGIE_REQUIRE_ALL demands it."""
    if os.environ.get("VIGIE_REQUIRE_ALL") == "1":
        pytest.fail(f"{what} is not installed and VIGIE_REQUIRE_ALL=1 demands it")
    pytest.skip(f"{what} is not installed")


def _versions() -> list[int]:
    named = os.environ.get("VIGIE_PG_BIN")
    return sorted({PACKAGED, OLDEST} | ({major_version(Path(named))} if named else set()), reverse=True)


def _names_of_settings() -> set[str]:
    kept = {"VIGIE_PG_BIN", "VIGIE_PG_USER"}
    choices = (field.validation_alias for field in DatabaseConfig.model_fields.values())
    return {str(name) for alias in choices for name in getattr(alias, "choices", ())} - kept
