from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import AliasChoices

from dashboard.config import Environment, WebSettings
from database.config import PROJECT, DatabaseConfig, Settings
from models.errors import UserError

# The catalogue's settings, typed by hand.
CATALOGUE = set(
    re.findall(
        r"\S+",
        """
    VIGIE_HOME VIGIE_ENV VIGIE_HOST VIGIE_PORT VIGIE_PUBLIC_URL VIGIE_BASE_PATH VIGIE_TRUSTED_HOSTS
    VIGIE_TRUSTED_PROXIES VIGIE_LANGUAGE VIGIE_WORKERS SECRET_KEY FINGERPRINT_KEY SESSION_IDLE_MINUTES
    SESSION_HOURS HIGH_RISK_THRESHOLD LOG_LEVEL SLOW_QUERY_MS STATEMENT_TIMEOUT_MS PASSWORD_POLICY
    DATABASE_URL DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD DB_POOL_SIZE DB_MAX_OVERFLOW DB_POOL_TIMEOUT
    DB_POOL_RECYCLE DB_ECHO DB_SSLMODE DB_SSLROOTCERT DATABASE_OWNER_URL DATABASE_REPLICA_URL VIGIE_PG_BIN
    VIGIE_PG_USER MONGO_URL MONGO_DB_NAME MONGO_COLLECTION_NAME MONGO_TIMEOUT_MS REDIS_URL REDIS_HOST
    REDIS_PORT REDIS_DB SMTP_HOST SMTP_PORT SMTP_USER SMTP_PASSWORD SMTP_FROM SMTP_STARTTLS
    """,
    )
)
ALIASES = {
    "DB_HOST": "DATABASE_HOST", "DB_PORT": "DATABASE_PORT", "DB_NAME": "DATABASE_NAME",
    "DB_USER": "DATABASE_USER", "DB_PASSWORD": "DATABASE_PASSWORD", "DB_POOL_SIZE": "POOL_SIZE",
    "DB_MAX_OVERFLOW": "MAX_OVERFLOW", "DB_POOL_TIMEOUT": "POOL_TIMEOUT", "DB_POOL_RECYCLE": "POOL_RECYCLE",
}  # fmt: skip
STRONG = "k7Qz-x1Vb9_LmW3tRy8uPo0aHs5dFg2jN4cE6iTq"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*CATALOGUE, *ALIASES.values()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(WebSettings.model_config, "env_file", None)
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))


def settings(monkeypatch: pytest.MonkeyPatch, **environment: str) -> WebSettings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return WebSettings.from_env()


def names(kind: type[Settings]) -> dict[str, list[str]]:
    choices = [field.validation_alias for field in kind.model_fields.values()]
    return {str(c.choices[0]): list(map(str, c.choices)) for c in choices if isinstance(c, AliasChoices)}


def test_the_settings_are_those_of_the_catalogue() -> None:
    known = names(WebSettings) | names(DatabaseConfig)
    assert set(known) == CATALOGUE
    for name, alias in ALIASES.items():
        assert alias in known[name]


def written(default: object) -> str:
    """How a default stands in a file of settings."""
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default in (None, []) else str(default)


def test_the_example_file_names_every_setting_with_its_default() -> None:
    text = (PROJECT / ".env.example").read_text(encoding="utf-8")
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert set(example) == CATALOGUE
    for kind in (WebSettings, DatabaseConfig):
        plain = kind.from_env().model_dump(mode="json") | {"home": None}
        for field_name, field in kind.model_fields.items():
            assert isinstance(field.validation_alias, AliasChoices)
            assert example[str(field.validation_alias.choices[0])] == written(plain[field_name])


def test_defaults_are_cautious(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = settings(monkeypatch)
    assert (plain.host, plain.port, plain.workers, plain.language) == ("127.0.0.1", 8050, 2, "en")
    assert (plain.session_idle_minutes, plain.admin_idle_minutes, plain.session_hours) == (60, 15, 12)
    assert plain.env is Environment.DEVELOPMENT
    assert not plain.is_production


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("VIGIE_PORT", "http", "VIGIE_PORT must be a whole number, not 'http'."),
        (
            "VIGIE_ENV",
            "prod",
            "VIGIE_ENV must be one of 'development', 'staging' or 'production', not 'prod'.",
        ),
        ("VIGIE_LANGUAGE", "de", "VIGIE_LANGUAGE must be one of 'en' or 'fr', not 'de'."),
        ("HIGH_RISK_THRESHOLD", "70", "HIGH_RISK_THRESHOLD must be at most 1, not '70'."),
        ("VIGIE_PUBLIC_URL", "vigie.org", "VIGIE_PUBLIC_URL must begin with http:// or https://."),
    ],
)
def test_a_value_that_cannot_be_used_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    with pytest.raises(UserError) as error:
        settings(monkeypatch, **{name: value})
    assert str(error.value) == sentence


def test_lists_paths_and_levels_are_read_kindly(monkeypatch: pytest.MonkeyPatch) -> None:
    read = settings(
        monkeypatch, VIGIE_TRUSTED_HOSTS=" a.org, b.org ,", VIGIE_BASE_PATH="fraud", LOG_LEVEL="debug",
        VIGIE_PUBLIC_URL="https://a.org/",
    )  # fmt: skip
    assert read.trusted_hosts == ("a.org", "b.org")
    assert (read.base_path, read.log_level, read.public_url) == ("/fraud/", "DEBUG", "https://a.org")


def test_an_admin_never_idles_longer_than_others(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch, SESSION_IDLE_MINUTES="5").admin_idle_minutes == 5


def test_keys_are_made_once_unless_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = settings(monkeypatch).secret_key
    assert settings(monkeypatch).secret_key == made == (tmp_path / "secrets/secret_key").read_text()
    assert settings(monkeypatch).fingerprint_key != made
    assert settings(monkeypatch, SECRET_KEY=STRONG).secret_key == STRONG
    assert STRONG not in repr(settings(monkeypatch))


@pytest.mark.parametrize(
    "environment",
    [
        {"SECRET_KEY": "short"},
        {"SECRET_KEY": "change-me-change-me-change-me-change-me"},
        {"SECRET_KEY": "a" * 64},
        {"FINGERPRINT_KEY": "dev"},
        {"DASH_DEBUG": "1"},
        {"FLASK_DEBUG": "true"},
        {"DASH_MCP_ENABLED": "yes"},
    ],
    ids=lambda environment: "-".join(next(iter(environment.items()))),
)
def test_production_refuses_what_is_only_convenient(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    settings(monkeypatch, **environment).refuse_if_unsafe()
    with pytest.raises(UserError, match=next(iter(environment))):
        settings(monkeypatch, VIGIE_ENV="production").refuse_if_unsafe()


def test_production_starts_with_keys_of_its_own_or_strong_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, VIGIE_ENV="production", DASH_DEBUG="0").refuse_if_unsafe()
    settings(monkeypatch, SECRET_KEY=STRONG, FINGERPRINT_KEY=STRONG).refuse_if_unsafe()
