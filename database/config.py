"""Settings of everything that stores data: PostgreSQL, its pool, the log store and the cache."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal, Self
from urllib.parse import quote

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from models.errors import UserError
from models.messages import N_

PROJECT = Path(__file__).resolve().parents[1]
OLDEST_POSTGRES = 15

_PROBLEMS = {
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "bool_parsing": "must be true or false",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "greater_than": "must be more than {gt}",
}


def named(*names: str, default: Any = None, **limits: Any) -> Any:
    """Return a field that is read from the first of these environment variables that is set."""
    return Field(default, validation_alias=AliasChoices(*names), **limits)


class Settings(BaseSettings):
    """What every owner's settings share: the environment, then `.env`, and sentences for bad values."""

    model_config = SettingsConfigDict(
        env_file=PROJECT / ".env",
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        case_sensitive=True,
        validate_default=True,
    )
    home: Path = named("VIGIE_HOME", default=PROJECT / ".vigie")

    @model_validator(mode="before")
    @classmethod
    def _empty_means_default(cls, given: dict[str, Any]) -> dict[str, Any]:
        # Not `env_ignore_empty`: an empty variable must also hide what `.env` says.
        return {name: value for name, value in given.items() if value != ""}

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @classmethod
    def from_env(cls) -> Self:
        """Read the settings; a value that cannot be used raises one `UserError` naming it."""
        try:
            return cls()
        except ValidationError as error:
            sentences = "; ".join(_sentence(cls, detail) for detail in error.errors())
            raise UserError(N_("{problems}."), problems=sentences) from error


def _sentence(settings: type[BaseSettings], detail: ErrorDetails) -> str:
    name = str(detail["loc"][0]) if detail["loc"] else ""
    field = settings.model_fields.get(name)
    if field and isinstance(field.validation_alias, AliasChoices):
        name = str(field.validation_alias.choices[0])
    if detail["type"] == "value_error":
        return f"{name} {detail['ctx']['error']}"
    problem = _PROBLEMS.get(detail["type"], detail["msg"].lower())
    limits = {key: f"{v:g}" if isinstance(v, float) else v for key, v in detail.get("ctx", {}).items()}
    shown = "" if "PASSWORD" in name or "KEY" in name or "URL" in name else f", not {detail['input']!r}"
    return f"{name} {problem.format(**limits)}{shown}"


SslMode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]


