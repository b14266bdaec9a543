from __future__ import annotations

from pathlib import Path

import pytest

from database.config import DatabaseConfig, Settings, libpq_url
from models.errors import UnavailableError, UserError


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in DatabaseConfig.model_fields.values():
        for name in getattr(field.validation_alias, "choices", ()):
            monkeypatch.delenv(str(name), raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setitem(DatabaseConfig.model_config, "env_file", None)
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))


def config(monkeypatch: pytest.MonkeyPatch, **environment: str) -> DatabaseConfig:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return DatabaseConfig.from_env()


def test_the_defaults_are_those_of_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = config(monkeypatch)
    assert (plain.pool_size, plain.max_overflow, plain.pool_timeout, plain.pool_recycle) == (30, 30, 30, 3600)
    assert (plain.echo, plain.slow_query_ms) == (False, 1000)
    assert (plain.mongo_db_name, plain.mongo_collection_name, plain.mongo_timeout_ms) == (
        "vigie_logs", "logs", 5000,
    )  # fmt: skip
    assert plain.is_embedded


@pytest.mark.parametrize(
    "url",
    ["postgresql://u:p@h:1/d", "postgres://u:p@h:1/d", "postgresql+psycopg2://u:p@h:1/d"],
)
def test_every_spelling_of_a_postgres_address_reaches_the_same(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    found = config(monkeypatch, DATABASE_URL=url)
    assert found.connection_string() == "postgresql+psycopg2://u:p@h:1/d"
    assert not found.is_embedded
    assert found.owner_connection_string() is None


def test_parts_make_an_address_with_the_password_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    found = config(monkeypatch, DB_HOST="db", DB_PORT="6000", DB_NAME="n", DB_USER="u", DB_PASSWORD="p@/ :%")
    assert found.connection_string() == "postgresql+psycopg2://u:p%40%2F%20%3A%25@db:6000/n"
    assert libpq_url(found.connection_string()) == "postgresql://u:p%40%2F%20%3A%25@db:6000/n"


def test_aliases_name_the_same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    found = config(
        monkeypatch, DATABASE_HOST="db", DATABASE_USER="u", DATABASE_PASSWORD="p", POOL_SIZE="3",
        MAX_OVERFLOW="4", POOL_TIMEOUT="5", POOL_RECYCLE="6",
    )  # fmt: skip
    assert found.connection_string() == "postgresql+psycopg2://u:p@db:5432/vigie"
    assert (found.pool_size, found.max_overflow, found.pool_timeout, found.pool_recycle) == (3, 4, 5, 6)


def test_tls_settings_join_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    found = config(
        monkeypatch, DATABASE_URL="postgresql://h/d", DB_SSLMODE="verify-full", DB_SSLROOTCERT="ca.pem",
        DATABASE_OWNER_URL="postgresql://o@h/d",
    )  # fmt: skip
    assert found.connection_string().endswith("?sslmode=verify-full&sslrootcert=ca.pem")
    assert str(found.owner_connection_string()).endswith("?sslmode=verify-full&sslrootcert=ca.pem")


def test_an_address_wins_over_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    found = config(monkeypatch, DATABASE_URL="postgresql://one/d", DB_HOST="two")
    assert found.connection_string() == "postgresql+psycopg2://one/d"


def test_an_empty_variable_means_the_default_and_hides_the_env_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "settings"
    file.write_text("DATABASE_OWNER_URL=postgresql://owner@h/d\nDB_POOL_SIZE=7\nSOMETHING_ELSE=1\n")
    monkeypatch.setitem(DatabaseConfig.model_config, "env_file", file)
    found = config(monkeypatch, DATABASE_URL="postgresql://h/d", DATABASE_OWNER_URL="", DB_ECHO="")
    assert found.owner_connection_string() is None
    assert (found.pool_size, found.echo) == (7, False)


def test_redis_is_named_by_its_address_or_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config(monkeypatch).redis_connection_string() is None
    assert config(monkeypatch, REDIS_HOST="r", REDIS_DB="2").redis_connection_string() == "redis://r:6379/2"
    assert config(monkeypatch, REDIS_URL="redis://s/1").redis_connection_string() == "redis://s/1"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DB_POOL_SIZE", "many", "DB_POOL_SIZE must be a whole number, not 'many'."),
        ("DB_POOL_SIZE", "0", "DB_POOL_SIZE must be at least 1, not '0'."),
        ("POOL_SIZE", "many", "DB_POOL_SIZE must be a whole number, not 'many'."),
        ("DB_ECHO", "perhaps", "DB_ECHO must be true or false, not 'perhaps'."),
        ("DB_PORT", "70000", "DB_PORT must be at most 65535, not '70000'."),
        (
            "DB_SSLMODE",
            "yes",
            (
                "DB_SSLMODE must be one of 'disable', 'allow', 'prefer', 'require', 'verify-ca' or "
                "'verify-full', not 'yes'."
            ),
        ),
        (
            "DATABASE_URL",
            "sqlite:///x.db",
            "DATABASE_URL is an SQLite address: Vigie needs PostgreSQL 15 or newer (postgresql://…).",
        ),
        (
            "DATABASE_OWNER_URL",
            "mysql://u:secret@h/d",
            "DATABASE_OWNER_URL is not an address of the form postgresql://user:password@host:port/name.",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    with pytest.raises(UserError) as error:
        config(monkeypatch, **{name: value})
    assert str(error.value) == sentence


def test_two_bad_values_are_said_together(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        UserError, match=r"^DB_POOL_SIZE must .*; SLOW_QUERY_MS must be a whole number, .*\.$"
    ):
        config(monkeypatch, DB_POOL_SIZE="x", SLOW_QUERY_MS="1.5")


def test_a_part_without_a_host_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"^DB_USER is set but DB_HOST is not: set DB_HOST"):
        config(monkeypatch, DB_USER="u").connection_string()


def test_without_a_server_the_ways_to_one_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnavailableError, match=r"`python app.py`.*`python -m database.server start`"):
        config(monkeypatch).connection_string()


def test_passwords_stay_out_of_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = config(monkeypatch, DB_HOST="h", DB_PASSWORD="hush-hush")
    assert "hush-hush" not in repr(found)
