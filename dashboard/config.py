"""Settings of the application: addresses, secrets, sessions, language and mail."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, SecretStr, field_validator
from pydantic_settings import NoDecode

from database.config import Settings, named
from database.keys import own_secret
from models.errors import UserError
from models.messages import N_

SHORTEST_SECRET = 32
ADMIN_IDLE_MINUTES = 15
_PLACEHOLDERS = ("change", "secret", "example", "default", "your-", "password", "dev")


class Environment(StrEnum):
    """What an installation is for; production refuses what is only convenient."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


def _words(value: object) -> object:
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]


class WebSettings(Settings):
    """How the application is served and whom it trusts."""

    env: Environment = named("VIGIE_ENV", default=Environment.DEVELOPMENT)
    host: str = named("VIGIE_HOST", default="127.0.0.1")
    port: int = named("VIGIE_PORT", default=8050, ge=1, le=65535)
    public_url: str | None = named("VIGIE_PUBLIC_URL")
    base_path: str = named("VIGIE_BASE_PATH", default="/")
    trusted_hosts: Words = named("VIGIE_TRUSTED_HOSTS", default=())
    trusted_proxies: int = named("VIGIE_TRUSTED_PROXIES", default=0, ge=0, le=10)
    language: Literal["en", "fr"] = named("VIGIE_LANGUAGE", default="en")
    workers: int = named("VIGIE_WORKERS", default=2, ge=1, le=64)
    high_risk_threshold: float = named("HIGH_RISK_THRESHOLD", default=0.7, ge=0, le=1)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = named("LOG_LEVEL", default="INFO")

    given_secret_key: SecretStr | None = named("SECRET_KEY")
    given_fingerprint_key: SecretStr | None = named("FINGERPRINT_KEY")
    session_idle_minutes: int = named("SESSION_IDLE_MINUTES", default=60, ge=1)
    session_hours: int = named("SESSION_HOURS", default=12, ge=1, le=720)
    password_policy: Literal["nist", "pci"] = named("PASSWORD_POLICY", default="nist")

    smtp_host: str | None = named("SMTP_HOST")
    smtp_port: int = named("SMTP_PORT", default=587, ge=1, le=65535)
    smtp_user: str | None = named("SMTP_USER")
    smtp_password: SecretStr | None = named("SMTP_PASSWORD")
    smtp_from: str | None = named("SMTP_FROM")
    smtp_starttls: bool = named("SMTP_STARTTLS", default=True)

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @field_validator("base_path")
    @classmethod
    def _slashes(cls, path: str) -> str:
        return f"/{path.strip('/')}/".replace("//", "/")

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return url.rstrip("/") if url else None

    @property
    def secret_key(self) -> str:
        """The key that signs forms: SECRET_KEY, or one made once under VIGIE_HOME."""
        return _given(self.given_secret_key) or own_secret(self.home, "secret_key")

    @property
    def fingerprint_key(self) -> str:
        """The key of card fingerprints; with another one no card is recognised, so it is never renewed."""
        return _given(self.given_fingerprint_key) or own_secret(self.home, "fingerprint_key")

    @property
    def admin_idle_minutes(self) -> int:
        """After how long an idle admin is signed out: never later than other people."""
        return min(ADMIN_IDLE_MINUTES, self.session_idle_minutes)

    @property
    def is_production(self) -> bool:
        """Whether convenience gives way to caution."""
        return self.env is Environment.PRODUCTION

    def refuse_if_unsafe(self, environ: Mapping[str, str] | None = None) -> None:
        """Raise when a production start would be open to strangers: weak keys, debug, Dash's MCP server."""
        if not self.is_production:
            return
        for name, key in (
            ("SECRET_KEY", self.given_secret_key),
            ("FINGERPRINT_KEY", self.given_fingerprint_key),
        ):
            if key is not None and _is_weak(key.get_secret_value()):
                raise UserError(
                    N_(
                        "{name} is a default or too short for production: remove it, and Vigie makes "
                        "its own, or give it {length} random characters."
                    ),
                    name=name,
                    length=SHORTEST_SECRET,
                )
        environ = os.environ if environ is None else environ
        for name in ("DASH_DEBUG", "FLASK_DEBUG", "DASH_MCP_ENABLED"):
            if environ.get(name, "").strip().lower() not in {"", "0", "false", "no", "off"}:
                raise UserError(N_("{name} is on, which production refuses: remove it."), name=name)


def _given(key: SecretStr | None) -> str | None:
    return key.get_secret_value() if key is not None else None


def _is_weak(key: str) -> bool:
    few_letters = len(set(key)) < SHORTEST_SECRET // 4
    return len(key) < SHORTEST_SECRET or few_letters or any(word in key.lower() for word in _PLACEHOLDERS)