class DatabaseConfig(Settings):
    """Where the data is and how it is reached."""

    APPLICATION_NAME: ClassVar[str] = "vigie"

    database_url: str | None = named("DATABASE_URL")
    owner_url: str | None = named("DATABASE_OWNER_URL")
    replica_url: str | None = named("DATABASE_REPLICA_URL")
    db_host: str | None = named("DB_HOST", "DATABASE_HOST")
    db_port: int | None = named("DB_PORT", "DATABASE_PORT", ge=1, le=65535)
    db_name: str | None = named("DB_NAME", "DATABASE_NAME")
    db_user: str | None = named("DB_USER", "DATABASE_USER")
    db_password: SecretStr | None = named("DB_PASSWORD", "DATABASE_PASSWORD")
    sslmode: SslMode | None = named("DB_SSLMODE", "DATABASE_SSLMODE")
    sslrootcert: str | None = named("DB_SSLROOTCERT", "DATABASE_SSLROOTCERT")

    pool_size: int = named("DB_POOL_SIZE", "POOL_SIZE", default=30, ge=1, le=1000)
    max_overflow: int = named("DB_MAX_OVERFLOW", "MAX_OVERFLOW", default=30, ge=0, le=1000)
    pool_timeout: int = named("DB_POOL_TIMEOUT", "POOL_TIMEOUT", default=30, ge=1, le=3600)
    pool_recycle: int = named("DB_POOL_RECYCLE", "POOL_RECYCLE", default=3600, ge=-1)
    echo: bool = named("DB_ECHO", "POOL_ECHO", default=False)
    slow_query_ms: int = named("SLOW_QUERY_MS", default=1000, ge=0)
    statement_timeout_ms: int = named("STATEMENT_TIMEOUT_MS", default=30_000, ge=0)

    pg_bin: Path | None = named("VIGIE_PG_BIN")
    pg_user: str | None = named("VIGIE_PG_USER")

    mongo_url: str | None = named("MONGO_URL")
    mongo_db_name: str = named("MONGO_DB_NAME", default="vigie_logs")
    mongo_collection_name: str = named("MONGO_COLLECTION_NAME", default="logs")
    mongo_timeout_ms: int = named("MONGO_TIMEOUT_MS", default=5000, ge=1)
    redis_url: str | None = named("REDIS_URL")
    redis_host: str | None = named("REDIS_HOST")
    redis_port: int = named("REDIS_PORT", default=6379, ge=1, le=65535)
    redis_db: int = named("REDIS_DB", default=0, ge=0)

    @field_validator("database_url", "owner_url", "replica_url")
    @classmethod
    def _only_postgres(cls, url: str | None) -> str | None:
        if url is None:
            return None
        if url.startswith("sqlite"):
            raise ValueError("is an SQLite address: Vigie needs PostgreSQL 15 or newer (postgresql://…)")
        try:
            backend = make_url(url).get_backend_name()
        except (ArgumentError, ValueError):
            backend = ""
        if backend not in {"postgresql", "postgres"}:
            raise ValueError("is not an address of the form postgresql://user:password@host:port/name")
        return url

    @property
    def is_embedded(self) -> bool:
        """Whether Vigie runs its own PostgreSQL, because no server is named."""
        return self._own_server() is None

    def connection_string(self) -> str:
        """Return the SQLAlchemy address for the application's role; of the embedded server, if it runs."""
        url = self._own_server()
        return str_of(self._with_tls(url)) if url is not None else self._embedded("vigie_app")

    def owner_connection_string(self) -> str | None:
        """Return the address for the owner's role; None when one's own server came without it."""
        if self.owner_url is not None:
            return str_of(self._with_tls(make_url(self.owner_url)))
        return self._embedded("vigie_owner") if self._own_server() is None else None

    def replica_connection_string(self) -> str | None:
        """Return the address of a read replica, if there is one."""
        return str_of(self._with_tls(make_url(self.replica_url))) if self.replica_url else None

    def redis_connection_string(self) -> str | None:
        """Return the address of Redis, if one is named."""
        if self.redis_url is not None or self.redis_host is None:
            return self.redis_url
        return f"redis://{quote(self.redis_host)}:{self.redis_port}/{self.redis_db}"

    def _own_server(self) -> URL | None:
        if self.database_url is not None:
            return make_url(self.database_url)
        given = {
            "DB_PORT": self.db_port,
            "DB_NAME": self.db_name,
            "DB_USER": self.db_user,
            "DB_PASSWORD": self.db_password,
        }
        if self.db_host is None:
            alone = next((name for name, value in given.items() if value is not None), None)
            if alone is not None:
                raise UserError(
                    N_(
                        "{name} is set but DB_HOST is not: set DB_HOST (or DATABASE_URL) for your own "
                        "PostgreSQL, or remove {name} for the embedded one."
                    ),
                    name=alone,
                )
            return None
        return URL.create(
            "postgresql",
            username=self.db_user or "vigie_app",
            password=self.db_password.get_secret_value() if self.db_password else None,
            host=self.db_host,
            port=self.db_port or 5432,
            database=self.db_name or "vigie",
        )

    def _with_tls(self, url: URL) -> URL:
        wanted = {"sslmode": self.sslmode, "sslrootcert": self.sslrootcert}
        return url.update_query_dict({name: value for name, value in wanted.items() if value is not None})

    def _embedded(self, role: str) -> str:
        from database.embedded.record import running_url

        return str_of(make_url(running_url(self.home, role)))


def str_of(url: URL) -> str:
    """Write an address for SQLAlchemy with psycopg2, password included."""
    return url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False).replace(" ", "%20")


def libpq_url(url: str) -> str:
    """Write an address as libpq and psycopg understand it."""
    return (
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False).replace(" ", "%20")
    )
